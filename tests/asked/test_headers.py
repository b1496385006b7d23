"""`Prefer`, `Accept` and the profiles."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import EnvironHeaders

from asked.asking import ask, refused
from service.errors import PreferenceError
from service.rest.asked import read_request
from service.rest.asked.pages import LARGEST
from service.rest.terms import MediaRange, Page, Preferences

PREFERENCES = [
    ("", Preferences()),
    ("count=exact", Preferences(count="exact")),
    ("return=representation,count=planned", Preferences(representation="representation", count="planned")),
    (
        "resolution=merge-duplicates, missing=default , tx=rollback,handling=lenient",
        Preferences("merge-duplicates", missing="default", transaction="rollback", handling="lenient"),
    ),
    ("tx=commit, tx=rollback", Preferences(transaction="commit")),
    ("count=many, count=exact", Preferences(count="exact", unknown=("count=many",))),
    ("timezone=America/Los_Angeles, max-affected=10", Preferences(timezone="America/Los_Angeles", max_affected=10)),
    ("max-affected=" + "9" * 5_000, Preferences(max_affected=LARGEST)),
    ("max-affected=-1", Preferences(unknown=("max-affected=-1",))),
    ("max-affected=many", Preferences(unknown=("max-affected=many",))),
    ("timezone=", Preferences(unknown=("timezone=",))),
    ("a, ,b=c", Preferences(unknown=("a", "b=c"))),
    ('Return = "minimal"; x=y', Preferences(representation="minimal")),
    ("handling=strict, count=exact", Preferences(handling="strict", count="exact")),
]


@pytest.mark.parametrize("header, preferences", PREFERENCES)
def test_preferences_are_read(header: str, preferences: Preferences) -> None:
    """The first good preference of a kind counts, and what is none is collected."""
    assert ask("", prefer=header).preferences == preferences


def test_strict_handling_refuses_the_unknown() -> None:
    """Under strict handling every unknown preference is named in the error."""
    error = refused(PreferenceError, "", prefer="anything, handling=strict, count=many, count=exact")
    assert error.code == "PGRST122"
    assert "anything, count=many" in error.details


JSON = MediaRange("application/json")
ACCEPTS = [
    ("", ()),
    ("application/json", (JSON,)),
    ("Application/JSON", (JSON,)),
    ("text/csv;q=0.5, application/json", (JSON, MediaRange("text/csv", quality=0.5))),
    ("a/a;q=0.5,b/b;q=0.5,c/c;q=0.9", (MediaRange("c/c", quality=0.9), MediaRange("a/a", quality=0.5),
                                      MediaRange("b/b", quality=0.5))),
    ("*/*, text/*, text/csv", (MediaRange("text/csv"), MediaRange("text/*"), MediaRange("*/*"))),
    ("a/a;q=0, */*;q=0.1", (MediaRange("*/*", quality=0.1), MediaRange("a/a", quality=0.0))),
    ("application/vnd.pgrst.object+json; Nulls=Stripped ;q=1.000",
     (MediaRange("application/vnd.pgrst.object+json", (("nulls", "stripped"),)),)),
    ('application/vnd.pgrst.plan+json; for="application/json, x"; options=analyze|verbose, text/csv',
     (MediaRange("application/vnd.pgrst.plan+json", (("for", "application/json, x"), ("options", "analyze|verbose"))),
      MediaRange("text/csv"))),
    # As postgrest-js has it where no option was chosen.
    ('application/vnd.pgrst.plan+text; for="application/json"; options=;',
     (MediaRange("application/vnd.pgrst.plan+text", (("for", "application/json"), ("options", ""))),)),
    ("json, /, text/csv;q=2, text/xml;q=x, text/html;charset, application/json", (JSON,)),
    ('text/csv;a="open, application/json', ()),
    (",,,", ()),
]  # fmt: skip


@pytest.mark.parametrize("header, ranges", ACCEPTS)
def test_accept_is_read(header: str, ranges: tuple[MediaRange, ...]) -> None:
    """Media ranges are sorted by quality, then the more specific first; what is malformed is passed over."""
    assert ask("", accept=header).accept == ranges


@pytest.mark.parametrize(
    "method, profile", [("GET", "a"), ("HEAD", "a"), ("POST", "c"), ("PATCH", "c"), ("DELETE", "c")]
)
def test_profile_depends_on_the_method(method: str, profile: str) -> None:
    """Reads ask for a schema by Accept-Profile, everything else by Content-Profile."""
    assert ask("", method, accept_profile=" a ", content_profile="c").profile == profile


def test_no_profile() -> None:
    """No header and an empty one ask for no schema."""
    assert ask("").profile is None
    assert ask("", accept_profile=" ").profile is None


def test_headers_of_werkzeug_are_read() -> None:
    """The headers of a Flask request can be handed over as they are."""
    headers = EnvironHeaders({"HTTP_RANGE": "0-4", "HTTP_PREFER": "count=exact", "HTTP_ACCEPT": "application/json"})
    asked = read_request("GET", "films", "", headers)
    assert (asked.page, asked.preferences.count, asked.accept) == (Page(0, 5), "exact", (JSON,))


def test_names_of_headers_have_no_case() -> None:
    """Headers are found whatever the case of their names."""
    asked = read_request("GET", "films", "", {"RANGE": "0-4", "prefer": "count=exact", "accept-profile": "v1"})
    assert (asked.page, asked.preferences.count, asked.profile) == (Page(0, 5), "exact", "v1")
