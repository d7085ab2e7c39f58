"""`onstage demo`: fill an empty server with people, clips and what they say, through the verbs that people use."""

import random
import secrets
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

from onstage import datafolder
from onstage.accounts import avatars, relations, roster, signup
from onstage.accounts import past as people_past
from onstage.accounts.profiles import Changes
from onstage.accounts.signup import Form, Policy, SignUpPolicy
from onstage.accounts.viewer import Viewer
from onstage.clips import past as clips_past
from onstage.clips import queries
from onstage.clips.agreeing import edit, publish
from onstage.clips.film import progress
from onstage.clips.models import Audience, Stage
from onstage.clips.portraits import asking
from onstage.clips.upload import Upload
from onstage.clock import HOUR, now
from onstage.db.migrate import upgrade
from onstage.engagement import comments, likes
from onstage.engagement import past as engagement_past
from onstage.engagement.tally import Play
from onstage.errors import Conflict
from onstage.feed import ranking
from onstage.jobs.models import Lane
from onstage.jobs.worker import run_due
from onstage.server import compose, job_kinds
from onstage.settings import Settings
from onstage.storage.objects import new_key
from onstage.upkeep.demo_story import Clip, Story, read
from onstage.web import tus
from onstage.web.app import App

MATERIAL = Path(__file__).parent.parent / "demo_material"
_BORN = date(1990, 6, 15)
_PATIENCE = 120

People = Mapping[str, Viewer]
Shown = Mapping[str, Upload]


def demo(settings: Settings) -> None:
    """Fill the server, or raise Conflict where somebody is there already."""
    started = time.monotonic()
    datafolder.make(settings.data)
    with closing(compose(settings)) as app:
        upgrade(app.database, settings.data)
        with app.database.read() as db:
            if not roster.is_empty(db):
                raise Conflict(
                    "People have signed up here, so the demo leaves this server alone. "
                    "Set ONSTAGE_DATA to a new folder, for the demo and for serving it."
                )
        story = read(MATERIAL)
        passwords = fill(app, story, MATERIAL)
    print(f"The server has {len(story.accounts)} people and {len(story.clips)} clips", end="")
    print(f" after {time.monotonic() - started:.0f} seconds. Smaller renditions follow while it serves.")
    for handle in _to_sign_in_as(story):
        print(f"Sign in as @{handle} with the password {passwords[handle]}")


def fill(app: App, story: Story, folder: Path) -> dict[str, str]:
    """Let the story happen, its files lying in `folder`; gives the passwords by handle."""
    _say("People sign up")
    passwords = {account.handle: secrets.token_urlsafe(9) for account in story.accounts}
    people = {handle: _sign_up(app, story, handle, passwords[handle]) for handle in passwords}
    _introduce(app, story, people, folder)
    _follow(app, story, people)
    _say(f"{len(story.clips)} clips go up and are made playable")
    shown = {clip.file: _upload(app, people[clip.account], folder / clip.file) for clip in story.clips}
    _make_playable(app, people, shown)
    _publish(app, story, people, shown)
    _say("They watch, like, and talk")
    _watch(app, story, people, shown)
    _pick(app, story, people, shown)
    _talk(app, story, people, shown)
    run_due(app.database, job_kinds(app), [Lane.GENERAL, Lane.PUBLISH])
    with app.database.write() as db:
        ranking.refresh(db)
    return passwords


def _say(words: str) -> None:
    print(words + ".", flush=True)


def _to_sign_in_as(story: Story) -> list[str]:
    """Somebody who shows clips, and somebody who only watches."""
    makers = {clip.account for clip in story.clips}
    watchers = [account.handle for account in story.accounts if account.handle not in makers]
    return [next(account.handle for account in story.accounts if account.handle in makers), *watchers[:1]]


def _sign_up(app: App, story: Story, handle: str, password: str) -> Viewer:
    account = next(account for account in story.accounts if account.handle == handle)
    policy = Policy(SignUpPolicy.OPEN, app.settings.alone_from, "UTC")
    form = Form(handle=handle, name=account.name, birth_date=_BORN, zone="UTC", password=password)
    ready = signup.prepare(form, policy, now())
    with app.database.write() as db:
        made = signup.sign_up(db, app.keys, policy, ready, now())
    return Viewer(person=made.person, account=made.account, handle=handle, band=ready.band)


def _introduce(app: App, story: Story, people: People, folder: Path) -> None:
    """Bios, pictures, and since when they are here: before the oldest of their clips."""
    oldest = max(clip.hours for clip in story.clips)
    for place, account in enumerate(story.accounts):
        viewer, picture = people[account.handle], new_key(".webp")
        app.storage.put(picture, folder / account.avatar)
        with app.database.write() as db:
            asking.edit(db, app.keys, viewer, Changes(bio=account.bio))
            avatars.ask(db, viewer, picture)
            people_past.here_since(db, viewer, _ago(oldest + 24 + 7 * place))


def _ago(hours: float) -> int:
    return now() - int(hours * HOUR)


def _follow(app: App, story: Story, people: People) -> None:
    oldest = max(clip.hours for clip in story.clips)
    with app.database.write() as db:
        for place, (follower, followed) in enumerate(story.follows):
            relations.follow(db, people[follower], followed, now())
            since = _ago(oldest * (1 - place / len(story.follows)))
            target = people[followed].account
            assert target is not None
            people_past.following_since(db, people[follower], target, since)


def _upload(app: App, viewer: Viewer, path: Path) -> Upload:
    film = path.read_bytes()
    given = tus.announce(app, viewer, len(film), "")
    tus.keep(app, viewer, given, app.staging.append(given.id, 0, [film]))
    return given


def _make_playable(app: App, people: People, shown: Shown) -> None:
    """Do the work here, two at a time; a server that runs already takes its share."""
    kinds = job_kinds(app)
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(run_due, app.database, kinds, [Lane.PUBLISH]) for _ in range(2)]:
            done.result()
    end = time.monotonic() + _PATIENCE
    while _under_way(app, people, shown):
        if time.monotonic() > end:
            raise Conflict("The clips were not made playable in time. `onstage doctor` may say why.")
        time.sleep(0.2)


def _under_way(app: App, people: People, shown: Shown) -> bool:
    slugs = [upload.slug for upload in shown.values()]
    with app.database.read() as db:
        found = [each.stage for viewer in people.values() for each in progress.of_many(db, viewer, slugs)]
    return Stage.PROCESSING in found


def _publish(app: App, story: Story, people: People, shown: Shown) -> None:
    for clip in sorted(story.clips, key=lambda clip: -clip.hours):
        viewer, upload = people[clip.account], shown[clip.file]
        with app.database.write() as db:
            audience = Audience(clip.audience)
            edit.change(db, app.keys, viewer, upload.slug, caption=story.caption(clip), audience=audience)
            publish.publish(db, app.keys, viewer, upload.slug)
            clips_past.shown_since(db, upload.clip, _ago(clip.hours))


def _watch(app: App, story: Story, people: People, shown: Shown) -> None:
    """In the order in which it happened, as the log keeps it."""
    plays = [play for viewer in people.values() for play in _watched(app, story, viewer, shown)]
    app.plays.submit(sorted(plays, key=lambda play: play.happened_at)).result()


def _watched(app: App, story: Story, viewer: Viewer, shown: Shown) -> Iterator[Play]:
    """Most clips that somebody may see, since they came out: to the end and again what they like, others in part."""
    chance = random.Random(viewer.handle)  # noqa: S311 - a story, and the same one each time
    with app.database.read() as db:
        lengths = queries.lengths(db, viewer, [upload.clip for upload in shown.values()])
    for clip in story.clips:
        length_ms = lengths.get(shown[clip.file].clip, 0) // 1000
        likes_it = viewer.handle in story.likes.get(clip.file, ())
        if length_ms and clip.account != viewer.handle and (likes_it or chance.random() < 0.8):
            share = chance.uniform(1, 2.2) if likes_it else chance.choice((1.0, chance.betavariate(1.2, 1.6)))
            when = _ago(clip.hours * chance.random())
            yield from engagement_past.watched(
                viewer, shown[clip.file].clip, length_ms, max(1, int(share * length_ms)), when
            )


def _pick(app: App, story: Story, people: People, shown: Shown) -> None:
    """Likes and saves, spread over the time since each clip came out."""
    clips: Mapping[str, Clip] = {clip.file: clip for clip in story.clips}
    for act, picked in ((likes.like, story.likes), (likes.save, story.saves)):
        for file, handles in picked.items():
            with app.database.write() as db:
                for place, handle in enumerate(handles, 1):
                    act(db, people[handle], shown[file].slug)
                    when = _ago(clips[file].hours * (1 - place / (len(handles) + 1)))
                    engagement_past.picked_at(db, people[handle], shown[file].clip, when)


def _talk(app: App, story: Story, people: People, shown: Shown) -> None:
    """Comments in the order in which they were written, so that answers find what they answer."""
    written: dict[int, int] = {}
    with app.database.write() as db:
        for said in sorted(story.comments, key=lambda said: -said.hours):
            parent = None if said.reply_to is None else written[said.reply_to]
            made = comments.comment(db, people[said.account], shown[said.clip].slug, said.text, parent)
            engagement_past.said_at(db, made.id, _ago(said.hours))
            written[said.id] = made.id
