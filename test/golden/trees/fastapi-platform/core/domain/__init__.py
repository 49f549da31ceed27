"""The business rules, one package per subject."""
