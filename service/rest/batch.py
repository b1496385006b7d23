"""Several operations in one transaction: `POST` to the table API's root. All of them are done, or none is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from flask import Blueprint, g, request

from service.asgi import Response
from service.auth import Access, require
from service.database.hoisted import Pairs, strictest
from service.errors import MediaTypeError, MethodError
from service.rest.answer.answer import Answer
from service.rest.answer.applied import as_applied
from service.rest.answer.batched import answer_batch
from service.rest.answer.told import as_told
from service.rest.asked.batch import Operation, read_batch
from service.rest.asked.preferences import read_preferences
from service.rest.calls import RpcApi
from service.rest.common import aside, ending
from service.rest.execute.idempotency import in_turn
from service.rest.execute.transaction import Terms, Turn
from service.rest.operations import Operations
from service.rest.parts import Parts
from service.rest.respond import sent_body, to_response
from service.rest.sent import RequestHeaders, caller_of, path_of
from service.rest.writes import Writes
from service.timing import Timings

_CHARSET = re.compile(r'\s*(charset\s*=\s*"?utf-?8"?\s*)?', re.IGNORECASE)


@dataclass(frozen=True)
class BatchApi:
    """What the view needs."""

    parts: Parts
    writes: Writes
    calls: RpcApi

    def blueprint(self) -> Blueprint:
        """The URL map; to be registered under the prefix that the settings name."""
        batch = Blueprint("batch", __name__)
        batch.add_url_rule("/", view_func=self.batch, methods=("POST",), provide_automatic_options=False)
        return batch

    async def batch(self) -> Response:
        """`POST` to the root: operations in the order that they are in, in one transaction."""
        timings: Timings = g.timings
        identity = self.parts.identify(request.environ)
        require(identity, Access.READ)
        timings.mark("jwt")
        headers = RequestHeaders(request.environ)
        self._check(headers)
        root, query, body = path_of(request.environ), request.environ["QUERY_STRING"], sent_body()
        once = self.parts.repeats.of("POST", root, query, headers, body, identity)
        operations = await aside(len(body), partial(read_batch, body, root, self.parts.settings.max_batch))
        work_on = Operations(self.parts, self.writes, self.calls, identity, root)
        work_on.check(operations)
        timings.mark("parse")
        ready = work_on.ready(operations)  # what is wrong shows at once
        timings.mark("plan")
        settings = tuple(chain.from_iterable(each.settings for each in ready if each is not None))
        terms, applied = self._terms(headers, operations, settings)
        caller = caller_of(request.environ, identity)

        async def work(now: Turn) -> Answer:
            answers = await work_on.run(now, operations, ready, terms, caller)
            timings.add("wait", now.lease.waited)
            timings.add("transaction", now.ran)
            return as_told(answer_batch(answers, applied), now.told.status, now.told.headers)

        answer: Answer = await in_turn(self.parts.database, identity, terms, caller, work, once)
        return to_response(answer)

    def _check(self, headers: RequestHeaders) -> None:
        if not self.parts.settings.max_batch:
            raise MethodError(
                "Batches are turned off",
                hint="The setting MAX_BATCH says how long one may be.",
                headers={"Allow": "OPTIONS,GET,HEAD"},
            )
        kind, _, parameters = (headers.get("Content-Type") or "application/json").partition(";")
        if kind.strip().lower() != "application/json" or not _CHARSET.fullmatch(parameters):
            raise MediaTypeError("A batch is application/json, in UTF-8", status=415)

    def _terms(self, headers: RequestHeaders, operations: Sequence[Operation], settings: Pairs) -> tuple[Terms, str]:
        """How the transaction is to be, and the preferences that are heeded by that."""
        preferences = read_preferences(headers.get("Prefer"))
        commit, transaction = ending(self.parts.settings.db_tx_end, preferences.transaction)
        zone = preferences.timezone if self.parts.database.zoned else None
        terms = Terms(
            readonly=all(each.reads for each in operations),
            trusted=all(each.is_known and not each.is_call for each in operations),
            zone=zone,
            commit=commit,
            settings=strictest(settings),
        )
        return terms, as_applied(tx=transaction, handling=preferences.handling, timezone=zone)
