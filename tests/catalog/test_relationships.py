"""How relations hang together, found from their keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from service.catalog.model import (
    Catalog,
    Column,
    ComputedRelationship,
    ForeignKey,
    Kind,
    Origin,
    Relation,
    RelationKind,
)
from service.catalog.relationships import Cardinality, Relationships
from service.errors import EmbeddingError
from service.rest.plan.related import resolve_relationship
from service.rest.terms import SelectEmbed

ONE_TO_ONE, MANY_TO_ONE = Cardinality.ONE_TO_ONE, Cardinality.MANY_TO_ONE
ONE_TO_MANY, MANY_TO_MANY = Cardinality.ONE_TO_MANY, Cardinality.MANY_TO_MANY


def table(name: str, columns: str, key: str = "id", *, schema: str = "api", **more: object) -> Relation:
    """A table with these columns, and this primary key."""
    names = columns.split()
    return Relation(
        schema,
        name,
        RelationKind.TABLE,
        {each: Column(each, "integer", "integer", Kind.INTEGER) for each in names},
        primary_key=tuple(key.split()),
        **more,  # type: ignore[arg-type]  # whatever else a relation takes
    )


def key(name: str, columns: str, to: str, to_columns: str = "id", *, schema: str = "api") -> ForeignKey:
    return ForeignKey(name, tuple(columns.split()), schema, to, tuple(to_columns.split()))


def view(name: str, shown: Mapping[str, str]) -> Relation:
    """A view with these columns, each with the `schema.table.column` that it shows, or nothing."""
    return Relation(
        "api",
        name,
        RelationKind.VIEW,
        {each: Column(each, "integer", "integer", Kind.INTEGER) for each in shown},
        origins={each: Origin(*place.split(".")) for each, place in shown.items() if place},
    )


def related(start: str, *relations: Relation, hidden: tuple[Relation, ...] = ()) -> list[tuple[object, ...]]:
    """What `start` is related to, sorted: target, cardinality, constraint, pairs, and the junction if there is one."""
    catalog = catalog_of(*relations, hidden=hidden)
    found = Relationships(catalog).of(catalog.relations["api", start])
    assert all(each.source is catalog.relations["api", start] for each in found)
    return sorted(
        (
            (each.target.name, each.cardinality, each.constraint, dict(each.pairs))
            + (() if each.junction is None else (each.junction.relation.name, dict(each.junction.pairs)))
            for each in found
        ),
        key=repr,
    )


def catalog_of(*relations: Relation, hidden: tuple[Relation, ...] = ()) -> Catalog:
    return Catalog(
        ("api",),
        {(each.schema, each.name): each for each in relations},
        hidden={(each.schema, each.name): each for each in hidden},
    )


TEAM = table("team", "id name")
PLAYER = table("player", "id team_id", foreign_keys=(key("player_team", "team_id", "team"),))


def test_a_foreign_key_is_many_to_one_and_the_other_way_round_one_to_many() -> None:
    """The table with the key has one, the table referred to has many."""
    assert related("player", TEAM, PLAYER) == [("team", MANY_TO_ONE, "player_team", {"team_id": "id"})]
    assert related("team", TEAM, PLAYER) == [("player", ONE_TO_MANY, "player_team", {"id": "team_id"})]


def test_a_composite_key_pairs_its_columns_in_order() -> None:
    """Columns are paired as the constraint names them, whatever their order in the primary key."""
    place = table("place", "x y", "y x")
    event = table("event", "id b a", foreign_keys=(key("at", "a b", "place", "x y"),))
    assert related("event", place, event) == [("place", MANY_TO_ONE, "at", {"a": "x", "b": "y"})]
    assert related("place", place, event) == [("event", ONE_TO_MANY, "at", {"x": "a", "y": "b"})]


@pytest.mark.parametrize(
    ("detail", "cardinality"),
    [
        (table("detail", "team_id", "team_id"), ONE_TO_ONE),
        (table("detail", "id team_id", uniques=(("team_id",),)), ONE_TO_ONE),
        (table("detail", "id team_id", uniques=(("team_id",),), unique_indexes=(("team_id",),)), MANY_TO_ONE),
        (table("detail", "id team_id", uniques=(("id", "team_id"),)), MANY_TO_ONE),
        (table("detail", "team_id season", "team_id season"), MANY_TO_ONE),
        (table("detail", "team_id", ""), MANY_TO_ONE),
    ],
    ids=["primary key", "unique constraint", "unique index", "part of a unique", "part of the key", "no key"],
)
def test_one_to_one(detail: Relation, cardinality: Cardinality) -> None:
    """The columns of the foreign key are a primary key or a unique constraint of their own table, all of it."""
    detail = replace(detail, foreign_keys=(key("of_team", "team_id", "team"),))
    assert related("detail", TEAM, detail) == [("team", cardinality, "of_team", {"team_id": "id"})]
    back = ONE_TO_ONE if cardinality is ONE_TO_ONE else ONE_TO_MANY
    assert related("team", TEAM, detail) == [("detail", back, "of_team", {"id": "team_id"})]


def test_composite_one_to_one() -> None:
    """A composite key is one whatever the order of its columns."""
    place = table("place", "x y", "x y")
    mayor = table("mayor", "x y", "y x", foreign_keys=(key("of", "x y", "place", "x y"),))
    assert [each[1] for each in related("mayor", place, mayor)] == [ONE_TO_ONE]
    assert [each[1] for each in related("place", place, mayor)] == [ONE_TO_ONE]


def test_self_reference() -> None:
    """A table that refers to itself is related to itself in two ways."""
    node = table("node", "id up", foreign_keys=(key("node_up", "up", "node"),))
    assert related("node", node) == [
        ("node", MANY_TO_ONE, "node_up", {"up": "id"}),
        ("node", ONE_TO_MANY, "node_up", {"id": "up"}),
    ]


def junction(primary_key: str, *more: ForeignKey) -> Relation:
    return table(
        "plays",
        "team_id game_id place_id since",
        primary_key,
        foreign_keys=(key("of_team", "team_id", "team"), key("of_game", "game_id", "game"), *more),
    )


GAME = table("game", "id")


@pytest.mark.parametrize("primary_key", ["team_id game_id", "game_id team_id", "since team_id game_id"])
def test_junction(primary_key: str) -> None:
    """A table whose primary key has the columns of two foreign keys relates the two, from both sides."""
    through = ("plays", {"game_id": "id"})
    assert related("team", TEAM, GAME, junction(primary_key)) == [
        ("game", MANY_TO_MANY, "of_team", {"id": "team_id"}, *through),
        ("plays", ONE_TO_MANY, "of_team", {"id": "team_id"}),
    ]
    assert [(each[0], each[1]) for each in related("game", TEAM, GAME, junction(primary_key))] == [
        ("plays", ONE_TO_MANY),
        ("team", MANY_TO_MANY),
    ]


@pytest.mark.parametrize("primary_key", ["since", "team_id", "team_id since", ""])
def test_no_junction(primary_key: str) -> None:
    """A table with two foreign keys of which one is outside the primary key relates only itself."""
    assert "game" not in [each[0] for each in related("team", TEAM, GAME, junction(primary_key))]


def test_junction_of_three() -> None:
    """Three foreign keys in one primary key make three pairs; a third one outside of it makes none."""
    place = table("place", "id")
    at = key("at_place", "place_id", "place")
    found = related("team", TEAM, GAME, place, junction("team_id game_id place_id", at))
    assert [each[0] for each in found if each[1] is MANY_TO_MANY] == ["game", "place"]
    found = related("team", TEAM, GAME, place, junction("team_id game_id", at))
    assert [each[0] for each in found if each[1] is MANY_TO_MANY] == ["game"]


def test_junction_of_a_table_with_itself() -> None:
    """One junction leads two ways, told apart by the foreign key to the source."""
    person = table("person", "id")
    knows = table("knows", "a b", "a b", foreign_keys=(key("one", "a", "person"), key("other", "b", "person")))
    assert [each for each in related("person", person, knows) if each[1] is MANY_TO_MANY] == [
        ("person", MANY_TO_MANY, "one", {"id": "a"}, "knows", {"b": "id"}),
        ("person", MANY_TO_MANY, "other", {"id": "b"}, "knows", {"a": "id"}),
    ]


def test_a_view_has_the_relationships_of_what_it_shows() -> None:
    """Table to view, view to table and view to view, by the names that the views have for the columns."""
    players = view("players", {"number": "api.player.id", "team": "api.player.team_id", "luck": ""})
    teams = view("teams", {"no": "api.team.id"})
    every = TEAM, PLAYER, players, teams
    assert related("players", *every) == [
        ("team", MANY_TO_ONE, "player_team", {"team": "id"}),
        ("teams", MANY_TO_ONE, "player_team", {"team": "no"}),
    ]
    assert related("team", *every) == [
        ("player", ONE_TO_MANY, "player_team", {"id": "team_id"}),
        ("players", ONE_TO_MANY, "player_team", {"id": "team"}),
    ]
    assert related("teams", *every) == [
        ("player", ONE_TO_MANY, "player_team", {"no": "team_id"}),
        ("players", ONE_TO_MANY, "player_team", {"no": "team"}),
    ]


def test_a_view_that_lacks_a_column_of_a_key_lacks_its_relationship() -> None:
    """All columns of a key must be shown."""
    place = table("place", "x y", "x y")
    event = table("event", "id a b", foreign_keys=(key("at", "a b", "place", "x y"),))
    part = view("part", {"id": "api.event.id", "a": "api.event.a"})
    whole = view("whole", {"q": "api.event.b", "p": "api.event.a"})
    assert related("part", place, event, part, whole) == []
    assert related("whole", place, event, part, whole) == [("place", MANY_TO_ONE, "at", {"p": "x", "q": "y"})]
    assert [each[0] for each in related("place", place, event, part, whole)] == ["event", "whole"]


def test_a_view_over_several_tables_has_the_relationships_of_all() -> None:
    """One that is shown twice is known by its first name."""
    league = table("league", "id")
    team = table("team", "id league_id", foreign_keys=(key("in_league", "league_id", "league"),))
    both = view("both", {"p": "api.player.id", "t": "api.team.id", "t2": "api.team.id", "league": "api.team.league_id"})
    assert related("both", league, team, PLAYER, both) == [
        ("league", MANY_TO_ONE, "in_league", {"league": "id"}),
        ("player", ONE_TO_MANY, "player_team", {"t": "team_id"}),
    ]


def test_one_to_one_through_a_view() -> None:
    """The cardinality is that of the tables behind."""
    detail = table("detail", "team_id", "team_id", foreign_keys=(key("of_team", "team_id", "team"),))
    details = view("details", {"team": "api.detail.team_id"})
    assert related("details", TEAM, detail, details) == [("team", ONE_TO_ONE, "of_team", {"team": "id"})]
    assert [each[1] for each in related("team", TEAM, detail, details)] == [ONE_TO_ONE, ONE_TO_ONE]


def test_tables_that_are_not_exposed_relate_the_views_over_them() -> None:
    """The views are related to each other; to the tables behind, nothing is."""
    team = table("team", "id", schema="private")
    player = table(
        "player", "id team_id", schema="private", foreign_keys=(key("f", "team_id", "team", schema="private"),)
    )
    views = view("players", {"t": "private.player.team_id"}), view("teams", {"id": "private.team.id"})
    assert related("players", *views, hidden=(team, player)) == [("teams", MANY_TO_ONE, "f", {"t": "id"})]
    assert related("teams", *views, hidden=(team, player)) == [("players", ONE_TO_MANY, "f", {"id": "t"})]


def test_a_junction_that_is_not_exposed_relates_nothing_unless_a_view_shows_it() -> None:
    """Who hides a table hides what it says of the others; a view over it is a junction as it is one."""
    hidden = table(
        "plays",
        "team_id game_id",
        "team_id game_id",
        schema="private",
        foreign_keys=(key("of_team", "team_id", "team"), key("of_game", "game_id", "game")),
    )
    assert related("team", TEAM, GAME, hidden=(hidden,)) == []
    shown = view("played", {"t": "private.plays.team_id", "g": "private.plays.game_id"})
    assert related("team", TEAM, GAME, shown, hidden=(hidden,)) == [
        ("game", MANY_TO_MANY, "of_team", {"id": "t"}, "played", {"g": "id"}),
        ("played", ONE_TO_MANY, "of_team", {"id": "t"}),
    ]
    part = view("played", {"t": "private.plays.team_id"})
    assert [each[0] for each in related("team", TEAM, GAME, part, hidden=(hidden,))] == ["played"]


def test_a_partition_has_no_relationships() -> None:
    """Its parent has them; a view over a partition has none either."""
    part = table("player_1", "id team_id", partition=True, foreign_keys=(key("own", "team_id", "team"),))
    shown = view("shown", {"team": "api.player_1.team_id"})
    every = TEAM, PLAYER, part, shown
    assert [each[0] for each in related("team", *every)] == ["player"]
    assert related("player_1", *every) == []
    assert related("shown", *every) == []


def computed(name: str, to: str, *, to_one: bool = False) -> ComputedRelationship:
    return ComputedRelationship(name, "api", "api", to, to_one)


def test_computed() -> None:
    """A function of a row is a relationship by its own name, also of a partition or view, if its target is exposed."""
    functions = (computed("best", "player", to_one=True), computed("fans", "player"), computed("lost", "nothing"))
    for start in (
        replace(TEAM, related=functions),
        replace(TEAM, related=functions, partition=True),
        replace(view("team", {"id": ""}), related=functions),
    ):
        catalog = catalog_of(start, PLAYER)
        found = [each for each in Relationships(catalog).of(start) if each.function is not None]
        assert [(each.constraint, each.target.name, each.to_one) for each in found] == [
            ("best", "player", True),
            ("fans", "player", False),
        ]
        assert [each.cardinality for each in found] == [Cardinality.COMPUTED_ONE, Cardinality.COMPUTED_MANY]


def resolved(catalog: Catalog, start: str, name: str, hint: str | None = None) -> tuple[str, str]:
    relationship = resolve_relationship(
        Relationships(catalog), catalog.relations["api", start], SelectEmbed(name, (), hint=hint)
    )
    return relationship.target.name, relationship.constraint


def test_a_computed_relationship_overrides_the_detected_ones_of_its_name() -> None:
    """It is the one that is meant, even where several others would be ambiguous or a hint names one of them."""
    two = table(
        "player",
        "id team_id former_id",
        foreign_keys=(key("now", "team_id", "team"), key("before", "former_id", "team")),
    )
    with pytest.raises(EmbeddingError):
        resolved(catalog_of(TEAM, two), "player", "team")
    catalog = catalog_of(TEAM, replace(two, related=(computed("team", "team", to_one=True),)))
    assert resolved(catalog, "player", "team") == ("team", "team")
    assert resolved(catalog, "player", "team", "now") == ("team", "team")
    assert resolved(catalog, "player", "before") == ("team", "before")


def test_two_foreign_keys_between_two_tables_are_ambiguous() -> None:
    """Neither is taken: the error has both and says how to tell them apart, by constraint, column or hint."""
    match = table(
        "match", "id home_id away_id", foreign_keys=(key("home", "home_id", "team"), key("away", "away_id", "team"))
    )
    catalog = catalog_of(TEAM, match)
    for start, name in (("match", "team"), ("team", "match")):
        with pytest.raises(EmbeddingError) as caught:
            resolved(catalog, start, name)
        assert (caught.value.code, caught.value.status) == ("PGRST201", 300)
        assert [each["cardinality"] for each in caught.value.details] == (  # type: ignore[union-attr,index]  # a list here
            ["many-to-one" if start == "match" else "one-to-many"] * 2
        )
        assert "!home" in str(caught.value.hint)
        assert "!away" in str(caught.value.hint)
    assert resolved(catalog, "match", "home") == ("team", "home")
    assert resolved(catalog, "match", "away_id") == ("team", "away")
    assert resolved(catalog, "match", "team", "away_id") == ("team", "away")
    assert resolved(catalog, "team", "match", "home") == ("match", "home")
    with pytest.raises(EmbeddingError) as caught:
        resolved(catalog, "match", "teem")
    assert (caught.value.code, caught.value.hint) == ("PGRST200", "Did you mean 'team'?")


def test_a_junction_beside_a_direct_way_is_ambiguous() -> None:
    """A junction and its view, too, are two ways: the hint is the junction's name."""
    shown = view("played", {"t": "api.plays.team_id", "g": "api.plays.game_id"})
    catalog = catalog_of(TEAM, GAME, junction("team_id game_id"), shown)
    with pytest.raises(EmbeddingError, match="more than one way"):
        resolved(catalog, "team", "game")
    assert resolved(catalog, "team", "game", "played") == ("game", "of_team")


def test_what_is_related_is_found_once() -> None:
    """A relation's relationships are kept, so that many requests cost what one does."""
    relationships = Relationships(catalog_of(TEAM, PLAYER))
    assert relationships.of(TEAM) is relationships.of(TEAM)
