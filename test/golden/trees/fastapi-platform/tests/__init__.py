"""The tests: unit needs nothing, integration needs real services."""
