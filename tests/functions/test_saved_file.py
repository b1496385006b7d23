"""A saved function's file: its header, and what is wrong with it."""

from __future__ import annotations

import pytest

from service.catalog.saved_file import FileError, SavedParameter, read_saved

WHOLE = """\
-- The orders of one customer,
-- newest first.
--
-- param: customer integer -- whose they are
-- param: since timestamp with time zone = 2020-01-01
-- param: states text[] = null
-- param: note text = 'it''s -- so' -- a note
-- role: shop_reader
-- readonly: yes

select * from orders where customer = :customer and placed >= :since and (:states is null or state = any(:states))
    and note <> :note
"""


def test_a_header() -> None:
    """Lines without a name are the description; the others are parameters, the role and whether it only reads."""
    found = read_saved("orders_of.sql", WHOLE, bracketed=False)
    assert (found.name, found.role, found.readonly) == ("orders_of", "shop_reader", True)
    assert found.description == "The orders of one customer,\nnewest first."
    assert list(found.parameters.values()) == [
        SavedParameter("customer", "integer", description="whose they are", line=4),
        SavedParameter("since", "timestamp with time zone", True, "2020-01-01", line=5),
        SavedParameter("states", "text[]", True, None, line=6),
        SavedParameter("note", "text", True, "it's -- so", "a note", line=7),
    ]


def test_without_a_header() -> None:
    """A statement alone is a function without parameters that may write."""
    found = read_saved("beat.sql", "insert into beats default values", bracketed=True)
    assert (found.parameters, found.readonly, found.role, found.description) == ({}, False, None, None)


FAULTS = {
    "-- parm: a integer\nselect 1": "line 1: parm: is nothing that a header has; did you mean param?",
    "-- Licence: MIT\nselect 1": "line 1: Licence: is nothing that a header has; expected one of description",
    "\n-- param: a\nselect :a": "line 2: param: a does not read; expected NAME TYPE",
    "-- param: a; int\nselect 1": "line 1: param: a; int does not read",
    "-- param: a int) --\nselect 1": "line 1: param: a int) -- does not read",
    "-- param: a int\n-- param: a text\nselect :a": "line 2: There are two parameters a",
    "-- param: order int\nselect :order": "line 1: A parameter cannot be called order",
    "-- role:\nselect 1": "line 1: role: has no value",
    "-- role: a\n-- role: b\nselect 1": "line 2: There are two roles",
    "-- readonly: perhaps\nselect 1": "line 1: readonly: perhaps does not read",
    "select 1,\n :a": "line 2: :a is not declared; expected a line -- param: a TYPE",
    "-- param: a int\nselect 1": "line 1: The parameter a is not used",
    "-- readonly: yes\n\ndelete from t": "line 3: It is declared readonly, and begins with delete",
    "select 1;\nselect 2": "line 2: A second statement begins here",
}


@pytest.mark.parametrize("text", FAULTS)
def test_faults(text: str) -> None:
    """What is wrong is told with the file and the line."""
    with pytest.raises(FileError) as caught:
        read_saved("f.sql", text, bracketed=False)
    assert any(fault.startswith(f"FUNCTIONS: f.sql, {FAULTS[text]}") for fault in caught.value.faults)


def test_all_faults_at_once() -> None:
    """Every fault of a file is told, the name's too."""
    with pytest.raises(FileError) as caught:
        read_saved("my-file.sql", "-- parm: a int\n-- readonly: 7\nselect :a, :b", bracketed=False)
    assert len(caught.value.faults) == 5
    assert caught.value.faults[0].startswith("FUNCTIONS: my-file.sql: is no name for a function")
