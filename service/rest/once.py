"""Requests that carry an `Idempotency-Key`: what is to be done once for them, of a table, a function or a batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from service.auth import Identity
from service.database.keys import Claim
from service.rest.answer.again import answer_again, kept_answer
from service.rest.answer.answer import Answer
from service.rest.asked.idempotency import Headers, fingerprint, read_idempotency_key
from service.rest.execute.idempotency import Memory, Once


@dataclass(frozen=True, slots=True)
class Repeats:
    """What is done for requests that may be repeated.

    Args:
        memory: one for all of an application's writes.
        lifetime: seconds that answers are kept.
    """

    memory: Memory
    lifetime: float

    def of(
        self, method: str, path: str, query: str, headers: Headers, body: bytes, identity: Identity
    ) -> Once[Answer] | None:
        """That this request is to be done once; None if it has no key.

        Args:
            query: the query string, raw.

        Raises:
            IdempotencyKeyError: PGATE400, its key cannot be read.
        """
        key = read_idempotency_key(method, headers.get("Idempotency-Key"))
        if key is None:
            return None
        request = f"{method} {path}?{query}" if query else f"{method} {path}"
        claim = Claim(identity.scope, key, request, fingerprint(headers, body), self.lifetime)
        return Once(self.memory, claim, partial(kept_answer, claim=claim), answer_again)
