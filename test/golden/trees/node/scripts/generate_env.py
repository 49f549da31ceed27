"""Writes .env from .env.example with new secrets; one that exists is never touched."""

import argparse
import os
import secrets
import sys
from pathlib import Path

from env_file import EnvFileError, read_env_file


def generate(example: Path) -> str:
    """Return the example's text with a secret for each one that is required and empty."""
    lines = example.read_text("utf-8").splitlines()
    for name, variable in read_env_file(example).items():
        if {"required", "secret"} <= variable.marks.keys() and not variable.value:
            lines[lines.index(f"{name}=")] = f"{name}={secrets.token_hex(32)}"
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; 1 when nothing was written."""
    root = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--example", type=Path, default=root / ".env.example", metavar="FILE")
    parser.add_argument("--output", type=Path, default=root / ".env", metavar="FILE")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    options = parser.parse_args(arguments)
    output: Path = options.output
    if output.exists():
        print(f"{output} exists and was left as it is", file=sys.stderr)
        return 1
    try:
        text = generate(options.example)
        if options.dry_run:
            print(f"would write {output}")
            return 0
        # Readable by the owner alone from the first moment; fails should the file exist by now.
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except (OSError, EnvFileError) as error:
        print(f"{output} was not written: {error}", file=sys.stderr)
        return 1
    print(f"wrote {output} with new secrets")
    return 0


if __name__ == "__main__":
    sys.exit(main())
