"""The answer to what cannot be read as HTTP: in the shape of all other errors, with an id and a line in the log."""

from __future__ import annotations

import logging

from service.errors import AskedError, TooLargeError
from service.headers import NOSNIFF
from service.logs import new_request_id, request_id
from service.rest.answer.errors import answer_error
from service.timing import Timings

access = logging.getLogger("poolgate.access")

HEAD_BYTES = 64 * 1024
"""The largest head of a request that reaches the application, which has stricter limits and says more about them."""

UNREADABLE = AskedError(
    "The request is not readable as HTTP/1.1.",
    code="PGATE400",
    hint="It needs one Host header, at most one Content-Length, and a URL of printable ASCII in which all else is "
    "percent-encoded.",
)
URL_TOO_LONG = TooLargeError(
    "The request's URL is too long.",
    code="PGATE414",
    status=414,
    details=f"The whole head of a request may have {HEAD_BYTES} bytes.",
    hint="The setting MAX_URL says how long a URL may be.",
)
TOO_LARGE = TooLargeError(
    "The request's URL or its headers are too long.",
    code="PGATE431",
    status=431,
    details=f"The whole head of a request may have {HEAD_BYTES} bytes.",
)


def answer_unreadable(error: AskedError, *, minimal: bool) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body, after which the connection ends; logs it.

    Args:
        minimal: whether the body has only code and message.
    """
    answer = answer_error(error, minimal=minimal)
    timings = Timings()
    identity = new_request_id()
    headers = {
        **answer.headers,
        "Content-Length": str(len(answer.body)),
        "Connection": "close",
        "X-Request-Id": identity,
        NOSNIFF[0]: NOSNIFF[1],
    }
    timings.mark("response")
    headers["Server-Timing"] = timings.header()
    token = request_id.set(identity)
    access.info("unreadable request %d", answer.status, extra={"status": answer.status})
    request_id.reset(token)
    return answer.status, headers, answer.body
