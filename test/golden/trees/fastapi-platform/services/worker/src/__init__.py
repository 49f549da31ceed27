"""The worker's code; `python -m services.worker.src` starts it."""
