"""The log: one JSON object a line."""

import json
import logging
import logging.config

import pytest

from core import request_context
from core.logs import JsonFormatter, logging_config


def _record(message: str = "hello %s", **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("name", logging.INFO, "file", 1, message, ("you",), None)
    vars(record).update(extra)
    return record


def test_a_line_holds_message_extras_and_ids() -> None:
    tokens = request_context.request_id.set("request"), request_context.trace_id.set("trace")
    line = json.loads(JsonFormatter().format(_record(item_id=object, color_message="no")))
    request_context.request_id.reset(tokens[0])
    request_context.trace_id.reset(tokens[1])
    assert line["message"] == "hello you"
    assert line["level"] == "INFO"
    assert line["logger"] == "name"
    assert line["request_id"] == "request"
    assert line["trace_id"] == "trace"
    assert line["timestamp"].endswith("+00:00")
    assert line["item_id"] == "<class 'object'>"
    assert "color_message" not in line


def test_line_breaks_and_tracebacks_stay_in_the_line() -> None:
    with pytest.raises(ValueError, match="one") as caught:
        raise ValueError("one\ntwo")
    exc_info = (caught.type, caught.value, caught.tb)
    text = JsonFormatter().format(_record("a\nb %s", exc_info=exc_info))
    assert "\n" not in text
    assert "ValueError: one\ntwo" in json.loads(text)["exception"]


def test_the_configuration_writes_json(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        logging.config.dictConfig(logging_config("INFO"))
        logging.getLogger("uvicorn.error").info("started")
        logging.getLogger("uvicorn.error").debug("not told")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert json.loads(capsys.readouterr().out)["message"] == "started"
