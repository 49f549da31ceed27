"""The container's HEALTHCHECK: 0 while the worker of this container does its work."""

import sys
import tempfile
import time
from pathlib import Path

from core.project import SLUG

# Touched by the worker about every second, but only while each of its parts moves on.
HEARTBEAT = Path(tempfile.gettempdir()) / f"{SLUG}-worker.heartbeat"
_LIMIT_SECONDS = 15


def main() -> int:
    """Look for how long the heart has not beaten."""
    try:
        age = time.time() - HEARTBEAT.stat().st_mtime
    except OSError:
        return 1
    return 0 if age < _LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
