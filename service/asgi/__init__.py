"""Flask's own, unmodified `wsgi_app` on the event loop of an ASGI server; useful to any Flask project by itself."""

from .app import AsyncFlask, on_loop
from .background import close_background
from .limits import Limits
from .response import Response, stream_with_context

__all__ = ["AsyncFlask", "Limits", "Response", "close_background", "on_loop", "stream_with_context"]
