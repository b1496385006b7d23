"""What a token's claims must be: times, audience, role."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.auth import LEVELS, Authenticator, Identity, anonymous
from service.auth.claims import check_times, lifetime
from service.errors import AuthError, DatabaseError
from tests.security.token_makers import NOW, checking, refusal, token


@pytest.mark.parametrize("claims, told", [
    ({"exp": NOW - 30}, "The token has expired"),
    ({"exp": NOW - 29}, None),
    ({"exp": NOW - 29.5}, None),
    ({"exp": NOW + 1e6}, None),
    ({"exp": 0}, "The token has expired"),
    ({"nbf": NOW + 31}, "The token is not yet valid"),
    ({"nbf": NOW + 30}, None),
    ({"iat": NOW + 31}, "The token was issued in the future"),
    ({"iat": NOW + 30}, None),
    ({"iat": NOW - 1e8, "nbf": NOW + 1e6}, "The token is not yet valid"),
    ({"nbf": NOW + 1e6, "exp": NOW - 31}, "The token has expired"),
    ({}, None),
])  # fmt: skip
def test_times(claims: dict[str, Any], told: str | None) -> None:
    """Security 6: exp, nbf and iat are kept to, with 30 seconds between two clocks and no more."""
    if told is None:
        assert checking().claims(token(claims)) == claims
    else:
        error = refusal(checking(), token(claims))
        assert (error.code, error.message) == ("PGRST303", told)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", [
    '"1800000000"', '"never"', '""', "null", "true", "false", "[]", "[1800000000]", "{}",
    "-1", "-0.5", "253402300800", "1800000000000", "1e300", "1e999", "-1e999", "NaN", "Infinity", "-Infinity",
    "1" + "0" * 400, "1" + "0" * 5000, "9223372036854775808",
])  # fmt: skip
def test_times_that_are_none(name: str, value: str) -> None:
    """Security 6: a time that is no number, has no end or is out of all bounds is refused, and costs nothing else."""
    assert refusal(checking(), token(f'{{"{name}": {value}}}')).code == "PGRST303"


@pytest.mark.parametrize("named, good", [
    ("poolgate", True),
    (["other", "poolgate"], True),
    (["poolgate"], True),
    ("Poolgate", False),
    ("poolgate ", False),
    ("", False),
    (["other"], False),
    ([], False),
    (["poolgate", 1], False),
    ([["poolgate"]], False),
    ({"poolgate": 1}, False),
    (None, False),
    (1, False),
])  # fmt: skip
def test_audience(named: object, good: bool) -> None:
    """Security 6: where an audience is set the token has to name it, in full, alone or among strings."""
    tokens, sent = checking(audience="poolgate"), token({"aud": named})
    if good:
        assert tokens.claims(sent) == {"aud": named}
    else:
        assert refusal(tokens, sent).code == "PGRST303"


def test_audience_is_required() -> None:
    """Security 6: where an audience is set, a token that names none is refused."""
    assert "names no audience" in refusal(checking(audience="poolgate"), token()).message


@pytest.mark.parametrize("named", [1, None, {}, [1], True])
def test_audience_has_a_form(named: object) -> None:
    """Where none is set any audience is taken, if it is one."""
    assert checking().claims(token({"aud": "any"})) == {"aud": "any"}
    assert "neither a string nor an array" in refusal(checking(), token({"aud": named})).message


@pytest.mark.parametrize("payload", [
    "", "null", "1", '"text"', "[]", "[{}]", "{", '{"a": 1} x', "{'a': 1}", '{"a": NaN}', '{"a": [-Infinity]}',
    '{"a": 1e400}', "[" * 4000, '{"a":' * 1000, '{"a":' + "[" * 32 + "]" * 32 + "}", "\ud800",
])  # fmt: skip
def test_claims_that_are_no_object(payload: str) -> None:
    """A token that is signed and says nothing that can be read, or is nested very deep, is refused."""
    assert refusal(checking(), token(payload)).code == "PGRST303"


def test_claims_as_deep_as_they_may_be() -> None:
    """Depth is counted in levels, not in brackets."""
    deep = '{"a":' + "[" * 30 + "1" + "]" * 30 + "}"
    assert json.dumps(checking().claims(token(deep)), separators=(",", ":")) == deep
    wide = {"a": [[each] for each in range(200)], "b": "[[[[{{{{" * 20}
    assert checking().claims(token(wide)) == wide


@pytest.mark.parametrize("role", [
    "null", "1", "true", "[]", '["write"]', "{}", '""', '"a\\u0000"', '"\\ud800"', '"a\\n"',
])  # fmt: skip
def test_a_role_that_is_none(role: str) -> None:
    """A role that is no text, or no text that can be a name, is refused."""
    assert refusal(checking(), token(f'{{"role": {role}}}')).code == "PGRST303"


def identified(claims: Any, *, roles: Any = LEVELS, **options: Any) -> Identity:
    authenticator = Authenticator(anonymous("none", None), checking(), roles=roles, **options)
    return authenticator.identify({"Authorization": f"Bearer {token(claims)}"})


def test_the_roles_that_a_token_may_name() -> None:
    """Security 6: a role that is not in the allow-list is refused, whether there is such a role or not."""
    assert identified({"role": "read"}, allowed=("read",)).role == "read"
    for role in ("write", "nobody"):
        with pytest.raises(AuthError) as caught:
            identified({"role": role}, allowed=("read",))
        assert (caught.value.code, caught.value.status) == ("PGRST303", 401)
    assert identified({}, allowed=("read",)).anonymous


@pytest.mark.parametrize("roles", [LEVELS, None])
def test_nobody_comes_as_the_services_own_role(roles: Any) -> None:
    """`none`, which to PostgreSQL is whom the service connects as, is a role that there is not."""
    with pytest.raises(DatabaseError) as caught:
        identified({"role": "none"}, roles=roles)
    assert (caught.value.code, caught.value.status) == ("22023", 401)


def test_a_token_without_a_role() -> None:
    """It may do what anonymous callers may, and its claims are known."""
    found = identified({"sub": "ann"})
    assert (found.anonymous, found.role, found.claims) == (True, None, {"sub": "ann"})


TIMES = st.one_of(st.integers(-5, 3_000_000_000), st.floats(0, 3e9, allow_nan=False))


@given(st.dictionaries(st.sampled_from(["exp", "nbf", "iat"]), TIMES), st.floats(0, 3e9))
def test_the_lifetime_is_what_the_checks_say(claims: dict[str, Any], now: float) -> None:
    """Security 6: the span in which a token is taken without a look at its claims is the one in which they are good."""
    try:
        begins, ends = lifetime(claims)
        check_times(claims, now)
        good = True
    except AuthError:
        good = False
        try:
            begins, ends = lifetime(claims)
        except AuthError:
            return
    assert (begins <= now < ends) == good
