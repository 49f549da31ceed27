"""From a request to all that follows from it."""
