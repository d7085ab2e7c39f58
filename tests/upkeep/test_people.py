"""`onstage person`, on both databases."""

import re
from pathlib import Path

import pytest

from onstage import clock
from onstage.accounts.doors import recovery
from onstage.accounts.viewer import find
from onstage.errors import Invalid, NotFound
from onstage.settings import load
from onstage.upkeep.commands import settings_in_force
from onstage.upkeep.people import person
from tests.cast import SIGN_IN, Cast


def test_everyone_is_listed(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    person(cast.app.settings, act="list", handle=None)
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} == {
        "@ada",
        "@ben",
        "@fay",
        "@eve",
        "@max",
        "@ola",
        "@mia",
        "@gus",
        "@gil",
    }
    assert [line.split()[0] for line in lines if line.endswith("owns this server")] == ["@ola"]


def test_a_reset_link_lets_its_person_back_in(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    person(cast.app.settings, act="reset", handle="@Ben")
    link = re.search(r"/reset/(\S+)", capsys.readouterr().out)
    assert link
    with cast.app.database.write() as db:
        assert recovery.reset(db, link[1], "hash", clock.now()).person == cast.ben.viewer.person


def test_the_server_is_handed_over(cast: Cast) -> None:
    person(cast.app.settings, act="make-owner", handle="ben")
    with cast.app.database.read() as db:
        owners = {
            name for name in ("ben", "ola") if (found := find(db, "browser", SIGN_IN + name)) and found.is_server_owner
        }
    assert owners == {"ben"}


def test_a_handle_is_needed_and_must_be_somebodys(cast: Cast) -> None:
    with pytest.raises(Invalid):
        person(cast.app.settings, act="reset", handle=None)
    with pytest.raises(NotFound):
        person(cast.app.settings, act="make-owner", handle="nobody_here")


def test_settings_are_shown_but_for_secrets(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    chosen = load({"ONSTAGE_DATA": str(tmp_path), "ONSTAGE_SECRET": "tell nobody", "SIGN_UP": "invite"})
    settings_in_force(chosen)
    said = capsys.readouterr().out
    assert "SIGN_UP=invite\n" in said
    assert "ONSTAGE_SECRET=(set, not shown)\n" in said
    assert "DATABASE_URL=\n" in said
    assert "tell nobody" not in said
