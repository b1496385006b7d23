"""Which credentials are taken, and which operations need them."""

from __future__ import annotations

from service.catalog.model import Right
from service.rest.openapi.offer import Json, Offer

_SENT = {
    "token": "A JSON Web Token",
    "key": "An API key",
}
"""What is sent, by its name in `Offer.credentials`."""


def schemes(offer: Offer) -> Json:
    """What can be sent, for `components`; nothing where nothing is checked."""
    if not offer.credentials:
        return {}
    told = " or ".join(_SENT[each] for each in offer.credentials).replace(" or An", " or an")
    form = {"bearerFormat": "JWT"} if offer.credentials == ("token",) else {}
    return {
        "bearer": {"type": "http", "scheme": "bearer", **form, "description": f"{told}."},
        "apikey": {
            "type": "apiKey", "in": "header", "name": "apikey", "description": f"{told}; `Authorization` comes first.",
        },
    }  # fmt: skip


def swagger_schemes(offer: Offer) -> Json:
    """The same for Swagger 2.0, which has no bearer; PostgREST's name for it."""
    if not offer.credentials:
        return {}
    described = {name: each["description"] for name, each in schemes(offer).items()}
    bearer = f"{described['bearer'][:-1]}, after the word Bearer and a space."
    return {
        "JWT": {"type": "apiKey", "in": "header", "name": "Authorization", "description": bearer},
        "apikey": {"type": "apiKey", "in": "header", "name": "apikey", "description": described["apikey"]},
    }


def requirement(offer: Offer, *, writes: bool, first: str = "bearer") -> Json:
    """What an operation needs; an empty one says that it can do without.

    Args:
        writes: it changes something.
        first: what the scheme of `Authorization` is called.
    """
    if not offer.credentials:
        return {}
    can_do_without = offer.open_to & (_CHANGES if writes else Right.READ)
    return {"security": [*([{}] if can_do_without else []), {first: []}, {"apikey": []}]}


def more_of_writes(offer: Offer, first: str = "bearer") -> Json:
    """What an operation that changes something needs, where that is not what all need."""
    needed = requirement(offer, writes=True, first=first)
    return {} if needed == requirement(offer, writes=False, first=first) else needed


_CHANGES = Right.INSERT | Right.UPDATE | Right.DELETE
