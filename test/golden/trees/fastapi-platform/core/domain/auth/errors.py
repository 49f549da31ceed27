"""What can come of a request on accounts other than what was asked for."""


class AuthError(Exception):
    """The parent of all; its text may be shown to the client."""


class WeakPasswordError(AuthError):
    """A password that the rules refuse."""


class InvalidCredentialsError(AuthError):
    """Unknown user, wrong password and locked account alike: which of them is in the audit log."""

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong")


class EmailNotVerifiedError(AuthError):
    """Told only to who knows the password."""

    def __init__(self) -> None:
        super().__init__("The e-mail address is not verified yet")


class AccountClosedError(AuthError):
    """Inactive or suspended; told only to who knows the password."""

    def __init__(self) -> None:
        super().__init__("The account is closed; ask the operators of the service")


class InvalidAccessError(AuthError):
    """No access token, or one that is not good any more."""

    def __init__(self) -> None:
        super().__init__("A valid access token is needed")


class InvalidRefreshTokenError(AuthError):
    """A refresh token that is not good, whatever the reason."""

    def __init__(self) -> None:
        super().__init__("The refresh token is not valid; log in again")


class JustExchangedError(AuthError):
    """A refresh token that was exchanged a moment ago, as two tabs of a browser do it."""

    def __init__(self) -> None:
        super().__init__("The refresh token was just exchanged; use the new one")


class InvalidVerificationError(AuthError):
    """A verification token that is unknown, used or too old."""

    def __init__(self) -> None:
        super().__init__("The link is not valid any more; ask for a new one")


class NotAllowedError(AuthError):
    """A role that may not do this."""

    def __init__(self) -> None:
        super().__init__("Your role does not allow this")


class UserNotFoundError(AuthError):
    """An id that no user has."""

    def __init__(self) -> None:
        super().__init__("There is no such user")


class SessionNotFoundError(AuthError):
    """An id that no open session of the user has."""

    def __init__(self) -> None:
        super().__init__("There is no such session")


class ChangeRefusedError(AuthError):
    """A change that the state of the account forbids."""
