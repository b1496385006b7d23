"""What clients send to say who they are, where nothing is there to hold it against, and where a secret is."""

from __future__ import annotations

import jwt
import pytest
from books import AUTHORS
from outcome import pick
from poolgate_process import Process
from postgrest import APIError, AsyncPostgrestClient, SyncPostgrestClient

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

# Of the form of supabase's old keys: signed, but by nobody known here.
TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2lnbmF0dXJl"
TOKENS = {
    "both": {"Authorization": f"Bearer {TOKEN}", "apikey": TOKEN},
    "apikey": {"apikey": TOKEN},
}
CREDENTIALS = {
    "a key": {"Authorization": "Bearer sb_publishable_0123456789", "apikey": "sb_publishable_0123456789"},
    "a key alone": {"apikey": "sb_secret_0123456789"},
    "no token": {"Authorization": "Bearer"},
    "a password": {"Authorization": "Basic YW5uOnNlY3JldA=="},
    "nonsense": {"Authorization": "\\x00;;=,,"},
}


@pytest.mark.parametrize("headers", CREDENTIALS.values(), ids=CREDENTIALS)
def test_any_credentials_read_as_anonymous(sqlite_library: Process, headers: dict[str, str]) -> None:
    """Where anonymous callers may read, credentials that nothing is known of are no reason to refuse."""
    with SyncPostgrestClient(f"{sqlite_library.url}/rest/v1", headers=headers) as http:
        assert http.from_("authors").select("id").order("id").execute().data == pick(AUTHORS, "id")


@pytest.mark.parametrize("headers", TOKENS.values(), ids=TOKENS)
def test_a_token_cannot_be_checked(sqlite_library: Process, headers: dict[str, str]) -> None:
    """A token is never taken for nothing: where no secret is set it is PGRST300, though anonymous callers may read."""
    with (
        SyncPostgrestClient(f"{sqlite_library.url}/rest/v1", headers=headers) as http,
        pytest.raises(APIError) as refused,
    ):
        http.from_("authors").select("id").execute()
    assert refused.value.code == "PGRST300"


async def test_a_token_of_a_client(sqlite_url: str) -> None:
    """Where a secret is set the client comes as the role that its token names."""
    secret = "a-secret-of-the-clients-and-of-no-one-else"
    app = create_app(Settings(database_url=sqlite_url, jwt_secret=secret))
    token = jwt.encode({"role": "read"}, secret)
    async with running(app), client(app) as http:
        rest = AsyncPostgrestClient("http://testserver/rest/v1", http_client=http).auth(token)
        with pytest.raises(APIError) as unknown:
            await rest.from_("authors").select("*").execute()
        assert unknown.value.code == "PGRST205"  # let in, and told that there is no such table
        with pytest.raises(APIError) as refused:
            await rest.from_("authors").insert({"id": 1}).execute()
        assert refused.value.code == "42501"


@pytest.mark.parametrize("headers", CREDENTIALS.values(), ids=CREDENTIALS)
async def test_no_credentials_give_a_right(sqlite_url: str, headers: dict[str, str]) -> None:
    """Where anonymous callers may do nothing, no header lets a caller in: 401, and what was sent is not repeated."""
    app = create_app(Settings(database_url=sqlite_url, anonymous="none"))
    async with running(app), client(app, headers=headers) as http:
        with pytest.raises(APIError) as refused:
            await (
                AsyncPostgrestClient("http://testserver/rest/v1", headers=headers, http_client=http)
                .from_("authors")
                .select("*")
                .execute()
            )
    assert refused.value.code == "PGRST302"
    assert not any(value in str(refused.value.json()) for value in headers.values())
