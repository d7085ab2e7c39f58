"""All that a viewer gets of a version, in one piece: its digest covers exactly that, and what has changed is read from two."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec
from msgspec import Struct, structs
from sqlalchemy import select, update

from onstage.clips import captioned, trimmed
from onstage.clips.agreeing.kept import Kept, Place
from onstage.clips.labels import clip_labels
from onstage.clips.models import Audience, appearances, clip_versions, clips, contained
from onstage.clips.rules.need import Facts, Version
from onstage.clock import SECOND
from onstage.db.engine import Connection
from onstage.media.cues import parse


class Seen(Struct, frozen=True):
    """What a version shows; its clip and account never change. Every field is digested, and told when it is otherwise.

    `cut` names the part that is shown, empty: as it came; tags and mentions are in the caption.
    """

    caption: str
    audience: Audience
    marked: bool
    recommended: bool
    leaves: bool
    cover: str
    cut: str
    captions: tuple[tuple[str, str], ...]  # language, WebVTT
    appears: tuple[tuple[int, Place], ...]  # by person
    labels: tuple[tuple[str, Place], ...]  # adults who are not here
    children: tuple[tuple[str, Place], ...]  # minors who are not here
    coauthors: tuple[int, ...]
    takes: bool = False
    contains: tuple[tuple[int, int, Place], ...] = ()  # parts of other clips: whose, which, and when


@dataclass(frozen=True)
class Change:
    """One thing that is otherwise than in the version somebody last agreed to; empty: it was not there, or is no more."""

    what: str  # a field of Seen
    before: str
    after: str


def of_draft(db: Connection, kept: Kept, facts: Facts) -> Seen:
    """What the draft would show if it was asked about now."""
    working, draft = kept.clip.working, kept.draft
    assert working is not None
    named, label = appearances.c, clip_labels.c
    who = db.execute(select(named.person_id, named.from_us, named.to_us).where(named.clip_id == kept.id)).all()
    places: dict[int, Place] = {person: (start, end) for person, start, end in who}
    others = select(label.minor, label.words, label.from_us, label.to_us).where(
        label.clip_id == kept.id, label.words != ""
    )
    labels = [
        (bool(minor), (words, (start, end))) for minor, words, start, end in db.execute(others.order_by(label.id))
    ]
    words = captioned.words(db, kept.id) if draft.captions is None else draft.captions
    return Seen(
        caption=draft.caption,
        audience=draft.audience,
        marked=draft.marked,
        recommended=working.reach.recommended,
        leaves=working.reach.leaves,
        cover=draft.cover or "",
        cut=_cut(db, kept),
        captions=tuple((language, text) for language, _source, text in words),
        appears=_placed(working.appears, places | dict(draft.places or ())),
        labels=tuple(each for minor, each in labels if not minor),
        children=tuple(each for minor, each in labels if minor),
        coauthors=tuple(sorted(side.account for side in facts.coauthors)),
        takes=working.reach.takes,
        contains=contained_in(db, kept.id),
    )


def contained_in(db: Connection, clip: int) -> tuple[tuple[int, int, Place], ...]:
    """The parts of other clips in one: whose account, which clip, and when."""
    part = contained.c
    of_clip = select(clips.c.account_id, part.source_id, part.from_us, part.to_us).join(
        clips, clips.c.id == part.source_id
    )
    rows = db.execute(of_clip.where(part.clip_id == clip).order_by(part.source_id))
    return tuple((account, source, (start, end)) for account, source, start, end in rows)


def _placed(people: Iterable[int], places: Mapping[int, Place]) -> tuple[tuple[int, Place], ...]:
    return tuple((person, places.get(person, (0, None))) for person in sorted(people))


def _cut(db: Connection, kept: Kept) -> str:
    if kept.draft.cut is not None:
        return kept.draft.cut
    if kept.clip.shown is not None:
        before = seen(kept, kept.clip.shown.number)
        return before.cut if before else ""
    part = trimmed.of(db, kept.id)
    return f"{part.from_us}-{part.to_us}" if part else ""


def keep(db: Connection, clip: int, number: int, asked: Seen) -> None:
    """Keep what is asked about beside its digest."""
    of = (clip_versions.c.clip_id == clip) & (clip_versions.c.number == number)
    db.execute(update(clip_versions).where(of).values(seen=msgspec.json.encode(asked).decode()))


def seen(kept: Kept, number: int) -> Seen | None:
    """What the version of that number shows, as it was asked about; None: from before that was kept."""
    words = kept.seen.get(number)
    return None if words is None else msgspec.json.decode(words, type=Seen)


def since(kept: Kept, version: Version, agreed: int | None) -> tuple[Seen, Seen] | None:
    """What somebody agreed to last, under that number, and what they look at now; None: they have agreed to nothing before."""
    before, after = (None if number is None else seen(kept, number) for number in (agreed, version.number))
    if before is None or after is None:
        return None
    return before, structs.replace(after, appears=_placed(version.appears, dict(after.appears)))


def ids_in(*versions: Seen) -> set[int]:
    """The people and accounts that these name."""
    return {person for each in versions for person, _place in each.appears}.union(
        *(each.coauthors for each in versions), (part[0] for each in versions for part in each.contains)
    )


def differences(before: Seen, after: Seen, names: Mapping[int, str]) -> Iterator[Change]:
    """Everything that is otherwise, in the order of the fields; `names` of people and accounts."""
    for field in structs.fields(Seen):
        was, is_ = (_parts(field.name, each, names) for each in (before, after))
        for key in sorted(was.keys() | is_.keys()):
            if was.get(key) != is_.get(key):
                yield Change(field.name, _written(field.name, key, was), _written(field.name, key, is_))


def _parts(field: str, version: Seen, names: Mapping[int, str]) -> dict[str, str]:
    """What a field holds, by what each thing in it is known by; empty for the one thing that most hold."""
    match field:
        case "captions":
            return dict(version.captions)
        case "appears":
            return _together((names.get(person, "?"), _span(place)) for person, place in version.appears)
        case "labels" | "children":
            return _together((words, _span(place)) for words, place in getattr(version, field))
        case "contains":
            return _together((names.get(account, "?"), _span(place)) for account, _source, place in version.contains)
        case "coauthors":
            return {names.get(account, "?"): "" for account in version.coauthors}
        case _any:
            return {"": str(getattr(version, field))}


def _together(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for key, text in found:
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


def _written(field: str, key: str, found: Mapping[str, str]) -> str:
    if key not in found:
        return ""
    text = " / ".join(cue.words for cue in parse(found[key])) if field == "captions" else found[key]
    return f"{key} {text}".strip()


def _span(place: Place) -> str:
    start, end = place
    return f"{_clock(start)}–{'' if end is None else _clock(end)}"


def _clock(at: int) -> str:
    minutes, seconds = divmod(at / SECOND, 60)
    return f"{int(minutes)}:{seconds:04.1f}"
