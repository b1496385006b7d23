"""Who is asking: a request's credentials become an `Identity`, before anything else is looked at."""

from service.auth.authenticator import LEVELS, Authenticator, Headers
from service.auth.identity import CHALLENGE, NO_ROLE, Access, Identity, anonymous, require, require_role
from service.auth.key_ring import KeyRing, KnownKey

__all__ = [
    "CHALLENGE",
    "LEVELS",
    "NO_ROLE",
    "Access",
    "Authenticator",
    "Headers",
    "Identity",
    "KeyRing",
    "KnownKey",
    "anonymous",
    "require",
    "require_role",
]
