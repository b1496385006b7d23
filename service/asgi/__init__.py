"""Flask's own, unmodified `wsgi_app` on the event loop of an ASGI server; useful to any Flask project by itself."""

from service.asgi.app import AsyncFlask, on_loop
from service.asgi.background import close_background
from service.asgi.limits import Limits
from service.asgi.response import Response, stream_with_context

__all__ = ["AsyncFlask", "Limits", "Response", "close_background", "on_loop", "stream_with_context"]
