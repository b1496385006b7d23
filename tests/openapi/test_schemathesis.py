"""The running service against its own description: made-up requests, answers that must be as they are described."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from poolgate_process import starting
from samples import ROOT
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.security.forged import SECRET, valid

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OF_BODIES = [content_type_conformance, response_schema_conformance]
WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))
EXAMPLES = 12  # for each operation
BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Made up without a hint these would hardly ever name a column.
LIKELY = {
    "select": ["*", "", "id", "id,name", "n:id::text", "count()", "nodes(*)", "id,", "nope", "id->a->>0"],
    "order": ["id", "id.desc.nullslast", "name,id.asc", "nope", "id.sideways"],
    "or": ["(id.eq.1,id.gt.5)", "(id.is.null)", "(name.like.a*,not.and(id.lt.3,id.gt.1))", "()"],
    "prefer": ["count=exact", "count=planned", "count=estimated", "handling=strict", "handling=strict, nope=1"],
    "columns": ["id", "id,name", "nope", ""],
    "on_conflict": ["id", "name", "nope"],
    "prefer-post": ["return=representation", "resolution=merge-duplicates", "resolution=ignore-duplicates, count=exact",
                    "missing=default, return=headers-only", "handling=strict, nope=1"],
    "prefer-put": ["return=representation", "missing=default", "handling=strict"],
    "prefer-patch": ["return=representation", "count=exact", "handling=strict, max-affected=1"],
    "prefer-delete": ["return=representation", "count=exact", "handling=strict, max-affected=1"],
}  # fmt: skip


def hinted(document: Any) -> Any:
    """The document with values that some requests of people have, and without what a format claims of dates.

    A format is an annotation in OpenAPI 3.1, and PostgreSQL's dates may be `infinity`.
    """
    for name, values in LIKELY.items():
        if name in document["components"]["parameters"]:
            document["components"]["parameters"][name]["schema"] = {"enum": values}
    for schema in document["components"]["schemas"].values():
        for column in schema.get("properties", {}).values():
            if column.get("format", "").startswith("date"):
                del column["format"]
    return document


@pytest.mark.slow
def test_answers_are_as_described(data_url: str, tmp_path: Path) -> None:
    """No answer is a server's error, of a status or type that is not described, or of another form than its schema."""
    seen = ask_for_everything(data_url, tmp_path, anonymous="read")
    assert seen[200] > 100
    assert seen[206] > 0
    assert seen[400] > 100


@pytest.mark.slow
def test_answers_to_writes_are_as_described(data_url: str, tmp_path: Path) -> None:
    """So it is with writes, of made-up rows."""
    seen = ask_for_everything(data_url, tmp_path, anonymous="write", only=WRITES, examples=7)
    assert seen[201] > 50
    assert seen[200] > 5
    assert seen[204] > 5
    assert seen[400] > 100


@pytest.mark.slow
def test_answers_to_callers_with_credentials(data_url: str, tmp_path: Path) -> None:
    """So it is for callers who must show credentials; with good ones no request is a 401."""
    role = "write" if data_url.startswith("sqlite:") else str(urlsplit(data_url).username)
    settings = {"anonymous": "none", "jwt_secret": SECRET}
    known = ask_for_everything(data_url, tmp_path, token=valid(role), examples=2, every=3, **settings)
    assert 401 not in known
    assert {200, 201, 400} <= known.keys()


@pytest.mark.slow
def test_answers_to_callers_without_credentials(data_url: str, tmp_path: Path) -> None:
    """What the description says can be done without credentials can, and nothing else."""
    with starting(tmp_path) as start, httpx.Client() as client:
        site = start(database_url=data_url, anonymous="read", jwt_secret=SECRET).url
        role = "write" if data_url.startswith("sqlite:") else str(urlsplit(data_url).username)
        document = client.get(site + ROOT, headers={"Authorization": f"Bearer {valid(role)}"}).json()
        seen: Counter[bool] = Counter()
        for path, item in document["paths"].items():
            for method, operation in item.items():
                can_do_without = {} in operation.get("security", document["security"])
                answer = client.request(method, site + ROOT.rstrip("/") + path, json=None if method == "get" else {})
                # Of a function that is called wrongly there is nothing that could need credentials.
                refused = (401, 404) if path.startswith("/rpc/") and not can_do_without else (401,)
                assert (answer.status_code not in refused) == can_do_without, (method, path, answer.text)
                seen[can_do_without] += 1
    assert min(seen[True], seen[False]) > 20


def ask_for_everything(
    url: str,
    folder: Path,
    *,
    only: frozenset[str] | None = None,
    examples: int = EXAMPLES,
    token: str | None = None,
    every: int = 1,
    **of: str,
) -> Counter[int]:
    """How many answers of each status there were to all described operations, or to those of some methods.

    Args:
        token: who asks; None for nobody that is known.
        every: not all of the operations, but each so many-th.
        of: further settings.
    """
    sent = {} if token is None else {"Authorization": f"Bearer {token}"}
    wrong: list[str] = []
    seen: Counter[int] = Counter()
    with starting(folder) as start, httpx.Client() as client, requests.Session() as session:
        session.trust_env = False
        site = start(database_url=url, **of).url
        schema = schemathesis.openapi.from_dict(hinted(client.get(site + ROOT, headers=sent).json()))
        base = site + ROOT.rstrip("/")
        for found in islice(schema.get_all_operations(), 0, None, every):
            operation = found.ok()
            if only is not None and operation.method.upper() not in only:
                continue

            def ask(case: Any) -> None:
                answer = case.call(base_url=base, session=session, headers=sent)
                seen[answer.status_code] += 1
                # What was written is sent back where that was asked for; else nothing, which is of no type.
                checks = CHECKS if answer.content else [each for each in CHECKS if each not in OF_BODIES]
                try:
                    case.validate_response(answer, checks=checks)
                except FailureGroup as group:
                    wrong.append(f"{answer.request.method} {answer.request.url}: {group.exceptions}")

            settings(BOUNDED, max_examples=examples)(given(case=operation.as_strategy())(ask))()
            if operation.method.upper() == "PATCH":  # by chance alone there might be none that gives rows back
                shown = {"Prefer": "return=representation"}
                ask(operation.Case(headers=shown, query={}, body={}, media_type="application/json"))
    assert wrong == []
    return seen
