"""Watches over the workers; adds to uvicorn's supervisor what metrics and draining need."""

import ctypes
import struct
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from socket import SOL_SOCKET, socket

from prometheus_client.multiprocess import mark_process_dead
from uvicorn import Config
from uvicorn.supervisors import Multiprocess

# The last part of the drain delay, in which what has already connected can still send its request.
_SETTLE_SECONDS = 0.5

_SO_ATTACH_FILTER = 26  # which the socket module does not name
# BPF, as instruction, jump if true, jump if false, operand: drop segments that have the flag SYN.
_IGNORE_SYN = b"".join(
    struct.pack("HBBI", *instruction)
    for instruction in (
        (0x30, 0, 0, 13),  # load the byte with the flags
        (0x45, 0, 1, 0x02),  # is SYN among them?
        (0x06, 0, 0, 0),  # yes: drop
        (0x06, 0, 0, 0xFFFF),  # no: keep
    )
)


class Supervisor(Multiprocess):
    """Starts the workers, replaces those that die, and ends them without losing a request."""

    def __init__(self, config: Config, sockets: list[socket], drain_delay: float) -> None:
        super().__init__(config, sockets)
        self._drain_delay = drain_delay

    def keep_subprocess_alive(self) -> None:
        """Replace dead workers, and take their gauges out of the sums."""
        before = {process.pid for process in self.processes}
        super().keep_subprocess_alive()
        for pid in before - {process.pid for process in self.processes}:
            if pid is not None:
                mark_process_dead(pid)  # type: ignore[no-untyped-call]  # theirs has no types

    def terminate_all(self) -> None:
        """Have the workers drain, and let no connection be made that none of them would accept."""
        super().terminate_all()
        time.sleep(max(0, self._drain_delay - _SETTLE_SECONDS))
        _ignore_new_connections(self.sockets)
        # The workers have copies of their own, and the last of them that closes ends the listening.
        for sock in self.sockets:
            sock.close()


def _ignore_new_connections(sockets: Iterable[socket]) -> None:
    """Leave new clients to try again, which they do after a second and are then refused.

    The kernel completes connections before any worker accepts them. Those that were waiting when
    the last worker stops listening would be reset, with the requests already sent on them.
    """
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(_IGNORE_SYN)
    length = len(_IGNORE_SYN) // struct.calcsize("HBBI")
    pointer = struct.pack("HP", length, ctypes.addressof(program))
    for sock in sockets:
        # A sandbox without filters is no reason not to stop.
        with suppress(OSError):
            sock.setsockopt(SOL_SOCKET, _SO_ATTACH_FILTER, pointer)
