"""Which of the media types that can be made an `Accept` header asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from service.errors import MediaTypeError
from service.rest.plan.terms import Form
from service.rest.terms import MediaRange

_OBJECT, _ARRAY = "application/vnd.pgrst.object", "application/vnd.pgrst.array"
_PLAN = "application/vnd.pgrst.plan"
_NEEDS = {
    "application/geo+json": "application/geo+json needs a PostgreSQL with PostGIS.",
    "text/plain": "text/plain is for one selected value: ?select=column",
    "application/octet-stream": "application/octet-stream is for one selected column of bytes: ?select=column",
}
_EXPLAIN_OPTIONS = ("analyze", "verbose", "settings", "buffers", "wal")


@dataclass(frozen=True, slots=True)
class Explain:
    """What of the execution plan is asked for.

    Args:
        as_json: as JSON instead of lines of text.
        options: of PostgreSQL's EXPLAIN.
    """

    as_json: bool
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Media:
    """What an answer is made as.

    Args:
        content_type: as it is announced.
        form: what the database makes of the rows.
        single: exactly one row is wanted, as an object.
        explain: the plan is wanted instead of the rows.
    """

    content_type: str
    form: Form = Form.ARRAY
    single: bool = False
    explain: Explain | None = None

    @property
    def streams(self) -> bool:
        """Whether rows are sent as the database gives them."""
        return self.form in (Form.LINES, Form.CSV)


JSON = Media("application/json; charset=utf-8")
_CSV = Media("text/csv; charset=utf-8", Form.CSV)
_LINES = Media("application/x-ndjson; charset=utf-8", Form.LINES)
_BY_TYPE = {
    "application/json": (JSON,),
    "text/csv": (_CSV,),
    "application/x-ndjson": (_LINES,),
    "application/ndjson": (replace(_LINES, content_type="application/ndjson; charset=utf-8"),),
    "application/jsonl": (replace(_LINES, content_type="application/jsonl; charset=utf-8"),),
    "application/geo+json": (Media("application/geo+json; charset=utf-8", Form.FEATURES),),
    "text/plain": (Media("text/plain; charset=utf-8", Form.TEXT),),
    "application/octet-stream": (Media("application/octet-stream", Form.BYTES),),
    "application/*": (JSON, _LINES),
    "text/*": (_CSV,),
    "*/*": (JSON, _CSV, _LINES),
}


CanMake = Callable[[Form], bool]


def _is_of_any_rows(form: Form) -> bool:
    return form not in (Form.FEATURES, Form.TEXT, Form.BYTES)


_AT_ONCE = {name: offers[0] for name, offers in _BY_TYPE.items() if _is_of_any_rows(offers[0].form)}


def choose_media(accept: Sequence[MediaRange], *, plans: bool = False, can_make: CanMake = _is_of_any_rows) -> Media:
    """The first of the types asked for, best first, that can be made and is not refused with `q=0`.

    Args:
        accept: as the request has them, those that are refused last; none is JSON.
        plans: whether execution plans may be asked for.
        can_make: whether the rows that are asked for can be made into a form that not all can.

    Raises:
        MediaTypeError: PGRST107, none of them can be made.
    """
    if not accept:
        return JSON
    if accept[0].type in _AT_ONCE and accept[-1].quality > 0:  # the first can be made, and nothing is refused
        return _AT_ONCE[accept[0].type]
    refused = {_bare(media.type) for media in accept if media.quality == 0}
    for media in accept:
        for found in _offers(media, plans, can_make) if media.quality > 0 else ():
            if not refused or not _is_refused(found, accept, refused):
                return found
    raise MediaTypeError(
        f"None of these media types can be produced: {', '.join(media.type for media in accept)}",
        hint=" ".join([*_needs(accept), "Ask for application/json, text/csv or application/x-ndjson."]),
    )


def _needs(accept: Sequence[MediaRange]) -> list[str]:
    return [_NEEDS[media.type] for media in accept if media.type in _NEEDS and media.quality > 0]


def _bare(name: str) -> str:
    return name if name == "application/json" else name.removesuffix("+json")


def _is_refused(found: Media, accept: Sequence[MediaRange], refused: set[str]) -> bool:
    """Whether the most specific range that the type is in has the quality 0 (RFC 9110, 12.5.1)."""
    name = _bare(found.content_type.partition(";")[0])
    named = {_bare(media.type) for media in accept}
    ranges = (name, f"{name.partition('/')[0]}/*", "*/*")
    return next((each in refused for each in ranges if each in named), False)


def _offers(media: MediaRange, plans: bool, can_make: CanMake) -> Sequence[Media]:
    name = _bare(media.type)
    if name in (_OBJECT, _ARRAY):
        return (_vendored(name, stripped=("nulls", "stripped") in media.parameters),)
    if name.removesuffix("+text") == _PLAN:
        return (_plan(media, can_make),) if plans else ()
    found = _BY_TYPE.get(media.type, ())
    return [each for each in found if _is_of_any_rows(each.form) or can_make(each.form)]


def _vendored(name: str, *, stripped: bool) -> Media:
    if name == _ARRAY and not stripped:
        return JSON
    told = f"{name}+json{';nulls=stripped' if stripped else ''}; charset=utf-8"
    return Media(told, Form.STRIPPED if stripped else Form.ARRAY, single=name == _OBJECT)


def _plan(media: MediaRange, can_make: CanMake) -> Media:
    parameters = dict(media.parameters)
    asked = parameters.get("options", "").split("|")
    options = tuple(option for option in _EXPLAIN_OPTIONS if option in asked)
    as_json = media.type.endswith("+json")
    of = _explained(parameters.get("for", ""), can_make)
    told = f'{_PLAN}+{"json" if as_json else "text"}; for="{of.content_type.partition("; charset")[0]}"'
    if options:
        told += f"; options={'|'.join(options)}"
    return Media(f"{told}; charset=utf-8", of.form, explain=Explain(as_json, options))


def _explained(name: str, can_make: CanMake) -> Media:
    """What `for=` names; JSON where that is nothing that could be made."""
    essence, _, parameters = name.partition(";")
    media = MediaRange(essence.strip(), (("nulls", "stripped"),) if "nulls=stripped" in parameters else ())
    return next(iter(_offers(media, False, can_make)), JSON)
