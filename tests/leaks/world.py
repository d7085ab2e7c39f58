"""A server full of secrets: clips of every audience, state and hold by everybody, each with its own word in every field."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from sqlalchemy import insert, select

from onstage import ids
from onstage.accounts.models import blocks, follows, mutes
from onstage.clips.agreeing.kept import Content
from onstage.clips.models import (
    Audience,
    HoldKind,
    Stage,
    Why,
    captions,
    clip_consents,
    clip_media,
    clip_mentions,
    clip_tags,
    clip_versions,
    clips,
    concerned,
    contained,
    holds,
    renditions,
    uploads,
)
from onstage.clock import DAY, HOUR, MINUTE, now
from onstage.db.engine import Connection
from onstage.engagement.models import comments, counts, likes, reposts, saves, seen
from onstage.engagement.viewers import of_account
from onstage.feed.models import rankings
from onstage.moderation.models import reports
from onstage.web.app import App
from tests.cast import Actor, Cast, joint, make_cast, person, signed_in
from tests.leaks import naive

NOBODY = "zq999xk"  # the secret of a clip that never was
TAG = "stage"
MENTIONED = ("ben", "fay", "eve", "max")  # in every caption


@dataclass(frozen=True)
class Plan:
    """A clip as it is to be: `host` and `author` are names of the cast."""

    host: str
    author: str
    audience: Audience = Audience.PUBLIC
    stage: Stage = Stage.NONE
    published: bool = True
    held: tuple[HoldKind, ...] = ()
    marked: bool = False
    recommended: bool = True
    concerned: tuple[str, ...] = ()  # whom it waits for, or who withheld it


@dataclass(frozen=True)
class Planted:
    """A clip with a secret in all it has; `word` is in its caption too, and is what one may search for."""

    plan: Plan
    id: int
    secret: str
    word: str

    @property
    def slug(self) -> str:
        """Its public name."""
        return slug_of(self.secret)

    @property
    def tag(self) -> str:
        """A tag that only it has."""
        return tag_of(self.secret)

    @property
    def keys(self) -> dict[str, str]:
        """Its stored files."""
        return keys_of(self.secret)


def slug_of(secret: str) -> str:
    """The public name of the clip with that secret."""
    return secret + "0" * 9


def tag_of(secret: str) -> str:
    """The tag of the clip with that secret: another word, because lists of tags count what every guest may meet."""
    return f"tq{secret[2:]}tag"


def keys_of(secret: str) -> dict[str, str]:
    """The keys of its stored files."""
    return {
        "film": f"{secret}film.mp4",
        "cover": f"{secret}cover.webp",
        "small": f"{secret}small.webp",
        "scrub": f"{secret}scrub.webp",
        "avif": f"{secret}cover.avif",
    }


def plans() -> Iterable[Plan]:
    """The whole catalogue."""
    for audience in Audience:
        yield Plan("ada", "ada", audience)
        yield Plan("ada", "ada", audience, marked=True)
        yield Plan("ada", "ada", audience, recommended=False)
        yield Plan("duo", "ada", audience)
        yield Plan("duo", "ben", audience)
        yield Plan("max", "max", audience, recommended=False)
        yield Plan("mia", "mia", audience, recommended=False)
    for kind in HoldKind:
        yield Plan("ada", "ada", held=(kind,))
    for audience in (Audience.PUBLIC, Audience.FOLLOWERS, Audience.PRIVATE):
        yield Plan("ada", "ada", audience, stage=Stage.DRAFT, published=False)
        yield Plan("ada", "ada", audience, held=(HoldKind.MODERATION, HoldKind.CLAIM))
    for stage in (Stage.UPLOADING, Stage.PROCESSING, Stage.FAILED):
        yield Plan("ada", "ada", stage=stage, published=False)
    yield Plan("ada", "ada", stage=Stage.DRAFT)  # a new version is being made of what is out
    for author in ("ada", "ben", "fay"):  # fay was a member of duo and left
        yield Plan("duo", author, stage=Stage.DRAFT, published=False)
        yield Plan("duo", author, held=(HoldKind.NO,))
        yield Plan("duo", author, held=(HoldKind.DELETING,))
    yield Plan("duo", "fay", Audience.MEMBERS)
    yield Plan("duo", "fay", Audience.PRIVATE)
    yield Plan("duo", "fay", marked=True)
    for minor in ("max", "mia"):
        yield Plan(minor, minor, stage=Stage.DRAFT, published=False)
    yield Plan("mia", "mia", held=(HoldKind.NO,))
    for audience in (Audience.PUBLIC, Audience.UNLISTED, Audience.FOLLOWERS, Audience.FRIENDS):
        yield Plan("eve", "eve", audience)
        yield Plan("ivy", "ivy", audience)
        yield Plan("fay", "fay", audience)
    for audience in (Audience.PRIVATE, Audience.FRIENDS, Audience.PUBLIC):
        yield Plan("ada", "ada", audience, stage=Stage.ASKED, published=False, concerned=("ben", "eve", "tom"))
        yield Plan("max", "max", audience, held=(HoldKind.NO,), concerned=("ben", "lea"))
        yield Plan("duo", "ada", audience, concerned=("mia",))
    yield Plan("trio", "eve")
    yield Plan("trio", "eve", Audience.MEMBERS)


@dataclass
class World:
    """The server, everybody on it, every clip, and the naive truth about all of it."""

    app: App
    cast: Cast
    actors: dict[str, Actor]
    planted: list[Planted] = field(default_factory=list)
    reported: set[int] = field(default_factory=set)
    comments: dict[int, list[int]] = field(default_factory=dict)
    spare: Actor = field(init=False)

    def read(self) -> naive.Rows:
        """All rows as they are now."""
        with self.app.database.read() as db:
            return naive.read(db)


def build(app: App, folder: Path) -> World:
    """Fill an empty database and the store of objects."""
    world = World(app, *_everybody(app))
    with app.database.write() as db:
        world.spare = world.actors.pop("zoe")
        _relate(db, world.actors)
        world.planted = [_plant(db, world, number, plan) for number, plan in enumerate(plans())]
        _contain(db, world)
        _stale(db, world)
        _report(db, world)
    _store(world, folder)
    return world


def _everybody(app: App) -> tuple[Cast, dict[str, Actor]]:
    cast = make_cast(app)
    with app.database.write() as db:
        more = {name: person(db, name) for name in ("ivy", "pia", "lea", "tom", "zoe")}
        more["rob"] = person(db, "rob", sees_marked=1)
        more["trio"] = joint(db, "trio", cast.eve.viewer)
        more["ben as duo"] = signed_in(db, cast.ben.viewer.person, cast.duo.viewer.account, "ben as duo")
    return cast, {**cast.everybody, **{name: Actor(viewer, name) for name, viewer in more.items()}}


def _relate(db: Connection, actors: dict[str, Actor]) -> None:
    ids_ = {name: actor.viewer.account for name, actor in actors.items()}
    edges = [
        ("tom", "max"),
        ("max", "tom"),
        ("pia", "ada"),
        ("ben", "duo"),
        ("rob", "ivy"),
        ("ada", "ivy"),
        ("ivy", "ada"),
    ]
    for follower, target in edges:
        db.execute(insert(follows).values(follower_id=ids_[follower], target_id=ids_[target], accepted=1, at=1))
    for follower, target in [("lea", "ada"), ("ada", "lea")]:
        db.execute(insert(follows).values(follower_id=ids_[follower], target_id=ids_[target], accepted=0, at=1))
    for muted in ("ada", "duo"):
        db.execute(insert(mutes).values(account_id=ids_["pia"], muted_id=ids_[muted], at=1))
    db.execute(insert(blocks).values(blocker_id=ids_["ivy"], blocked_id=ids_["ada"], at=1))


def _plant(db: Connection, world: World, number: int, plan: Plan) -> Planted:
    made = Planted(plan, ids.new(), f"zq{number:03}xk", f"plain{number:03}word")
    host, author = world.actors[plan.host].viewer, world.actors[plan.author].viewer
    caption = f"On the {TAG} {made.word} {made.secret}caption #{TAG} #{made.tag} @ben"
    published_at = now() - DAY - number * MINUTE if plan.published else None
    row = {
        "id": made.id, "slug": made.slug, "account_id": host.account, "person_id": author.person, "caption": caption,
        "stage": plan.stage.value, "audience": plan.audience.value, "commenters": "everyone",
        "published_at": published_at, "created_at": now(), "holds": len(plan.held), "marked": int(plan.marked),
        "recommended": int(plan.recommended), "leaves_server": int(plan.recommended), "duration_us": 8_000_000,
        "width": 540, "height": 960, "cover": made.keys["cover"], "cover_small": made.keys["small"],
        "failure": f"It failed: {made.secret}failure." if plan.stage is Stage.FAILED else None,
        "original": f"{made.secret}original",
    }  # fmt: skip
    db.execute(insert(clips).values(row))
    for kind in plan.held:
        db.execute(insert(holds).values(clip_id=made.id, kind=kind.value, giver_id=author.person, since=now()))
    made_of_it = {"scrub": made.keys["scrub"], "scrub_width": 90, "scrub_height": 160, "languages": "en"}
    made_of_it |= {"cover_avif": made.keys["avif"], "cover_small_avif": f"{made.secret}small.avif"}
    db.execute(insert(clip_media).values(clip_id=made.id, **made_of_it))
    words = f"WEBVTT\n\n00:00.000 --> 00:01.000\n{made.secret}captions\n"
    said = {"language": "en", "words": words, "source": "person", "changed_at": 1}
    db.execute(insert(captions).values(clip_id=made.id, **said))
    shape = {"width": 540, "height": 960, "bytes": 1000, "bitrate": 1000, "codecs": "avc1.64001f"}
    db.execute(insert(renditions).values(key=made.keys["film"], clip_id=made.id, **shape))
    _concern(db, world, made)
    if plan.stage is Stage.UPLOADING:
        about = {"id": f"{made.secret}upload", "clip_id": made.id, "person_id": author.person, "length": 1000}
        db.execute(insert(uploads).values(**about, metadata="", created_at=now(), until=now() + HOUR))
    return made


def _concern(db: Connection, world: World, made: Planted) -> None:
    """Whom it waits for, what they are asked about, and who withheld it."""
    plan = made.plan
    why = Why.ANSWER if plan.stage is Stage.ASKED else Why.NO if plan.held else Why.MAY_OBJECT
    for name in plan.concerned:
        who = world.actors[name].viewer.person
        db.execute(insert(concerned).values(clip_id=made.id, person_id=who, why=why.value, since=1))
    if plan.stage is Stage.ASKED:
        caption = f"On the {TAG} {made.secret}asked"
        content = Content(caption, plan.audience, False, False, False, made.keys["cover"])
        words = msgspec.json.encode(content).decode()
        db.execute(insert(clip_consents).values(clip_id=made.id, last=1, asked_at=now()))
        db.execute(insert(clip_versions).values(clip_id=made.id, number=1, content=words, digest=b"", at=now()))


def _stale(db: Connection, world: World) -> None:
    """What was written when things were otherwise: tags, rankings, search, likes and comments of people shut out since."""
    everybody = {actor.viewer.account: actor.viewer for actor in world.actors.values() if actor.viewer.signed_in}
    by_account = db.execute(select(clips.c.id, clips.c.account_id, clips.c.person_id)).all()
    hosts = {row.id: (row.account_id, row.person_id) for row in by_account}
    for rank, made in enumerate(world.planted, 1):
        for tag in (TAG, made.tag):
            db.execute(insert(clip_tags).values(clip_id=made.id, tag=tag, published_at=now() - DAY - rank * MINUTE))
        for name in MENTIONED:
            account = world.actors[name].viewer.account
            db.execute(insert(clip_mentions).values(clip_id=made.id, account_id=account))
        db.execute(insert(rankings).values(generation=1, rank=rank, clip_id=made.id))
        world.app.search.index(db, "clip", made.id, f"On the {TAG} {made.word} {made.secret}caption")
        for place, (account, viewer) in enumerate(everybody.items()):
            row = {
                "clip_id": made.id,
                "account_id": account,
                "person_id": viewer.person,
                "at": now() - rank * MINUTE + place,
            }
            db.execute(insert(likes).values(row))
            db.execute(insert(saves).values(row))
            db.execute(insert(reposts).values(row))
            assert account is not None
            db.execute(insert(seen).values(viewer=of_account(account), clip_id=made.id, at=1))
        host, author = hosts[made.id]
        ola = world.actors["ola"].viewer
        for account, who in ((host, author), (ola.account, ola.person)):
            said = {"clip_id": made.id, "account_id": account, "person_id": who, "words": f"{made.secret}comment"}
            fresh = ids.new()
            world.comments.setdefault(made.id, []).append(fresh)
            db.execute(insert(comments).values(id=fresh, at=now(), **said))
        db.execute(insert(counts).values(clip_id=made.id, likes=len(everybody), saves=len(everybody), comments=2))


def _contain(db: Connection, world: World) -> None:
    """What everybody may open contains a part of each clip there is: of which of them it is, not everybody may read."""
    open_to_all = next(each for each in world.planted if each.plan == Plan("ada", "ada", Audience.PUBLIC))
    for made in world.planted:
        if made is not open_to_all:
            row = {"id": ids.new(), "clip_id": open_to_all.id, "source_id": made.id, "at": 1}
            db.execute(insert(contained).values(row))


def _report(db: Connection, world: World) -> None:
    """Open cases: a friends' clip and a comment on a private one, which their impartial reader may know of."""
    for audience, with_comment in ((Audience.FRIENDS, False), (Audience.PRIVATE, True)):
        made = next(each for each in world.planted if each.plan == Plan("ada", "ada", audience))
        comment = db.execute(select(comments.c.id).where(comments.c.clip_id == made.id).limit(1)).scalar()
        ada = world.actors["ada"].viewer
        row = {"account_id": ada.account, "person_id": ada.person, "clip_id": made.id}
        row |= {"comment_id": comment if with_comment else None, "reporter_id": world.actors["fay"].viewer.person}
        db.execute(insert(reports).values(id=ids.new(), **row, reason="other", at=now()))
        world.reported.add(made.id)


def _store(world: World, folder: Path) -> None:
    for made in world.planted:
        for kind, key in made.keys.items():
            path = folder / key
            path.write_bytes(f"the {kind} of {made.secret} ".encode() * 40)
            world.app.storage.put(key, path)
