"""What people are told: grouped, once, without the blocked and the unseen, as they want it, and never in quiet hours."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select, update

from onstage.accounts.age import QuietHours
from onstage.accounts.models import people
from onstage.accounts.relations import block
from onstage.clips.models import Audience, clips
from onstage.clock import DAY, HOUR, iso, now, to_datetime
from onstage.jobs.models import jobs
from onstage.jobs.worker import run_due
from onstage.mail import JOB as MAIL
from onstage.notifications.choices import in_hours
from onstage.notifications.models import devices
from onstage.notifications.waking import send_digests
from onstage.push.message import public_bytes
from onstage.push.webpush import WebPush
from onstage.server import job_kinds
from onstage.web.app import App
from tests.cast import Actor, Cast, crowd, make_clip
from tests.client import Client


def deliver(app: App) -> None:
    """Bring what was recorded to its subscribers, as the jobs process does."""
    run_due(app.database, job_kinds(app))


def inbox(client: Client, actor: Actor) -> list[tuple[str, str, int]]:
    found = client.get("/api/v1/me/inbox", actor).json["items"]
    return [(each["kind"], each["account"]["handle"], each["count"]) for each in found]


def unread(client: Client, actor: Actor) -> int:
    return int(client.get("/api/v1/me/inbox", actor).json["unread"])


def test_what_is_alike_is_one_and_counts_each_account_once(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    fans = crowd(cast.app, 12)
    for actor in [*fans, fans[0]]:
        client.put(f"/api/v1/clips/{slug}/like", actor)
    client.delete(f"/api/v1/clips/{slug}/like", fans[0])
    client.put(f"/api/v1/clips/{slug}/like", fans[0])
    client.put("/api/v1/accounts/ada/follow", cast.ola)
    deliver(cast.app)
    assert inbox(client, cast.ada) == [("follow", "ola", 1), ("like", "guest011", 12)]
    assert unread(client, cast.ada) == 2
    shown = client.get("/inbox", cast.ada).text
    assert "and 11 others like your clip." in shown
    client.put("/api/v1/me/inbox/read", cast.ada)
    assert unread(client, cast.ada) == 0
    assert unread(client, cast.ben) == 0


def test_reposts_of_a_clip_are_one_notice(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    for actor in crowd(cast.app, 3):
        client.put(f"/api/v1/clips/{slug}/repost", actor)
        client.delete(f"/api/v1/clips/{slug}/repost", actor)
        client.put(f"/api/v1/clips/{slug}/repost", actor)
    deliver(cast.app)
    assert inbox(client, cast.ada) == [("repost", "guest002", 3)]
    assert "and 2 others reposted your clip." in client.get("/inbox", cast.ada).text


def test_everything_that_concerns_one_is_told_and_nothing_of_ones_own(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    path = f"/api/v1/clips/{slug}/comments"
    client.post(path, cast.ada, json={"words": "my own"})
    said = client.post(path, cast.fay, json={"words": "nice, @ben"}).json["id"]
    client.post(path, cast.ben, json={"words": "yes", "parent": said})
    client.put(f"/api/v1/clips/{slug}/like", cast.ada)
    with cast.app.database.write() as db:
        db.execute(update(clips).where(clips.c.slug == slug).values(commenters="everyone"))
    deliver(cast.app)
    assert inbox(client, cast.ada) == [("comment", "ben", 2)]
    assert inbox(client, cast.ben) == [("mention", "fay", 1)]
    assert inbox(client, cast.fay) == [("reply", "ben", 1)]


def test_a_mention_tells_nobody_of_what_they_may_not_see(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer, audience=Audience.FRIENDS)
    client.post(f"/api/v1/clips/{slug}/comments", cast.fay, json={"words": "@ben @ola @eve"})
    deliver(cast.app)
    for actor in (cast.ben, cast.ola, cast.eve):
        assert (inbox(client, actor), unread(client, actor)) == ([], 0)


def test_the_blocked_are_not_heard(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ola.viewer)
    for actor in (cast.ben, cast.fay):
        client.put(f"/api/v1/clips/{slug}/like", actor)
    deliver(cast.app)
    assert inbox(client, cast.ola)[0][2] == 2
    with cast.app.database.write() as db:
        block(db, cast.ola.viewer, "ben", now())
        block(db, cast.ola.viewer, "max", now())
    client.put(f"/api/v1/clips/{slug}/like", cast.max)
    deliver(cast.app)
    assert inbox(client, cast.ola) == [("like", "fay", 1)]


def test_a_held_comment_is_told_once_it_is_approved(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    client.put("/api/v1/me/comments/rules", cast.ada, json={"holds_all": True, "held_words": []})
    said = client.post(f"/api/v1/clips/{slug}/comments", cast.fay, json={"words": "hi @ben"}).json["id"]
    deliver(cast.app)
    assert (inbox(client, cast.ada), inbox(client, cast.ben)) == ([], [])
    client.post("/settings/comments", cast.ada, form={"do": "show", "comment": said})
    deliver(cast.app)
    assert (inbox(client, cast.ada), inbox(client, cast.ben)) == ([("comment", "fay", 1)], [("mention", "fay", 1)])


def test_who_says_more_is_heard_again_and_who_likes_again_is_not(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    words = f"/api/v1/clips/{slug}/comments"
    first = client.post(words, cast.ben, json={"words": "Lovely"}).json["id"]
    client.post(words, cast.fay, json={"words": "So lovely"})
    client.post(words, cast.ada, json={"words": "Thank you", "parent": first})
    deliver(cast.app)
    assert (unread(client, cast.ada), unread(client, cast.ben)) == (1, 1)
    for actor in (cast.ada, cast.ben):
        client.put(f"/api/v1/me/inbox/read?until={iso(now())}", actor)
    client.post(words, cast.ben, json={"words": "Where is it?"})
    client.post(words, cast.ada, json={"words": "At home", "parent": first})
    deliver(cast.app)
    assert (unread(client, cast.ada), unread(client, cast.ben)) == (1, 1)
    assert inbox(client, cast.ada) == [("comment", "ben", 2)]
    assert client.get("/api/v1/me/inbox", cast.ada).json["items"][0]["words"] == "Where is it?"


def test_what_is_hidden_or_deleted_is_read_in_no_inbox(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    for words, forget in (("shame on @ben", "hidden"), ("shame on @ola", "")):
        said = client.post(f"/api/v1/clips/{slug}/comments", cast.fay, json={"words": words}).json["id"]
        deliver(cast.app)
        if forget:
            client.put(f"/api/v1/comments/{said}/hidden", cast.ada)
        else:
            client.delete(f"/api/v1/comments/{said}", cast.fay)
        deliver(cast.app)
    told = [client.get("/api/v1/me/inbox", actor).json["items"] for actor in (cast.ada, cast.ben, cast.ola)]
    assert told == [[], [], []]
    assert [unread(client, actor) for actor in (cast.ada, cast.ben, cast.ola)] == [0, 0, 0]


def test_what_one_does_not_want_is_not_told(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    assert client.put("/api/v1/me/notifications/like", cast.ada, json={"inbox": False, "push": True}).status == 200
    assert client.put("/api/v1/me/notifications/odd", cast.ada, json={"inbox": True, "push": True}).status == 404
    kinds = {each["kind"]: each for each in client.get("/api/v1/me/notifications", cast.ada).json["kinds"]}
    assert kinds["like"] == {"kind": "like", "inbox": False, "push": False}
    client.put(f"/api/v1/clips/{slug}/like", cast.fay)
    deliver(cast.app)
    assert (inbox(client, cast.ada), unread(client, cast.ada)) == ([], 0)
    assert client.post("/settings/notifications", cast.ada, form={"inbox-like": "yes"}).status in {302, 303}
    kinds = {each["kind"]: each for each in client.get("/api/v1/me/notifications", cast.ada).json["kinds"]}
    assert (kinds["like"]["inbox"], kinds["comment"]["inbox"]) == (True, False)


def test_the_number_is_pushed_to_an_open_page(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    client.put(f"/api/v1/clips/{slug}/like", cast.fay)
    later = threading.Timer(1.5, deliver, [cast.app])
    later.start()
    answer = client.get("/api/v1/events", cast.ada, most=20, until=lambda body: b'{"count":1}' in body)
    later.join()
    assert b'event: unread\ndata: {"count":0}' in answer.body
    assert b'event: unread\ndata: {"count":1}' in answer.body


@pytest.mark.parametrize(
    ("hours", "hour", "quiet"),
    [((21, 7), 20, False), ((21, 7), 21, True), ((21, 7), 0, True), ((21, 7), 6, True), ((21, 7), 7, False)],
)
def test_quiet_hours_go_over_midnight(hours: tuple[int, int], hour: int, quiet: bool) -> None:
    assert in_hours(QuietHours(*hours, silent=True), datetime(2026, 5, 4, hour, 30, tzinfo=UTC)) == quiet


@dataclass
class Service:
    """A push service on this machine, and a browser that it belongs to."""

    origin: str = ""
    status: int = 201
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"0123456789abcdef"

    def subscription(self, name: str = "one") -> dict[str, Any]:
        """What the browser sends to the server."""
        keys = {"p256dh": _word(public_bytes(self.key)), "auth": _word(self.auth)}
        return {"endpoint": f"{self.origin}/{name}", "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> dict[str, Any]:
        """What only the browser can read (RFC 8291, from the receiver's side)."""
        salt, length, sender = body[:16], body[20], body[21 : 21 + body[20]]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        info = b"WebPush: info\0" + public_bytes(self.key) + sender
        secret = HKDF(hashes.SHA256(), 32, self.auth, info).derive(shared)
        key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        words: dict[str, Any] = json.loads(AESGCM(key).decrypt(nonce, body[21 + length :], None).rstrip(b"\x02"))
        return words


def _word(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append((dict(self.headers), body))
            self.send_response(made.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.origin = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def pushing(app: App, service: Service) -> App:
    return replace(app, push=WebPush(b"s" * 32, "https://stage.example", service.origin))


def test_nothing_wakes_a_device_until_it_is_ticked(pushing: App, cast: Cast, service: Service) -> None:
    client = Client(pushing)
    _, slug = make_clip(pushing.database, cast.ada.viewer)
    client.post("/api/v1/me/devices", cast.ada, json=service.subscription())
    client.post(f"/api/v1/clips/{slug}/comments", cast.fay, json={"words": "hello"})
    deliver(pushing)
    assert service.got == []
    assert not any(each["push"] for each in client.get("/api/v1/me/notifications", cast.ada).json["kinds"])
    boxes = client.get("/settings/notifications", cast.ada).text.split('name="push-')[1:]
    assert boxes
    assert not any("checked" in box.partition(">")[0] for box in boxes)
    client.close()


def test_a_device_is_woken_once_until_it_is_read(pushing: App, cast: Cast, service: Service) -> None:
    client = Client(pushing)
    _, slug = make_clip(pushing.database, cast.ada.viewer)
    elsewhere = {**service.subscription(), "endpoint": "https://evil.example/x"}
    assert client.post("/api/v1/me/devices", cast.ada, json=elsewhere).status == 422
    assert client.post("/api/v1/me/devices", cast.ada, json=service.subscription()).status == 204
    client.put("/api/v1/me/notifications/comment", cast.ada, json={"inbox": True, "push": True})
    for words in ("first", "second"):
        client.post(f"/api/v1/clips/{slug}/comments", cast.fay, json={"words": words})
        deliver(pushing)
    client.put(f"/api/v1/clips/{slug}/like", cast.fay)
    deliver(pushing)
    assert len(service.got) == 1, "a second comment of the same kind, and a like, wake nobody"
    head, body = service.got[0]
    assert service.read(body) == {
        "title": "Onstage",
        "body": "Somebody commented on your clip.",
        "url": "http://localhost:8000/inbox",
        "tag": "comment",
    }
    assert head["Authorization"].startswith("vapid t=")
    assert (head["Content-Encoding"], int(head["TTL"]) > 0) == ("aes128gcm", True)
    client.put("/api/v1/me/inbox/read", cast.ada)
    client.post(f"/api/v1/clips/{slug}/comments", cast.ola, json={"words": "third"})
    deliver(pushing)
    assert len(service.got) == 2
    client.close()


def test_a_device_that_is_gone_is_forgotten_and_one_that_fails_is_tried_again(
    pushing: App, cast: Cast, service: Service
) -> None:
    client = Client(pushing)
    _, slug = make_clip(pushing.database, cast.ada.viewer)
    client.post("/api/v1/me/devices", cast.ada, json=service.subscription())
    client.put("/api/v1/me/notifications/comment", cast.ada, json={"inbox": True, "push": True})
    service.status = 503
    client.post(f"/api/v1/clips/{slug}/comments", cast.fay, json={"words": "hello"})
    deliver(pushing)
    with pushing.database.write() as db:
        assert db.execute(select(jobs.c.attempt).where(jobs.c.kind == "push")).scalars().all() == [1]
        db.execute(update(jobs).where(jobs.c.kind == "push").values(due_at=1))
    service.status = 410
    deliver(pushing)
    with pushing.database.read() as db:
        assert db.execute(select(devices)).all() == []
        assert db.execute(select(jobs).where(jobs.c.kind == "push")).all() == []
    client.close()


def test_nothing_wakes_a_child_before_the_night_is_over(pushing: App, cast: Cast, service: Service) -> None:
    """max is sixteen: 22 to 7 in his zone, which is put where it is night now."""
    client = Client(pushing)
    _, slug = make_clip(pushing.database, cast.max.viewer)
    hour = datetime.now(UTC).hour
    offset = (23 - hour + 12) % 24 - 12
    zone = f"Etc/GMT{-offset:+d}" if offset else "UTC"
    day = f"Etc/GMT{-(offset + 12 if offset <= 0 else offset - 12):+d}"
    with pushing.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.max.viewer.person).values(zone=zone))
    client.post("/api/v1/me/devices", cast.max, json=service.subscription())
    client.put("/api/v1/me/notifications/comment", cast.max, json={"inbox": True, "push": True})
    client.post(f"/api/v1/clips/{slug}/comments", cast.fay, json={"words": "hello"})
    deliver(pushing)
    assert service.got == []
    assert unread(client, cast.max) == 1
    with pushing.database.write() as db:
        due = db.execute(select(jobs.c.due_at).where(jobs.c.kind == "push")).scalar_one()
        assert to_datetime(due).astimezone(ZoneInfo(zone)).strftime("%H:%M") == "07:00"
        assert now() < due <= now() + 9 * HOUR
        db.execute(update(people).where(people.c.id == cast.max.viewer.person).values(zone=day))
        db.execute(update(jobs).where(jobs.c.kind == "push").values(due_at=1))
    deliver(pushing)
    assert len(service.got) == 1, "what came at night wakes by day"
    client.close()


def test_a_letter_a_day_for_those_who_want_it(client: Client, cast: Cast) -> None:
    _, slug = make_clip(cast.app.database, cast.ada.viewer)
    with cast.app.database.write() as db:
        db.execute(update(people).where(people.c.id == cast.ada.viewer.person).values(mail="ada@example.org"))
    client.put("/api/v1/me/digest", cast.ada, json={"digest": True})
    for each in (slug, make_clip(cast.app.database, cast.ada.viewer)[1]):
        client.put(f"/api/v1/clips/{each}/like", cast.fay)
    deliver(cast.app)
    with cast.app.database.write() as db:
        assert send_digests(db, "https://stage.example", "Onstage", now()) == 0, "the first comes a day later"
        assert send_digests(db, "https://stage.example", "Onstage", now() + DAY) == 1
        assert send_digests(db, "https://stage.example", "Onstage", now() + DAY) == 0
        letter = json.loads(db.execute(select(jobs.c.payload).where(jobs.c.kind == MAIL)).scalar_one())
    assert letter["to"] == "ada@example.org"
    assert letter["words"].startswith("- Somebody likes your clip.\n\n"), "no number rather than one that is not exact"
    assert "https://stage.example/settings/notifications" in letter["words"]


@pytest.mark.parametrize(
    "change", [{"endpoint": ""}, {"keys": {"p256dh": "x", "auth": "x"}}, {"keys": {"p256dh": "é", "auth": "x"}}]
)
def test_what_is_no_subscription(pushing: App, cast: Cast, service: Service, change: dict[str, Any]) -> None:
    client = Client(pushing)
    sent = {**service.subscription(), **change}
    assert client.post("/api/v1/me/devices", cast.ada, json=sent).status == 422
    client.close()
