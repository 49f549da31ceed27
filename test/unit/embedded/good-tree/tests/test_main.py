"""Tests against a database of the machine."""

DATABASE_URL = "postgresql://shop:shop@localhost:5432/shop"
