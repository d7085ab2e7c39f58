"""What moderators withhold: by a report that they settled, or because a clip for adults shows a minor (consent.md R3, R5)."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import and_, exists, or_, select, update

from onstage.accounts.models import accounts, guardianships, members
from onstage.accounts.viewer import Viewer
from onstage.clips import cases
from onstage.clips.agreeing import holds
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.rows import Record
from onstage.clips.ending import vault
from onstage.clips.models import HoldKind
from onstage.clips.rules import consent
from onstage.clips.rules.life import Clip
from onstage.clips.rules.need import has_minor
from onstage.db.engine import Connection
from onstage.errors import Conflict, NotFound
from onstage.keys import Keys
from onstage.moderation.models import reports
from onstage.moderation.reports import Outcome


@dataclass(frozen=True)
class Withheld:
    """A clip that the viewer can let go again. `words`: their reason; empty where they keep it for the law, or don't hold it."""

    slug: str
    handle: str
    since: int
    words: str
    is_kept: bool = False


def mine(db: Connection, viewer: Viewer) -> list[Withheld]:
    """What the viewer withholds, latest first."""
    own = cases.held_for(db, HoldKind.MODERATION, viewer.person or 0)
    settled = and_(reports.c.settled_by == viewer.person, reports.c.outcome == Outcome.HOLD.value)
    rows = db.execute(
        select(reports.c.clip_id, accounts.c.handle, reports.c.settled_at, reports.c.settled_words)
        .join_from(reports, accounts, accounts.c.id == reports.c.account_id)
        .where(settled, reports.c.clip_id.in_(own))
        .order_by(reports.c.settled_at.desc())
    ).all()
    names = cases.slugs(db, {row.clip_id for row in rows})
    settled_so = [Withheld(names[row.clip_id], row.handle, row.settled_at, row.settled_words) for row in rows]
    told, kept = {each.slug for each in settled_so}, cases.withheld(db, HoldKind.PRESERVED, viewer.person or 0)
    return settled_so + [
        Withheld(each.slug, each.handle, each.since, "", is_kept=True) for each in kept if each.slug not in told
    ]


def by_rule(db: Connection, viewer: Viewer) -> list[Withheld]:
    """What is for adults and shows a minor, or is withheld by one who is no moderator now, but for what concerns the viewer.

    Nothing of it is shown here.
    """
    found = cases.withheld_by_nobody(db)
    return [Withheld(case.slug, case.handle, case.since, "") for case in found if not _concerns(db, viewer, case)]


def _concerns(db: Connection, viewer: Viewer, case: cases.Case) -> bool:
    member = exists().where(members.c.account_id == case.account, members.c.person_id == viewer.person)
    guardian = exists().where(guardianships.c.guardian_id == viewer.person, guardianships.c.minor_id.in_(case.people))
    return viewer.person in case.people or bool(db.execute(select(or_(member, guardian))).scalar())


def let_go(db: Connection, keys: Keys, viewer: Viewer, slug: str) -> None:
    """End the viewer's own hold, also one for the law, or one that is nobody's any more.

    Raises NotFound where there is none, Conflict while it is for adults and a minor is in it, and NotAllowed for one whom
    the clip concerns.
    """
    clip = cases.named(db, slug)
    if clip is None or viewer.person is None:
        raise NotFound("There is no hold of yours on this clip.")
    if _let_go_own(db, keys, clip, viewer.person):
        return
    for former in cases.former_moderators(db, clip):
        holds.orphan(db, former, clip)
        holds.enter_orphaned(db, keys, clip, former)
    if not holds.is_held_by(db, clip, HoldKind.MODERATION, holds.SERVER):
        raise NotFound("There is no hold of yours on this clip.")
    decide(db, keys, clip, partial(_released, by=viewer.person), by=viewer.person)


def _let_go_own(db: Connection, keys: Keys, clip: int, by: int) -> bool:
    kept = vault.is_withheld_by(db, clip, by)
    if kept:
        vault.let_go(db, keys, clip, by)
    if not holds.lift(db, clip, HoldKind.MODERATION, by):
        return kept
    holds.enter(db, keys, clip, HoldKind.MODERATION, by, placed=False)
    held = and_(reports.c.clip_id == clip, reports.c.settled_by == by, reports.c.outcome == Outcome.HOLD.value)
    db.execute(update(reports).where(held).values(outcome=Outcome.DISMISS.value))
    return True


def _released(record: Record, *, by: int) -> Clip:
    shown = record.clip.shown
    if shown is not None and shown.marked and has_minor(shown, record.facts):
        raise Conflict(
            "It is for adults, and a minor is in it: it is never shown. If they are of age, let their age be settled.",
            code="minor-in-it",
        )
    return consent.release(record.clip, record.facts, HoldKind.MODERATION, by=by)
