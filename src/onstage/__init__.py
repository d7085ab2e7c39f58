"""Onstage: short video that people host themselves, with consent built in."""

__version__ = "0.1.0"
