"""What the service is about, free of the web framework and of all services."""
