"""The state of what the service depends on."""
