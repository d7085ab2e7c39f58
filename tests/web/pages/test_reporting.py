"""Reporting without scripts: a clip, an account and a comment, each from a link that stands beside it."""

import re

import pytest
from sqlalchemy import select

from onstage.accounts.models import members
from onstage.engagement import comments
from onstage.moderation.models import reports
from tests.cast import Cast, make_clip
from tests.client import Client


def links(client: Client, cast: Cast, path: str) -> set[str]:
    """Where the page leads whoever has no scripts."""
    without = "".join(re.findall(r"<noscript>(.*?)</noscript>", client.get(path, cast.ben).text, re.DOTALL))
    return {found.replace("&amp;", "&") for found in re.findall(r'href="(/report\?[^"]+)"', without)}


def test_everything_leads_to_a_form_that_reports_it(cast: Cast, client: Client) -> None:
    slug = make_clip(cast.app.database, cast.ada.viewer)[1]
    with cast.app.database.write() as db:
        said = comments.comment(db, cast.fay.viewer, slug, "not nice", None)
    found = links(client, cast, f"/c/{slug}") | links(client, cast, "/@ada")
    assert found == {f"/report?clip={slug}", f"/report?account=fay&comment={said.id}", "/report?account=ada"}
    for link in sorted(found):
        page = client.get(link, cast.ben).text
        typed = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        refused = client.post("/report", cast.ben, form={**typed, "words": "look at it"})
        assert (refused.status, "Choose what is wrong." in refused.text) == (422, True)
        assert "look at it</textarea>" in refused.text, "what was typed stays"
        sent = client.post("/report", cast.ben, form={**typed, "reason": "harassment", "words": "look at it"})
        assert sent.status == 303
        assert "Who runs this server looks at it." in client.get(sent.header("location") or "", cast.ben).text
    with cast.app.database.read() as db:
        kept = db.execute(select(reports.c.clip_id, reports.c.comment_id, reports.c.reason, reports.c.words)).all()
    assert {(row.clip_id is None, row.comment_id) for row in kept} == {(True, None), (False, None), (False, said.id)}
    assert {(row.reason, row.words) for row in kept} == {("harassment", "look at it")}


@pytest.mark.parametrize(
    "form", [{}, {"clip": "nothere"}, {"account": "nobody_here"}, {"account": "ada", "comment": "9" * 19}]
)
def test_what_is_not_there_is_not_reported(cast: Cast, client: Client, form: dict[str, str]) -> None:
    assert client.post("/report", cast.ben, form={"reason": "spam", **form}).status == 404


def test_who_has_no_account_signs_in_first_and_is_back(cast: Cast, client: Client) -> None:
    slug = make_clip(cast.app.database, cast.ada.viewer)[1]
    answer = client.get(f"/report?clip={slug}", headers={"accept": "text/html"})
    assert answer.status in {303, 401}
    assert "report" in answer.everything.decode()


def test_it_says_before_where_nobody_would_read_it(cast: Cast, client: Client) -> None:
    assert "data-nobody hidden" in client.get("/report?account=ada", cast.ben).text
    with cast.app.database.write() as db:
        joined = {"account_id": cast.duo.viewer.account, "person_id": cast.ola.viewer.person}
        db.execute(members.insert().values(**joined, role="owner", since=1))
    page = client.get("/report?account=duo", cast.fay).text
    assert "data-nobody>" in page
    assert "a help line or the police" in page
