"""Asking: the draft is frozen, its author has agreed by asking, and it goes out as soon as nobody else must agree."""

from dataclasses import replace

import msgspec
from sqlalchemy import select

from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.clips import captioned, consent, trimmed
from onstage.clips.deciding import decide
from onstage.clips.life import Clip
from onstage.clips.models import HoldKind, appearances, clip_labels
from onstage.clips.need import need, today
from onstage.clips.rows import Record
from onstage.clips.trimmed import Trim
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotAllowed
from onstage.keys import Keys

ASKABLE = frozenset({HoldKind.NO, HoldKind.BASIS})
"""Holds under which something can be asked; any other must end first."""


def ask(db: Connection, keys: Keys, by: int, clip: int, *, due: int | None = None) -> Clip:
    """Freeze the draft and ask everybody who must agree. Raises NotFound, NotAllowed, Conflict."""

    def rule(record: Record) -> Clip:
        check(record)
        digest = ledger.media_digest(db, clip, _seen(db, record, trimmed.of(db, clip)))
        return consent.ask(record.clip, record.facts, by, digest=bytes.fromhex(digest), due=due)

    return decide(db, keys, clip, rule, Act.ASKED, by=by, fields={} if due is None else {"due": due})


def _seen(db: Connection, record: Record, trim: Trim | None) -> bytes:
    """All that a viewer gets of the version, in one piece to be digested (consent.md R14).

    The clip's id stands for its moving pictures and their sound, which never change; tags and mentions are in its words.
    """
    working, one = record.clip.working, record.id
    assert working is not None
    who = select(appearances.c.person_id, appearances.c.from_us, appearances.c.to_us)
    named = who.where(appearances.c.clip_id == one).order_by(appearances.c.person_id)
    who_else = select(clip_labels.c.words, clip_labels.c.minor, clip_labels.c.from_us, clip_labels.c.to_us)
    labelled = who_else.where(clip_labels.c.clip_id == one).order_by(clip_labels.c.id)
    rows = [[tuple(row) for row in db.execute(each)] for each in (named, labelled)]
    reach, part = working.reach, trim and trim.part
    draft = replace(record.draft, captions=None)
    words = captioned.words(db, one) if record.draft.captions is None else record.draft.captions
    spoken = [(language, text) for language, _source, text in words]
    facts = (one, draft, reach.recommended, reach.leaves, sorted(working.appears), part)
    made_by = (record.account, sorted(side.account for side in record.facts.coauthors))
    return msgspec.json.encode((facts, made_by, spoken, *rows))


def check(record: Record) -> None:
    """Raise unless the draft can be asked about: NotAllowed where age or a missing guardian stands against it, Conflict."""
    working, facts = record.clip.working, record.facts
    assert working is not None
    if any(hold.kind not in ASKABLE for hold in record.clip.holds):
        raise Conflict("This clip is withheld, so it can't be published now.", code="held")
    if not working.reach.within(today(working.people, facts)):
        sentence = "At the age of somebody in it this can't be shown that widely. Choose a smaller audience; the draft is kept."
        raise NotAllowed(sentence, field="audience", code="age")
    if facts.frozen or any(len(part.of) < part.least for part in need(working, facts)):
        sentence = "Somebody who may decide for a minor must be there first. The draft is kept."
        raise NotAllowed(sentence, field="audience", code="age")
