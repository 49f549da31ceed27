"""Accounts: register, verify the address, log in, stay logged in, log out."""

import html
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query, Request, status
from fastapi.responses import HTMLResponse

from core.domain.auth.sessions import Credentials, Tokens
from core.domain.auth.tokens import RefreshToken
from core.project import API_PREFIX, DISPLAY_NAME
from services.api.src.accounts import Accounts
from services.api.src.auth_dependencies import (
    AccountsDependency,
    ClientDependency,
    CurrentUser,
    LimitsDependency,
)
from services.api.src.auth_schemas import (
    EmailOnly,
    Login,
    Message,
    Refresh,
    Registration,
    SessionOut,
    TokensOut,
    UserOut,
)

VERIFY_PATH = f"{API_PREFIX}/auth/verify-email"

router = APIRouter(
    prefix=f"{API_PREFIX}/auth",
    tags=["auth"],
    responses={
        status.HTTP_401_UNAUTHORIZED: {"model": Message},
        status.HTTP_403_FORBIDDEN: {"model": Message},
        status.HTTP_429_TOO_MANY_REQUESTS: {
            "model": Message,
            "description": "Too many requests; `Retry-After` tells when to come again",
        },
    },
)

# The same whether the address is known or not: the difference is in the mail.
_SENT = "If this address can be registered, a mail with a link is on its way"

VerificationToken = Annotated[str, Query(min_length=1, max_length=200)]


@router.post("/register", status_code=status.HTTP_202_ACCEPTED)
async def register(
    body: Registration,
    accounts: AccountsDependency,
    client: ClientDependency,
    limits: LimitsDependency,
) -> Message:
    """Ask for an account; the address has to be verified by the link in a mail."""
    await limits.check("register", body.email)
    await accounts.registration.register(body.email, body.password, body.full_name, client)
    return Message(detail=_SENT)


@router.post("/resend-verification", status_code=status.HTTP_202_ACCEPTED)
async def resend_verification(
    body: EmailOnly,
    accounts: AccountsDependency,
    limits: LimitsDependency,
    background: BackgroundTasks,
) -> Message:
    """Ask for another link; the one before is not good any more."""
    await limits.check("register", body.email)
    # After the answer, whose time then tells nothing.
    background.add_task(accounts.registration.resend, body.email)
    return Message(detail=_SENT)


@router.get("/verify-email", response_class=HTMLResponse)
async def confirm_verification(token: VerificationToken) -> HTMLResponse:
    """Show a button, for programs that look at mails follow links but press no buttons."""
    del token  # stays in the page's address, to which the form is sent
    return _page(
        '<form method="post"><button type="submit">Verify my e-mail address</button></form>',
        "form-action 'self'",
    )


@router.post("/verify-email", response_model=Message)
async def verify_email(
    *,
    token: VerificationToken,
    request: Request,
    accounts: AccountsDependency,
    client: ClientDependency,
    limits: LimitsDependency,
) -> Message | HTMLResponse:
    """Verify the address to which this token was sent; it is good once."""
    await limits.check("verify", None)
    await accounts.registration.verify(token, client)
    if "text/html" in request.headers.get("accept", ""):
        return _page("<p>Your e-mail address is verified. You can log in now.</p>")
    return Message(detail="The e-mail address is verified")


@router.post("/login")
async def login(
    body: Login, accounts: AccountsDependency, client: ClientDependency, limits: LimitsDependency
) -> TokensOut:
    """Log in; several wrong passwords in a row lock the account for a while."""
    await limits.check("login", body.email)
    given = Credentials(body.email, body.password, body.device)
    tokens = await accounts.sessions.log_in(given, client)
    return _tokens_out(tokens, accounts)


@router.post("/refresh")
async def refresh(
    body: Refresh, accounts: AccountsDependency, client: ClientDependency, limits: LimitsDependency
) -> TokensOut:
    """Exchange a refresh token for new tokens.

    Each is good once. One that comes again has been copied by somebody: the session is revoked.
    409 within ten seconds after an exchange: another tab was faster, and has the new token.
    """
    token = RefreshToken.decode(body.refresh_token)
    await limits.check("refresh", str(token.session_id) if token else None)
    tokens = await accounts.sessions.refresh(body.refresh_token, client)
    return _tokens_out(tokens, accounts)


@router.get("/me")
async def me(principal: CurrentUser) -> UserOut:
    """Tell who one is."""
    return UserOut.model_validate(principal.user)


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
async def logout(
    principal: CurrentUser, accounts: AccountsDependency, client: ClientDependency
) -> None:
    """Revoke the session of this request; its tokens are not good any more."""
    await accounts.sessions.log_out(principal, client)


@router.get("/sessions")
async def list_sessions(principal: CurrentUser, accounts: AccountsDependency) -> list[SessionOut]:
    """List where one is logged in, the last used first."""
    sessions = await accounts.sessions.list_open(principal.user.id)
    return [
        SessionOut.model_validate(session).model_copy(
            update={"current": session.id == principal.session_id}
        )
        for session in sessions
    ]


@router.delete("/sessions", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_sessions(
    principal: CurrentUser, accounts: AccountsDependency, client: ClientDependency
) -> None:
    """Log out everywhere, here too."""
    await accounts.sessions.revoke_all(principal.user.id, client)


@router.delete("/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_session(
    session_id: UUID,
    principal: CurrentUser,
    accounts: AccountsDependency,
    client: ClientDependency,
) -> None:
    """Log out on one device."""
    await accounts.sessions.revoke(principal.user.id, session_id, client)


def _tokens_out(tokens: Tokens, accounts: Accounts) -> TokensOut:
    return TokensOut(
        access_token=tokens.access,
        expires_in=accounts.access_tokens.lifetime_seconds,
        refresh_token=tokens.refresh,
    )


def _page(content: str, policy: str = "form-action 'none'") -> HTMLResponse:
    name = html.escape(DISPLAY_NAME)
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>'
        f"<h1>{name}</h1>{content}</html>"
    )
    headers = {"Content-Security-Policy": f"default-src 'none'; frame-ancestors 'none'; {policy}"}
    return HTMLResponse(page, headers=headers)
