"""An error as an answer, always in PostgREST's shape."""

from __future__ import annotations

from service.errors import PoolgateError
from service.rest.answer.answer import JSON, Answer, json_bytes


def answer_error(error: PoolgateError) -> Answer:
    """The answer that `error` becomes."""
    headers = {
        "Content-Type": JSON,
        "Proxy-Status": f"Poolgate; error={error.code}",  # RFC 9209
        "Cache-Control": "no-store",
        **error.headers,
    }
    return Answer(error.status, headers, json_bytes(error.body()))
