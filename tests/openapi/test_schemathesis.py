"""The running service against its own description: made-up requests, answers that must be as they are described."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
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

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
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
}


def hinted(document: Any) -> Any:
    """The document with values that some requests of people have, and without what a format claims of dates.

    A format is an annotation in OpenAPI 3.1, and PostgreSQL's dates may be `infinity`.
    """
    for name, values in LIKELY.items():
        document["components"]["parameters"][name]["schema"] = {"enum": values}
    for schema in document["components"]["schemas"].values():
        for column in schema.get("properties", {}).values():
            if column.get("format", "").startswith("date"):
                del column["format"]
    return document


@pytest.mark.slow
def test_answers_are_as_described(data_url: str, tmp_path: Path) -> None:
    """No answer is a server's error, of a status or type that is not described, or of another form than its schema."""
    wrong: list[str] = []
    seen: Counter[int] = Counter()
    with starting(tmp_path) as start, httpx.Client() as client:
        site = start(database_url=data_url, anonymous="read").url
        schema = schemathesis.openapi.from_dict(hinted(client.get(site + ROOT).json()))
        base = site + ROOT.rstrip("/")
        for found in schema.get_all_operations():
            operation = found.ok()

            @BOUNDED
            @given(case=operation.as_strategy())
            def ask(case: Any) -> None:
                answer = case.call(base_url=base)
                seen[answer.status_code] += 1
                try:
                    case.validate_response(answer, checks=CHECKS)
                except FailureGroup as group:
                    wrong.append(f"{answer.request.method} {answer.request.url}: {group.exceptions}")

            ask()
    assert wrong == []
    assert seen[200] > 100
    assert seen[206] > 0
    assert seen[400] > 100
