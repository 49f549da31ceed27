"""Tokens that are drawn at random: clients keep them, the service keeps only their hashes."""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

_FAMILY_BYTES = 16
_SECRET_BYTES = 32
_ID_BYTES = 16


def digest(secret: bytes) -> bytes:
    """Return what is stored of a token; one that is random needs neither salt nor a slow hash."""
    return hashlib.sha256(secret).digest()


def new_verification_token() -> str:
    """Draw the token of a verification mail."""
    return secrets.token_urlsafe(_SECRET_BYTES)


@dataclass(frozen=True, slots=True, repr=False)
class RefreshToken:
    """Names its session and proves it twice.

    `family` is the same in all tokens of a session, `secret` is new in each. So a token whose
    family is right and whose secret is not was good once: that is how a reuse is told from a
    guess, without keeping every token there ever was.
    """

    session_id: UUID
    family: bytes
    secret: bytes

    @classmethod
    def first(cls, session_id: UUID) -> "RefreshToken":
        """Draw the first token of a session."""
        return cls(
            session_id, secrets.token_bytes(_FAMILY_BYTES), secrets.token_bytes(_SECRET_BYTES)
        )

    def next(self) -> "RefreshToken":
        """Draw the token that takes the place of this one."""
        return RefreshToken(self.session_id, self.family, secrets.token_bytes(_SECRET_BYTES))

    def encode(self) -> str:
        """Return what the client gets."""
        data = self.session_id.bytes + self.family + self.secret
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str) -> "RefreshToken | None":
        """Read what a client gives; None when it cannot be one of ours."""
        try:
            data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (ValueError, binascii.Error):
            return None
        if len(data) != _ID_BYTES + _FAMILY_BYTES + _SECRET_BYTES:
            return None
        family_end = _ID_BYTES + _FAMILY_BYTES
        return cls(UUID(bytes=data[:_ID_BYTES]), data[_ID_BYTES:family_end], data[family_end:])
