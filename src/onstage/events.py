"""How a lower layer speaks upward: frozen facts, stored with the change that made them true."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """Something that has happened; stored in the same transaction, delivered at least once by the job queue."""


@dataclass(frozen=True)
class ClipReady(Event):
    """A clip's media can be played; its author may go on."""

    clip: int


@dataclass(frozen=True)
class ClipShown(Event):
    """A clip became visible to others, or its words or audience changed while it was."""

    clip: int


@dataclass(frozen=True)
class ClipWithheld(Event):
    """A clip is no longer visible to those who could see it."""

    clip: int


@dataclass(frozen=True)
class ClipErased(Event):
    """A clip's deletion became final; its rows and objects go now."""

    clip: int


@dataclass(frozen=True)
class HistoryForgotten(Event):
    """An account's history was deleted: what was learned from it is to be forgotten too."""

    account: int


@dataclass(frozen=True)
class AccountChanged(Event):
    """An account's handle, name or bio is new."""

    account: int
