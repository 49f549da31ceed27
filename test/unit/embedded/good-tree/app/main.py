"""The application."""

WEAK = ("changeme", "password", "secret")


def greeting(name: str) -> str:
    """An undefined name is an error of the caller."""
    if name in WEAK:
        raise ValueError("refused")
    return f'{{"hello": "{name}"}}'
