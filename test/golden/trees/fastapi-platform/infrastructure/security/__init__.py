"""Cryptography: hashes of passwords and signatures of tokens."""
