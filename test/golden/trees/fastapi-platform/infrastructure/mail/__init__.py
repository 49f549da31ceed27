"""What is said by mail."""
