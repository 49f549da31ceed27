"""The rules for passwords: length counts most, and what everybody tries first is refused."""

import unicodedata
from pathlib import Path

from core.domain.auth.errors import WeakPasswordError

MIN_LENGTH = 8
# Nobody types more; a limit keeps hashing and memory within bounds.
MAX_LENGTH = 128

# What guessing begins with, as far as the other rules would let it pass.
_COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())


def normalize(password: str) -> str:
    """Return the one form of what keyboards and systems encode differently."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, email: str) -> None:
    """Refuse a password that is too easily guessed."""
    password = normalize(password)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise WeakPasswordError(f"The password must have {MIN_LENGTH} to {MAX_LENGTH} characters")
    if not (any(map(str.isalpha, password)) and any(map(str.isdecimal, password))):
        raise WeakPasswordError("The password must have a letter and a digit")
    folded = password.casefold()
    if folded in _COMMON or len(set(folded)) < 4:
        raise WeakPasswordError("The password is one of those that are tried first")
    if folded in {email, email.partition("@")[0]}:
        raise WeakPasswordError("The password must not be the e-mail address")
