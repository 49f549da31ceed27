"""Asks the API beside it what it tells only to those who have its tokens; for operators."""

import argparse
import http.client
import os
import sys

from core.project import API_PREFIX
from core.settings import Settings, SettingsError, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Print the answer; 1 when there is none or it is no success."""
    parser = argparse.ArgumentParser(
        prog="python -m services.api.src.ask",
        description="Print what the API beside it answers to those who have its tokens.",
    )
    parser.add_argument("what", choices=["ready", "system", "metrics"])
    what = parser.parse_args(arguments).what
    try:
        status, answer = _ask(load_settings(Settings, os.environ), what)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, http.client.HTTPException) as error:
        print(f"The API does not answer: {error!r}", file=sys.stderr)
        return 1
    print(answer)
    return 0 if status == http.client.OK else 1


def _ask(settings: Settings, what: str) -> tuple[int, str]:
    path = "/metrics" if what == "metrics" else f"{API_PREFIX}/health/{what}"
    token = settings.metrics_token if what == "metrics" else settings.system_health_token
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    connection = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=15)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode().rstrip()
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
