"""A JSON object has each key once, and a request may ask for a key twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.rest.plan.terms import Aggregate, AnyOutput, Embed, Output, Spread, keys_of


def one_of_each_key(outputs: Sequence[AnyOutput]) -> Iterator[AnyOutput]:
    """The last of equal keys stands, as JSON parsers have it; what is related stands before a column of its name.

    PostgREST writes such a key twice, what is related last, and so this is what its clients see.
    """
    standing: dict[str, int] = {}
    for related in (False, True):
        for number, output in enumerate(outputs):
            if _is_related(output) is related:
                standing.update(dict.fromkeys(keys_of(output), number))
    placed: set[str] = set()
    for number, output in enumerate(outputs):
        if isinstance(output, Spread):
            lifted = tuple((key, place) for key, place in output.lifted if standing[key] == number)
            if lifted:
                yield replace(output, lifted=lifted)
        elif output.key not in placed:
            placed.add(output.key)
            found = outputs[standing[output.key]]
            if not isinstance(found, Spread):
                yield found


def _is_related(output: AnyOutput) -> bool:
    match output:
        case Embed() | Spread():
            return True
        case Output():
            return output.target.source != 0
        case Aggregate():
            return output.source != 0
