"""What the service depends on, one by one."""
