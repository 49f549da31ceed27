"""The processes that run: each folder is one."""
