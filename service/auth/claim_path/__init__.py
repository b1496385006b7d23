"""Where in a token's claims the role stands: a path as RFC 9535 writes it, or as PostgREST did before.

    $.role   $.realm_access.roles[0]   $['https://example.org/role']   $.roles[?@ == 'editor']
    .role    .realm_access.roles[0]    ."https://example.org/role"     .roles[?(@ ^== "app_")]

It selects one value at most, so there are no wildcards and slices; of an array's elements a filter selects the first.
"""

from service.auth.claim_path.reading import read_path
from service.auth.claim_path.steps import ABSENT, ClaimPath

__all__ = ["ABSENT", "ClaimPath", "read_path"]
