"""What a description says of credentials."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate
from samples import offer, relation

from service.catalog.model import EVERY_RIGHT, Right
from service.rest.openapi import describe, describe_swagger
from service.rest.openapi.offer import PythonFunction

OF_WRITES = ("post", "put", "patch", "delete")
NEEDED = [{"bearer": []}, {"apikey": []}]


def made(**more: Any) -> Any:
    """A table and two functions, described for one who may do everything."""
    functions = (PythonFunction("look", readonly=True), PythonFunction("act"))
    return offer(relation("t", primary_key=("id",)), python=functions, batch=5, **more)


def needs(document: Any, path: str, method: str) -> Any:
    """What an operation needs; None where that is nothing."""
    return document["paths"][path][method].get("security", document.get("security"))


@pytest.mark.parametrize(
    "open_to, reading, writing",
    [
        (Right(0), NEEDED, NEEDED),
        (Right.READ, [{}, *NEEDED], NEEDED),
        (EVERY_RIGHT, [{}, *NEEDED], [{}, *NEEDED]),
    ],
)
def test_what_needs_credentials(open_to: Right, reading: Any, writing: Any) -> None:
    """An operation that callers without credentials may do says that it can do without; each other that it cannot."""
    document = describe(made(credentials=("token", "key"), open_to=open_to))
    validate(document)
    assert set(document["components"]["securitySchemes"]) == {"bearer", "apikey"}
    for path, method in (("/", "get"), ("/", "post"), ("/t", "get"), ("/t", "head"), ("/t", "options"), ("/rpc/look",
    "get"),
                         ("/rpc/look", "post")):  # fmt: skip
        assert needs(document, path, method) == reading, (path, method)
    for path, method in (*(("/t", method) for method in OF_WRITES), ("/rpc/act", "post")):
        assert needs(document, path, method) == writing, (path, method)
    swagger = describe_swagger(made(credentials=("token", "key"), open_to=open_to))
    validate(swagger)
    assert set(swagger["securityDefinitions"]) == {"JWT", "apikey"}
    for method, expected in (("get", reading), *((method, writing) for method in OF_WRITES)):
        found = needs(swagger, "/t", method)
        assert [*map(list, found)] == [[name.replace("bearer", "JWT") for name in each] for each in expected]


def test_what_is_checked_is_named() -> None:
    """What can be sent is told: a token, a key, or either."""
    for credentials, told in (
        (("token",), "A JSON Web Token."), (("key",), "An API key."), (("token", "key"),
        "A JSON Web Token or an API key."),
    ):  # fmt: skip
        bearer = describe(made(credentials=credentials))["components"]["securitySchemes"]["bearer"]
        assert (bearer["description"], bearer.get("bearerFormat")) == (
            told,
            "JWT" if credentials == ("token",) else None,
        )


@pytest.mark.parametrize("build", [describe, describe_swagger])
def test_where_nothing_is_checked(build: Any) -> None:
    """Where no credentials give any right, none are asked for."""
    document = build(made())
    assert "security" not in str(document).replace("Row security", "")


def test_refusals_are_described() -> None:
    """Every operation tells of the 401, with its header, and of the 403."""
    document = describe(made(credentials=("token",)))
    for item in document["paths"].values():
        for operation in item.values():
            assert {"401", "403"} <= operation["responses"].keys()
    assert "WWW-Authenticate" in document["components"]["responses"]["401"]["headers"]
    assert "PGRST301" in document["components"]["responses"]["401"]["description"]
