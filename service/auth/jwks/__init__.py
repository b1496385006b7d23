"""What tokens are checked with: a secret, or JSON Web Keys (RFC 7517), and the algorithms that each may be used for.

What cannot be used raises `ValueError` with the clause that completes "<setting>: <text> …", as in `service.forms`. It
tells a key by its place among the keys, never by anything that stands in it.
"""

from service.auth.jwks.key import ALGORITHMS, CheckingKey
from service.auth.jwks.reading import read_keys, restricted

__all__ = ["ALGORITHMS", "CheckingKey", "read_keys", "restricted"]
