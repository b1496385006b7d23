"""A saved function as its file has it: a header of comments, and one statement. Pure.

-- The orders of one customer, newest first.
-- param: customer integer -- whose they are
-- param: since date = 2020-01-01
-- readonly: yes
select * from orders where customer_id = :customer and placed >= :since order by placed desc
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from service.catalog.holes import Query, SqlError, cut

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What a function may be called, and its file, without `.sql`."""
_KEY = re.compile(r"([A-Za-z][A-Za-z-]*):(?:\s+(.*))?")
_PARAMETER = re.compile(
    r"(?P<name>\S+)\s+(?P<type>[^=]+?)(?P<optional>\s*=\s*(?P<default>'(?:[^']|'')*'|.*?))?(?:\s+--\s*(?P<about>.*))?"
)
_TYPE = re.compile(r"[A-Za-z_][\w. ]*(?:\(\s*\d+(?:\s*,\s*\d+)?\s*\))?[\w ]*(?:\[\])*")
_YES = MappingProxyType({"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False})
_TAKEN = ("select", "order", "limit", "offset", "and", "or", "columns", "on_conflict", "cursor", "having")


@dataclass(frozen=True, slots=True)
class SavedParameter:
    """A parameter as the header declares it.

    Args:
        type: the database's name of it, as written.
        optional: whether a call may leave it out.
        default: what it is then, as text; None is NULL.
        line: where it is declared, from 1.
    """

    name: str
    type: str
    optional: bool = False
    default: str | None = None
    description: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A function as its file has it; nothing in it has been held against a database.

    Args:
        file: the file's name, for people.
        parameters: by name, in their order.
        role: who alone may call it; None for everybody.
        readonly: it is declared to change nothing, and so may be called with GET.
        text: the whole file, in which the query's places are.
    """

    name: str
    file: str
    query: Query
    text: str
    parameters: Mapping[str, SavedParameter]
    description: str | None = None
    role: str | None = None
    readonly: bool = False

    def fault(self, message: str, place: int | None = None, *, line: int | None = None) -> str:
        """One line for people that says where.

        Args:
            place: of a character in the text, from 0.
            line: from 1, where that is known instead.
        """
        if place is not None:
            line = line_of(self.text, place)
        return told(self.file, message, line)


class FileError(Exception):
    """A file that cannot be used.

    Args:
        faults: a line for each.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


@dataclass
class _Header:
    """What the lines so far have said."""

    file: str
    faults: list[str] = field(default_factory=list)
    about: list[str] = field(default_factory=list)
    parameters: dict[str, SavedParameter] = field(default_factory=dict)
    role: str | None = None
    readonly: bool | None = None

    def take(self, text: str, number: int) -> None:
        """One line, without its dashes."""
        match = _KEY.fullmatch(text)
        if match is None:
            self.about.append(text)
            return
        key, value = match[1].casefold(), (match[2] or "").strip()
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            meant = f"; did you mean {near[0]}?" if near else f"; expected one of {', '.join(_KEYS)}"
            self.refuse(f"{match[1]}: is nothing that a header has{meant}", number)
        elif key == "description":
            self.about.append(value)
        elif not value:
            self.refuse(f"{key}: has no value", number)
        elif key == "param":
            self.take_parameter(value, number)
        elif key == "role":
            self.take_role(value, number)
        else:
            self.take_readonly(value, number)

    def take_parameter(self, value: str, number: int) -> None:
        match = _PARAMETER.fullmatch(value)
        if match is None or not NAME.fullmatch(match["name"]) or not _TYPE.fullmatch(match["type"]):
            self.refuse(f"param: {value} does not read; expected NAME TYPE = DEFAULT -- DESCRIPTION", number)
        elif match["name"] in self.parameters:
            self.refuse(f"There are two parameters {match['name']}", number)
        elif match["name"] in _TAKEN:
            self.refuse(f"A parameter cannot be called {match['name']}: in a URL that means something else", number)
        else:
            self.parameters[match["name"]] = SavedParameter(
                name=match["name"],
                type=match["type"].strip(),
                optional=match["optional"] is not None,
                default=_default(match["default"]),
                description=match["about"] or None,
                line=number,
            )

    def take_role(self, value: str, number: int) -> None:
        if self.role is not None:
            self.refuse("There are two roles; a function has one", number)
        self.role = value

    def take_readonly(self, value: str, number: int) -> None:
        if self.readonly is not None or value.casefold() not in _YES:
            self.refuse(f"readonly: {value} does not read; expected yes or no, once", number)
        else:
            self.readonly = _YES[value.casefold()]

    def refuse(self, message: str, number: int) -> None:
        self.faults.append(told(self.file, message, number))


_KEYS = ("description", "param", "role", "readonly")


def read_saved(file: str, text: str, *, bracketed: bool) -> SavedFile:
    """Read a file.

    Args:
        file: its name, with `.sql`.
        bracketed: how its SQL is quoted, as for `cut`.

    Raises:
        FileError: all that is wrong with it.
    """
    name = file.removesuffix(".sql")
    header = _Header(file)
    if not NAME.fullmatch(name):
        header.faults.append(told(file, "is no name for a function; expected letters, digits and _", None))
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("--"):
            break
        if stripped:
            header.take(stripped.lstrip("-").strip(), number)
    query = _read_query(header, text, bracketed=bracketed)
    if header.faults or query is None:
        raise FileError(header.faults)
    return SavedFile(
        name=name,
        file=file,
        query=query,
        text=text,
        parameters=MappingProxyType(header.parameters),
        description="\n".join(header.about).strip() or None,
        role=header.role,
        readonly=bool(header.readonly),
    )


def _read_query(header: _Header, text: str, *, bracketed: bool) -> Query | None:
    try:
        query = cut(text, bracketed=bracketed)
    except SqlError as fault:
        header.faults.append(told(header.file, fault.message, line_of(text, fault.place)))
        return None
    for name in query.holes:
        if name not in header.parameters:
            place = next(part.place for part in query.parts if getattr(part, "name", None) == name)
            header.refuse(f":{name} is not declared; expected a line -- param: {name} TYPE", line_of(text, place))
    for name, parameter in header.parameters.items():
        if name not in query.holes:
            header.refuse(f"The parameter {name} is not used: there is no :{name}", parameter.line)
    if header.readonly and not query.reads:
        header.refuse(f"It is declared readonly, and begins with {query.verb}", line_of(text, query.verb_place))
    return query


def _default(text: str | None) -> str | None:
    if text is None or text.casefold() in ("null", ""):
        return None
    return text[1:-1].replace("''", "'") if text.startswith("'") and len(text) > 1 else text


def line_of(text: str, place: int) -> int:
    """The line, from 1, that a character of a text is in."""
    return text.count("\n", 0, place) + 1


def told(file: str, message: str, line: int | None) -> str:
    """A fault as a line for people."""
    where = file if line is None else f"{file}, line {line}"
    return f"FUNCTIONS: {where}: {message}"
