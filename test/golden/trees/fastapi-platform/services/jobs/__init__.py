"""Programs that do one thing and end: for schedules and for administrators."""
