"""The words of the mails on accounts."""

from dataclasses import dataclass
from urllib.parse import urlencode

from core.domain.auth.entities import User
from core.domain.auth.repositories import Mail


@dataclass(frozen=True, slots=True)
class MailTexts:
    """Plain text, with the names and the links of this service."""

    service: str
    verification_url: str
    verification_hours: int

    def verification(self, user: User, token: str) -> Mail:
        """Ask the owner of an address whether the registration is theirs."""
        return Mail(
            user.email,
            f"Verify your e-mail address for {self.service}",
            f"""Hello {user.full_name},

somebody, probably you, registered this address with {self.service}.
Open this link to verify it, within {self.verification_hours} hours:

{self.verification_url}?{urlencode({"token": token})}

If it was not you, do nothing: without the link nobody can use the account.
""",
        )

    def already_registered(self, user: User) -> Mail:
        """Tell the owner of an address that it was registered once more."""
        return Mail(
            user.email,
            f"You have an account with {self.service}",
            f"""Hello {user.full_name},

somebody tried to register this address with {self.service}. It has an account already: log in
with your password. If it was not you, there is nothing to do, and your account is as it was.
""",
        )

    def locked(self, user: User) -> Mail:
        """Tell a user that the account is locked for a while."""
        until = f"{user.locked_until:%Y-%m-%d %H:%M} UTC" if user.locked_until else "a while"
        return Mail(
            user.email,
            f"Your account with {self.service} is locked for a while",
            f"""Hello {user.full_name},

there were too many wrong passwords in a row, so nobody can log in to your account until
{until}. Then it unlocks by itself. Where you are logged in, you still are.

If it was not you, somebody is trying to guess your password: see that it is one which you use
nowhere else.
""",
        )
