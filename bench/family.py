"""A family on a server that is measured: a child, a guardian who is asked about many clips, and somebody everybody sees."""

from pathlib import Path

from sqlalchemy import insert, update

from onstage import ids, settings
from onstage.accounts.models import accounts, follows, guardianships, members, people, sessions
from onstage.accounts.viewer import Viewer, secret_hash
from onstage.clips.agreeing import publish
from onstage.clips.models import appearances, captions, clip_media, clip_tags, clips, contained, renditions
from onstage.clock import now
from onstage.db import migrate
from onstage.db.engine import Connection
from onstage.engagement import comments, likes
from onstage.feed.ranking import refresh
from onstage.server import compose
from onstage.web.app import App

MUM, KID, ADA, BEN = range(1, 5)
WORD = "hummingbirds"
FILES = {"film": ".mp4", "preview": ".mp4", "cover": ".webp", "small": ".webp", "tiny": ".webp", "scrub": ".webp"}
_BANDS = {MUM: "adult", KID: "13_15", ADA: "adult", BEN: "adult"}


def cookie_of(person: int) -> str:
    """The secret with which somebody is signed in."""
    return f"the browser of {person}"


def opened(folder: Path) -> App:
    """A server's application on an empty data folder, with these four people."""
    app = compose(settings.load({"ONSTAGE_DATA": str(folder)}))
    migrate.upgrade(app.database, folder)
    with app.database.write() as db:
        for who, band in _BANDS.items():
            _person(db, who, band)
        row = {"id": 1, "guardian_id": MUM, "minor_id": KID, "claimed_at": 1, "accepted_at": 1, "is_full": 1}
        db.execute(insert(guardianships).values(row))
        db.execute(insert(follows).values(follower_id=MUM, target_id=ADA, accepted=1, at=1))
    return app


def _person(db: Connection, who: int, band: str) -> None:
    moment = now()
    db.execute(
        insert(people).values(id=who, zone="UTC", band=band, birth_date="1990-01-01", created_at=1, seen_at=moment)
    )
    db.execute(insert(accounts).values(id=who, handle=f"person{who}", name="Name", kind="personal", created_at=1))
    db.execute(insert(members).values(account_id=who, person_id=who, role="owner", since=1))
    row = {
        "id": who,
        "secret_hash": secret_hash(cookie_of(who)),
        "person_id": who,
        "account_id": who,
        "kind": "browser",
    }
    db.execute(insert(sessions).values(**row, name="bench", created_at=moment, seen_at=moment, checked_at=moment))


def asked(app: App, count: int) -> list[str]:
    """So many drafts of the child's about which the guardian is asked; gives their slugs."""
    slugs = [ids.slug() for _ in range(count)]
    for number, slug in enumerate(slugs):
        with app.database.write() as db:
            _clip(db, KID, slug, f"Clip {number} of mine", audience="friends", stage="draft")
            publish.publish(db, app.keys, Viewer(person=KID, account=KID), slug)
    return slugs


def everywhere(app: App, folder: Path) -> tuple[str, dict[str, str]]:
    """A public clip of ada's in which ben appears, which he liked, saved and commented; its slug, and its files' keys."""
    slug, keys = ids.slug(), {name: ids.slug() + ending for name, ending in FILES.items()}
    for key in keys.values():
        made = folder / "made"
        made.write_bytes(bytes(200_000))
        app.storage.put(key, made)
    caption = f"All about {WORD} #{WORD}"
    with app.database.write() as db:
        clip = _clip(db, ADA, slug, caption, published_at=now(), recommended=1, leaves_server=1, cover=keys["cover"])
        db.execute(update(clips).where(clips.c.id == clip).values(cover_small=keys["small"]))
        file = {"key": keys["film"], "width": 540, "height": 960, "bytes": 200_000, "bitrate": 1_000_000}
        db.execute(insert(renditions).values(clip_id=clip, codecs="avc1.64001f", **file))
        files = {"cover_tiny": keys["tiny"], "scrub": keys["scrub"], "scrub_count": 4, "preview": keys["preview"]}
        db.execute(insert(clip_media).values(clip_id=clip, **files))
        db.execute(insert(clip_tags).values(clip_id=clip, tag=WORD, published_at=now()))
        db.execute(insert(appearances).values(clip_id=clip, person_id=BEN, account_id=BEN, sticks=1, at=1))
        cues = "WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n"
        db.execute(insert(captions).values(clip_id=clip, language="en", words=cues, source="person", changed_at=1))
        app.search.index(db, "clip", clip, caption)
    ben = Viewer(person=BEN, account=BEN)
    with app.database.write() as db:
        likes.like(db, ben, slug)
        likes.save(db, ben, slug)
        comments.comment(db, ben, slug, "What a bird")
        refresh(db)
    return slug, keys


def taken(app: App, folder: Path, slug: str, count: int) -> list[tuple[str, str]]:
    """So many public clips of the guardian's that contain a part of that one; the slug of each, and the key of its film."""
    made = [(ids.slug(), ids.slug() + ".mp4") for _ in range(count)]
    for _name, key in made:
        film = folder / "made"
        film.write_bytes(bytes(200_000))
        app.storage.put(key, film)
    with app.database.write() as db:
        source = db.execute(
            update(clips).where(clips.c.slug == slug).values(takes=1).returning(clips.c.id)
        ).scalar_one()
        for name, key in made:
            clip = _clip(db, MUM, name, "An answer", published_at=now(), recommended=1, leaves_server=1, takes=1)
            file = {"key": key, "width": 540, "height": 960, "bytes": 200_000, "bitrate": 1_000_000}
            db.execute(insert(renditions).values(clip_id=clip, codecs="avc1.64001f", **file))
            db.execute(insert(contained).values(id=ids.new(), clip_id=clip, source_id=source, at=1))
    return made


def _clip(db: Connection, by: int, slug: str, caption: str, **more: object) -> int:
    clip = ids.new()
    row = {"id": clip, "slug": slug, "account_id": by, "person_id": by, "stage": "none", "caption": caption}
    shape = {"audience": "public", "commenters": "everyone", "created_at": 1, "duration_us": 8_000_000, "width": 540}
    db.execute(insert(clips).values({**row, **shape, "height": 960, **more}))
    return clip
