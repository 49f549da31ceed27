"""Answers for the log: one JSON object a line on stdout, ours and the server's alike."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from core import request_context

# What a record has by itself; any other attribute came in through `extra`.
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class JsonFormatter(logging.Formatter):
    """Render a record, its `extra` values and the request it belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line; what JSON does not know is written as its text."""
        entry: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_context.request_id.get(),
            "trace_id": request_context.trace_id.get(),
            "process": record.process,
        }
        entry |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def logging_config(level: str) -> dict[str, Any]:
    """Return the dictConfig that the launcher, uvicorn and its workers all apply."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "json",
            }
        },
        "root": {"level": level, "handlers": ["stdout"]},
    }
