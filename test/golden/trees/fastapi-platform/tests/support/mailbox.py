"""A mail server for tests: it takes every mail, and hands it to the test."""

import asyncio
import email
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from email.message import EmailMessage
from email.policy import default

_LINK = re.compile(r"https?://\S+[?&]token=(\S+)")


class Mailbox:
    """Speaks as much SMTP as a client needs, without TLS."""

    def __init__(self, *, refuses: bool = False) -> None:
        self._refuses = refuses
        self._mails: asyncio.Queue[EmailMessage] = asyncio.Queue()
        self._refusals = asyncio.Semaphore(0)
        self._port = 0

    @property
    def url(self) -> str:
        """What SMTP_URL has to be."""
        return f"smtp://127.0.0.1:{self._port}"

    async def next(self, to: str | None = None, seconds: float = 20) -> EmailMessage:
        """Wait for the next mail, or for the next one to an address."""
        async with asyncio.timeout(seconds):
            while True:
                mail = await self._mails.get()
                if to is None or mail["To"] == to:
                    return mail

    def accept(self) -> None:
        """Refuse no mail any more."""
        self._refuses = False

    async def refused(self, times: int, seconds: float = 20) -> None:
        """Wait until so many mails were refused."""
        async with asyncio.timeout(seconds):
            for _ in range(times):
                await self._refusals.acquire()

    @property
    def waiting(self) -> int:
        """How many mails nobody has looked at."""
        return self._mails.qsize()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Mailbox"]:
        """Listen on a free port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        with closing(server):
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            command = line.split(maxsplit=1)[0].upper() if line.strip() else b""
            if command == b"DATA" and not self._refuses:
                writer.write(b"354 go on\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                # A line that begins with a dot was sent with two.
                text = data[:-3].replace(b"\r\n..", b"\r\n.")
                message = email.message_from_bytes(text, policy=default)
                assert isinstance(message, EmailMessage)
                self._mails.put_nowait(message)
            if command == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            if self._refuses and command == b"MAIL":
                self._refusals.release()
                writer.write(b"451 not now\r\n")
            else:
                writer.write(b"250 ok\r\n")
            await writer.drain()
        writer.close()


def token_in(mail: EmailMessage) -> str:
    """Return the token of the link in a mail."""
    found = _LINK.search(mail.get_content())
    assert found, mail
    return found[1]
