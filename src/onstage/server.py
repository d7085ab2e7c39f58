"""The composition root: from settings to engine, storage, mail, search, jobs, subscribers.

The only module that names an adapter.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module

from onstage import keys, mail
from onstage.accounts import avatars, leaving, upkeep
from onstage.accounts import indexing as account_words
from onstage.accounts import models as _accounts  # noqa: F401 - every table is known once this module is
from onstage.accounts.leaving import Purger, Subject
from onstage.clips import cases, holdings
from onstage.clips import indexing as clip_words
from onstage.clips import kinds as clip_jobs
from onstage.clips import models as _clips  # noqa: F401
from onstage.clips.agreeing import reconsidering, unregistered
from onstage.clips.ending import closing as closing_accounts
from onstage.clips.ending import deletion, past_childhood, removing, restoring, vault
from onstage.clips.ending.deletion import Ending
from onstage.clips.portraits import reconsidering as portraits
from onstage.clips.portraits.asking import put_picture
from onstage.clips.workroom import Workroom, open_workroom
from onstage.clock import DAY, MINUTE, SERVER_ZONE, now
from onstage.db import copies
from onstage.db.engine import Connection, Database
from onstage.db.sqlite import check_library, open_sqlite
from onstage.engagement import closing, popular
from onstage.engagement import models as _engagement  # noqa: F401
from onstage.engagement import purge as engagement
from onstage.engagement.plays import PlayWriter
from onstage.events import (
    AccountChanged,
    CameOfAge,
    Claimed,
    ClipErased,
    ClipShown,
    ClipWithheld,
    Commented,
    Event,
    Fact,
    FilmCameAgain,
    Followed,
    GuardianReminded,
    Liked,
    PortraitAsked,
    PortraitReminded,
    Reposted,
    ScanErased,
    YesAsked,
    YesReminded,
    YesUsed,
)
from onstage.feed import models as _feed  # noqa: F401
from onstage.feed import purge as feed
from onstage.feed import ranking
from onstage.jobs import models as _jobs  # noqa: F401
from onstage.jobs import queue
from onstage.jobs.worker import Job, Kind, Subscriber, deliver
from onstage.keys import Keys
from onstage.mail import Mail
from onstage.mail.console import ConsoleMail
from onstage.mail.smtp import SmtpMail
from onstage.moderation import claims
from onstage.moderation import models as _moderation  # noqa: F401
from onstage.moderation import purge as moderation
from onstage.notifications import models as _notifications  # noqa: F401
from onstage.notifications import purge as notifications
from onstage.notifications import subscribers as notices
from onstage.notifications import telling, waking
from onstage.push.webpush import WebPush
from onstage.search import Search
from onstage.search.fts import Fts
from onstage.search.tsvector import TsVector
from onstage.settings import Settings
from onstage.storage import cdn
from onstage.storage.objects import open_objects
from onstage.storage.staging import Staging
from onstage.web.app import App

RANKING, UPKEEP, CLOSING, PURGE, DIGESTS = "ranking", "upkeep", "closing", "purge cache", "digests"


def open_database(settings: Settings) -> Database:
    """PostgreSQL where a URL is set, else SQLite in the data folder, which spares both processes 10 MB of driver.

    Whoever opens it, what becomes known of people acts on clips in the transaction that makes it known.
    """
    opened: Database
    if settings.database_url:
        opened = import_module("onstage.db.postgres").open_postgres(settings.database_url)
    else:
        check_library()
        opened = open_sqlite(settings.data / "onstage.db")
    opened.heed = partial(_heed, settings)
    return opened


def _heed(settings: Settings, db: Connection, fact: Fact) -> None:
    keys_ = _keys(settings)
    reconsidering.heed(db, keys_, fact)
    portraits.heed(db, keys_, fact)


def _keys(settings: Settings) -> Keys:
    return keys.load(settings.data, settings.secret, settings.secret_previous)


def open_search(database: Database) -> Search:
    """The index that lives in this database."""
    return TsVector() if database.kind == "postgresql" else Fts()


def purgers(search: Search) -> tuple[Purger, ...]:
    """What each layer removes when something goes, from the top layer down; a test fails for a layer without."""
    return (
        Purger("moderation", moderation.purge),
        Purger("feed", feed.purge),
        Purger("notifications", notifications.purge),
        Purger("engagement", engagement.purge),
        Purger("search", partial(_forget_words, search)),
        Purger("jobs", deletion.purge_jobs),
        Purger("clips", deletion.purge),
        Purger("accounts", leaving.purge_accounts),
    )


def _forget_words(search: Search, db: Connection, subject: Subject) -> int:
    for clip in cases.ending(db, subject):
        search.forget(db, "clip", clip)
    for account in subject.accounts:
        search.forget(db, "account", account)
    return 0


def open_mail(settings: Settings) -> Mail:
    """SMTP where it is set, else the log."""
    if settings.mail_url.startswith("smtp"):
        return SmtpMail(settings.mail_url, settings.mail_from)
    return ConsoleMail()


def compose(settings: Settings) -> App:
    """Everything a process needs, opened."""
    database = open_database(settings)
    search = open_search(database)
    opened = _keys(settings)
    return App(
        settings=settings,
        database=database,
        storage=open_objects(settings.storage_url, settings.data / "objects", settings.storage_endpoint),
        staging=Staging(settings.data / "uploads"),
        mail=open_mail(settings),
        search=search,
        keys=opened,
        plays=PlayWriter(database, settings.guest_views),
        push=WebPush(opened.derive("push"), settings.origin, settings.push_services),
        purgers=purgers(search),
    )


def job_kinds(app: App) -> Mapping[str, Kind]:
    """What workers can do."""
    room = open_workroom(app.settings, app.storage, app.staging, app.keys)
    return {
        **clip_jobs.kinds(room),
        **deletion.kinds(open_ending(app, room)),
        **removing.kinds(app.keys),
        **closing_accounts.kinds(open_ending(app, room)),
        restoring.RESTORED: Kind(partial(restoring.job, app.keys)),
        queue.EVENT: deliver(_subscribers(app)),
        avatars.JOB: Kind(partial(avatars.make, app.storage, room.ffmpeg, partial(put_picture, app.keys))),
        mail.JOB: Kind(lambda job: app.mail.send(**job.payload)),
        RANKING: Kind(partial(_rank, app.settings.av1_from_views)),
        UPKEEP: Kind(partial(_keep_up, app)),
        PURGE: Kind(lambda job: cdn.purge(app.settings.cdn_purge_url, job.payload["urls"])),
        telling.PUSH: Kind(
            partial(waking.wake, app.push, app.settings.origin, app.settings.name), attempts=5, gave_up=_let_go
        ),
        DIGESTS: Kind(partial(_send_digests, app)),
        CLOSING: Kind(partial(_close, app.settings.keep_events_days * DAY)),
    }


def open_ending(app: App, room: Workroom) -> Ending:
    """What deletions need on this machine."""
    settings = app.settings
    return Ending(
        room, app.purgers, app.keys, app.search.rewrite, app.database.scrub, settings.origin, settings.backup_days
    )


def _rank(av1_from_views: int, job: Job) -> None:
    job.change("rank", int, ranking.refresh)
    if av1_from_views:
        job.change("av1", type(None), lambda db: popular.ask_for_av1(db, av1_from_views))


def _keep_up(app: App, job: Job) -> None:
    origin = app.settings.origin
    job.change("run", type(None), lambda db: upkeep.run(db, app.keys, SERVER_ZONE, origin, now()))
    copies.drop(app.settings.data, now() - app.settings.backup_days * DAY)
    job.change("claims", int, lambda db: claims.presume(db, app.keys, now()))
    job.change("vault", int, lambda db: vault.keep_up(db, app.keys, now()))


def _let_go(_job: Job) -> None:
    """A device that can't be woken for a while is told nothing later: it is all in the inbox."""


def _send_digests(app: App, job: Job) -> None:
    with job.write() as db:
        waking.send_digests(db, app.settings.origin, app.settings.name, now())


def _close(kept: int, job: Job) -> None:
    moment, closed = now(), closing.AT_ONCE
    while closed == closing.AT_ONCE:
        with job.write() as db:
            closed = closing.close_old(db, moment - kept)
    with job.write() as db:
        closing.forget(db, moment)


def _subscribers(app: App) -> Mapping[type[Event], Sequence[Subscriber]]:
    def index_clip(db: Connection, event: ClipShown | ClipWithheld | ClipErased) -> None:
        clip_words.index(db, app.search, event.clip)

    def index_account(db: Connection, event: AccountChanged) -> None:
        account_words.index(db, app.search, event.account)

    def hand_over(db: Connection, event: CameOfAge) -> None:
        past_childhood.hand_over(db, app.keys, event)

    def forget_cached(db: Connection, event: ClipShown | ClipWithheld) -> None:
        keys = holdings.keys_if_closed(db, event.clip) if app.settings.cdn_purge_url else []
        if keys:
            base = (app.settings.cdn_url or app.settings.origin).rstrip("/")
            queue.enqueue(db, PURGE, {"urls": [f"{base}/media/{key}" for key in keys]})

    def overwrite(db: Connection, _event: ScanErased) -> None:
        deletion.scrub_soon(db)

    def ask_again(db: Connection, event: YesReminded) -> None:
        notices.asked_again(db, event, app.settings.origin)

    def remind_of_portrait(db: Connection, event: PortraitReminded) -> None:
        notices.portrait_asked_again(db, event, app.settings.origin)

    def write_to_guardians(db: Connection, event: YesAsked) -> None:
        unregistered.write_to_guardians(db, event.clip, app.settings.origin)

    def write_again(db: Connection, event: FilmCameAgain) -> None:
        unregistered.write_again(db, event, app.settings.origin)

    return {
        CameOfAge: [hand_over],
        ClipShown: [index_clip, forget_cached, notices.shown],
        ClipWithheld: [index_clip, forget_cached],
        ClipErased: [index_clip],
        AccountChanged: [index_account],
        ScanErased: [overwrite],
        Liked: [notices.liked],
        Reposted: [notices.reposted],
        Commented: [notices.commented],
        Followed: [notices.followed],
        YesUsed: [notices.used],
        FilmCameAgain: [notices.came_again, write_again],
        YesReminded: [ask_again],
        GuardianReminded: [notices.missed],
        Claimed: [notices.claimed],
        YesAsked: [notices.asked, write_to_guardians],
        PortraitAsked: [notices.portrait_asked],
        PortraitReminded: [remind_of_portrait],
    }


def schedule(db: Connection) -> None:
    """Have what comes round by itself come round; at every start, which changes nothing the second time."""
    clip_jobs.schedule(db)
    queue.enqueue(db, RANKING, {}, key=RANKING, period=5 * MINUTE)
    queue.enqueue(db, UPKEEP, {}, key=UPKEEP, period=5 * MINUTE)
    queue.enqueue(db, DIGESTS, {}, key=DIGESTS, period=30 * MINUTE)
    queue.enqueue(db, CLOSING, {}, key=CLOSING, period=30 * MINUTE)
