"""The material of `onstage demo` is complete: it fits its bounds, every reference resolves, every borrowed clip is credited."""

import json
import re
import subprocess
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

FOLDER = Path(str(files("onstage"))) / "demo_material"
STORY: dict[str, Any] = json.loads((FOLDER / "demo.json").read_text(encoding="utf-8"))
CLIPS: list[dict[str, Any]] = STORY["clips"]
HANDLES = {row["handle"] for row in STORY["accounts"]}
FILES = sorted(path.name for path in FOLDER.glob("*.mp4"))
AUDIENCES = {"public", "unlisted", "followers"}


def told(*arguments: str) -> str:
    """What ffmpeg says on its error stream."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def atoms(path: Path) -> list[str]:
    """The names of a file's top-level boxes in order (ISO 14496-12)."""
    data, place, names = path.read_bytes(), 0, []
    while place < len(data):
        size = int.from_bytes(data[place : place + 4])
        names.append(data[place + 4 : place + 8].decode("ascii"))
        place += size if size > 1 else int.from_bytes(data[place + 8 : place + 16])
    return names


def test_it_fills_a_server_and_stays_small() -> None:
    assert len(STORY["accounts"]) >= 9
    assert len(CLIPS) >= 62
    assert len(STORY["comments"]) >= 60
    assert len(STORY["follows"]) >= 30
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= 14_000_000


def test_every_clip_is_told_of_once_and_nothing_else_lies_about() -> None:
    named = [clip["file"] for clip in CLIPS]
    assert sorted(named) == FILES
    assert {path.suffix for path in FOLDER.rglob("*") if path.is_file()} <= {".mp4", ".json", ".md", ".webp", ".py"}


@pytest.mark.parametrize("name", FILES)
def test_a_clip_plays_everywhere(name: str) -> None:
    path = FOLDER / name
    said = told("-i", str(path))
    video = re.search(r"Video: h264 \(High\).*yuv420p\(tv, bt709.*?\), (\d+)x(\d+)", said)
    length = re.search(r"Duration: 00:00:(\d\d\.\d\d)", said)
    assert video, said
    assert length, said
    width, height = int(video[1]), int(video[2])
    assert (width, height) in {(540, 960), (540, 540), (854, 480)}
    assert 4.0 <= float(length[1]) <= 12.1
    assert "Audio:" not in said or re.search(r"Audio: aac \(LC\).*44100 Hz, stereo", said)
    assert len(re.findall(r"Stream #0:\d", said)) == said.count("Video:") + said.count("Audio:")
    order = atoms(path)
    assert order.index("moov") < order.index("mdat")


@pytest.mark.parametrize("name", FILES)
def test_one_can_jump_into_a_clip_every_two_seconds(name: str) -> None:
    said = told(
        "-skip_frame",
        "nokey",
        "-i",
        str(FOLDER / name),
        "-an",
        "-vf",
        "showinfo",
        "-fps_mode",
        "passthrough",
        "-f",
        "null",
        "-",
    )
    times = [float(found) for found in re.findall(r"pts_time:([\d.]+)", said)]
    length = re.search(r"Duration: 00:00:(\d\d\.\d\d)", said)
    assert length
    ends = [*times[1:], float(length[1])]
    assert times[0] == pytest.approx(0, abs=0.05)
    assert max(end - begin for begin, end in zip(times, ends, strict=True)) <= 2.1


def test_some_clips_are_not_upright_and_about_half_have_sound() -> None:
    sizes = Counter(re.findall(r", (\d+x\d+)", told("-i", str(FOLDER / name)))[0] for name in FILES)
    assert sizes["540x540"] >= 1
    assert sizes["854x480"] >= 1
    assert sizes["540x960"] >= 60
    heard = sum("sound" in clip for clip in CLIPS)
    assert len(CLIPS) * 0.4 <= heard <= len(CLIPS) * 0.8


def test_what_is_said_to_sound_does_and_the_rest_is_silent() -> None:
    own_sound = {"club-bird.mp4"}
    for clip in CLIPS:
        has_audio = "Audio:" in told("-i", str(FOLDER / clip["file"]))
        assert has_audio == ("sound" in clip or clip["file"] in own_sound), clip["file"]


def test_every_reference_resolves() -> None:
    sounds = {row["id"] for row in STORY["sounds"]}
    assert {row["account"] for row in STORY["sounds"]} <= HANDLES
    for clip in CLIPS:
        assert clip["account"] in HANDLES
        assert set(clip["mentions"]) <= HANDLES
        assert clip.get("sound") in sounds | {None}
        assert clip.get("take_of") in {*FILES, None}
        assert clip["audience"] in AUDIENCES
        assert clip["alt"]
        assert clip["caption"]
        assert clip["hours"] > 0
    assert all({a, b} <= HANDLES and a != b for a, b in STORY["follows"])
    assert len({tuple(pair) for pair in STORY["follows"]}) == len(STORY["follows"])


def test_comments_come_after_their_clip_and_replies_after_what_they_answer() -> None:
    ages = {clip["file"]: clip["hours"] for clip in CLIPS}
    by_number = {row["id"]: row for row in STORY["comments"]}
    assert len(by_number) == len(STORY["comments"])
    for row in STORY["comments"]:
        assert row["account"] in HANDLES
        assert 0 < row["hours"] < ages[row["clip"]]
        if parent := by_number.get(row.get("reply_to")):
            assert "reply_to" not in parent
            assert parent["clip"] == row["clip"]
            assert parent["hours"] > row["hours"]


def test_likes_and_saves_are_from_others_once_and_some_clips_are_loved() -> None:
    owner = {clip["file"]: clip["account"] for clip in CLIPS}
    for kind in ("likes", "saves"):
        for name, who in STORY[kind].items():
            assert set(who) <= HANDLES - {owner[name]}
            assert len(set(who)) == len(who)
    counts = sorted(len(who) for who in STORY["likes"].values())
    assert counts[-1] >= 2 * counts[len(counts) // 2]


def test_what_only_followers_see_is_picked_and_answered_by_followers_only() -> None:
    closed = {clip["file"]: clip["account"] for clip in CLIPS if clip["audience"] == "followers"}
    follows = {tuple(pair) for pair in STORY["follows"]}
    assert closed
    for name, owner in closed.items():
        who = {*STORY["likes"].get(name, []), *STORY["saves"].get(name, [])}
        who |= {row["account"] for row in STORY["comments"] if row["clip"] == name} - {owner}
        assert all((handle, owner) in follows for handle in who)


def test_a_take_uses_the_sound_of_what_it_answers() -> None:
    by_file = {clip["file"]: clip for clip in CLIPS}
    takes = [clip for clip in CLIPS if "take_of" in clip]
    assert len(takes) >= 3
    assert all(clip["sound"] == by_file[clip["take_of"]]["sound"] for clip in takes)


def test_people_write_in_several_directions() -> None:
    words = " ".join(row["text"] for row in STORY["comments"])
    assert re.search(r"[\u0600-\u06ff]", words)
    assert re.search(r"[\u3040-\u30ff]", words)
    assert re.search(r"[\U0001f300-\U0001faff]", words)


def test_every_account_has_a_small_picture_of_its_own() -> None:
    pictures = {row["avatar"] for row in STORY["accounts"]}
    assert len(pictures) == len(STORY["accounts"])
    for picture in pictures:
        path = FOLDER / picture
        assert path.stat().st_size < 20_000
        assert "256x256" in told("-i", str(path))
    assert {f"avatars/{path.name}" for path in (FOLDER / "avatars").iterdir()} == pictures


def test_every_borrowed_clip_is_credited_under_a_free_licence() -> None:
    rows = {row["id"]: row for row in STORY["credits"]}
    listed = {(clip["file"], row["id"], clip["changed"]) for row in STORY["credits"] for clip in row["clips"]}
    borrowed = {(clip["file"], clip["credit"], clip["changed"]) for clip in CLIPS if "credit" in clip}
    assert borrowed == listed
    assert borrowed
    page = (FOLDER / "CREDITS.md").read_text(encoding="utf-8")
    for row in rows.values():
        assert row["licence"].startswith(("CC0-", "CC-BY-"))
        assert all(row[key] in page for key in ("title", "author", "licence", "licence_url", "source"))
        assert all(f"`{clip['file']}`" in page and clip["changed"] in page for clip in row["clips"])
