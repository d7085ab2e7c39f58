"""Comparing films that were encoded anew: the job finds the clips of one film, where a no to one covers the other."""

from pathlib import Path

from onstage.clips import same_film
from onstage.clips.agreeing import repeats
from onstage.clips.renditions import largest
from onstage.clips.workroom import Workroom
from onstage.db.engine import Connection
from onstage.jobs.worker import Job
from onstage.media import likeness
from onstage.media.probe import Unplayable, probe


def compare(room: Workroom, job: Job) -> None:
    """Compare the film of a clip with those of others; one that nobody has looked into yet is looked into first."""
    assert job.subject is not None
    clip = job.subject
    with job.read() as db:
        mine, film = same_film.moves_of(db, clip), largest(db, clip)
    if mine is None and film is not None:
        with room.table(job) as table:
            mine = job.step("moves", bytes, lambda: _moves(room, table, film))
        job.change("note", type(None), lambda db: _note(db, clip, mine or b""))
    alike = job.step("alike", list[int], lambda: _alike(job, clip, mine or b""))
    job.change("meet", type(None), lambda db: _meet(db, room, clip, alike))


def _meet(db: Connection, room: Workroom, clip: int, alike: list[int]) -> None:
    repeats.meet(db, room.keys, clip, same_film.copies(db, clip).union(alike))


def _moves(room: Workroom, table: Path, film: str) -> bytes:
    path = room.local(film, table)
    try:
        return likeness.looked_into(room.ffmpeg, path, probe(room.ffmpeg, path, room.limits), table / "tiny.gray")
    except Unplayable:
        return b""


def _note(db: Connection, clip: int, moves: bytes) -> None:
    if same_film.present(db, [clip]):
        same_film.note_moves(db, clip, moves)


def _alike(job: Job, clip: int, mine: bytes) -> list[int]:
    with job.read() as db:
        others = same_film.to_compare(db, clip) if mine else []
    found = []
    for other in others:
        with job.read() as db:
            theirs = same_film.moves_of(db, other)
        if likeness.alike(mine, theirs or b"") >= likeness.SAME:
            found.append(other)
    return found
