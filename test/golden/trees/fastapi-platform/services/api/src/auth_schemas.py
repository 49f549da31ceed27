"""What the routes of accounts take and give, as JSON."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from core.domain.auth.entities import Role, UserStatus
from core.domain.auth.passwords import MAX_LENGTH, MIN_LENGTH

# PostgreSQL's text cannot hold the NUL character.
_NO_NUL = r"^[^\x00]*$"


def _address(value: str) -> str:
    try:
        # Addresses that need SMTPUTF8 are refused: many mail servers do not take them yet.
        address = validate_email(
            value, check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return address.normalized.lower()


Email = Annotated[
    str,
    StringConstraints(max_length=254),
    AfterValidator(_address),
    WithJsonSchema({"type": "string", "format": "email", "examples": ["user@example.com"]}),
]
# How good it is the domain judges; here it only has to be bounded.
Password = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH)]
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NO_NUL)
]


class Registration(BaseModel):
    """Someone who wants an account."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: Password = Field(
        description=f"{MIN_LENGTH} characters or more, with a letter and a digit",
        examples=["secure123"],
    )
    full_name: ShortText


class EmailOnly(BaseModel):
    """An address that waits for its verification."""

    model_config = ConfigDict(extra="forbid")

    email: Email


class Login(BaseModel):
    """Someone who says who they are."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: Password
    device: Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)] = Field(
        "", description="what the person calls the device, for the list of sessions"
    )


class Refresh(BaseModel):
    """A client that wants to stay logged in."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class TokensOut(BaseModel):
    """Tokens for the `Authorization` header and for the next refresh.

    They travel in bodies and headers and never in cookies, which a browser would send by itself:
    there are no cookie flags to be set, and no request can be forged from another site.
    """

    access_token: str
    token_type: Literal["bearer"] = Field("bearer", description="how to send it")
    expires_in: int = Field(description="seconds that the access token is good for")
    refresh_token: str = Field(description="good once; the answer holds the next one")


class Message(BaseModel):
    """A word to a person."""

    detail: str


class UserOut(BaseModel):
    """A user, as the user may see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    full_name: str
    role: Role
    status: UserStatus
    created_at: datetime


class UserPage(BaseModel):
    """Some users, in the order of their addresses."""

    users: list[UserOut]
    next_cursor: str | None = Field(description="where the next page begins; null on the last one")


class UserChange(BaseModel):
    """What an administrator changes of a user."""

    model_config = ConfigDict(extra="forbid")

    status: Literal[UserStatus.ACTIVE, UserStatus.INACTIVE, UserStatus.SUSPENDED] | None = None
    role: Role | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.status is None and self.role is None:
            raise ValueError("status or role is needed")
        return self


class SessionOut(BaseModel):
    """A login on a device."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    current: bool = Field(False, description="whether it is the session of this request")
    device: str
    ip_address: str | None
    user_agent: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
