"""An answer as it is kept under an Idempotency-Key, and as it is given again."""

from __future__ import annotations

import json

from service.database.keys import Claim, Kept
from service.rest.answer.answer import Answer

REPLAYED = "Idempotent-Replayed"
"""The header of an answer that was given before."""


def kept_answer(answer: Answer, claim: Claim) -> Kept:
    """The answer to a request, as it is kept."""
    headers = json.dumps(answer.pairs)
    return Kept(claim.request, claim.digest, answer.status, headers, answer.body)


def answer_again(kept: Kept) -> Answer:
    """The first answer, byte for byte, and the header that says so."""
    return Answer.of(kept.status, [*map(tuple, json.loads(kept.headers)), (REPLAYED, "true")], bytes(kept.body))
