"""Turns words.toml into demo.json and CREDITS.md: adds who follows, likes and saves what, and when each comment was written."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from footage import Credit, Cut

WORDS = Path(__file__).with_name("words.toml")
SEED = 2026
Row = dict[str, Any]

# How much a clip pleases beyond the ordinary; likes and saves are drawn in proportion.
LOVED = {
    "dance-solo": 9.0,
    "dance-cookie": 7.0,
    "garden-dahlia": 6.0,
    "club-house": 6.0,
    "sky-aurora": 6.0,
    "music-marimba": 5.0,
    "kitchen-donut": 4.0,
    "sea-koi": 4.0,
    "clay-wheel": 3.5,
    "road-dusk": 3.0,
    "music-keys": 3.0,
    "code-silk": 3.0,
}


def accounts(words: Row) -> list[Row]:
    """The accounts as the loader wants them."""
    keep = ("handle", "name", "bio", "personal")
    return [{**{key: row[key] for key in keep}, "avatar": f"avatars/{row['handle']}.webp"} for row in words["account"]]


def clips(words: Row, tunes: dict[str, str], cuts: dict[str, Cut]) -> list[Row]:
    """The clips, newest first, each with its tags, mentions, sound and credit worked out."""
    result = []
    for row in sorted(words["clip"], key=lambda one: one["hours"]):
        name, caption = row["file"], row["caption"]
        clip = {
            "file": f"{name}.mp4",
            "account": row["by"],
            "caption": caption,
            "tags": re.findall(r"#(\w+)", caption),
            "mentions": re.findall(r"@(\w+)", caption),
            "alt": row["alt"],
            "hours": row["hours"],
            "audience": row.get("audience", "public"),
        }
        if tunes.get(name):
            clip["sound"] = tunes[name]
        if "take_of" in row:
            clip["take_of"] = f"{row['take_of']}.mp4"
        if name in cuts:
            clip["credit"] = cuts[name].credit
            clip["changed"] = cuts[name].changed
        result.append(clip)
    return result


def comments(words: Row, rng: np.random.Generator) -> list[Row]:
    """Comments and replies with numbers of their own; `hours` is the age and falls within the clip's life."""
    ages = {row["file"]: float(row["hours"]) for row in words["clip"]}
    last = dict(ages)
    result: list[Row] = []
    for row in words["comment"]:
        clip = row["on"]
        last[clip] *= float(rng.uniform(0.55, 0.97))
        number = len(result) + 1
        result.append(_comment(number, row, clip, last[clip]))
        age = last[clip]
        for reply in row.get("replies", []):
            age *= float(rng.uniform(0.6, 0.95))
            result.append({**_comment(len(result) + 1, reply, clip, age), "reply_to": number})
    return result


def _comment(number: int, row: Row, clip: str, age: float) -> Row:
    return {"id": number, "clip": f"{clip}.mp4", "account": row["by"], "text": row["text"], "hours": round(age, 2)}


def follows(handles: list[str], rng: np.random.Generator) -> list[list[str]]:
    """Pairs of follower and followed; the first accounts are followed most, and everybody follows somebody."""
    pairs = []
    for follower in handles:
        for place, followed in enumerate(handles):
            if followed != follower and rng.random() < 0.78 - 0.035 * place:
                pairs.append([follower, followed])
    return pairs


def chosen(
    shown: list[Row], handles: list[str], pairs: list[list[str]], share: float, rng: np.random.Generator
) -> dict[str, list[str]]:
    """Who picked which clip: a few clips by nearly all, most by some, `share` scaling it all; never one's own, and
    never one that they may not see."""
    result = {}
    for clip in shown:
        open_ = clip["audience"] != "followers"
        liking = min(0.97, share * (0.32 + 0.11 * LOVED.get(clip["file"][:-4], float(rng.uniform(0.0, 1.6)))))
        others = [handle for handle in handles if handle != clip["account"] and rng.random() < liking]
        who = [handle for handle in others if open_ or [handle, clip["account"]] in pairs]
        if who:
            result[clip["file"]] = who
    return result


def credit_rows(credits_: list[Credit], cuts: dict[str, Cut]) -> list[Row]:
    """The third-party works and which clips were cut from each."""
    rows = []
    for credit in credits_:
        row: Row = {"id": credit.key, "title": credit.title, "author": credit.author, "licence": credit.licence}
        row |= {"licence_url": credit.licence_url, "source": credit.source}
        taken = [cut for cut in cuts.values() if cut.credit == credit.key]
        row["change"] = credit.change
        row["clips"] = [{"file": f"{cut.name}.mp4", "changed": cut.changed} for cut in taken]
        rows.append(row)
    return rows


def credits_page(rows: list[Row]) -> str:
    """CREDITS.md."""
    lines = [
        "# Credits of the demo's material",
        "",
        "The files named below were cut from other people's work, under these licences. Every other clip, tune and picture",
        "in this folder was generated by `deploy/demo/make_material.py` and has the licence of Onstage.",
        "",
    ]
    for row in rows:
        lines += [
            f"## {row['title']}",
            "",
            f"- Author: {row['author']}",
            f"- Licence: [{row['licence']}]({row['licence_url']})",
        ]
        lines += [f"- Source: <{row['source']}>", "", "| file | what was changed |", "|---|---|"]
        lines += [f"| `{clip['file']}` | {clip['changed']} |" for clip in row["clips"]]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def write_story(out: Path, made: dict[str, str], credits_: list[Credit], cuts: dict[str, Cut]) -> None:
    """Writes demo.json and CREDITS.md; `made` maps each clip's name to its tune, or to nothing."""
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    if missing := {row["file"] for row in words["clip"]} ^ set(made):
        raise ValueError(f"words.toml and the scenes do not agree on {sorted(missing)}")
    rng = np.random.default_rng(SEED)
    shown = clips(words, made, cuts)
    handles = [row["handle"] for row in words["account"]]
    rows = credit_rows(credits_, cuts)
    pairs = follows(handles, rng)
    story = {
        "accounts": accounts(words),
        "sounds": [{"id": row["tune"], "title": row["title"], "account": row["by"]} for row in words["sound"]],
        "clips": shown,
        "comments": comments(words, rng),
        "follows": pairs,
        "likes": chosen(shown, handles, pairs, 1.0, rng),
        "saves": chosen(shown, handles, pairs, 0.35, rng),
        "credits": rows,
    }
    text = json.dumps(story, ensure_ascii=False, indent=1)
    (out / "demo.json").write_text(text + "\n", encoding="utf-8")
    page = credits_page(rows)
    (out / "CREDITS.md").write_text(page, encoding="utf-8")
