"""Changing a clip that was published: narrower at once, anything else as a draft beside it that waits for every yes anew."""

from contextlib import suppress
from dataclasses import replace

from onstage.accounts.acts import Act
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import rows
from onstage.clips.agreeing.answers import limit
from onstage.clips.agreeing.asking import ASKABLE, ask
from onstage.clips.agreeing.deciding import decide
from onstage.clips.agreeing.kept import DRAFT, Content, Place
from onstage.clips.agreeing.rows import Record
from onstage.clips.captioned import Words
from onstage.clips.models import Audience, Stage
from onstage.clips.renditions import CoverKeys, set_aside, set_cover
from onstage.clips.rules import consent
from onstage.clips.rules.life import Clip, reach_of
from onstage.clips.rules.need import WIDTHS, Reach, Version
from onstage.db.engine import Connection
from onstage.errors import Refused
from onstage.keys import Keys


def revise(
    db: Connection,
    keys: Keys,
    viewer: Viewer,
    clip: int,
    *,
    caption: str | None,
    audience: Audience | None,
    marked: bool | None,
) -> bool:
    """Change a published clip as far as something is otherwise; whether that waits now, as a draft or for somebody's yes.

    Its author asks by changing it; what others change waits for its author. Raises what asking raises.
    """
    by = _person(viewer)
    if marked and not _shown(db, clip).marked:
        decide(db, keys, clip, lambda record: consent.mark(record.clip, record.facts, by), Act.NARROWED, by=by)
    if audience is not None:
        audience = _move(db, keys, by, clip, audience)
    record = rows.load(db, clip)
    old = record.contents.get(DRAFT) or _as_shown(record)
    new = replace(
        old,
        caption=old.caption if caption is None else caption,
        audience=audience or old.audience,
        marked=old.marked if marked is None else marked,
    )
    return new != old and _put(db, keys, by, record, new)


def recut(db: Connection, keys: Keys, by: int, clip: int, cut: str | None) -> None:
    """Have a draft beside what is published show the film of that key, None: the one that is published.

    Raises what asking raises; the draft is kept then.
    """
    record = rows.load(db, clip)
    shown = _as_shown(record)
    old = record.contents.get(DRAFT) or shown
    new = replace(old, cut=cut or shown.cut)
    if new != old:
        _put(db, keys, by, record, new)


def recaption(db: Connection, keys: Keys, viewer: Viewer, clip: int, new: Words) -> bool:
    """Have a draft beside what is published show these captions; whether that waits now. Raises what asking raises."""
    record = rows.load(db, clip)
    old = record.contents.get(DRAFT) or _as_shown(record)
    return _put(db, keys, _person(viewer), record, replace(old, captions=new))


def recover(db: Connection, keys: Keys, by: int, clip: int, cover: CoverKeys) -> list[str]:
    """Give a clip a cover that was chosen; beside what is published it waits, and what was asked is asked anew.

    Gives the keys that nothing names any more: the new ones where the clip can't be changed now.
    """
    try:
        record = rows.load(db, clip)
        asked, old = record.clip.stage is Stage.ASKED, record.contents.get(DRAFT)
        if asked or record.clip.shown is not None:
            _reword(db, keys, by, clip)
    except Refused:
        return cover.keys
    if record.clip.shown is None:
        dropped = set_cover(db, clip, cover)
    else:
        dropped = set_aside(db, clip, cover)
        rows.keep_draft(db, clip, replace(old or _as_shown(record), cover=cover.large))
    if asked or record.clip.shown is not None:
        with suppress(Refused):  # what stands against it keeps it a draft
            _ask(db, keys, by, record, record.clip.due)
    return dropped


def replace_in_film(db: Connection, keys: Keys, viewer: Viewer, clip: int, person: int, place: Place) -> bool:
    """Say otherwise when somebody is in what is published; whether that waits now. Raises what asking raises."""
    record = rows.load(db, clip)
    old = record.contents.get(DRAFT) or _as_shown(record)
    places = dict(old.places or ()) | {person: place}
    return _put(db, keys, _person(viewer), record, replace(old, places=tuple(sorted(places.items()))))


def begin(db: Connection, keys: Keys, viewer: Viewer, clip: int) -> int | None:
    """Begin a draft of what is published, or take back what is asked about; gives the time for which it was asked."""
    due = rows.load(db, clip).clip.due
    reword(db, keys, viewer, clip)
    return due


def ask_again(db: Connection, keys: Keys, viewer: Viewer, clip: int, due: int | None) -> None:
    """Where its author has changed who is in what is published, or made it with whom, ask; what stands against it waits.

    Who is named from now on may object at once, also to what is shown.
    """
    record = rows.load(db, clip)
    rows.save_concerned(db, record)
    if record.clip.shown is not None:
        with suppress(Refused):
            _ask(db, keys, _person(viewer), record, due)


def _put(db: Connection, keys: Keys, by: int, record: Record, new: Content) -> bool:
    """Keep a draft beside what is published; where its author does, and nothing forbids it, ask. Whether it waits."""
    _reword(db, keys, by, record.id)
    rows.keep_draft(db, record.id, new)
    return _ask(db, keys, by, record, record.clip.due)


def _ask(db: Connection, keys: Keys, by: int, record: Record, due: int | None) -> bool:
    """Ask about what is a draft again, for the time that was chosen before; whether it waits."""
    if by != record.clip.author or any(hold.kind not in ASKABLE for hold in record.clip.holds):
        return True
    later = due if due is not None and due > record.facts.at else None
    return ask(db, keys, by, record.id, due=later).working is not None


def _move(db: Connection, keys: Keys, by: int, clip: int, audience: Audience) -> Audience | None:
    """Go narrower, or back within what was agreed to by taking one's own limit back; the audience that still needs a yes."""

    def narrower(record: Record) -> Clip:
        return consent.narrow(record.clip, record.facts, by, limit(audience))

    def back(record: Record) -> Clip:
        wider = consent.widen(record.clip, record.facts, by)
        return wider if _is_as(wider, record, audience) else consent.narrow(wider, record.facts, by, limit(audience))

    record = rows.load(db, clip)
    now_shown, shown = reach_of(record.clip, record.facts), record.clip.shown
    assert now_shown is not None
    assert shown is not None
    if audience is now_shown.audience:
        return None if DRAFT not in record.contents else audience
    if WIDTHS.index(audience) < WIDTHS.index(now_shown.audience):
        decide(db, keys, clip, narrower, Act.NARROWED, by=by)
        return None if DRAFT not in record.contents else audience
    others = replace(record.clip, caps=frozenset(cap for cap in record.clip.caps if cap.giver != by))
    freed = reach_of(others, record.facts)
    if freed is not None and Reach(audience).within(freed):
        decide(db, keys, clip, back, Act.WIDENED, by=by)
        return None
    return audience


def _is_as(clip: Clip, record: Record, audience: Audience) -> bool:
    reach = reach_of(clip, record.facts)
    return reach is not None and reach.audience is audience


def _shown(db: Connection, clip: int) -> Version:
    shown = rows.load(db, clip).clip.shown
    assert shown is not None
    return shown


def _as_shown(record: Record) -> Content:
    """What is published, as far as it goes now."""
    shown, reach = record.clip.shown, reach_of(record.clip, record.facts)
    assert shown is not None
    assert reach is not None
    content = record.contents[shown.number]
    return replace(
        content, audience=reach.audience, marked=shown.marked, cover=record.cover, captions=None, places=None
    )


def reword(db: Connection, keys: Keys, viewer: Viewer, clip: int) -> None:
    """Take what is asked back into work, or begin a draft of what is published: no yes is for it. Raises NotAllowed."""
    _reword(db, keys, _person(viewer), clip)


def _reword(db: Connection, keys: Keys, by: int, clip: int) -> None:
    def rule(record: Record) -> Clip:
        named = record.clip.working.appears if record.clip.working else record.clip.named
        content = record.contents.get(DRAFT) or _as_shown(record)
        version = Version(record.clip.author, content.reach, named | record.clip.named, content.marked)
        return consent.edit(record.clip, record.facts, by, version)

    decide(db, keys, clip, rule, Act.EDITED, by=by)


def _person(viewer: Viewer) -> int:
    assert viewer.person is not None
    return viewer.person
