"""Hashes passwords with bcrypt, in threads, and never more of them at a time than is good."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import bcrypt

from core.domain.auth.passwords import normalize
from core.domain.auth.repositories import HasherBusyError

# Whoever waits behind so many others is better told to come back.
_WAITING_PER_THREAD = 20
# Keeps hashes of plain SHA-256, as other services leak them, from being of any use here.
_PREHASH_KEY = b"bcrypt-prehash-v1"


class BcryptPasswordHasher:
    """The PasswordHasher of the service.

    bcrypt takes 72 bytes and ends at a zero byte. So it is given base64 of the password's
    HMAC-SHA-256: 44 bytes, without a zero among them, to which every character of the password
    counts, however long it is.
    """

    def __init__(self, cost: int, threads: int) -> None:
        self._cost = cost
        # bcrypt lets go of the interpreter's lock: the event loop goes on while threads hash.
        # A flood of logins takes these threads and no others.
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="bcrypt")
        self._capacity = threads * (1 + _WAITING_PER_THREAD)
        self._pending = 0
        # No password has it, and to find that out takes as long as for any hash of this cost.
        self._nobodys_hash = f"$2b${cost:02}${'.' * 53}"

    async def hash(self, password: str) -> str:
        """Hash a password."""
        secret = _prehash(password)
        hashed = await self._run(lambda: bcrypt.hashpw(secret, bcrypt.gensalt(self._cost)))
        return hashed.decode()

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Compare; without a hash it takes as long and the answer is no."""
        secret = _prehash(password)
        expected = (password_hash or self._nobodys_hash).encode()
        same = await self._run(lambda: bcrypt.checkpw(secret, expected))
        return same and password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """Tell whether a hash has another cost than today's."""
        return not password_hash.startswith(f"$2b${self._cost:02}$")

    async def close(self) -> None:
        """End the threads."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _run[Result](self, work: Callable[[], Result]) -> Result:
        if self._pending >= self._capacity:
            raise HasherBusyError
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._pending -= 1


def _prehash(password: str) -> bytes:
    mac = hmac.digest(_PREHASH_KEY, normalize(password).encode(), hashlib.sha256)
    return base64.b64encode(mac)
