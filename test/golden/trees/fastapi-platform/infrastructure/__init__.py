"""The outside world: the services that are used, and how the service is watched."""
