"""Reads env files the way compose and shells do, and the marks in the comments of .env.example."""

import re
from dataclasses import dataclass, field
from pathlib import Path

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_MARK = re.compile(r"@(\w+)(?:=(\S+))?")


class EnvFileError(Exception):
    """A line that is no assignment, or a file that cannot be read."""


@dataclass(frozen=True)
class Variable:
    """A variable with the marks that stand in the comment above it."""

    value: str
    marks: dict[str, str] = field(default_factory=dict)


def read_env_file(path: Path) -> dict[str, Variable]:
    """Return the variables in their order; ${NAME} is replaced by a value above it."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EnvFileError(f"{path}: cannot be read: {error}") from None
    variables: dict[str, Variable] = {}
    marks: dict[str, str] = {}
    for number, line in enumerate((line.strip() for line in lines), start=1):
        if line.startswith("# @"):
            marks |= {name: value or "" for name, value in _MARK.findall(line)}
        if not line:
            marks = {}
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if not match:
            raise EnvFileError(f"{path}:{number}: is not NAME=value")
        variables[match[1]] = Variable(_value(match[2], variables), marks)
        marks = {}
    return variables


def _value(text: str, above: dict[str, Variable]) -> str:
    quote = text[:1]
    if quote in {"'", '"'} and text.rfind(quote) > 0:
        text = text[1 : text.rfind(quote)]
        if quote == "'":
            return text
    else:
        text = re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()
    return _REFERENCE.sub(lambda m: above[m[1]].value if m[1] in above else "", text)
