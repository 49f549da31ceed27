"""What is told about the service: metrics and traces."""
