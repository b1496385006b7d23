"""A function's call held against the catalog: which of the functions of that name, and what becomes of its result."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.catalog.model import Catalog, Column, Kind, Parameter, Relation, RelationKind, Routine
from service.catalog.saved import SavedRoutine
from service.errors import CursorError, MethodError, PlanError, UnknownRoutineError
from service.rest.asked.arguments import Arguments, Style
from service.rest.plan.names import nearest
from service.rest.plan.possible import can_make_value
from service.rest.plan.terms import Form
from service.rest.terms import STAR, Asked, Field, SelectField, Value

_NEAR_PARAMETERS = 0.33  # PostgREST's threshold for parameters
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Call:
    """A function and what it is given.

    Args:
        given: the parameters that there are arguments for.
        style: how the arguments come.
        first: of an array of objects, the first is meant.
        values: of the arguments: with `Style.TEXTS` one for each parameter, else the whole body.
    """

    routine: Routine
    given: tuple[Parameter, ...] = ()
    style: Style = Style.TEXTS
    first: bool = False
    values: tuple[Value, ...] = ()

    @property
    def rows(self) -> Relation:
        """What it gives as rows: a value is a row of one column, and so is nothing."""
        of = self.routine
        if isinstance(of.result, Relation):
            return of.result
        column = of.result or Column(of.name, "void", "void", Kind.OTHER)
        return Relation(of.schema, of.name, RelationKind.RESULT, {column.name: column}, plain=False)

    @property
    def is_value(self) -> bool:
        """Whether it gives values and no rows."""
        return isinstance(self.routine.result, Column)

    def gives_values(self, asked: Asked) -> bool:
        """Whether the answer has its values bare: unless something else of them is selected."""
        return self.is_value and asked.read.select in ((STAR,), ())

    def reads_only(self, method: str) -> bool:
        """Whether it is run so that it can change nothing."""
        return method in ("GET", "HEAD") or self.routine.reads_only


def resolve_call(catalog: Catalog, schema: str, name: str, arguments: Arguments) -> Call:
    """The function of that name that takes these arguments.

    Raises:
        UnknownRoutineError: PGRST202, there is none; PGRST203, there are several.
    """
    overloads = catalog.routines.get((schema, name), ())
    found = [each for each in overloads if arguments.named and _takes(each, arguments.names)]
    if found:
        return _with_names(_only(found), arguments)
    found = [each for each in overloads if each.unnamed is not None and each.unnamed.column.type in arguments.takes]
    if not found:
        raise _unknown(catalog, schema, name, arguments)
    routine = _only(found)
    return Call(routine, routine.parameters, Style.BODY, values=(arguments.body,))


def methods_of(overloads: Sequence[Routine]) -> tuple[str, ...]:
    """The methods that functions of one name answer to, as `Allow` lists them."""
    if any(each.reads_only for each in overloads):
        return "OPTIONS", "GET", "HEAD", "POST"
    return "OPTIONS", "POST"


def check_call(call: Call, asked: Asked) -> None:
    """Refuse what cannot be asked of a call.

    Raises:
        MethodError: a saved function that may write, by GET.
        PlanError: PGRST128, a bound for the rows of what gives no set.
        CursorError: pages that are told by keys.
    """
    if asked.method != "POST" and isinstance(call.routine, SavedRoutine) and not call.routine.reads_only:
        raise MethodError(
            f"The function {call.routine.name!r} may write, and so is called with POST",
            hint="Were it declared `readonly: yes`, it could be called with GET.",
            headers={"Allow": ",".join(methods_of([call.routine]))},
        )
    strict = asked.preferences.handling == "strict"
    if strict and asked.preferences.max_affected is not None and not call.routine.returns_set:
        raise PlanError(
            "max-affected is for functions that give a set",
            code="PGRST128",
            details=f"{call.routine.signature} gives one value or none.",
        )
    if asked.cursor is not None:
        raise CursorError("What a function gives has no cursor", hint="Page through it with limit and offset.")


def can_make_of(form: Form, call: Call, asked: Asked, catalog: Catalog) -> bool:
    """Whether what the call gives can be made into `form`."""
    if form is Form.FEATURES:
        return catalog.geojson is not None and not call.is_value
    if call.gives_values(asked):
        value = SelectField(Field(call.routine.name))
        asked = asked._replace(read=asked.read._replace(select=(value,)))
    return can_make_value(form, asked, call.rows)


def _takes(routine: Routine, names: Iterable[str]) -> bool:
    """Whether every argument has its parameter, and every parameter that must have one its argument."""
    wanted, taken = set(names), {each.name for each in routine.parameters if each.name}
    return wanted <= taken and all(each.name in wanted for each in routine.parameters if each.required)


def _with_names(routine: Routine, arguments: Arguments) -> Call:
    given = tuple(each for each in routine.parameters if each.name in arguments.names)
    if arguments.style is not Style.TEXTS:
        return Call(routine, given, arguments.style, arguments.first, (arguments.body,))
    texts = arguments.texts
    values = tuple(texts[each.name] if each.variadic else texts[each.name][-1] for each in given)
    return Call(routine, given, values=values)


def _only(found: Sequence[Routine]) -> Routine:
    if len(found) == 1:
        return found[0]
    raise UnknownRoutineError(
        f"Several functions take these arguments: {', '.join(each.signature for each in found)}",
        code="PGRST203",
        status=300,
        hint="They differ only in types, which a request does not say: give one another name, or its parameters.",
    )


def _unknown(catalog: Catalog, schema: str, name: str, arguments: Arguments) -> UnknownRoutineError:
    names = arguments.names[:_MOST_SHOWN]
    of_body = f"a single unnamed {'/'.join(arguments.takes)} parameter"
    listed = f"parameter{'s' if len(names) > 1 else ''} {', '.join(names)}" if names else "no parameters"
    with_ = " or with ".join(([listed] if arguments.named else []) + ([of_body] if arguments.takes else []))
    return UnknownRoutineError(
        f"There is no function {schema}.{name}" + (f"({', '.join(names)})" if arguments.named else " of that kind"),
        details=f"Looked for {schema}.{name} with {with_}.",
        hint=_nearest(catalog, schema, name, names),
    )


def _nearest(catalog: Catalog, schema: str, name: str, names: Sequence[str]) -> str | None:
    overloads = catalog.routines.get((schema, name), ())
    if not overloads:
        near = nearest(name, (other for of, other in catalog.routines if of == schema))
        return f"Did you mean {schema}.{near}?" if near else None
    by_names = {", ".join(each.name for each in routine.parameters): routine for routine in overloads}
    found = difflib.get_close_matches(", ".join(names)[:100], by_names, n=1, cutoff=_NEAR_PARAMETERS)
    return f"Did you mean {schema}.{name}({found[0]})?" if found else None
