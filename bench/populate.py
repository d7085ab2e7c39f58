"""A database with many clips, mixed audiences, follows, blocks and likes; made once a size and kept in bench/inputs."""

import random
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert

from onstage import settings
from onstage.accounts.models import accounts, blocks, follows, members, people, sessions
from onstage.accounts.viewer import secret_hash
from onstage.clips.models import clip_tags, clips, renditions
from onstage.clock import MINUTE, now
from onstage.db import migrate
from onstage.db.engine import Connection
from onstage.engagement.models import counts, likes
from onstage.feed.ranking import refresh
from onstage.server import compose

HERE = Path(__file__).parent / "inputs"
SECRET = "the bench's own browser"
AUDIENCES = ("public",) * 16 + ("followers", "friends", "unlisted", "private")


def filled(count: int) -> Path:
    """The data folder of a server with `count` clips; account 1 follows 500 accounts, 100 of them follow back."""
    folder = HERE / f"feed_{count}"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _fill(folder, count)
        (folder / "done").touch()
    return folder


def _fill(folder: Path, count: int) -> None:
    app = compose(settings.load({"ONSTAGE_DATA": str(folder)}))
    migrate.upgrade(app.database, folder)
    people_count = max(20, min(20_000, count // 40))
    chance = random.Random(7)
    rows = {
        people: ({"id": n, "zone": "UTC", "band": "adult", "created_at": 1} for n in range(1, people_count + 1)),
        accounts: (
            {"id": n, "handle": f"person{n}", "name": f"Person {n}", "kind": "personal", "created_at": 1}
            for n in range(1, people_count + 1)
        ),
        members: ({"account_id": n, "person_id": n, "role": "owner", "since": 1} for n in range(1, people_count + 1)),
        sessions: iter([_session()]),
        follows: _follows(people_count, chance),
        blocks: (
            {"blocker_id": n, "blocked_id": 1, "at": 1}
            for n in range(people_count - min(20, people_count // 10), people_count + 1)
        ),
        clips: _clips(count, people_count, chance),
        counts: ({"clip_id": n, "likes": (n * 7919) % 50, "comments": n % 5, "saves": 0} for n in range(1, count + 1)),
        renditions: _renditions(count),
        clip_tags: _tags(count),
        likes: _likes(count, people_count, chance),
    }
    for table, each in rows.items():
        _insert(app.database.write, table, each)
    with app.database.write() as db:
        refresh(db)
    app.close()


def _insert(write: Any, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    statement = insert(table)
    while batch := list(islice(rows, 20_000)):
        with write() as db:
            _run(db, statement, batch)


def _run(db: Connection, statement: Any, batch: list[dict[str, Any]]) -> None:
    db.execute(statement, batch)


def _session() -> dict[str, Any]:
    times = {"created_at": now(), "seen_at": now(), "checked_at": now()}
    owner = {"id": 1, "secret_hash": secret_hash(SECRET), "person_id": 1, "account_id": 1}
    return {**owner, "kind": "browser", "name": "bench", **times}


def _follows(people_count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    known = set()
    for n in range(2, min(502, people_count)):
        yield {"follower_id": 1, "target_id": n, "accepted": 1, "at": n}
        if n % 5 == 0:
            yield {"follower_id": n, "target_id": 1, "accepted": 1, "at": n}
    for _ in range(people_count * 10):
        pair = chance.randint(2, people_count), chance.randint(2, people_count)
        if pair[0] != pair[1] and pair not in known:
            known.add(pair)
            yield {"follower_id": pair[0], "target_id": pair[1], "accepted": 1, "at": 1}


def _clips(count: int, people_count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    latest = now()
    for n in range(1, count + 1):
        by = chance.randint(1, people_count)
        audience = chance.choice(AUDIENCES)
        yield {
            "id": n, "slug": f"{n:016d}", "account_id": by, "person_id": by, "stage": "none",
            "caption": f"Clip {n} of #topic{n % 200} and #hot", "audience": audience, "commenters": "everyone",
            "marked": int(chance.random() < 0.01), "published_at": latest - (count - n) * MINUTE // 10,
            "created_at": 1, "holds": int(chance.random() < 0.01), "recommended": int(audience == "public"),
            "duration_us": 12_000_000, "width": 540, "height": 960,
            "cover": f"cover{n:08d}.webp", "cover_small": f"small{n:08d}.webp",
        }  # fmt: skip


def _renditions(count: int) -> Iterator[dict[str, Any]]:
    for n in range(1, count + 1):
        for short in (720, 540, 360):
            size = {"width": short, "height": short * 16 // 9, "bytes": 900_000, "bitrate": 600_000}
            yield {"key": f"film{n:08d}x{short}.mp4", "clip_id": n, **size, "codecs": "avc1.64001f,mp4a.40.2"}


def _tags(count: int) -> Iterator[dict[str, Any]]:
    latest = now()
    for n in range(1, count + 1):
        published = latest - (count - n) * MINUTE // 10
        yield {"clip_id": n, "tag": f"topic{n % 200}", "published_at": published}
        yield {"clip_id": n, "tag": "hot", "published_at": published}


def _likes(count: int, people_count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    known = set()
    for _ in range(min(count, 200_000)):
        clip, account = int(count * chance.random() ** 3) + 1, chance.randint(1, people_count)
        if (clip, account) not in known:
            known.add((clip, account))
            yield {"clip_id": clip, "account_id": account, "person_id": account, "at": now()}
