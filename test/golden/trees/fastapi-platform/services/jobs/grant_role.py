"""Gives a registered user a role; the first administrator is made by it."""

import argparse
import asyncio
import os
import sys

from core.domain.auth.administration import Administration
from core.domain.auth.clock import system_clock
from core.domain.auth.entities import Role, User
from core.domain.auth.errors import UserNotFoundError
from core.settings import Settings, SettingsError, load_settings
from infrastructure.persistence.auth_repository import PostgresAuthStore
from infrastructure.persistence.database import Database


async def grant_role(settings: Settings, email: str, role: Role) -> User:
    """Give the role, and note it in the audit log."""
    database = Database.create(settings)
    try:
        store = PostgresAuthStore(database.sessions)
        return await Administration(store, system_clock).grant_role(email, role)
    finally:
        await database.close()


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; 1 when nothing was changed."""
    parser = argparse.ArgumentParser(
        prog="python -m services.jobs.grant_role",
        description="Give a user who has registered a role.",
    )
    parser.add_argument("email", type=str.lower, help="the address the user logs in with")
    parser.add_argument("role", type=Role, choices=list(Role), help="user or admin")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings(Settings, os.environ)
        user = asyncio.run(grant_role(settings, options.email, options.role))
    except (SettingsError, UserNotFoundError) as error:
        print(f"Role: {error}", file=sys.stderr)
        return 1
    print(f"{user.email} has the role {user.role} now")
    return 0


if __name__ == "__main__":
    sys.exit(main())
