"""The schema of the database and what brings it about."""
