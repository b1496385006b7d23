"""An error as an answer, always in PostgREST's shape."""

from __future__ import annotations

import re

from service.errors import PoolgateError
from service.rest.answer.answer import JSON, Answer, json_bytes
from service.rest.answer.told import emptied

_NO_TOKEN = re.compile(r"[^\w.:*-]", re.ASCII)  # a function may have raised it with any code


def answer_error(error: PoolgateError, *, minimal: bool = False) -> Answer:
    """The answer that `error` becomes.

    Args:
        minimal: of its body there are only code and message.
    """
    headers = {
        "Content-Type": JSON,
        # RFC 9209. The name is the one that clients look for: a HEAD's error has no body to read the code from.
        "Proxy-Status": f"PostgREST; error={_NO_TOKEN.sub('_', error.code)}",
        "Cache-Control": "no-store",
        **error.headers,
    }
    return emptied(Answer(error.status, headers, json_bytes(error.body(minimal=minimal))))
