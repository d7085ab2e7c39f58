"""Measures of Onstage, each beside a limit taken in the same run."""
