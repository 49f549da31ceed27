"""The command line that every process has: it judges the settings, and then starts."""

import argparse
import os
import sys
from collections.abc import Callable

from core.settings import Settings, SettingsError, load_settings


def launch(
    program: str, description: str, serve: Callable[[Settings], None], arguments: list[str] | None
) -> int:
    """Serve until a signal ends it; 1 when the settings are not valid."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {program}",
        description=f"{description}; its settings come from the environment.",
    )
    parser.add_argument(
        "--check-settings", action="store_true", help="judge the settings and start nothing"
    )
    options = parser.parse_args(arguments)
    try:
        settings = load_settings(Settings, os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    if not options.check_settings:
        serve(settings)
    return 0
