"""The job that follows rows that are gone, by name and payload: whoever ends something has it done."""

from msgspec import Struct

DISCARD = "discard"


class Discard(Struct):
    """What is gone (kind and id), and what of it lies outside the database."""

    gone: list[tuple[str, int]]
    at: int
    keys: list[str]
    staged: list[str]
    asked_by: int | None = None
    receipt: int | None = None
    in_journal: bool = False
    orphaned: list[int] = []  # clips that who is gone withheld as a moderator
