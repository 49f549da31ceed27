"""The container's HEALTHCHECK: 0 when the API of this container answers that it lives."""

import http.client
import os
import sys

from core.project import API_PREFIX


def main() -> int:
    """Ask the live route."""
    port = int(os.environ.get("PORT", "8000"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", f"{API_PREFIX}/health/live")
        return 0 if connection.getresponse().status == 200 else 1
    except (OSError, http.client.HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
