"""The ledger outside: your own copy, what everybody can read of it, the page, and the command that checks a copy."""

import contextlib
import io
from pathlib import Path

import pytest

from onstage.accounts import ledger
from onstage.accounts.ledger import Act, Entry
from onstage.accounts.verify import verify
from onstage.clips.models import Audience
from onstage.errors import Refused
from onstage.upkeep.ledger_file import check
from onstage.web.app import App
from tests.cast import Cast, make_clip
from tests.client import Client


def enter(app: App, *entries: Entry) -> str:
    """Append, and give the head as somebody would keep it."""
    with app.database.write() as db:
        for entry in entries:
            ledger.append(db, app.keys, entry)
        return str(ledger.head(db))


def told(app: App, file: Path, head: str | None = None, key: str = "") -> str:
    words = io.StringIO()
    with contextlib.redirect_stdout(words):
        check(app.settings, act="verify", file=str(file), head=head, key=key)
    return words.getvalue()


def test_a_copy_checks_out_with_what_the_server_publishes(app: App, client: Client, cast: Cast, tmp_path: Path) -> None:
    clip, slug = make_clip(app.database, cast.ada.viewer)
    hidden, other = make_clip(app.database, cast.duo.viewer, audience=Audience.PRIVATE)
    ada, ben = cast.ada.viewer.person, cast.ben.viewer.person
    assert ada
    assert ben
    entries = [Entry(Act.ASKED, by=ada, about=(ben,), clip=clip, fields={"version": 1})] * 600
    held = enter(app, *entries, Entry(Act.NO, by=ben, about=(ada,), clip=hidden, fields={"words": "No."}))
    answer = client.get("/api/v1/me/ledger", cast.ben)
    assert answer.status == 200
    assert answer.header("content-disposition") == 'attachment; filename="onstage-ledger.jsonl"'
    assert (answer.header("cache-control"), answer.header("content-encoding")) == ("private, no-store", None)
    assert verify(answer.body.splitlines(keepends=True)).opened == 601
    assert f"/c/{slug}" in answer.text
    assert "@ada" in answer.text
    assert other not in answer.text, "ben may not see it"

    published = client.get("/.well-known/onstage-ledger").json
    assert published["head"] == held
    file = tmp_path / "copy.jsonl"
    file.write_bytes(answer.body)
    said = told(app, file, held, published["keys"][-1]["public"])
    assert "601 entries" in said
    assert "The head that you hold is in it." in said

    file.write_bytes(answer.body.replace(b'"n":7,', b'"n":8,', 1))
    with pytest.raises(Refused, match="should have entry 7"):
        told(app, file)
    for head in ("x", "0.anything", f"0.{'0' * 64}"):
        with pytest.raises(Refused, match="A head is the number of an entry, a dot"):
            told(app, file, head)
    with pytest.raises(Refused, match="There is no file"):
        told(app, tmp_path / "nothing")


def test_a_guest_has_no_copy(client: Client) -> None:
    assert client.get("/api/v1/me/ledger").status == 401


def test_the_page_tells_it_in_words_and_nobody_elses_no(app: App, client: Client, cast: Cast) -> None:
    clip, slug = make_clip(app.database, cast.ada.viewer)
    ada, ben, fay = (actor.viewer.person for actor in (cast.ada, cast.ben, cast.fay))
    assert ada
    assert ben
    assert fay
    enter(
        app,
        Entry(Act.YES, by=ben, about=(ada,), clip=clip, fields={"version": 1, "words": "Fine <b>"}),
        Entry(Act.NO, by=fay, about=(ada,), clip=clip),
        Entry(Act.MODERATOR_LOOKED, by=cast.ola.viewer.person, about=(ada,), clip=clip),
    )
    page = client.get("/settings/record", cast.ada).text
    assert "<strong>@ben</strong> said yes" in page
    assert "Fine &lt;b&gt;" in page
    assert "<strong>Somebody</strong> looked at a clip as a moderator" in page
    assert "said no" not in page
    assert f'href="/c/{slug}"' in page
    assert "<strong>You</strong> said no" in client.get("/settings/record", cast.fay).text
    assert "Nothing yet" in client.get("/settings/record", cast.max).text


def test_the_page_goes_on(app: App, client: Client, cast: Cast) -> None:
    enter(app, *[Entry(Act.SETTING_CHANGED, by=cast.ada.viewer.person)] * 51)
    first = client.get("/settings/record", cast.ada).text
    assert first.count("changed a setting") == 50
    assert 'href="/settings/record?before=2"' in first
    assert client.get("/settings/record?before=2", cast.ada).text.count("changed a setting") == 1
