"""The captions of a clip as rows: what is shown, and what a version that was agreed to puts in its place."""

from collections.abc import Collection

from sqlalchemy import delete, select

from onstage.clips.models import captions
from onstage.clips.renditions import note_media
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set

Words = tuple[tuple[str, str, str], ...]
"""Language, source, WebVTT; by language."""


def words(db: Connection, clip: int) -> Words:
    """The captions that are shown."""
    return words_of(db, [clip]).get(clip, ())


def words_of(db: Connection, clip_ids: Collection[int]) -> dict[int, Words]:
    """The captions that are shown with each of these clips."""
    wanted = select(captions.c.clip_id, captions.c.language, captions.c.source, captions.c.words)
    found: dict[int, Words] = {}
    for clip, *row in db.execute(wanted.where(captions.c.clip_id.in_(clip_ids)).order_by(captions.c.language)):
        found[clip] = (*found.get(clip, ()), (row[0], row[1], row[2]))
    return found


def put(db: Connection, clip: int, language: str, source: str, text: str) -> None:
    """Show these in their language; empty: none. The clip is there and locked."""
    if text:
        insert_or_set(db, captions, clip_id=clip, language=language, source=source, words=text, changed_at=now())
    else:
        db.execute(delete(captions).where(captions.c.clip_id == clip, captions.c.language == language))
    note_media(db, clip, languages=" ".join(each for each, _, _ in words(db, clip)))


def come_out(db: Connection, clip: int, waited: Words) -> None:
    """A version is published: its captions are all that there are."""
    before = words(db, clip)
    left = {language for language, _, _ in waited}
    for language, source, _text in before:
        if language not in left:
            put(db, clip, language, source, "")
    for language, source, text in waited:
        if (language, source, text) not in before:
            put(db, clip, language, source, text)


def with_words(before: Words, language: str, source: str, text: str) -> Words:
    """The same with others in that language; empty: without."""
    others = [each for each in before if each[0] != language]
    return tuple(sorted([*others, (language, source, text)] if text else others))
