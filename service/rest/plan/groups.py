"""What can be named in a grouped node: in `having` its aggregates, in `order` those and what it is grouped by."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.errors import DatabaseError, UnknownColumnError
from service.rest.plan.aggregates import made_by
from service.rest.plan.names import nearest
from service.rest.plan.scope import Found
from service.rest.plan.terms import Aggregate, AnyOutput, Output, Target
from service.rest.terms import Field, OrderTerm


@dataclass
class Groups:
    """The aggregates of a node by their keys."""

    outputs: tuple[AnyOutput, ...]
    number: int = 0
    aggregates: dict[str, Aggregate] = field(init=False)

    def __post_init__(self) -> None:
        self.aggregates = {output.key: output for output in self.outputs if isinstance(output, Aggregate)}

    def embedded(self, name: str) -> Found | None:
        """None: groups are not asked whether something is related to them."""
        return None

    def target(self, field: Field) -> Target:
        """An aggregate's value.

        Raises:
            UnknownColumnError: 42703, nothing that is called so is aggregated.
        """
        aggregate = self.aggregates.get(field.name)
        if aggregate is None:
            near = nearest(field.name, self.aggregates)
            raise UnknownColumnError(
                f"having: no aggregate in this select is called {field.name!r}",
                hint=f"Did you mean {near!r}?" if near else "Conditions on columns stand outside of having.",
            )
        return Target(made_by(aggregate), field.path)

    def are_told_apart_by(self, target: Target) -> bool:
        """Whether the rows of a group are equal in it."""
        return any(isinstance(output, Output) and output.target == target for output in self.outputs)

    def called(self, term: OrderTerm) -> Aggregate | None:
        """The aggregate that a term of order means by its name."""
        is_bare = term.relation is None and not term.field.path
        return self.aggregates.get(term.field.name) if is_bare else None


def not_grouped(name: str) -> DatabaseError:
    """42803."""
    return DatabaseError(
        "42803",
        f"groups cannot be ordered by {name!r}, which they are not grouped by",
        hint="Select the column too: rows are grouped by all that is selected beside the aggregates.",
    )
