"""From the settings to what tokens are checked with."""

from __future__ import annotations

from service.auth.claim_path import read_path
from service.auth.secret import Secret
from service.auth.tokens import JsonWebTokens
from service.errors import SettingsError
from service.settings import Settings


def open_tokens(settings: Settings) -> JsonWebTokens | None:
    """What checks tokens; None where no secret is set that they could be checked with.

    Raises:
        SettingsError: the secret's file has changed since the settings were read, and cannot be used.
    """
    if settings.jwt_secret is None:
        return None
    try:
        secret = Secret(settings.jwt_secret, base64=settings.jwt_secret_is_base64, algorithms=settings.jwt_algorithms)
    except ValueError as error:
        raise SettingsError([f"POOLGATE_JWT_SECRET: the secret {error}"]) from None
    return JsonWebTokens(
        secret,
        audience=settings.jwt_aud,
        role=read_path(settings.jwt_role_claim_key),
        remembered=settings.jwt_cache_max_entries,
    )
