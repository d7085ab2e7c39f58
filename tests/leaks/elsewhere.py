"""The routes that have nothing to do with clips, called so that nobody's standing changes: no secret may be there."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from onstage.moderation.models import reports
from tests.client import Answer
from tests.leaks.surfaces import API, Surface, Visit, as_guest, as_spare, by_one, nothing, of_accounts, once
from tests.leaks.walk import Walk

UNKNOWN = "nobody_here"
_KEEP = f"{API}/server/keep/{{kind:str}}/{{number:int}}"


def of_reports(method: str, path: str, **more: Any) -> Visit:
    """The same page of every open report, also for those who may settle none."""

    def visit(walk: Walk) -> Iterator[Answer]:
        with walk.world.app.database.read() as db:
            found = db.execute(select(reports.c.id)).scalars().all()
        for report in found:
            yield walk.ask(method, f"{path}/report/{report}", **more)

    return visit


PLAY = {
    "token": "x" * 40,
    "event": "6f8b8e9e-3f5b-4a55-9d7e-1d1a6f1f5a11",
    "kind": "end",
    "surface": "clip",
    "watched_ms": 1,
    "loops": 0,
    "happened_at": "2026-01-01T00:00:00Z",
}

_PAGES = (
    *(
        "/about",
        "/offline",
        "/unsent",
        "/manifest.webmanifest",
        "/sw.js",
        "/favicon.ico",
        "/robots.txt",
        "/healthz",
        "/metrics",
        "/me",
    ),
    *("/sign-in", "/sign-in/recover", "/sign-up", "/sign-up/handle"),
    *("/server", "/server/invitations", "/server/people", "/server/bounds", "/server/set-up"),
    *(
        f"/settings{room}"
        for room in (
            "",
            "/check",
            "/claims",
            "/deleted",
            "/age",
            "/leaving",
            "/notifications",
            "/privacy",
            "/profile",
            "/record",
            "/records",
            "/sessions",
            "/sign-in",
            "/tokens",
        )
    ),
    *(
        f"{API}/{what}"
        for what in (
            "me",
            "me/figures",
            "me/figures.csv",
            "me/comments/rules",
            "me/notifications",
            "me/follow-requests",
            "me/nevers",
            "me/portraits",
            "me/notices",
            "passkeys",
            "sessions",
            "tokens",
        )
    ),
    *("/.well-known/onstage-ledger", f"{API}/me/ledger", f"{API}/me/receipts", f"{API}/me/records"),
    *(f"{API}/me/claims", f"{API}/server/claims", "/server/claims"),
    *(f"{API}/uploads/limits", f"{API}/reports/readers"),
)
_POSTED_BY_SPARE = (
    "/settings/check", "/settings/comments", "/settings/history", "/settings/notifications",
    "/settings/age", "/settings/leaving", "/settings/privacy", "/settings/profile", "/settings/sessions",
    "/settings/sign-in", "/settings/tokens",
)  # fmt: skip
_POSTED_BY_GUEST = (
    "/sign-in",
    "/sign-in/recover",
    "/sign-out",
    "/sign-up",
    "/server/invitations",
    "/server/people",
    "/server/bounds",
)
_SENT: dict[str, Visit] = {
    "POST /settings/records": once("POST", "/settings/records", form={}),
    "GET /records/{account:str}/{minor:str}/csv": once("GET", "/records/max/max/csv"),
    "GET /records/{account:str}/{minor:str}/entries": once("GET", "/records/max/max/entries"),
    "GET /records/{account:str}/{minor:str}/pdf": once("GET", "/records/max/max/pdf"),
    f"PUT {API}/records/{{account:str}}/{{minor:str}}/rule": once("PUT", f"{API}/records/x/y/rule", json={}),
    f"POST {API}/records/{{account:str}}/{{minor:str}}/entries": once("POST", f"{API}/records/x/y/entries", json={}),
    "GET /claim": once("GET", "/claim"),
    "GET /report": once("GET", "/report?account=ada"),
    "GET /claims/{secret:str}": once("GET", "/claims/x"),
    "POST /claims/{secret:str}": once("POST", "/claims/x", form={}),
    f"GET {API}/claims/{{secret:str}}": once("GET", f"{API}/claims/x"),
    f"POST {API}/claims/{{secret:str}}/withdraw": once("POST", f"{API}/claims/x/withdraw"),
    f"POST {API}/claims/{{secret:str}}/appeal": once("POST", f"{API}/claims/x/appeal", json={"words": "x"}),
    f"POST {API}/me/claims/{{claim_id:int}}/answer": once("POST", f"{API}/me/claims/1/answer", json={"accept": True}),
    f"POST {API}/me/claims/{{claim_id:int}}/appeal": once("POST", f"{API}/me/claims/1/appeal", json={"words": "x"}),
    f"POST {API}/server/claims/{{claim_id:int}}/decide": once("POST", f"{API}/server/claims/1/decide", json={}),
    "POST /settings/claims": once("POST", "/settings/claims", form={}),
    "POST /server/claims": once("POST", "/server/claims", form={}),
    "GET /server/keep/{kind:str}/{number:int}": of_reports("GET", "/server/keep"),
    "POST /server/keep/{kind:str}/{number:int}": of_reports(
        "POST", "/server/keep", form={"do": "ask", "ground": "an order"}
    ),
    f"GET {_KEEP}": of_reports("GET", f"{API}/server/keep"),
    f"POST {_KEEP}": of_reports("POST", f"{API}/server/keep", json={"ground": ""}),
    f"DELETE {_KEEP}": of_reports("DELETE", f"{API}/server/keep"),
    "GET /server/claims/{claim_id:int}/film": once("GET", "/server/claims/1/film"),
    f"DELETE {API}/accounts/{{handle:str}}/coauthored/{{slug:str}}": once(
        "DELETE", f"{API}/accounts/{UNKNOWN}/coauthored/x"
    ),
    f"GET {API}/accounts/{{handle:str}}/portrait": of_accounts(f"{API}/accounts/{{handle}}/portrait", mark="$^"),
    f"POST {API}/accounts/{{handle:str}}/portrait/yes": once(
        "POST", f"{API}/accounts/{UNKNOWN}/portrait/yes", json={"version": 1}
    ),
    f"POST {API}/accounts/{{handle:str}}/portrait/no": once(
        "POST", f"{API}/accounts/{UNKNOWN}/portrait/no", json={"version": 1}
    ),
    f"POST {API}/accounts/{{handle:str}}/portrait/wish": once(
        "POST", f"{API}/accounts/{UNKNOWN}/portrait/wish", json={"words": "another name"}
    ),
    f"POST {API}/accounts/{{handle:str}}/portrait/recall": once("POST", f"{API}/accounts/{UNKNOWN}/portrait/recall"),
    f"PUT {API}/accounts/{{handle:str}}/portrait/refusal": once("PUT", f"{API}/accounts/{UNKNOWN}/portrait/refusal"),
    f"DELETE {API}/accounts/{{handle:str}}/portrait/refusal": once(
        "DELETE", f"{API}/accounts/{UNKNOWN}/portrait/refusal"
    ),
    "GET /inbox/portraits/{handle:str}": of_accounts("/inbox/portraits/{handle}", mark="$^"),
    "POST /inbox/portraits/{handle:str}": once("POST", f"/inbox/portraits/{UNKNOWN}", form={}),
    "POST /me/with-me": as_spare("POST", "/me/with-me", form={"do": "end"}),
    "POST /me/remove": as_spare("POST", "/me/remove", form={}),
    "POST /children/{handle:str}/remove": once("POST", f"/children/{UNKNOWN}/remove", form={}),
    "GET /children/{handle:str}/remove": once("GET", f"/children/{UNKNOWN}/remove"),
    f"POST {API}/me/appearances/removal": as_spare("POST", f"{API}/me/appearances/removal"),
    f"GET {API}/children/{{handle:str}}/appearances/removal": once(
        "GET", f"{API}/children/{UNKNOWN}/appearances/removal"
    ),
    f"POST {API}/children/{{handle:str}}/appearances/removal": once(
        "POST", f"{API}/children/{UNKNOWN}/appearances/removal"
    ),
    "GET /answer/{secret:str}": once("GET", "/answer/x"),
    "POST /answer/{secret:str}": once("POST", "/answer/x", form={}),
    "GET /answer/{secret:str}/film": once("GET", "/answer/x/film"),
    "GET /answer/{secret:str}/cover": once("GET", "/answer/x/cover"),
    f"GET {API}/answers/{{secret:str}}": once("GET", f"{API}/answers/x"),
    f"POST {API}/answers/{{secret:str}}/yes": once("POST", f"{API}/answers/x/yes", json={"version": 1}),
    f"POST {API}/answers/{{secret:str}}/no": once("POST", f"{API}/answers/x/no"),
    f"DELETE {API}/answers/{{secret:str}}/no": once("DELETE", f"{API}/answers/x/no"),
    "GET /receipts/{secret:str}": once("GET", "/receipts/x"),
    "GET /receipts/{secret:str}/file": once("GET", "/receipts/x/file"),
    f"GET {API}/receipts/{{secret:str}}": once("GET", f"{API}/receipts/x"),
    "GET /settings/deleted/{receipt:int}": once("GET", "/settings/deleted/1"),
    "GET /source": by_one("/source"),
    f"GET {API}/openapi.json": by_one(f"{API}/openapi.json"),
    f"GET {API}/openapi.json/openapi.json": by_one(f"{API}/openapi.json/openapi.json"),
    f"GET {API}/openapi.json/{{path:str}}": once("GET", f"{API}/openapi.json/nothing"),
    "GET /static/{version:str}/{name:path}": once("GET", "/static/x/css/base.css"),
    "GET /join/{token:str}": once("GET", "/join/x"),
    "POST /join/{token:str}": once("POST", "/join/x", form={}),
    "GET /reset/{token:str}": once("GET", "/reset/x"),
    "POST /reset/{token:str}": once("POST", "/reset/x", form={}),
    "GET /welcome/{token:str}": once("GET", "/welcome/x"),
    "POST /welcome/{token:str}": once("POST", "/welcome/x", form={}),
    f"POST {API}/plays": once("POST", f"{API}/plays", json={"events": [PLAY]}),
    f"POST {API}/uploads": once("POST", f"{API}/uploads"),
    f"OPTIONS {API}/uploads": once("OPTIONS", f"{API}/uploads"),
    f"POST {API}/reports/{{report_id:int}}/settle": once("POST", f"{API}/reports/1/settle", json={}),
    f"DELETE {API}/server/withheld/{{slug:str}}": once("DELETE", f"{API}/server/withheld/x"),
    f"DELETE {API}/comments/{{comment:int}}": once("DELETE", f"{API}/comments/1"),
    f"PATCH {API}/comments/{{comment:int}}": once("PATCH", f"{API}/comments/1", json={"words": "x"}),
    f"PUT {API}/me/inbox/read": as_spare("PUT", f"{API}/me/inbox/read"),
    f"PUT {API}/me/notifications/{{kind:str}}": once(
        "PUT", f"{API}/me/notifications/nothing", json={"inbox": True, "push": True}
    ),
    f"PUT {API}/me/digest": as_spare("PUT", f"{API}/me/digest", json={"digest": False}),
    f"POST {API}/me/devices": as_spare("POST", f"{API}/me/devices", json={}),
    f"DELETE {API}/me/devices": as_spare("DELETE", f"{API}/me/devices?endpoint=x"),
    f"PUT {API}/me/comments/rules": as_spare(
        "PUT", f"{API}/me/comments/rules", json={"holds_all": False, "held_words": []}
    ),
    f"GET {API}/suggestions": once("GET", f"{API}/suggestions?q=%23stage"),
    f"POST {API}/me/acting": once("POST", f"{API}/me/acting", json={"handle": UNKNOWN}),
    f"PATCH {API}/me": once("PATCH", f"{API}/me", json={"nothing": 1}),
    f"DELETE {API}/me": as_guest("DELETE", f"{API}/me"),
    f"PUT {API}/me/avatar": once("PUT", f"{API}/me/avatar"),
    f"DELETE {API}/me/history": as_spare("DELETE", f"{API}/me/history"),
    f"PUT {API}/me/history": as_spare("PUT", f"{API}/me/history", json={"kept": True}),
    f"DELETE {API}/me/avatar": as_spare("DELETE", f"{API}/me/avatar"),
    f"PUT {API}/me/choices/{{row:str}}": once("PUT", f"{API}/me/choices/nothing", json={}),
    f"POST {API}/me/password": once("POST", f"{API}/me/password", json={}),
    f"POST {API}/me/recovery-codes": as_spare("POST", f"{API}/me/recovery-codes"),
    f"PUT {API}/me/follow-requests/{{handle:str}}": once("PUT", f"{API}/me/follow-requests/{UNKNOWN}"),
    f"DELETE {API}/me/follow-requests/{{handle:str}}": once("DELETE", f"{API}/me/follow-requests/{UNKNOWN}"),
    f"POST {API}/people": as_guest("POST", f"{API}/people", json={}),
    f"POST {API}/people/{{handle:str}}/reset-link": once("POST", f"{API}/people/{UNKNOWN}/reset-link"),
    f"POST {API}/invitations": once("POST", f"{API}/invitations"),
    f"POST {API}/tokens": once("POST", f"{API}/tokens", json={}),
    f"DELETE {API}/tokens/{{token:int}}": once("DELETE", f"{API}/tokens/1"),
    f"POST {API}/passkeys": once("POST", f"{API}/passkeys", json={}),
    f"POST {API}/passkeys/options": once("POST", f"{API}/passkeys/options", json={}),
    f"DELETE {API}/passkeys/{{passkey:int}}": once("DELETE", f"{API}/passkeys/1"),
    f"POST {API}/sessions": as_guest("POST", f"{API}/sessions", json={}),
    f"DELETE {API}/sessions": as_spare("DELETE", f"{API}/sessions"),
    f"DELETE {API}/sessions/{{session:int}}": once("DELETE", f"{API}/sessions/1"),
    f"POST {API}/sessions/check": once("POST", f"{API}/sessions/check", json={}),
    f"POST {API}/sessions/passkey": as_guest("POST", f"{API}/sessions/passkey", json={}),
    f"POST {API}/sessions/passkey/options": as_guest("POST", f"{API}/sessions/passkey/options"),
    f"POST {API}/sessions/recovery": as_guest("POST", f"{API}/sessions/recovery", json={}),
    f"POST {API}/sessions/reset": as_guest("POST", f"{API}/sessions/reset", json={}),
    f"POST {API}/sessions/reset-mail": as_guest("POST", f"{API}/sessions/reset-mail", json={}),
}
for _list in ("", "/followers", "/following"):
    _SENT[f"GET {API}/accounts/{{handle:str}}{_list}"] = of_accounts(f"{API}/accounts/{{handle}}{_list}")
for _what in ("like", "pin", "hidden"):
    for _method in ("PUT", "DELETE"):
        _SENT[f"{_method} {API}/comments/{{comment:int}}/{_what}"] = once(_method, f"{API}/comments/1/{_what}")
for _act in ("follow", "block", "mute", "never"):
    for _method in ("PUT", "DELETE"):
        _SENT[f"{_method} {API}/accounts/{{handle:str}}/{_act}"] = once(_method, f"{API}/accounts/{UNKNOWN}/{_act}")

ELSEWHERE = {
    **{f"GET {path}": Surface(once("GET", path), nothing) for path in _PAGES},
    **{f"POST {path}": Surface(as_spare("POST", path, form={}), nothing) for path in _POSTED_BY_SPARE},
    **{f"POST {path}": Surface(as_guest("POST", path, form={}), nothing) for path in _POSTED_BY_GUEST},
    **{route: Surface(visit, nothing) for route, visit in _SENT.items()},
}
