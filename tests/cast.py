"""The cast (an adult, a follower, a friend, a minor, a blocked one, a joint account …) and clips for them."""

from dataclasses import dataclass, field

from sqlalchemy import insert, update

from onstage import ids
from onstage.accounts.age import Band
from onstage.accounts.models import accounts, blocks, choices, follows, guardianships, members, people, sessions
from onstage.accounts.viewer import GUEST, Viewer, find, secret_hash
from onstage.clips.models import Audience, HoldKind, Stage, clip_tags, clips, holds, renditions
from onstage.clock import DAY, now
from onstage.db.engine import Connection, Database
from onstage.keys import Keys
from onstage.text import tags
from onstage.web.http import SESSION_COOKIE, App

SIGN_IN = "a browser of "
KEYS = Keys(b"only for tests")  # those of the application under test


@dataclass
class Actor:
    """One of the cast: a viewer, and the cookie that signs them in; `browser` names the session."""

    viewer: Viewer
    browser: str = ""

    @property
    def cookies(self) -> dict[str, str]:
        """What the browser sends."""
        return {SESSION_COOKIE: SIGN_IN + (self.browser or self.viewer.handle)} if self.viewer.signed_in else {}


@dataclass
class Cast:
    """Everybody. `ada` has clips; `ben` follows her, `fay` is her friend, `eve` is blocked by her, `max` is 16.

    `mia` is 12; `gus` and `gil` are her full guardians.
    """

    app: App
    ada: Actor
    ben: Actor
    fay: Actor
    eve: Actor
    max: Actor
    ola: Actor  # the server's owner
    mia: Actor
    gus: Actor
    gil: Actor
    duo: Actor  # ada acting as the joint account she owns with ben
    guest: Actor
    clips: dict[str, int] = field(default_factory=dict)

    @property
    def everybody(self) -> dict[str, Actor]:
        """All actors by name."""
        names = ("ada", "ben", "fay", "eve", "max", "ola", "duo", "mia", "gus", "gil", "guest")
        return {name: getattr(self, name) for name in names}


def make_cast(app: App) -> Cast:
    """Write everybody into an empty database."""
    with app.database.write() as db:
        made = {name: person(db, name) for name in ("ada", "ben", "fay", "eve")}
        made["max"] = person(db, "max", band=Band.FROM_16)
        made["ola"] = person(db, "ola", is_server_owner=1)
        made["mia"] = person(db, "mia", band=Band.UNDER_13)
        made |= {name: person(db, name) for name in ("gus", "gil")}
        for name in ("gus", "gil"):
            stand_for(db, made[name], made["mia"], is_full=1)
            row = {"person_id": made["mia"].person, "setter_id": made[name].person, "row": "quiet_hours"}
            db.execute(insert(choices).values(**row, value="none", at=now()))  # a test may run at night
        duo = joint(db, "duo", made["ada"], made["ben"])
        ada = made["ada"].account
        _follow(db, made["ben"].account, ada)
        _follow(db, made["fay"].account, ada)
        _follow(db, ada, made["fay"].account)
        db.execute(insert(blocks).values(blocker_id=ada, blocked_id=made["eve"].account, at=now()))
    ada_, ben, fay, eve, max_, ola, mia, gus, gil = (Actor(viewer) for viewer in made.values())
    return Cast(app, ada_, ben, fay, eve, max_, ola, mia, gus, gil, duo=Actor(duo), guest=Actor(GUEST))


def crowd(app: App, number: int) -> list[Actor]:
    """So many more adults whom nothing ties to anybody."""
    with app.database.write() as db:
        return [Actor(person(db, f"guest{place:03}")) for place in range(number)]


def person(db: Connection, handle: str, band: Band = Band.ADULT, **columns: int) -> Viewer:
    """Somebody with a personal account, signed in."""
    who, account = ids.new(), ids.new()
    row = {"id": who, "zone": "Europe/Berlin", "band": band.value, "birth_date": "1990-05-04", "created_at": now()}
    db.execute(insert(people).values(**row, **columns))
    made = {"id": account, "handle": handle, "name": handle.title(), "kind": "personal", "created_at": now()}
    db.execute(insert(accounts).values(made))
    db.execute(insert(members).values(account_id=account, person_id=who, role="owner", since=now()))
    return signed_in(db, who, account, handle)


def stand_for(db: Connection, guardian: Viewer, minor: Viewer, **more: object) -> int:
    """Let somebody be a carer of a minor (`is_full=1`: a full guardian); gives the guardianship's id."""
    made = ids.new()
    row = {"id": made, "guardian_id": guardian.person, "minor_id": minor.person, "claimed_at": now()}
    db.execute(insert(guardianships).values({**row, "accepted_at": now(), **more}))
    return made


def joint(db: Connection, handle: str, *owners: Viewer) -> Viewer:
    """A joint account of these people; the first of them is signed in as it."""
    account = ids.new()
    made = {
        "id": account,
        "handle": handle,
        "name": handle.title(),
        "kind": "joint",
        "joint_kind": "group",
        "created_at": now(),
    }
    db.execute(insert(accounts).values(made))
    for owner in owners:
        db.execute(insert(members).values(account_id=account, person_id=owner.person, role="owner", since=now()))
    return signed_in(db, owners[0].person, account, handle)


def signed_in(db: Connection, who: int | None, account: int | None, browser: str) -> Viewer:
    """A session of a person who acts as an account, in a browser of that name."""
    secret = SIGN_IN + browser
    row = {"id": ids.new(), "secret_hash": secret_hash(secret), "person_id": who, "account_id": account}
    times = {"created_at": now(), "seen_at": now(), "checked_at": now()}
    db.execute(insert(sessions).values(**row, kind="browser", name="test", **times))
    viewer = find(db, "browser", secret)
    assert viewer is not None
    return viewer


def _follow(db: Connection, follower: int | None, target: int | None) -> None:
    db.execute(insert(follows).values(follower_id=follower, target_id=target, accepted=1, at=now()))


def make_clip(
    database: Database,
    by: Viewer,
    *,
    caption: str = "",
    audience: Audience = Audience.PUBLIC,
    published: bool = True,
    stage: Stage = Stage.NONE,
    hold: HoldKind | None = None,
    marked: bool = False,
    recommended: bool = True,
    ago: int = DAY,
) -> tuple[int, str]:
    """Write a clip with one rendition straight into the tables; gives its id and slug."""
    clip, slug = ids.new(), ids.slug()
    published_at = now() - ago if published else None
    row = {"id": clip, "slug": slug, "account_id": by.account, "person_id": by.person, "caption": caption}
    shape = {
        "duration_us": 8_000_000,
        "width": 540,
        "height": 960,
        "cover": f"cover{slug}",
        "cover_small": f"small{slug}",
    }
    state = {"stage": stage, "audience": audience, "commenters": "everyone", "published_at": published_at}
    flags = {"marked": int(marked), "recommended": int(recommended), "leaves_server": 1, "holds": int(hold is not None)}
    flags["takes"] = int(audience is Audience.PUBLIC)
    with database.write() as db:
        db.execute(insert(clips).values(**row, **shape, **state, **flags, created_at=now()))
        file = {"key": f"film{slug}", "clip_id": clip, "width": 540, "height": 960}
        db.execute(insert(renditions).values(**file, bytes=1000, bitrate=1000, codecs="avc1.64001f"))
        for tag in tags(caption):
            db.execute(insert(clip_tags).values(clip_id=clip, tag=tag, published_at=published_at))
        if hold is not None:
            db.execute(insert(holds).values(clip_id=clip, kind=hold, since=now()))
    return clip, slug


def grow_up(database: Database, viewer: Viewer) -> None:
    """Let a minor be an adult from now on."""
    with database.write() as db:
        db.execute(update(people).where(people.c.id == viewer.person).values(band=Band.ADULT.value))
