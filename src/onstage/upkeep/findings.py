"""What a check says: fine, worth knowing, or wrong, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's; `mend` says what to do, where there is something to do."""

    verdict: Verdict
    says: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.verdict:<6} {self.says}" + (f" {self.mend}" if self.mend else "")


def ok(says: str) -> Finding:
    """All is well."""
    return Finding(Verdict.OK, says)


def note(says: str, mend: str = "") -> Finding:
    """It works, and there is something to know."""
    return Finding(Verdict.NOTE, says, mend)


def wrong(says: str, mend: str) -> Finding:
    """It does not work, or won't for long."""
    return Finding(Verdict.WRONG, says, mend)
