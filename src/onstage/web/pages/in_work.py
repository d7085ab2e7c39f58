"""A clip in the hands of its makers: how far it is, in words, and what its form shows."""

from dataclasses import dataclass
from typing import Any, TypeVar

from onstage.accounts import permissions
from onstage.accounts.age import Band, Row, Who
from onstage.accounts.models import Kind
from onstage.accounts.queries import own_account
from onstage.accounts.viewer import Viewer
from onstage.clips.agreeing import edit
from onstage.clips.agreeing.kept import Content
from onstage.clips.film import progress, trim
from onstage.clips.film.progress import Progress
from onstage.clips.models import Audience, Commenters, Stage
from onstage.clock import SECOND
from onstage.db.engine import Connection
from onstage.engagement.cards import Card, cards
from onstage.web.http import App
from onstage.web.pages.asking import stands
from onstage.web.pages.choices import Option, about_age, audience_options, commenter_options
from onstage.web.pages.forms import ticked, words
from onstage.web.words import gettext as _

Chosen = TypeVar("Chosen", Audience, Commenters)


@dataclass(frozen=True)
class Words:
    """What a form about a clip shows: what is chosen, and what may be."""

    caption: str
    audiences: list[Option]
    commenters: list[Option]
    marked: bool
    may_mark: bool
    age_sentence: str


@dataclass(frozen=True)
class InWork:
    """How far a clip is. `part`: of its way to the server or through the pipeline, 0 to 1; lengths in bytes."""

    slug: str
    stage: str
    state_words: str
    standing: str
    badge: str
    part: float
    upload_length: int
    published: bool
    publish_asked: bool
    shown: bool
    caption: str
    color: str
    cover_url: str | None
    cover_small_url: str | None
    video_url: str | None
    duration_us: int
    audience: str


def new_words(db: Connection, viewer: Viewer) -> Words:
    """The form of a clip that is yet to come: what the age table and the person's own choices begin with."""
    assert viewer.person is not None
    audience = Audience(str(permissions.value_for(db, viewer.person, Row.AUDIENCE)))
    who = permissions.value_for(db, viewer.person, Row.COMMENTS)
    commenters = Commenters.NOBODY if who in {Who.NOBODY, Who.CIRCLE} else Commenters(str(who))
    return _words(db, viewer, "", audience, commenters, marked=False)


def words_of(db: Connection, viewer: Viewer, card: Card, draft: Content | None, typed: dict[str, Any] | None) -> Words:
    """The form of a clip: its own words, those of a draft beside what is published, or what was typed and refused."""
    audience, commenters = Audience(card.audience), Commenters(card.commenters)
    if typed is None and draft is not None:
        return _words(db, viewer, draft.caption, draft.audience, commenters, marked=draft.marked, clip=card.id)
    if typed is None:
        return _words(db, viewer, card.caption, audience, commenters, marked=card.marked, clip=card.id)
    return _words(
        db,
        viewer,
        words(typed, "caption"),
        one_of(Audience, words(typed, "audience")) or audience,
        one_of(Commenters, words(typed, "commenters")) or commenters,
        marked=ticked(typed, "marked"),
        clip=card.id,
    )


def _words(
    db: Connection,
    viewer: Viewer,
    caption: str,
    audience: Audience,
    commenters: Commenters,
    *,
    marked: bool,
    clip: int | None = None,
) -> Words:
    assert viewer.person is not None
    joint = own_account(db, viewer)["kind"] == Kind.JOINT.value
    return Words(
        caption=caption,
        audiences=audience_options(audience, edit.open_to(db, viewer.person), joint=joint),
        commenters=commenter_options(commenters, edit.commenters_for(db, viewer.person, clip)),
        marked=marked,
        may_mark=viewer.band is Band.ADULT or marked,
        age_sentence=about_age(viewer.band),
    )


def one_of(kind: type[Chosen], typed: str) -> Chosen | None:
    """The choice of that name; None when there is none."""
    return kind(typed) if typed in set(kind) else None


def in_work(app: App, db: Connection, viewer: Viewer, clip_ids: list[int]) -> list[InWork]:
    """How far these clips are, in the order asked."""
    found = [card for at in range(0, len(clip_ids), 16) for card in cards(db, viewer, clip_ids[at : at + 16])]
    assert viewer.person is not None
    watched = progress.watch(db, [viewer.person], [card.slug for card in found])
    ways = {way.slug: way for _person, way in watched}
    return [_in_work(app, card, ways.get(card.slug), stands(db, viewer, card)) for card in found]


def _in_work(app: App, card: Card, way: Progress | None, standing: str) -> InWork:
    part = _part(app, way)
    asked = bool(way and way.publish_asked)
    return InWork(
        slug=card.slug,
        stage=card.stage,
        state_words=_state(card, way, part, asked=asked),
        standing=standing,
        badge=_badge(card),
        part=part,
        upload_length=way.length if way else 0,
        published=card.published_at is not None,
        publish_asked=asked,
        shown=card.shown,
        caption=card.caption,
        color=card.color,
        cover_url=card.cover_url,
        cover_small_url=card.cover_small_url,
        video_url=card.renditions[-1].url if card.renditions else None,
        duration_us=card.duration_us,
        audience=card.audience,
    )


@dataclass(frozen=True)
class Part:
    """Which part of a film is chosen, in seconds, and where the whole is fetched; `state` empty: all of it."""

    start: float
    end: float
    length: float
    video_url: str | None
    state: str


def part_of(db: Connection, viewer: Viewer, clip: InWork) -> Part | None:
    """The part of one's own clip that is chosen; None where there is no film to choose from yet."""
    chosen = trim.of(db, viewer, clip.slug)
    if clip.video_url is None and chosen is None:
        return None
    if chosen is None:
        return Part(0, clip.duration_us / SECOND, clip.duration_us / SECOND, clip.video_url, "")
    is_cut = not clip.published and chosen.aside is not None
    url = f"/media/{chosen.aside}" if is_cut else clip.video_url
    length = (chosen.aside_us if is_cut else clip.duration_us) or chosen.to_us
    return Part(chosen.from_us / SECOND, chosen.to_us / SECOND, length / SECOND, url, chosen.state.value)


def _part(app: App, way: Progress | None) -> float:
    if way is None:
        return 0.0
    if way.stage is Stage.UPLOADING:
        come = app.staging.length(way.upload) if way.upload else None
        return (come or 0) / way.length if way.length else 0.0
    return way.percent / 100


def _state(card: Card, way: Progress | None, part: float, *, asked: bool) -> str:
    if card.held and card.published_at is not None:
        return _("Withheld")
    match Stage(card.stage):
        case Stage.UPLOADING:
            return _("Uploading, %(percent)d %% is there") % {"percent": part * 100}
        case Stage.PROCESSING if asked:
            return _("Making it playable; then it goes out")
        case Stage.PROCESSING:
            return _("Making it playable")
        case Stage.ASKED:
            return _("Waits for a yes")
        case Stage.FAILED:
            return (way.failure if way else None) or _("It could not be made playable.")
        case Stage.DRAFT:
            return _("Draft")
        case Stage.NONE:
            return _("Published")


def _badge(card: Card) -> str:
    if card.held:
        return "withheld"
    return {Stage.FAILED: "danger", Stage.NONE: "published", Stage.DRAFT: ""}.get(Stage(card.stage), "waiting")
