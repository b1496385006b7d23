"""Query string, headers and body, read into the dialect's terms; a query string is written back, too."""

from service.rest.asked.limits import DEFAULT_LIMITS, Limits
from service.rest.asked.payload import Payload, objects, read_payload
from service.rest.asked.print import write_request
from service.rest.asked.request import read_request

__all__ = ["DEFAULT_LIMITS", "Limits", "Payload", "objects", "read_payload", "read_request", "write_request"]
