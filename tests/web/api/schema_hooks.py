"""What schemathesis is given beside the schema: names that exist, and one check of ours.

It loads this file by itself (SCHEMATHESIS_HOOKS); `test_schema.py` starts it.
"""

import os
from typing import Any

import schemathesis
from schemathesis import Case, Response
from schemathesis.checks import CheckContext

THERE = {"slug": os.environ["A_SLUG"], "handle": os.environ["A_HANDLE"]}


def _flags(case: Case[Any]) -> set[str]:
    """The names of everything in a body that is yes or no."""
    described = case.operation.schema.raw_schema["components"]["schemas"].values()
    fields = [field for each in described for field in each.get("properties", {}).items()]
    return {name for name, told in fields if "'boolean'" in str(told)}


def _is_read_kindly(value: object) -> bool:
    """Numbers and words that the framework takes for yes and no, which JSON Schema does not know."""
    return not isinstance(value, bool) and str(value).lower() in {"0", "1", "true", "false"}


@schemathesis.hook
def before_call(_context: Any, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    """Every second time somebody and something that is there, so that not all ends with "there is no such clip"."""
    if isinstance(case.body, dict):
        flags = _flags(case)
        case.body |= {name: "neither" for name, value in case.body.items() if name in flags and _is_read_kindly(value)}
    if case.operation.path == "/api/v1/oembed" and case.query:
        case.query.pop("format", None)  # oEmbed wants 501 for XML, which the tool would take for a crash
    for name in THERE.keys() & (case.path_parameters or {}).keys():
        if case.meta and case.meta.generation.mode.is_positive and hash(case.id) % 2:
            case.path_parameters[name] = THERE[name]


@schemathesis.check
def what_fits_the_schema_is_read(_ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """The schema tells every form that a body or a parameter needs; what it allows may be refused for its meaning alone."""
    if case.meta and case.meta.generation.mode.is_positive and response.status_code == 422:
        said = response.json()["detail"]
        assert said != "Something in the request does not have the form it needs.", response.text
