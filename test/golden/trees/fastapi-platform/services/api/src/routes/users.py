"""Users, for administrators: list, change status and role."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from core.project import API_PREFIX
from services.api.src.auth_dependencies import (
    FOR_ADMINS,
    AccountsDependency,
    ClientDependency,
    CurrentUser,
)
from services.api.src.auth_schemas import UserChange, UserOut, UserPage

router = APIRouter(prefix=f"{API_PREFIX}/users", tags=["users"], dependencies=FOR_ADMINS)


@router.get("")
async def list_users(
    accounts: AccountsDependency,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str, Query(max_length=254, pattern=r"^[^\x00]*$")] = "",
) -> UserPage:
    """List users in the order of their addresses; `cursor` is the `next_cursor` before."""
    users, next_cursor = await accounts.administration.page(cursor, limit)
    return UserPage(users=[UserOut.model_validate(user) for user in users], next_cursor=next_cursor)


@router.patch("/{user_id}")
async def change_user(
    user_id: UUID,
    body: UserChange,
    principal: CurrentUser,
    accounts: AccountsDependency,
    client: ClientDependency,
) -> UserOut:
    """Change status or role; whoever is not active any more is logged out at once."""
    user = await accounts.administration.change(
        principal.user, user_id, client, status=body.status, role=body.role
    )
    return UserOut.model_validate(user)
