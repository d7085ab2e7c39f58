"""How a story is told: who is in it, what each of them opens, and what a picture shows at a phone's and a desk's size."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
from playwright.sync_api import Browser, Page
from sqlalchemy import delete, insert, select, update

from onstage.accounts import joint as joint_accounts
from onstage.accounts.age import Band
from onstage.accounts.membership import PublishingRule
from onstage.accounts.models import accounts, choices, follows, sessions
from onstage.accounts.viewer import Viewer, secret_hash
from onstage.clips.agreeing import answers, inbox, publish
from onstage.clips.models import Audience, Stage, clip_yeses, clips, concerned
from onstage.clock import DAY, now
from onstage.db.engine import Connection, Database
from onstage.keys import Keys
from onstage.storage.objects import Objects
from tests.browser.axe import COLORS, Look
from tests.browser.stage import DESK, PHONE, Site, with_film
from tests.cast import SIGN_IN, Actor, joint, make_clip, person, stand_for

PICTURES = os.environ.get("ONSTAGE_STORIES")
PAGE = Path(__file__).parents[3] / "docs" / "use" / "stories.md"
SMALL = """() => [...document.querySelectorAll('main :is(a.button, button, summary, input, select, textarea, a.list-row)')]
  .filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((each) => !each.closest('.visually-hidden'))
  .map((each) => (each.matches('[type=checkbox], [type=radio]') ? each.closest('label') || each : each))
  .filter((each) => { const box = each.getBoundingClientRect(); return box.height < 43.5 || box.width < 43.5; })
  .map((each) => each.outerHTML.slice(0, 100))"""
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Telling:
    """A story on a running server."""

    site: Site
    database: Database
    storage: Objects
    keys: Keys
    chromium: Browser
    look: Look
    films: dict[str, Path]

    def comes(self, handle: str, band: Band = Band.ADULT, name: str = "") -> Actor:
        """Somebody new, signed in a moment ago; whoever had the handle when the story was told before gave it up."""
        with self.database.write() as db:
            _make_room(db, handle)
            came = Actor(person(db, handle, band=band))
            if name:
                db.execute(update(accounts).where(accounts.c.id == came.viewer.account).values(name=name))
            return came

    def guards(self, child: Actor, *parents: Actor) -> None:
        """Let them be full guardians, and let it be day for the child."""
        with self.database.write() as db:
            for parent in parents:
                stand_for(db, parent.viewer, child.viewer, is_full=1)
                row = {"person_id": child.viewer.person, "setter_id": parent.viewer.person, "row": "quiet_hours"}
                db.execute(insert(choices).values(**row, value="none", at=now()))

    def befriends(self, one: Actor, other: Actor) -> None:
        """Let two accounts follow each other."""
        with self.database.write() as db:
            for follower, target in ((one, other), (other, one)):
                edge = {"follower_id": follower.viewer.account, "target_id": target.viewer.account}
                db.execute(insert(follows).values(**edge, accepted=1, at=now()))

    def drafts(self, by: Viewer, scene: str, caption: str, audience: Audience = Audience.FRIENDS) -> str:
        """A film that somebody has brought and not yet published; gives its name."""
        how = {"published": False, "recommended": False}
        made = make_clip(self.database, by, caption=caption, audience=audience, stage=Stage.DRAFT, **how)  # type: ignore[arg-type]
        return with_film(self.database, self.storage, made, self.films[scene])

    def asks(self, by: Actor, slug: str, *agreeing: Actor) -> None:
        """What came before the story: it was asked about, and these have said yes."""
        with self.database.write() as db:
            publish.publish(db, self.keys, by.viewer, slug)
            for each in agreeing:
                version = inbox.one(db, each.viewer, slug).version
                answers.say_yes(db, self.keys, each.viewer, slug, version)

    def refuses(self, actor: Actor, slug: str) -> None:
        """Somebody says no, on a device of theirs that the story does not show."""
        with self.database.write() as db:
            answers.say_no(db, self.keys, actor.viewer, slug)

    def passes(self, days: int, *actors: Actor) -> None:
        """So many days go by: what has happened to these people's clips and browsers lies that much further back."""
        persons, ago = [each.viewer.person for each in actors], days * DAY
        with self.database.write() as db:
            theirs = clips.c.person_id.in_(persons)
            made = select(clips.c.id).where(theirs).scalar_subquery()
            moved = {"created_at": clips.c.created_at - ago, "published_at": clips.c.published_at - ago}
            db.execute(update(clip_yeses).where(clip_yeses.c.clip_id.in_(made)).values(at=clip_yeses.c.at - ago))
            db.execute(update(concerned).where(concerned.c.clip_id.in_(made)).values(since=concerned.c.since - ago))
            db.execute(update(clips).where(theirs).values(moved))
            times = {"checked_at": sessions.c.checked_at - ago}
            db.execute(update(sessions).where(sessions.c.person_id.in_(persons)).values(times))

    def makes_room(self, handle: str) -> None:
        """Nobody has this handle any more."""
        with self.database.write() as db:
            _make_room(db, handle)

    def shares(self, handle: str, *owners: Actor) -> Viewer:
        """An account that these run together; gives the first of them acting as it."""
        with self.database.write() as db:
            _make_room(db, handle)
            return joint(db, handle, *(each.viewer for each in owners))

    def wants(self, handle: str, rule: PublishingRule, *owners: Actor) -> None:
        """What these owners have said about when a clip goes out."""
        with self.database.write() as db:
            for each in owners:
                joint_accounts.want_rule(db, self.keys, each.viewer, handle, rule, now())

    def opens(self, actor: Actor | None, path: str, *, phone: bool = True) -> Page:
        """A browser of somebody's own, at a page."""
        page = self.site.page(self.chromium, actor, phone=phone, reduced_motion="reduce")
        page.goto(self.site.origin + path)
        return page

    def goes(self, page: Page, path: str) -> None:
        """On to another page in the same browser."""
        page.goto(self.site.origin + path)

    def sees(self, actor: Actor | None, slug: str, *, yes: bool) -> None:
        """Whether the clip's page opens for somebody, and its film and cover with it."""
        context = self.chromium.new_context()
        for name, value in (actor.cookies if actor else {}).items():
            context.add_cookies([{"name": name, "value": value, "url": self.site.origin}])
        for path in (f"/c/{slug}", f"/api/v1/clips/{slug}"):
            assert context.request.get(self.site.origin + path).ok == yes, path
        context.close()

    def looks(self, page: Page, name: str) -> None:
        """Nothing shuts anybody out, nothing is cut off or too small for a finger; a picture, if pictures are wanted."""
        was = page.viewport_size or PHONE
        self.pictures(page, name)
        page.set_viewport_size(PHONE)
        small = page.evaluate(SMALL)
        assert small == [], f"{name}: too small for a finger: {small}"
        self.look(page, name)
        page.emulate_media(color_scheme="dark")
        self.look(page, f"{name} in the dark", COLORS)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(was)

    def pictures(self, page: Page, name: str) -> None:
        """How it looks on a phone and on a desk, where nothing is wider than the screen."""
        page.evaluate("() => document.querySelectorAll('video').forEach((film) => film.pause())")
        for kind, size in (("phone", PHONE), ("desk", DESK)):
            page.set_viewport_size(size)
            assert page.evaluate(WIDE) <= 0, f"{name} is wider than a {kind}"
            if PICTURES and _wanted(Path(PICTURES), f"{name}-{kind}"):
                _picture(page, Path(PICTURES) / f"{name}-{kind}")


def _make_room(db: Connection, handle: str) -> None:
    db.execute(update(accounts).where(accounts.c.handle == handle).values(handle=f"was{now() % 10**12}"))
    db.execute(delete(sessions).where(sessions.c.secret_hash == secret_hash(SIGN_IN + handle)))


def _wanted(folder: Path, name: str) -> bool:
    """Beside the page of the stories are the pictures that it shows; any other folder gets all."""
    return folder.resolve() != PAGE.with_suffix("") or f"stories/{name}.webp" in PAGE.read_text()


def _picture(page: Page, path: Path) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    path.parent.mkdir(parents=True, exist_ok=True)
    sharp, small = path.with_suffix(".png"), path.with_suffix(".webp")
    page.screenshot(path=sharp)
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(sharp)]
    subprocess.run([*ffmpeg, "-quality", "72", str(small)], check=True)
    sharp.unlink()
