"""The rules in use: held against each catalog that is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from service.auth import Access
from service.catalog.model import Catalog
from service.events import Observe, RulesFailed, ignore
from service.rules.file import Role
from service.rules.narrow import Narrowing


class Rules:
    """What each role sees of the catalog in use.

    Args:
        roles: of the file.
        database: its name in SQLAlchemy.
        observe: is told of entries that name what there is not, whenever a catalog is read.
        functions: the names of those in Python.
    """

    def __init__(
        self,
        roles: Mapping[str, Role],
        database: str,
        observe: Observe = ignore,
        functions: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._roles = roles
        self._database = database
        self._observe = observe
        self._functions = functions
        self._version = -1
        self._catalogs: Mapping[str, Catalog] = {}

    @property
    def roles(self) -> Mapping[str, Access]:
        """The roles that there are; what each may do, its catalog says."""
        return dict.fromkeys(self._roles, Access.WRITE)

    def hold(self, catalog: Catalog) -> None:
        """Holds the rules against a catalog, before anybody asks for it."""
        functions = self._functions()
        work = [Narrowing(name, role, catalog, self._database, functions) for name, role in self._roles.items()]
        self._catalogs = {each.name: each.narrowed() for each in work}
        self._version = catalog.version
        faults = tuple(f"POOLGATE_RULES: {fault}" for each in work for fault in each.faults)
        if faults:
            self._observe(RulesFailed(faults))

    def narrowed(self, catalog: Catalog, role: str) -> Catalog:
        """What there is for a role."""
        if catalog.version != self._version:
            self.hold(catalog)
        return self._catalogs[role]
