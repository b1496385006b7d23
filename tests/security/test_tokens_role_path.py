"""Where the role stands: paths of RFC 9535, and PostgREST's own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.auth.claim_path import ABSENT, read_path
from service.errors import SettingsError
from service.settings import load_settings

CLAIMS: dict[str, Any] = {
    "role": "read",
    "realm_access": {"roles": ["offline", "app_editor", "editor"], "a b": {"c": "d"}, "empty": []},
    "https://example.org/role": "author",
    "it's": "apostrophe",
    'say "hi"': "quotes",
    "ключ": "letters",
    "a-b": "dash",
    "$@_": "signs",
    "groups": [{"name": "x", "role": "one"}, {"name": "y", "role": "two"}, 3, "text", None],
    "null": None,
    "number": 7,
}


@pytest.mark.parametrize("path, found", [
    ("$.role", "read"),
    (".role", "read"),
    ("$['role']", "read"),
    ('$["role"]', "read"),
    ("$[ 'role' ]", "read"),
    ("$.realm_access.roles[0]", "offline"),
    (".realm_access.roles[1]", "app_editor"),
    ("$.realm_access.roles[-1]", "editor"),
    ("$.realm_access['a b'].c", "d"),
    ('.realm_access."a b".c', "d"),
    ("$['https://example.org/role']", "author"),
    ('."https://example.org/role"', "author"),
    (r"$['it\'s']", "apostrophe"),
    ("""$["it's"]""", "apostrophe"),
    ("""$['say "hi"']""", "quotes"),
    (r'."say \"hi\""', "quotes"),
    (r"$['\u043a\u043b\u044e\u0447']", "letters"),
    ("$.ключ", "letters"),
    (".a-b", "dash"),
    (".$@_", "signs"),
    ('.realm_access.roles[?(@ == "editor")]', "editor"),
    ("$.realm_access.roles[?@ == 'editor']", "editor"),
    ("$.realm_access.roles[?@=='editor']", "editor"),
    ("$.realm_access.roles[ ? ( @ == 'editor' ) ]", "editor"),
    ('.realm_access.roles[?(@ != "offline")]', "app_editor"),
    ('.realm_access.roles[?(@ ^== "app_")]', "app_editor"),
    ('.realm_access.roles[?(@ ==^ "editor")]', "app_editor"),
    ('.realm_access.roles[?(@ *== "p_ed")]', "app_editor"),
    ("$.realm_access.roles[?match(@, 'app_.*')]", "app_editor"),
    ("$.realm_access.roles[?match(@, 'app_')]", ABSENT),
    ("$.realm_access.roles[?search(@, 'dit')]", "app_editor"),
    ("$.groups[?@.name == 'y'].role", "two"),
    ("$.groups[?match(@.name, 'y|z')]['role']", "two"),
    ("$.realm_access.roles[?@ == 'admin']", ABSENT),
    ("$.realm_access.empty[?@ != 'x']", ABSENT),
    ("$.realm_access.roles[9]", ABSENT),
    ("$.realm_access.roles[-4]", ABSENT),
    ("$.realm_access.roles.x", ABSENT),
    ("$.role[0]", ABSENT),
    ("$.role[?@ == 'r']", ABSENT),
    ("$.realm_access[0]", ABSENT),
    ("$.absent.role", ABSENT),
    ("$.number.role", ABSENT),
    ("$.null", None),
    ("$.number", 7),
    ("$.realm_access.empty", []),
])  # fmt: skip
def test_paths(path: str, found: object) -> None:
    """Each form that the documentation shows selects what it says, and nothing where there is nothing."""
    assert read_path(load_settings(jwt_role_claim_key=path).jwt_role_claim_key).select(CLAIMS) == found


@pytest.mark.parametrize("path, told", [
    ("role", "is no path to a claim"),
    ("$", "from column 2 on; expected a claim's name"),
    (".", "from column 2 on; expected a claim's name"),
    ("$role", "from column 2 on"),
    ("$..role", "from column 3 on; expected a claim's name"),
    ("$.roles[*]", "from column 9 on; expected a text in quotes"),
    ("$.roles[0:2]", "from column 9 on"),
    ("$.roles[0,1]", "from column 9 on"),
    ("$.roles[0", "from column 9 on"),
    ("$.roles[role]", "a text in quotes"),
    ("$['role", "a text in quotes"),
    ("$['role'", "expected ]"),
    (r"$['\x']", "escapes of JSON"),
    ("$.https://x", "from column 8 on"),
    ("$.roles[?]", "expected @"),
    ("$.roles[?(@ == 'a']", "expected )"),
    ("$.roles[?@ == a]", "a text in quotes"),
    ("$.roles[?@ = 'a']", "one of =="),
    ("$.roles[?@ > 'a']", "one of =="),
    ("$.roles[?@ == 'a' && @ != 'b']", "expected ]"),
    ("$.roles[?match(@, '(')]", "a regular expression"),
    ("$.roles[?match(@)]", "expected ,"),
    ("$.role ", "from column 7 on"),
])  # fmt: skip
def test_paths_that_cannot_be_read(path: str, told: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A path that cannot be read ends the start, with the column and what was expected there."""
    with pytest.raises(SettingsError) as caught:
        load_settings(jwt_role_claim_key=path)
    assert told in caught.value.message
    assert "; expected " in caught.value.message
    assert capfd.readouterr() == ("", "")


@given(st.text(alphabet="$.@[]?()'\"=!^*,\\ar01- ", max_size=20))
def test_any_text(text: str) -> None:
    """Any text is a path or a fault, and never anything else; whatever it selects, it only reads."""
    told = ""
    try:
        read_path("$" + text).select(CLAIMS)
    except ValueError as error:
        told = str(error)
    assert not told or "; expected " in told


@given(st.text(min_size=1))
def test_any_name(name: str) -> None:
    """Any claim can be named, in either kind of quotes."""
    plain = name.replace("\\", "\\\\")
    if any(ord(character) < 32 for character in name):
        return
    for quote in "'\"":
        path = f"$[{quote}{plain.replace(quote, chr(92) + quote)}{quote}]"
        assert read_path(path).select({name: 1}) == 1
