"""The one room that runs requests' SQL: takes a connection, runs, gives it back, and says what the database said."""

from service.rest.execute.explain import run_explain
from service.rest.execute.read import Result, run_read
from service.rest.execute.request import Request
from service.rest.execute.stream import Stream, open_stream
from service.rest.execute.write import WriteRequest, Written, run_write

__all__ = [
    "Request",
    "Result",
    "Stream",
    "WriteRequest",
    "Written",
    "open_stream",
    "run_explain",
    "run_read",
    "run_write",
]
