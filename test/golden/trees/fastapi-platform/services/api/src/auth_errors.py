"""Turns what can go wrong with accounts into answers."""

from fastapi import FastAPI, Request, status
from fastapi.responses import JSONResponse

from core.domain.auth import errors
from core.domain.auth.repositories import HasherBusyError

_STATUS: dict[type[errors.AuthError], int] = {
    errors.WeakPasswordError: status.HTTP_422_UNPROCESSABLE_CONTENT,
    errors.InvalidCredentialsError: status.HTTP_401_UNAUTHORIZED,
    errors.EmailNotVerifiedError: status.HTTP_403_FORBIDDEN,
    errors.AccountClosedError: status.HTTP_403_FORBIDDEN,
    errors.InvalidAccessError: status.HTTP_401_UNAUTHORIZED,
    errors.InvalidRefreshTokenError: status.HTTP_401_UNAUTHORIZED,
    errors.JustExchangedError: status.HTTP_409_CONFLICT,
    errors.InvalidVerificationError: status.HTTP_400_BAD_REQUEST,
    errors.NotAllowedError: status.HTTP_403_FORBIDDEN,
    errors.UserNotFoundError: status.HTTP_404_NOT_FOUND,
    errors.SessionNotFoundError: status.HTTP_404_NOT_FOUND,
    errors.ChangeRefusedError: status.HTTP_409_CONFLICT,
}


def add_auth_error_handlers(app: FastAPI) -> None:
    """Have the application answer the errors of accounts."""
    app.add_exception_handler(errors.AuthError, _explain)
    app.add_exception_handler(HasherBusyError, _explain_busy)


async def _explain(_request: Request, error: Exception) -> JSONResponse:
    code = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    headers = {"WWW-Authenticate": "Bearer"} if code == status.HTTP_401_UNAUTHORIZED else None
    return JSONResponse({"detail": str(error)}, code, headers)


async def _explain_busy(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse(
        {"detail": "Too many logins at the moment; try again"},
        status.HTTP_503_SERVICE_UNAVAILABLE,
        {"Retry-After": "2"},
    )
