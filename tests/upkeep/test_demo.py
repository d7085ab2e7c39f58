"""The demo fills a server through the verbs that people use, on both databases; what ships fills one like it."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from onstage.clips.models import Stage
from onstage.clock import HOUR, now
from onstage.engagement import recount
from onstage.errors import Conflict
from onstage.upkeep import demo
from onstage.upkeep.demo_story import read
from onstage.upkeep.ledger_replay import differences
from onstage.web.http import App
from tests.cast import Cast
from tests.client import Client
from tests.clips.conftest import Film
from tests.serve.running import run, serving

STORY = {
    "accounts": [
        {"handle": "mira_makes", "name": "Mira", "bio": "I make things.", "avatar": "a.webp"},
        {"handle": "olu_looks", "name": "Olu", "bio": "I look at things.", "avatar": "b.webp"},
    ],
    "clips": [
        {"file": "new.mp4", "account": "mira_makes", "caption": "New #thing", "hours": 2, "audience": "public"},
        {
            "file": "old.mp4",
            "account": "mira_makes",
            "caption": "Old #thing for @olu_looks",
            "hours": 50,
            "audience": "followers",
            "credit": "film",
        },
    ],
    "comments": [
        {"id": 2, "clip": "old.mp4", "account": "mira_makes", "text": "Thank you", "hours": 10, "reply_to": 1},
        {"id": 1, "clip": "old.mp4", "account": "olu_looks", "text": "Lovely", "hours": 20},
    ],
    "follows": [["olu_looks", "mira_makes"]],
    "likes": {"old.mp4": ["olu_looks"]},
    "saves": {"new.mp4": ["olu_looks"]},
    "credits": [{"id": "film", "title": "A Film", "author": "A. Nother", "licence": "CC-BY-3.0"}],
}


@pytest.fixture
def material(tmp_path: Path, film: Film) -> Path:
    folder = tmp_path / "material"
    folder.mkdir()
    (folder / "demo.json").write_text(json.dumps(STORY))
    for name in ("new.mp4", "old.mp4"):
        shutil.copy(film(1), folder / name)
    for name, color in (("a.webp", "red"), ("b.webp", "blue")):
        picture = ["-f", "lavfi", "-i", f"color={color}:size=64x64", "-frames:v", "1", str(folder / name)]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *picture], check=True)
    return folder


def test_it_fills_a_server(app: App, client: Client, material: Path) -> None:
    passwords = demo.fill(app, read(material), material)
    assert set(passwords) == {"mira_makes", "olu_looks"}
    answer = client.post("/api/v1/sessions", json={"handle": "olu_looks", "password": passwords["olu_looks"]})
    assert answer.status == 201, answer.text
    shown = client.get("/api/v1/accounts/mira_makes/clips").json["items"]
    assert [clip["caption"] for clip in shown] == ["New #thing"]
    assert shown[0]["saves"] == 1
    film = client.get(shown[0]["renditions"][0]["url"])
    assert film.status == 200
    assert film.body[4:8] == b"ftyp"
    assert client.get(shown[0]["account"]["avatar_url"]).status == 200
    assert client.get("/tag/thing").status == 200
    with app.database.read() as db:
        assert differences(db) == [], "the ledger tells what the tables hold"


def test_the_past_is_where_it_was_and_borrowed_work_is_credited(app: App, material: Path) -> None:
    demo.fill(app, read(material), material)
    with app.database.read() as db:
        old = db.exec_driver_sql("SELECT caption, stage, published_at, id FROM clips ORDER BY published_at").first()
        said = db.exec_driver_sql("SELECT words, at, parent_id FROM comments ORDER BY at").all()
        liked = db.exec_driver_sql("SELECT at FROM likes").scalar_one()
        assert old
        watched = db.exec_driver_sql(f"SELECT views, completions FROM totals WHERE clip_id = {old[3]}").one()
        differences = recount.differences(db)
    assert old[0] == "Old #thing for @olu_looks\n\nCut from “A Film” by A. Nother (CC-BY-3.0)."
    assert old[1] == Stage.NONE
    assert abs(now() - 50 * HOUR - old[2]) < HOUR
    assert [row[0] for row in said] == ["Lovely", "Thank you"]
    assert said[1][2] is not None
    assert old[2] < liked < now()
    assert tuple(watched) == (1, 1), "who likes a clip has seen it"
    assert differences == []


def test_a_server_with_people_is_left_alone(cast: Cast) -> None:
    with pytest.raises(Conflict, match="leaves this server alone"):
        demo.demo(cast.app.settings)


def test_somebody_who_shows_and_somebody_who_watches_can_be_signed_in_as(material: Path) -> None:
    assert demo._to_sign_in_as(read(material)) == ["mira_makes", "olu_looks"]


@pytest.mark.slow
def test_what_ships_makes_a_living_place(tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = run(data, "demo")
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"^Sign in as @\w+ with the password \S{10,}$", done.stdout, re.MULTILINE)) == 2
    assert data.stat().st_mode & 0o777 == 0o700
    checked = run(data, "doctor", "--media")
    assert checked.returncode == 0, checked.stdout
    assert run(data, "demo").returncode == 2
    with serving(data) as server:
        shown = server.get("/api/v1/feed?kind=for_you&limit=50").json()["items"]
        assert len(shown) >= 20
        assert len({clip["account"]["handle"] for clip in shown}) >= 8
        assert "<video" in server.get("/").text
