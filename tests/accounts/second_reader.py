"""Another reading of a ledger, written from docs/build/ledger-format.md alone ("Reading it again"); no line of ours is in it."""

from collections.abc import Iterable
from typing import Any

Holds = dict[tuple[str, str | None], int]


def read_again(acts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The state: `clips`, `members`, `rules`, `guardians` and what they said, `ages`, `frozen`."""
    clips: dict[str, dict[str, Any]] = {}
    members: dict[tuple[str, str], str] = {}
    rules: dict[str, str] = {}
    guardians: dict[tuple[str, str], str] = {}
    said: dict[tuple[str, str], dict[str, str]] = {}
    ages: dict[str, tuple[str, bool]] = {}
    portraits: dict[str, dict[str, Any]] = {}
    for entry in acts:
        what, by, about, account = entry["act"], entry["by"], entry["about"], entry["account"]
        if what == "deletion done":
            gone = {entry["clip"], account, *about} - {None}
            clips = {name: _without(clip, gone) for name, clip in clips.items() if name not in gone}
            members = {key: role for key, role in members.items() if gone.isdisjoint(key)}
            rules = {name: rule for name, rule in rules.items() if name not in gone}
            guardians = {key: kind for key, kind in guardians.items() if gone.isdisjoint(key)}
            said = {key: words for key, words in said.items() if gone.isdisjoint(key)}
            ages = {name: age for name, age in ages.items() if name not in gone}
            portraits = {name: kept for name, kept in portraits.items() if name not in gone}
            for kept in portraits.values():
                kept["yeses"], kept["noes"] = kept["yeses"] - gone, kept["noes"] - gone
        elif what.startswith("portrait "):
            nothing: dict[str, Any] = {"asked": None, "shown": None, "yeses": set(), "noes": set()}
            _of_portrait(portraits.setdefault(account, nothing), entry)
        elif what == "account made":
            members[account, by] = "owner"
        elif what == "member joined":
            members[account, by] = entry["role"]
        elif what == "member role":
            members[account, about[0]] = entry["role"]
        elif what in {"member left", "member removed"}:
            members.pop((account, by if what == "member left" else about[0]), None)
        elif what == "rule changed":
            rules[account] = entry["rule"]
        elif what == "guardianship claimed":
            guardians[by, about[0]] = "claimed"
        elif what in {"guardianship accepted", "guardianship noticed", "guardianship full"}:
            kind = what.split()[1]
            guardians[about[0], about[1]] = "carer" if kind == "accepted" else kind
        elif what == "guardianship decided":
            guardians[about[0], about[1]] = {"refused": "carer", "accepted": "noticed"}[entry["kind"]]
        elif what in {"guardianship refused", "guardianship ended", "guardianship annulled"}:
            guardians.pop((about[0], about[1]), None)
            said.pop((about[0], about[1]), None)
        elif what == "guardians agreed":
            said.setdefault((by, about[0]), {})[entry["row"]] = entry["kind"]
        elif what == "guardian absent":
            said.setdefault((about[0], about[1]), {})["away"] = "yes"
        elif what == "guardian back":
            said.setdefault((by, about[0]), {}).pop("away", None)
        elif what == "age changed":
            ages[about[0]] = (entry["kind"], entry["alone"])
        elif entry["clip"]:
            empty: dict[str, Any] = {
                "stage": "draft",
                "asked": None,
                "shown": None,
                "yeses": {},
                "holds": {},
                "limits": {},
            }
            _of_clip(clips.setdefault(entry["clip"], empty), entry)
    return {
        "clips": clips,
        "portraits": portraits,
        "members": members,
        "rules": {name: rule for name, rule in rules.items() if rule != "one"},
        "guardians": guardians,
        "any": {key for key, words in said.items() if words.get("agreement") == "any"},
        "absence off": {key for key, words in said.items() if words.get("absence") == "off"},
        "away": {key for key, words in said.items() if "away" in words},
        "ages": ages,
        "frozen": _frozen(members, guardians, ages),
    }


def _of_clip(clip: dict[str, Any], entry: dict[str, Any]) -> None:
    what, by, version = entry["act"], entry["by"], entry.get("version")
    if what in {"asked", "yes"}:
        clip["yeses"][by, version] = entry["leaves"]
    if what == "asked":
        clip["stage"], clip["asked"] = "asked", version
    elif what == "yes voided":
        clip["yeses"].pop((by, version), None)
    elif what in {"edited", "recalled", "expired", "draft again"}:
        clip["yeses"] = {key: leaves for key, leaves in clip["yeses"].items() if key[1] != clip["asked"]}
        clip["stage"], clip["asked"] = "draft", None
    elif what == "published":
        clip["stage"], clip["asked"], clip["shown"] = "none", None, version
        clip["yeses"] = {key: leaves for key, leaves in clip["yeses"].items() if key[1] == version}
    elif what in {"narrowed", "widened"}:
        if what == "widened":
            clip["limits"].pop(by, None)
        if "reach" in entry:
            clip["limits"][by] = tuple(entry[name] for name in ("reach", "recommended", "leaves", "takes", "over"))
    elif what in {"no", "hold placed", "deletion begun"}:
        hold = ({"no": "no", "deletion begun": "deleting"}.get(what) or entry["kind"], by)
        clip["holds"][hold] = clip["holds"].get(hold, 0) + 1 if hold[0] in {"claim", "contains"} else 1
    elif what in {"lifted", "hold ended"}:
        hold = ("no" if what == "lifted" else entry["kind"], by)
        if clip["holds"].get(hold, 0) > 1:
            clip["holds"][hold] -= 1
        else:
            clip["holds"].pop(hold, None)


def _of_portrait(kept: dict[str, Any], entry: dict[str, Any]) -> None:
    what, by = entry["act"].removeprefix("portrait "), entry["by"]
    if what == "asked":
        kept["asked"], kept["yeses"] = entry["version"], {by}
    elif what == "yes":
        kept["yeses"] = kept["yeses"] | {by}
    elif what == "yes voided":
        kept["yeses"] = kept["yeses"] - {by}
    elif what in {"recalled", "expired", "ended", "shown"}:
        kept["asked"], kept["yeses"] = None, set()
        kept["shown"] = entry["version"] if what == "shown" else kept["shown"]
    elif what == "no":
        kept["noes"] = kept["noes"] | {by}
    elif what in {"lifted", "no ended"}:
        kept["noes"] = kept["noes"] - {by}


def _without(clip: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    holds: Holds = {}
    for (kind, giver), count in clip["holds"].items():
        if giver in gone and kind == "no":
            holds["basis", None] = 1
        elif giver in gone:
            holds[kind, "gone"] = holds.get((kind, "gone"), 0) + count
        else:
            holds[kind, giver] = count
    yeses = {key: leaves for key, leaves in clip["yeses"].items() if key[0] not in gone}
    limits = {giver: limit for giver, limit in clip["limits"].items() if giver not in gone}
    return {**clip, "holds": holds, "yeses": yeses, "limits": limits}


def _frozen(
    members: dict[tuple[str, str], str], guardians: dict[tuple[str, str], str], ages: dict[str, tuple[str, bool]]
) -> set[str]:
    full = {child for (_, child), kind in guardians.items() if kind == "full"}
    young = {name for name, (band, alone) in ages.items() if band in {"under_13", "13_15"} and not alone}
    led = {
        account
        for (account, name), role in members.items()
        if role == "owner" and ages.get(name, ("adult", False))[0] == "adult"
    }
    return (young - full) | {account for account, _ in members if account not in led}
