"""The routes of joint accounts, guardians and children: none of them shows a clip."""

from tests.leaks.surfaces import API, Surface, Visit, as_spare, made, nothing, once

UNKNOWN = "nobody_here"
_PAGES = ("/together", "/together/new", "/children", "/guardians", "/server/guardians", "/time")
_JOINT, _CHILD = f"{API}/accounts/{UNKNOWN}", f"{API}/children/{UNKNOWN}"
_SENT: dict[str, Visit] = {
    **{f"GET {path}": once("GET", path) for path in _PAGES},
    **{f"POST {path}": as_spare("POST", path, form={}) for path in _PAGES},
    "GET /together/{handle:str}": once("GET", "/together/duo"),
    "POST /together/{handle:str}": once("POST", f"/together/{UNKNOWN}", form={"do": "leave"}),
    "GET /together/join/{secret:str}": once("GET", "/together/join/x"),
    "POST /together/join/{secret:str}": once("POST", "/together/join/x", form={"do": "yes"}),
    "GET /children/{handle:str}": once("GET", "/children/mia"),
    "POST /children/{handle:str}": once("POST", f"/children/{UNKNOWN}", form={"do": "table"}),
    "GET /guardian/{secret:str}": once("GET", "/guardian/x"),
    "POST /guardian/{secret:str}": once("POST", "/guardian/x", form={}),
    "GET /join/guarded/{token:str}": once("GET", "/join/guarded/x"),
    "POST /join/guarded/{token:str}": once("POST", "/join/guarded/x", form={}),
    f"POST {API}/accounts": once("POST", f"{API}/accounts", json={"kind": "nothing", "handle": "x1"}),
    f"GET {API}/accounts/{{handle:str}}/members": once("GET", f"{API}/accounts/duo/members"),
    f"PATCH {API}/accounts/{{handle:str}}/members/{{member:str}}": once(
        "PATCH", f"{_JOINT}/members/ben", json={"role": "creator"}
    ),
    f"DELETE {API}/accounts/{{handle:str}}/members/{{member:str}}": once("DELETE", f"{_JOINT}/members/ben"),
    f"DELETE {API}/accounts/{{handle:str}}/members/me": once("DELETE", f"{_JOINT}/members/me"),
    f"PUT {API}/accounts/{{handle:str}}/publishing-rule": once(
        "PUT", f"{_JOINT}/publishing-rule", json={"rule": "all"}
    ),
    f"DELETE {API}/accounts/{{handle:str}}": once("DELETE", _JOINT),
    f"POST {API}/accounts/{{handle:str}}/keep": once("POST", f"{_JOINT}/keep"),
    f"POST {API}/accounts/{{handle:str}}/invitations": once("POST", f"{_JOINT}/invitations", json={"role": "editor"}),
    f"DELETE {API}/accounts/{{handle:str}}/invitations/{{invitation:int}}": once("DELETE", f"{_JOINT}/invitations/1"),
    f"GET {API}/me/invitations": once("GET", f"{API}/me/invitations"),
    f"POST {API}/me/invitations/links/{{secret:str}}": once("POST", f"{API}/me/invitations/links/x"),
    f"POST {API}/me/invitations/{{invitation:int}}": once("POST", f"{API}/me/invitations/1", json={"yes": True}),
    f"POST {API}/invitations/{{invitation:int}}/answer": once(
        "POST", f"{API}/invitations/1/answer", json={"yes": True}
    ),
    f"POST {API}/guardianships": once("POST", f"{API}/guardianships", json={"handle": UNKNOWN}),
    f"GET {API}/guardianships": once("GET", f"{API}/guardianships"),
    f"POST {API}/guardianships/{{guardianship:int}}/answer": once(
        "POST", f"{API}/guardianships/1/answer", json={"yes": True}
    ),
    f"POST {API}/guardianships/{{guardianship:int}}/contest": once(
        "POST", f"{API}/guardianships/1/contest", json={"words": "x"}
    ),
    f"GET {API}/guardian-cases": once("GET", f"{API}/guardian-cases"),
    f"POST {API}/guardian-cases/{{guardianship:int}}/check": once(
        "POST", f"{API}/guardian-cases/1/check", json={"method": "met", "document": "x"}
    ),
    f"POST {API}/guardian-cases/{{guardianship:int}}/decision": once(
        "POST", f"{API}/guardian-cases/1/decision", json={"upheld": True, "reason": "x"}
    ),
    f"POST {API}/guardian-cases/{{guardianship:int}}/end": once(
        "POST", f"{API}/guardian-cases/1/end", json={"annul": True, "reason": "x"}
    ),
    f"GET {API}/children": once("GET", f"{API}/children"),
    f"POST {API}/children": once("POST", f"{API}/children", json={}),
    f"PUT {API}/children/{{handle:str}}/sign-in": once("PUT", f"{_CHILD}/sign-in", json={"password": "x" * 12}),
    f"POST {API}/children/{{handle:str}}/form": once("POST", f"{_CHILD}/form"),
    f"PUT {API}/children/{{handle:str}}/form": once("PUT", f"{_CHILD}/form", body=b"%PDF-"),
    f"GET {API}/guardian-cases/{{guardianship:int}}/form": once("GET", f"{API}/guardian-cases/1/form"),
    f"PUT {API}/guardian-cases/{{guardianship:int}}/form": once("PUT", f"{API}/guardian-cases/1/form", body=b"%PDF-"),
    f"POST {API}/guardian-cases/{{guardianship:int}}/form/refusal": once(
        "POST", f"{API}/guardian-cases/1/form/refusal", json={"words": "x"}
    ),
    "GET /children/{handle:str}/form": once("GET", "/children/mia/form"),
    "POST /children/{handle:str}/form": once("POST", f"/children/{UNKNOWN}/form", parts={"do": "print"}),
    "GET /server/guardians/{guardianship:int}/form": once("GET", "/server/guardians/1/form"),
    "POST /server/guardians/{guardianship:int}/form": once("POST", "/server/guardians/1/form", parts={"x": "y"}),
    "POST /children/{handle:str}/eid": once("POST", "/children/mia/eid"),
    "GET /eid/back": once("GET", "/eid/back?code=x&state=y"),
    f"POST {API}/children/{{handle:str}}/own-word": once("POST", f"{_CHILD}/own-word"),
    f"PUT {API}/children/{{handle:str}}/agreement": once("PUT", f"{_CHILD}/agreement", json={"agreement": "any"}),
    f"PUT {API}/children/{{handle:str}}/choices/{{row:str}}": once(
        "PUT", f"{_CHILD}/choices/audience", json={"value": "private"}
    ),
    f"DELETE {API}/children/{{handle:str}}": once("DELETE", _CHILD),
    f"DELETE {API}/children/{{handle:str}}/accounts/{{account:str}}": once("DELETE", f"{_CHILD}/accounts/duo"),
    f"GET {API}/me/time": once("GET", f"{API}/me/time"),
    f"POST {API}/me/time/more": as_spare("POST", f"{API}/me/time/more"),
    f"POST {API}/children/{{handle:str}}/more-time": once("POST", f"{_CHILD}/more-time", json={"minutes": 5}),
    f"GET {API}/children/{{handle:str}}/beforehand": once("GET", f"{API}/children/mia/beforehand"),
    f"PUT {API}/children/{{handle:str}}/beforehand/{{account:str}}": once(
        "PUT", f"{_CHILD}/beforehand/mia", json={"until": "2030-01-31T18:00:00Z"}
    ),
    f"DELETE {API}/children/{{handle:str}}/beforehand/{{account:str}}": once("DELETE", f"{_CHILD}/beforehand/mia"),
    f"GET {API}/children/{{handle:str}}/follow-requests": once("GET", f"{API}/children/mia/follow-requests"),
    f"PUT {API}/children/{{handle:str}}/follow-requests/{{follower:str}}": once(
        "PUT", f"{_CHILD}/follow-requests/ben", json={"yes": True}
    ),
    f"PUT {API}/me/zone": once("PUT", f"{API}/me/zone", json={"zone": "Nowhere"}),
    f"PUT {API}/me/birth-date": once("PUT", f"{API}/me/birth-date", json={}),
    f"PUT {API}/people/{{handle:str}}/birth-date": once(
        "PUT", f"{API}/people/{UNKNOWN}/birth-date", json={"birth_date": None}
    ),
    f"PUT {API}/server/choices/{{row:str}}": once("PUT", f"{API}/server/choices/nothing", json={"value": "x"}),
    f"POST {API}/guardian-links": as_spare("POST", f"{API}/guardian-links"),
}
TOGETHER = {
    **{route: Surface(visit, nothing) for route, visit in _SENT.items()},
    "GET /grown-up": Surface(once("GET", "/grown-up"), made),
    "POST /grown-up": Surface(as_spare("POST", "/grown-up", form={}), made),
}
