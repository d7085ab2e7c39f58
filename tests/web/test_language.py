"""The words of the pages: all of them go through gettext, which a made-up language shows, and directions follow."""

import calendar
import json
import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import insert

from onstage import ids
from onstage.accounts.models import follows
from onstage.clock import MINUTE, SECOND, now
from onstage.engagement.models import comments
from onstage.moderation import reports
from onstage.moderation.reports import Reason
from onstage.web import words
from onstage.web.pages import telling
from tests.cast import Cast, make_clip
from tests.client import Client

GUEST = (
    "/", "/following", "/explore", "/search", "/search?q=dance", "/search?q=qq", "/tag/dance", "/tag/none", "/@ada",
    "/@ada/watch", "/@nobody", "/sign-up", "/sign-in", "/sign-in/recover", "/welcome/gone", "/join/gone", "/reset/gone",
    "/about", "/offline", "/unsent", "/c/{slug}", "/embed/{slug}", "/embed/none", "/claim?clip={slug}",
)  # fmt: skip
SIGNED_IN = (
    "/", "/@ada", "/@ola", "/@ola?tab=liked", "/@ola?tab=saved", "/me/clips", "/figures", "/make", "/make/{own}", "/inbox",
    "/settings", "/settings/profile", "/settings/privacy", "/settings/sign-in", "/settings/sessions", "/settings/tokens",
    "/settings/notifications", "/settings/comments", "/settings/age",
    "/settings/history", "/settings/record", "/settings/deleted", "/settings/leaving", "/settings/check",
    "/me/with-me", "/together", "/together/new", "/children", "/guardians", "/settings/claims", "/server/claims",
    "/server", "/server/reports", "/server/invitations", "/server/people", "/server/set-up", "/server/keep/report/{report}",
)  # fmt: skip
SPOKEN = ("aria-label", "placeholder", "title", "alt", "label")
SILENT = {"script", "style", "code", "kbd", "time", "bdi", "svg"}
NEVER_CLOSED = {"meta", "link", "img", "input", "br", "hr", "source", "use", "path"}
NAMES = {"Onstage", "Ada", "Ben", "Ola", "xxxx", *calendar.month_name}  # months come from the locale


class Words(HTMLParser):
    """Collects what a page says in words of its own: not what people wrote, not numbers and times."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._goes_on = False  # neither a link nor an address ends a sentence

    @property
    def _silent(self) -> bool:
        return any(silent for _, silent in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._goes_on = tag in {"a", "code"}
        silent = tag in SILENT or given.get("dir") in {"auto", "ltr"}
        if not silent and not self._silent:
            self.found += [value for name in SPOKEN if (value := given.get(name) or "")]
        if tag not in NEVER_CLOSED:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        self._goes_on = tag in {"a", "code"}
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._silent or not data.strip():
            return
        before = self.found.pop() if self._goes_on and self.found else ""
        self.found.append(" ".join([before, *data.split()]))


def _untranslated(page: str) -> list[str]:
    words = Words()
    words.feed(page)
    left = [_without_translated(said) for said in words.found]
    return [said for said in left if set(re.findall(r"[A-Za-z]{2,}", said)) - NAMES]


def _without_translated(said: str) -> str:
    """One sentence may stand inside another."""
    while (less := re.sub(r"\[[^\[\]]*~\]|[@#]\w+", "", said)) != said:
        said = less
    return said


@pytest.fixture
def told(client: Client, cast: Cast) -> dict[str, str]:
    """Clips with a comment and a follower in the inbox; their names for addresses."""
    _clip, slug = make_clip(cast.app.database, cast.ada.viewer, caption="#dance")
    own, own_slug = make_clip(cast.app.database, cast.ola.viewer, caption="#dance", published=False)
    ben, ola = cast.ben.viewer, cast.ola.viewer
    with cast.app.database.write() as db:
        said = {"id": ids.new(), "clip_id": own, "account_id": ben.account, "person_id": ben.person, "at": now()}
        db.execute(insert(comments).values(**said, words="Bravo"))
        db.execute(insert(follows).values(follower_id=ben.account, target_id=ola.account, accepted=1, at=now()))
        report = reports.report_clip(db, ben, slug, Reason.ILLEGAL, "", now())
    return {"slug": slug, "own": own_slug, "report": str(report)}


@pytest.mark.parametrize("who", ["guest", "ola"])
def test_every_word_of_a_page_can_be_translated(client: Client, cast: Cast, told: dict[str, str], who: str) -> None:
    left = {}
    for path in GUEST if who == "guest" else SIGNED_IN:
        address = path.format(**told)
        answer = client.get(f"{address}{'&' if '?' in address else '?'}lang=qps", cast.everybody[who])
        if answer.status != 303:
            left[path] = _untranslated(answer.text)
    assert {path: said for path, said in left.items() if said} == {}


def test_scripts_are_given_translated_words(client: Client, cast: Cast) -> None:
    page = client.get("/?lang=qps", cast.ada).text
    carried = json.loads(page.partition('id="words">')[2].partition("</script>")[0])
    assert {key: words for key, words in carried.items() if not words.endswith("~]")} == {}
    assert "{handle}" in carried["followed"]


def test_a_refusal_speaks_the_readers_language(client: Client, cast: Cast) -> None:
    answer = client.ask("PUT", "/api/v1/accounts/eve/follow?lang=qps", cast.ada)
    assert answer.json["detail"] == "[Yóú hávé blóçkéd @eve. Úñblóçk thé áççóúñt fírst. ~]"
    plain = client.ask("PUT", "/api/v1/accounts/eve/follow", cast.ada)
    assert plain.json["detail"] == "You have blocked @eve. Unblock the account first."


@pytest.mark.parametrize(("asked", "direction"), [("ar", "rtl"), ("he", "rtl"), ("qps", "ltr"), ("en", "ltr")])
def test_a_page_runs_in_the_direction_of_its_language(client: Client, cast: Cast, asked: str, direction: str) -> None:
    assert f'<html lang="{asked}" dir="{direction}"' in client.get(f"/explore?lang={asked}").text


@pytest.mark.parametrize(
    ("tongue", "written"),
    [
        ("en", ["3 Dec 2026", "3 December", "1,234.5", "50%", "8.8M", "2 minutes ago"]),
        ("qps", ["3 Dec 2026", "3 December", "1,234.5", "50%", "8.8M", "2 minutes ago"]),
        ("ar", ["03\u200f/12\u200f/2026", "3 \u062f\u064a\u0633\u0645\u0628\u0631"]),
    ],
)
def test_days_and_numbers_are_written_as_the_language_does(tongue: str, written: list[str]) -> None:
    token = words.language.set(tongue)
    try:
        instant = 1_796_256_000_000_000
        said = [words.day("2026-12-03"), telling.day(instant), words.tenths(1234.5), words.percent(0.5)]
        said += [words.short_count(8_812_345), words.ago(now() - 2 * MINUTE - SECOND)]
        assert said[: len(written)] == written
        one, many = words.ngettext("%(num)s reply", "%(num)s replies", 1), words.ngettext("one", "many", 2)
        assert "reply" in one or "réply" in one
        assert many != words.gettext("one")
    finally:
        words.language.reset(token)
