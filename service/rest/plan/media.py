"""Which of the media types that can be made an `Accept` header asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.errors import MediaTypeError, QueryError
from service.rest.plan.terms import Form
from service.rest.terms import MediaRange

_OBJECT, _ARRAY = "application/vnd.pgrst.object", "application/vnd.pgrst.array"
_PLAN = "application/vnd.pgrst.plan"
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
    "application/json": JSON,
    "application/*": JSON,
    "*/*": JSON,
    "text/csv": _CSV,
    "text/*": _CSV,
    "application/x-ndjson": _LINES,
    "application/ndjson": replace(_LINES, content_type="application/ndjson; charset=utf-8"),
    "application/jsonl": replace(_LINES, content_type="application/jsonl; charset=utf-8"),
}


def choose_media(accept: Sequence[MediaRange], *, plans: bool = False) -> Media:
    """The first of the types asked for, best first, that can be made and is not refused with `q=0`.

    Args:
        accept: as the request has them; none is JSON.
        plans: whether execution plans may be asked for.

    Raises:
        MediaTypeError: PGRST107, none of them can be made.
        QueryError: an execution plan with an option that there is not.
    """
    refused = {media.type for media in accept if media.quality == 0}
    for media in accept:
        found = next(_offers(media, plans), None) if media.quality > 0 else None
        if found is not None and found.content_type.partition(";")[0] not in refused:
            return found
    if not accept:
        return JSON
    raise MediaTypeError(
        f"None of these media types can be produced: {', '.join(media.type for media in accept)}",
        hint="Ask for application/json, text/csv or application/x-ndjson.",
    )


def _offers(media: MediaRange, plans: bool) -> Iterator[Media]:
    name = media.type.removesuffix("+json")
    if name in (_OBJECT, _ARRAY):
        stripped = ("nulls", "stripped") in media.parameters
        told = f"{name}+json{';nulls=stripped' if stripped else ''}; charset=utf-8"
        yield Media(told, Form.STRIPPED if stripped else Form.ARRAY, single=name == _OBJECT)
    elif name.removesuffix("+text") == _PLAN and plans:
        yield _plan(media)
    elif media.type in _BY_TYPE:
        yield _BY_TYPE[media.type]


def _plan(media: MediaRange) -> Media:
    parameters = dict(media.parameters)
    options = tuple(option for option in parameters.get("options", "").split("|") if option)
    if unknown := [option for option in options if option not in _EXPLAIN_OPTIONS]:
        raise QueryError(
            f"An execution plan has no option {unknown[0]!r}", hint=f"The options are: {', '.join(_EXPLAIN_OPTIONS)}"
        )
    wanted = parameters.get("for", "application/json")
    as_json = media.type.endswith("+json")
    of = _BY_TYPE.get(wanted, JSON)
    told = f'{_PLAN}+{"json" if as_json else "text"}; for="{of.content_type.partition(";")[0]}"; charset=utf-8'
    return Media(told, of.form, explain=Explain(as_json, tuple(dict.fromkeys(options))))
