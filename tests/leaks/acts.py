"""Every route that does something to a clip: on what one may not see it does nothing, as if there were no such clip."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.leaks import naive
from tests.leaks.surfaces import API, SLUG
from tests.leaks.walk import Walk
from tests.leaks.world import Planted


@dataclass(frozen=True)
class Act:
    """A request about a clip. `is_open` says for which of those who may see the clip it is not to be tried here."""

    method: str
    path: str
    is_open: Callable[[Walk, naive.Row], bool]
    more: dict[str, Any] = field(default_factory=dict)
    of: str = "{slug}"

    def sent(self, name: str) -> dict[str, Any]:
        """What goes along, with the clip's name where it belongs."""
        return {key: _named(value, name) for key, value in self.more.items()}


def _named(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _named(each, name) for key, each in value.items()}
    return value.replace("{slug}", name) if isinstance(value, str) else value


def to_see(walk: Walk, clip: naive.Row) -> bool:
    """Whoever sees it may."""
    return walk.truth.may_open(clip)


def to_refuse(walk: Walk, clip: naive.Row) -> bool:
    """Whoever sees it; and its maker and a child's guardians, whose no counts, whatever withholds what is out (R1)."""
    withheld = clip.published_at is not None and bool(walk.truth.reasons(clip))
    mia = next(each.id for each in walk.truth.rows.accounts if each.handle == "mia")
    counts = clip.person_id == walk.truth.person or (walk.name in {"gus", "gil"} and clip.account_id == mia)
    return to_see(walk, clip) or (withheld and counts)


def to_repost(walk: Walk, clip: naive.Row) -> bool:
    """Whoever sees it, where it may be passed on to strangers; what may not is refused to all, which is tried."""
    return walk.truth.may_open(clip) and clip.audience == "public" and clip.recommended == 1


def to_make(walk: Walk, clip: naive.Row) -> bool:
    """Its author, until it is deleted, and the people of its account who see it."""
    return walk.truth.may_open(clip) and (walk.truth.is_author(clip) or walk.truth.is_member(clip.account_id))


def to_restore(walk: Walk, clip: naive.Row) -> bool:
    """Its author, also while it is being deleted."""
    return walk.truth.is_author(clip) or to_make(walk, clip)


def to_upload(walk: Walk, clip: naive.Row) -> bool:
    """Its author."""
    return walk.truth.is_author(clip)


def is_upload(made: Planted) -> bool:
    """Whether an upload belongs to it."""
    return made.plan.stage.value == "uploading"


CLIP = API + "/clips/{slug}"
UPLOAD = API + "/uploads/{secret}upload"
WORDS = {"caption": "taken over", "audience": "public", "commenters": "everyone"}
REPORT = {"reason": "other", "words": "x", "clip": "{slug}"}
PATCH_UPLOAD = {"content-type": "application/offset+octet-stream", "upload-offset": "0", "tus-resumable": "1.0.0"}
TUS = {"tus-resumable": "1.0.0"}
ACTS: dict[str, Act] = {
    f"PUT {SLUG}/like": Act("PUT", CLIP + "/like", to_see),
    f"DELETE {SLUG}/like": Act("DELETE", CLIP + "/like", to_see),
    f"PUT {SLUG}/save": Act("PUT", CLIP + "/save", to_see),
    f"DELETE {SLUG}/save": Act("DELETE", CLIP + "/save", to_see),
    f"PUT {SLUG}/share": Act("PUT", CLIP + "/share", to_see),
    f"PUT {SLUG}/repost": Act("PUT", CLIP + "/repost", to_repost),
    f"DELETE {SLUG}/repost": Act("DELETE", CLIP + "/repost", to_see),
    f"POST {SLUG}/comments": Act("POST", CLIP + "/comments", to_see, {"json": {"words": "hello"}}),
    f"POST {API}/reports": Act("POST", API + "/reports", to_see, {"json": REPORT}),
    "POST /report": Act("POST", "/report", to_see, {"form": REPORT}),
    f"POST {SLUG}/yes": Act("POST", CLIP + "/yes", to_see, {"json": {"version": 1}}),
    f"POST {SLUG}/no": Act("POST", CLIP + "/no", to_refuse, {"json": {}}),
    f"DELETE {SLUG}/no": Act("DELETE", CLIP + "/no", to_see),
    f"POST {SLUG}/wish": Act("POST", CLIP + "/wish", to_see, {"json": {"words": "shorter"}}),
    f"PUT {SLUG}/limit": Act("PUT", CLIP + "/limit", to_see, {"json": {"audience": "private"}}),
    f"DELETE {SLUG}/limit": Act("DELETE", CLIP + "/limit", to_see),
    f"POST {SLUG}/bring-back": Act("POST", CLIP + "/bring-back", to_see),
    f"DELETE {SLUG}/appearance": Act("DELETE", CLIP + "/appearance", to_see),
    f"POST {SLUG}/recall": Act("POST", CLIP + "/recall", to_make),
    f"POST {SLUG}/stop": Act("POST", CLIP + "/stop", to_restore),
    f"POST {SLUG}/schedule": Act("POST", CLIP + "/schedule", to_make, {"json": {"at": "2000-01-01T00:00:00Z"}}),
    f"PUT {SLUG}/appearances/{{handle:str}}": Act("PUT", CLIP + "/appearances/fay", to_make, {"json": {}}),
    f"DELETE {SLUG}/appearances/{{handle:str}}": Act("DELETE", CLIP + "/appearances/fay", to_make),
    f"POST {SLUG}/labels": Act("POST", CLIP + "/labels", to_make, {"json": {"words": "x", "minor": True}}),
    f"DELETE {SLUG}/labels/{{label_id:int}}": Act("DELETE", CLIP + "/labels/1", to_make),
    f"PUT {SLUG}/coauthors/{{handle:str}}": Act("PUT", CLIP + "/coauthors/fay", to_make),
    f"DELETE {SLUG}/coauthors/{{handle:str}}": Act("DELETE", CLIP + "/coauthors/fay", to_make),
    f"POST {SLUG}/parts": Act("POST", CLIP + "/parts", to_make, {"json": {"source": "x"}}),
    f"DELETE {SLUG}/parts/{{part_id:int}}": Act("DELETE", CLIP + "/parts/1", to_make),
    f"POST {SLUG}/parts/{{part_id:int}}/out": Act("POST", CLIP + "/parts/1/out", to_make, {"json": {"left": "after"}}),
    f"POST {SLUG}/labels/{{label_id:int}}/guardian": Act("POST", CLIP + "/labels/1/guardian", to_make, {"json": {}}),
    f"POST {SLUG}/labels/{{label_id:int}}/me": Act("POST", CLIP + "/labels/1/me", to_see),
    f"POST {API}/claims": Act("POST", API + "/claims", to_see, {"json": {"what": "me", "clip": "{slug}"}}),
    "POST /claim": Act(
        "POST", "/claim", to_see, {"form": {"what": "me", "clip": "{slug}", "account": "", "words": ""}}
    ),
    f"PATCH {SLUG}": Act("PATCH", CLIP, to_make, {"json": WORDS}),
    f"DELETE {SLUG}": Act("DELETE", CLIP, to_make),
    f"POST {SLUG}/publish": Act("POST", CLIP + "/publish", to_make),
    f"POST {SLUG}/cover": Act("POST", CLIP + "/cover", to_make, {"json": {"at_seconds": 1}}),
    f"POST {SLUG}/preview": Act("POST", CLIP + "/preview", to_see),
    f"GET {SLUG}/trim": Act("GET", CLIP + "/trim", to_make),
    f"POST {SLUG}/trim": Act("POST", CLIP + "/trim", to_make, {"json": {"from_seconds": 0, "to_seconds": 1}}),
    f"DELETE {SLUG}/trim": Act("DELETE", CLIP + "/trim", to_make),
    f"PUT {SLUG}/captions/{{language:str}}": Act("PUT", CLIP + "/captions/en", to_make, {"body": b"no captions"}),
    f"DELETE {SLUG}/captions/{{language:str}}": Act("DELETE", CLIP + "/captions/en", to_make),
    f"POST {SLUG}/restore": Act("POST", CLIP + "/restore", to_restore),
    "POST /make/{slug:str}": Act("POST", "/make/{slug}", to_make, {"parts": WORDS}),
    "POST /make/{slug:str}/captions": Act("POST", "/make/{slug}/captions", to_make, {"parts": {"language": "en"}}),
    f"PATCH {API}/uploads/{{name:str}}": Act("PATCH", UPLOAD, to_upload, {"headers": PATCH_UPLOAD, "body": b"x"}),
    f"DELETE {API}/uploads/{{name:str}}": Act("DELETE", UPLOAD, to_upload, {"headers": TUS}),
    f"HEAD {API}/uploads/{{name:str}}": Act("HEAD", UPLOAD, to_upload, {"headers": TUS}),
    f"POST {API}/uploads/{{name:str}}": Act(
        "POST", UPLOAD, to_upload, {"headers": TUS | {"x-http-method-override": "DELETE"}}
    ),
}
