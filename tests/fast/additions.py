"""What a developer may add to an application that would see a request of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import flask
from flask import Blueprint
from flask.sessions import SecureCookieSessionInterface
from werkzeug.routing import BaseConverter

from service.app import PoolgateFlask
from service.asgi import Response

Seen = list[str]
CHANGES: dict[str, Callable[[PoolgateFlask, Seen], Any]] = {}


def change(made: Callable[[PoolgateFlask, Seen], Any]) -> Callable[[PoolgateFlask, Seen], Any]:
    """One of the things that a developer may do; notes what it sees."""
    CHANGES[made.__name__] = made
    return made


def noting(seen: Seen) -> Callable[..., None]:
    """A hook that notes the request's path."""
    return lambda *_: seen.append(flask.request.path)


@change
def before_request(app: PoolgateFlask, seen: Seen) -> None:
    app.before_request(noting(seen))


@change
def after_request(app: PoolgateFlask, seen: Seen) -> None:
    @app.after_request
    async def after(response: flask.Response) -> flask.Response:
        seen.append(response.headers["Content-Range"])
        return response


@change
def teardown_request(app: PoolgateFlask, seen: Seen) -> None:
    app.teardown_request(noting(seen))


@change
def teardown_appcontext(app: PoolgateFlask, seen: Seen) -> None:
    app.teardown_appcontext(lambda _: seen.append("ended"))


@change
def url_value_preprocessor(app: PoolgateFlask, seen: Seen) -> None:
    app.url_value_preprocessor(noting(seen))


@change
def hook_of_a_blueprint(app: PoolgateFlask, seen: Seen) -> None:
    mine = Blueprint("mine", __name__)
    mine.before_app_request(noting(seen))
    app.register_blueprint(mine)


@change
def hook_of_the_tables(app: PoolgateFlask, seen: Seen) -> None:
    app.after_request_funcs["tables"].append(lambda response: seen.append("after") or response)


@change
def view_replaced(app: PoolgateFlask, seen: Seen) -> None:
    theirs: Any = app.view_functions["tables.relation"]

    async def mine(name: str) -> Any:
        seen.append(name)
        return await theirs(name)

    app.view_functions["tables.relation"] = mine


@change
def wsgi_app_wrapped(app: PoolgateFlask, seen: Seen) -> None:
    theirs = app.wsgi_app

    def mine(environ: Any, start_response: Any) -> Iterable[bytes]:
        seen.append(environ["PATH_INFO"])
        return theirs(environ, start_response)

    app.wsgi_app = mine  # type: ignore[method-assign]  # as Flask's documentation has it


@change
def request_class(app: PoolgateFlask, seen: Seen) -> None:
    class Mine(flask.Request):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            seen.append(self.path)

    app.request_class = Mine


@change
def response_class(app: PoolgateFlask, seen: Seen) -> None:
    class Mine(Response):
        @classmethod
        def force_type(cls, response: Any, environ: Any = None) -> Any:
            seen.append("made")
            return super().force_type(response, environ)

    app.response_class = Mine


@change
def globals_class(app: PoolgateFlask, seen: Seen) -> None:
    class Mine(flask.Flask.app_ctx_globals_class):
        def __init__(self) -> None:
            seen.append("made")

    app.app_ctx_globals_class = Mine


@change
def session_interface(app: PoolgateFlask, seen: Seen) -> None:
    class Mine(SecureCookieSessionInterface):
        def open_session(self, app: Any, request: Any) -> Any:
            seen.append(request.path)
            return super().open_session(app, request)

    app.session_interface = Mine()


@change
def method_replaced(app: PoolgateFlask, seen: Seen) -> None:
    theirs = app.process_response

    def mine(response: Any) -> Any:
        seen.append("processed")
        return theirs(response)

    app.process_response = mine  # type: ignore[method-assign]  # what is tested


@change
def subclass(app: PoolgateFlask, seen: Seen) -> None:
    class Mine(PoolgateFlask):
        def preprocess_request(self, *ctx: Any) -> Any:
            seen.append(flask.request.path)
            return super().preprocess_request(*ctx)

    app.__class__ = Mine


@change
def converter(app: PoolgateFlask, seen: Seen) -> None:
    class Mine(BaseConverter):
        weight = 50  # before that of the tables

        def to_python(self, value: str) -> Any:
            seen.append(flask.request.path)
            return value

    app.url_map.converters["mine"] = Mine
    app.add_url_rule("/rest/v1/<mine:name>", view_func=lambda name: name)


@change
def trusted_hosts(app: PoolgateFlask, seen: Seen) -> None:
    app.config["TRUSTED_HOSTS"] = ["testserver"]
    seen.append("nothing to see")


@change
def host_matching(app: PoolgateFlask, seen: Seen) -> None:
    app.url_map.host_matching = True
    seen.append("nothing to see")
