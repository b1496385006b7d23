"""The answers to a batch's operations as one answer."""

from __future__ import annotations

import json
from collections.abc import Sequence

from service.rest.answer.answer import JSON, Answer
from service.rest.asked.payload_json import JsonValue, rows_of

_LEFT_OUT = ("Vary", "Cache-Control", "ETag", "Content-Length")  # which are of a whole answer


def answer_batch(answers: Sequence[Answer], applied: str = "") -> Answer:
    """One answer: an array of `status`, `headers` and `body`, in the operations' order.

    Args:
        applied: the batch's own preferences that had an effect.
    """
    body = b"[" + b",\n".join(_written(answer) for answer in answers) + b"]"
    headers = {"Content-Type": JSON, "Cache-Control": "no-store"}
    return Answer(200, {**headers, "Preference-Applied": applied} if applied else headers, body)


def as_value(answer: Answer) -> JsonValue:
    """The answer as later operations may refer to it, numbers with the digits that they have."""
    return next(iter(rows_of(_written(answer).decode(), known=True)))


def _written(answer: Answer) -> bytes:
    headers = {name: value for name, value in answer.headers.items() if name not in _LEFT_OUT}
    head = json.dumps({"status": answer.status, "headers": headers}, ensure_ascii=False)
    return head[:-1].encode() + b', "body": ' + _body(answer) + b"}"


def _body(answer: Answer) -> bytes:
    if not answer.body:
        return b"null"
    is_json = "json" in answer.headers.get("Content-Type", "")
    return answer.body if is_json else json.dumps(answer.body.decode(), ensure_ascii=False).encode()
