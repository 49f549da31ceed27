"""The worker, which sends events and handles them."""
