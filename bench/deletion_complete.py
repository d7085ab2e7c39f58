"""`deletion_complete`: places in which the sweep finds something of what was deleted. There is only one good value: 0."""

import random
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert, select, update

from bench.measure import Measure
from onstage import ids, settings
from onstage.accounts import ledger
from onstage.accounts.acts import Act
from onstage.accounts.ledger import Entry
from onstage.accounts.models import accounts, people
from onstage.accounts.viewer import Viewer
from onstage.clips.ending import deletion
from onstage.clips.models import clips, renditions
from onstage.clock import now
from onstage.db import migrate
from onstage.engagement.models import comments
from onstage.jobs.models import jobs
from onstage.jobs.worker import run_due
from onstage.server import compose, job_kinds
from onstage.upkeep.sweep import look
from onstage.web.app import App

CLIPS, DELETED = 1500, 300
ADA = Viewer(person=1, account=1)


def measure() -> Measure:
    """A database whose pages were split and filled again and again, then a fifth of its clips deleted, one by one."""
    with tempfile.TemporaryDirectory() as folder:
        app = compose(settings.load({"ONSTAGE_DATA": folder}))
        migrate.upgrade(app.database, Path(folder))
        words = _fill(app)
        gone = random.Random(5).sample(sorted(words), DELETED)
        before = len(look(app.settings, app.database, [words[slug] for slug in gone]))
        started = time.perf_counter()
        for slug in gone:
            with app.database.write() as db:
                deletion.delete(db, app.keys, ADA, slug)
        while _hasten(app) and run_due(app.database, job_kinds(app)):
            continue
        seconds = time.perf_counter() - started
        found = look(app.settings, app.database, [word for slug in gone for word in (slug, words[slug])])
        app.close()
    note = f"{DELETED} of {CLIPS} clips; limit: none may be left"
    return Measure(
        len(found), "places", 0, None, note, {"places_before": before, "s_per_clip": round(seconds / DELETED, 4)}
    )


def _fill(app: App) -> dict[str, str]:
    chance, words = random.Random(3), {}
    with app.database.write() as db:
        db.execute(insert(people).values(id=1, zone="UTC", band="adult", created_at=1))
        db.execute(insert(accounts).values(id=1, handle="ada", name="Ada", kind="personal", created_at=1))
        for _ in range(CLIPS):
            clip, slug, word = ids.new(), ids.slug(), f"word-{ids.slug()}"
            words[slug] = word
            row = {"id": clip, "slug": slug, "account_id": 1, "person_id": 1, "stage": "none", "audience": "public"}
            caption = word + " x" * chance.randrange(100)
            db.execute(
                insert(clips).values(**row, commenters="everyone", caption=caption, published_at=1, created_at=1)
            )
            file = {"key": f"film{slug}", "clip_id": clip, "width": 1, "height": 1}
            db.execute(insert(renditions).values(**file, bytes=1, bitrate=1, codecs="avc1"))
            said = {
                "id": ids.new(),
                "clip_id": clip,
                "account_id": 1,
                "person_id": 1,
                "words": f"about {word}",
                "at": 1,
            }
            db.execute(insert(comments).values(said))
            app.search.index(db, "clip", clip, caption)
            ledger.append(db, app.keys, Entry(Act.UPLOADED, by=1, clip=clip, fields={"words": caption}))
        for clip, caption in db.execute(select(clips.c.id, clips.c.caption)).all():
            longer = caption + " y" * chance.randrange(100)
            db.execute(update(clips).where(clips.c.id == clip).values(caption=longer))
    return words


def _hasten(app: App) -> bool:
    with app.database.write() as db:
        return db.execute(update(jobs).where(jobs.c.period.is_(None)).values(due_at=now())).rowcount > 0
