"""Query string and headers, read into the dialect's terms, and written back."""

from service.rest.asked.limits import DEFAULT_LIMITS, Limits
from service.rest.asked.print import write_request
from service.rest.asked.request import read_request

__all__ = ["DEFAULT_LIMITS", "Limits", "read_request", "write_request"]
