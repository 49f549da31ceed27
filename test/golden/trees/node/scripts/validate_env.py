"""Judges an env file by the marks in .env.example, before anything is started with it.

For production (ENVIRONMENT=production, or --production) it also refuses hosts that are this
machine, debug output, and a list that allows everything.
"""

import argparse
import difflib
import ipaddress
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from env_file import EnvFileError, Variable, read_env_file

MIN_SECRET_LENGTH = 32
_PLACEHOLDER = re.compile(r"change.?me|replace.?me|your.?secret|<[^>]*>|x{8,}", re.IGNORECASE)
_KNOWN_PASSWORDS = {"admin", "guest", "password", "postgres", "rabbitmq", "redis", "root", "secret"}


def validate(
    schema: dict[str, Variable], env: dict[str, Variable], *, production: bool = False
) -> list[str]:
    """Return the faults, each naming its variable and what is expected."""
    values = {name: variable.value for name, variable in env.items()}
    production = production or values.get("ENVIRONMENT") == "production"
    faults = list(_unknown(schema, values))
    for name, variable in schema.items():
        value, file = values.get(name, ""), values.get(f"{name}_FILE", "")
        if value and file:
            faults.append(f"{name}: {name}_FILE is set too; keep one of them")
        elif file:
            continue  # the file is on the machine that will run the service
        elif value:
            faults += [f"{name}: {f}" for f in _faults_of(value, variable.marks, production)]
        elif "required" in variable.marks:
            faults.append(f"{name}: is missing; set it or {name}_FILE")
    faults += _shared_secrets(schema, values)
    if production and values.get("LOG_LEVEL") == "DEBUG":
        faults.append("LOG_LEVEL: DEBUG tells too much in production; use INFO")
    return faults


def _unknown(schema: dict[str, Variable], values: dict[str, str]) -> Iterator[str]:
    known = [*schema, *(f"{name}_FILE" for name in schema)]
    for name in values:
        # What the standard of OpenTelemetry defines is more than the example lists.
        if name in known or name.startswith("OTEL_"):
            continue
        close = difflib.get_close_matches(name, known, n=1)
        yield f"{name}: is not a setting" + (f"; did you mean {close[0]}?" if close else "")


def _faults_of(value: str, marks: dict[str, str], production: bool) -> Iterator[str]:
    if _PLACEHOLDER.search(value):
        yield "is a placeholder; set a value of your own"
    if "secret" in marks and len(value) < MIN_SECRET_LENGTH:
        yield (
            f"has {len(value)} characters, fewer than {MIN_SECRET_LENGTH}; "
            "`openssl rand -hex 32` makes one"
        )
    kind, _, argument = marks.get("type", "").rstrip(")").partition("(")
    options = argument.split(",")
    if kind == "port" and not (value.isdecimal() and 1 <= int(value) <= 65535):
        yield "is not a port, 1 to 65535"
    if kind == "int" and not value.isdecimal():
        yield "is not a whole number"
    if kind == "number" and not re.fullmatch(r"\d+(\.\d+)?", value):
        yield "is not a number"
    if kind == "bool" and value not in {"true", "false"}:
        yield "is neither true nor false"
    if kind == "enum" and value not in options:
        yield f"is none of {', '.join(options)}"
    if kind == "list" and production and "*" in value.split(","):
        yield "allows everything; name what is allowed in production"
    if kind == "url":
        yield from _faults_of_url(value, options, production)


def _faults_of_url(value: str, schemes: list[str], production: bool) -> Iterator[str]:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port  # reading the port is what checks it
    except ValueError:
        yield "is not a URL"
        return
    if parts.scheme not in schemes:
        yield f"does not begin with {' or '.join(f'{scheme}://' for scheme in schemes)}"
    if not host:
        yield "names no host"
    if production and host and _is_this_machine(host):
        yield f"points to {host}, which in production is not where the service is"
    if production and (parts.password or "").lower() in _KNOWN_PASSWORDS:
        yield "has a password that everybody knows"


def _is_this_machine(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _shared_secrets(schema: dict[str, Variable], values: dict[str, str]) -> Iterator[str]:
    first: dict[str, str] = {}
    for name, variable in schema.items():
        value = values.get(name)
        if value and "secret" in variable.marks:
            other = first.setdefault(value, name)
            if other != name:
                yield f"{name}: is the same as {other}; give each its own"


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; 1 when there are faults."""
    root = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description="Judge an env file before it is used.")
    parser.add_argument("file", type=Path, nargs="?", default=root / ".env", metavar="FILE")
    parser.add_argument(
        "--schema", type=Path, default=root / ".env.example", help="(default: .env.example)"
    )
    parser.add_argument(
        "--production", action="store_true", help="judge as if ENVIRONMENT were production"
    )
    options = parser.parse_args(arguments)
    try:
        schema, env = read_env_file(options.schema), read_env_file(options.file)
    except EnvFileError as error:
        print(error, file=sys.stderr)
        return 1
    faults = validate(schema, env, production=options.production)
    for fault in faults:
        print(f"{options.file}: {fault}", file=sys.stderr)
    if faults:
        return 1
    print(f"{options.file}: valid")
    return 0


if __name__ == "__main__":
    sys.exit(main())
