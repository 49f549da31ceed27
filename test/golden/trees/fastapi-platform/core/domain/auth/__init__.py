"""Accounts: who may use the service, how they show it, and what is remembered of that."""
