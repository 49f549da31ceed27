"""A TCP proxy that can hang, so that nothing comes any more, or be cut, so that nobody is there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class HangingProxy:
    """Forwards to a service, perhaps with a delay, until it is told to hang, or is cut."""

    def __init__(self, url: str, delay: float = 0) -> None:
        self._url = urlsplit(url)
        self._delay = delay
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._is_cut = False
        self._port = 0

    @property
    def url(self) -> str:
        """The service's URL, by way of the proxy."""
        credentials, at, _ = self._url.netloc.rpartition("@")
        return self._url._replace(netloc=f"{credentials}{at}127.0.0.1:{self._port}").geturl()

    def hang(self) -> None:
        """Forward nothing any more; connections are still taken."""
        self._flowing.clear()

    def cut(self) -> None:
        """Close every connection, and each new one at once, as when the service is away."""
        self._is_cut = True
        for writer in set(self._writers):
            writer.close()

    def flow(self) -> None:
        """Forward again, also what was held back."""
        self._is_cut = False
        self._flowing.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["HangingProxy"]:
        """Listen on a free port."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.close()
            return
        there = await asyncio.open_connection(self._url.hostname, self._url.port)
        for source, target in ((reader, there[1]), (there[0], writer)):
            task = asyncio.create_task(self._pump(source, target))
            self._tasks.add(task)
            self._writers.add(target)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self._flowing.wait()
                await asyncio.sleep(self._delay)
                target.write(data)
                await target.drain()
        except ConnectionError:
            pass
        finally:
            self._writers.discard(target)
            target.close()
