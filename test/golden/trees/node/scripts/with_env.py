"""Runs a command with the variables of an env file; those that the environment has already win."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from env_file import EnvFileError, read_env_file


def main(arguments: list[str]) -> NoReturn:
    """Become the command, so that signals reach it and its exit code is ours."""
    if not arguments or arguments[0] in {"-h", "--help"}:
        print("usage: with_env.py FILE COMMAND [ARGUMENT...]\n\n" + str(__doc__))
        sys.exit(0 if arguments else 2)
    file, *command = arguments
    if not command:
        sys.exit("with_env.py: no command to run with the variables")
    try:
        variables = read_env_file(Path(file))
    except EnvFileError as error:
        sys.exit(str(error))
    values = {name: variable.value for name, variable in variables.items()}
    # An argument list and no shell: the command is the caller's own.
    os.execvpe(command[0], command, values | os.environ)  # nosec B606


if __name__ == "__main__":
    main(sys.argv[1:])
