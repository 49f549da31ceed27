"""The API's code; `python -m services.api.src` starts it."""
