"""No SQL is put together from data: read off the package's own source, so that new code is looked at too.

Every text that reaches a database, or becomes a piece of a statement, is a literal, a constant in capitals, the text of
a finished statement, or stands in one of the tables below with the reason why it may. An entry that is not needed any
more is a fault as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "service"
RUNS = (
    *("fetch", "fetchrow", "fetchval", "fetchvals", "stream", "execute", "executemany", "executescript"),
    *("script", "open_cursor", "exec_driver_sql", "prepare"),
)
"""What hands a text to a database."""
MAKES = ("text", "literal_column", "Statement", "op", "prefix_with", "suffix_with", "DDL", "TextClause")
"""What makes a text a piece of a statement as it stands; everything else of SQLAlchemy quotes or binds."""
PASSES_ON = (
    "pool/", "database/postgresql/driver.py", "database/sqlite/driver.py", "database/postgresql/connection.py",
    "database/sqlite/limited.py", "demo.py", "testing.py", "compare.py",
)  # fmt: skip
"""The lane itself, which hands on what it is given, and commands that nobody calls from outside."""

NUMBER = "a whole number of ours"
SWITCH = "one of two literals"
TABLE = "an entry of a table of literals, looked up by what was parsed"
OURS = "names that the builder makes itself, numbered"
QUOTED = "a name of the schema, quoted by the dialect's preparer"
CATALOG = "the schema's own text, as the database keeps it"
CORE = "SQLAlchemy's, of a table of ours, which binds every value"
FINISHED = "a finished statement, whose values are placeholders"
FIXED = "a constant of the database's class, or of a module"
QUOTES = "constants of ours, and a text search's language of letters that the grammar has checked, between quotes"
FILE = "a saved function's own file; it is prepared, not run"

ALLOWED: dict[str, dict[str, str]] = {
    "database/key_store.py": {
        "_keys.insert().inline().values(row)": CORE,
        "_keys.select().with_only_columns(*_SHOWN).order_by(_keys.c.id)": CORE,
        "_keys.update().where(one).values(revoked_at=func.current_timestamp())": CORE,
        "text(LOCATE)": FIXED,
    },
    "database/postgresql/api_keys.py": {
        "_CHANGES.format(table=self._table)": QUOTED,
        "_READ.format(table=self._table)": QUOTED,
        "_NOTE.format(table=self._table)": QUOTED,
    },
    "database/postgresql/described.py": {"query": FIXED},
    "database/postgresql/keys.py": {
        "_CLAIM.format(table=table)": QUOTED,
        "_FIND.format(table=table)": QUOTED,
        "_KEEP.format(table=self._table)": QUOTED,
    },
    "database/postgresql/roles.py": {
        "_SETTINGS.format(or_granted=_GRANTED if version >= _WITH_GRANTS else '')": SWITCH,
    },
    "database/postgresql/saved.py": {"f'select cast(null as {parameter.type})'": FILE, "sql": FILE},
    "database/single.py": {
        "f'select pg_advisory_xact_lock({LOCK})'": NUMBER,
        "text(f\"notify {CHANNEL}, 'reload schema'\")": FIXED,
        "f\"notify {CHANNEL}, 'reload schema'\"": FIXED,
    },
    "database/sqlite/engine.py": {"begin": FIXED},
    "database/sqlite/files.py": {"f'PRAGMA journal_size_limit={LONGEST}'": NUMBER},
    "database/sqlite/log.py": {
        "f'PRAGMA busy_timeout={round(self._wait * 1000)}'": NUMBER,
        "f'PRAGMA busy_timeout={before}'": NUMBER,
    },
    "database/sqlite/reflect.py": {"query": FIXED},
    "database/sqlite/saved.py": {"sql": FILE},
    "rest/execute/call.py": {"text": FIXED},
    "rest/execute/transaction.py": {
        "database.settle": FIXED,
        "database.afresh": FIXED,
        "f'SAVEPOINT reading; {database.to_readonly}'": FIXED,
        "found[0]": "set_config with placeholders alone, as many as there are pairs",
        "statement": "a constant, or the call of DB_PRE_REQUEST, whose name is quoted at the start",
    },
    "rest/execute/write.py": {
        "self._changes()": FINISHED,
        "[self._with(procedure.find, [])]": FINISHED,
        "[self._with(procedure.change, [*self._row_values(), _as_array(keys)])]": FINISHED,
        "*_flat(self._with(rows, [_as_array(keys)]))": FINISHED,
        "*_flat(self._with(check, [_as_array(keys)]))": FINISHED,
    },
    "rest/registered/run.py": {
        "f'set transaction isolation level {level}'": "one of the four levels",
        "database.to_readonly": FIXED,
        "set_up[0]": "set_config with placeholders alone, as many as there are pairs",
        "database.pre_request": "the call of DB_PRE_REQUEST, whose name is quoted at the start",
        "database.settle": FIXED,
    },
    "rest/sql/after.py": {
        "f'{one_more.name}.n'": OURS,
        "f'{whole}.*'": OURS,
        "f'{page.name}.n'": OURS,
        "f'{page.name}.o{n}'": OURS,
        "f'{of}.o{n}'": OURS,
        "str(limit + more)": NUMBER,
    },
    "rest/sql/builder.py": {"f'{source.alias}.{quote(name)}'": QUOTED},
    "rest/sql/groups.py": {"f'{name}.v{number}'": OURS, "f'{name}.f{number}'": OURS},
    "rest/sql/nodes.py": {"f'{name}.e{number}'": OURS, "str(most)": NUMBER, "str(limit)": NUMBER},
    "rest/sql/postgresql.py": {
        "f'EXPLAIN (FORMAT JSON) {counted.text}'": FINISHED,
        "f'EXPLAIN (FORMAT JSON) {of.text}'": FINISHED,
        "f\"EXPLAIN ({', '.join(options)}) {of.text}\"": "options are words of a list that Accept is held against",
        "str(self.most)": NUMBER,
        "str(index)": NUMBER,
        "f'({source.alias or relation}.*)::{relation}'": QUOTED,
        "f'NOT ({source.alias}.*) IS NULL'": OURS,
    },
    "rest/sql/postgresql_call.py": {
        "f\"current_setting('response.{name}', true)\"": TABLE,
        "f'{variadic}{self._quoted(parameter.name)}'": QUOTED,
    },
    "rest/sql/postgresql_conditions.py": {
        "'->>' if step.as_text else '->'": SWITCH,
        "_SYMBOLS[test.operator.name]": TABLE,
        "_IS[test.operand]": TABLE,
        '"\'" + text.replace("\'", "\'\'") + "\'"': QUOTES,
    },
    "rest/sql/postgresql_write.py": {
        "f\"set_config('poolgate.updated', ({_SO_FAR} + 1)::text, true) <> ''\"": FIXED,
        "f'({of.default})'": CATALOG,
    },
    "rest/sql/saved.py": {"self._written": "a saved function's own file, its holes filled with placeholders"},
    "rest/sql/source.py": {"f'{self._page}.{label}'": OURS, "f'{self._page}.v{number}'": OURS},
    "rest/sql/sqlite.py": {
        "f'EXPLAIN QUERY PLAN {of.text}'": FINISHED,
        "f\"'$[{index}]'\"": NUMBER,
        "part": FIXED,
        "f\"coalesce(_row.{cell.label}, '{cell.empty}')\"": OURS,
    },
    "rest/sql/sqlite_conditions.py": {
        "_IS[test.operand]": TABLE,
        "of_none": SWITCH,
        "'rowid' if source.alias is None else f'{source.alias}.rowid'": OURS,
    },
    "rest/sql/sqlite_csv.py": {
        "\" || ',' || \".join((_FIELD.format(f'({_text(cell)})') for cell in cells)) or \"''\"": OURS,
        "f\"group_concat(coalesce({_text(cell)}, ''), char(10))\"": OURS,
    },
    "rest/sql/sqlite_json.py": {
        "number": TABLE,
        "word": TABLE,
        "_AS_JSON.get(given, '{1}').format(name, stored)": OURS,
        "f\"'{name}'\"": TABLE,
        "str(rank)": NUMBER,
    },
    "rest/sql/sqlite_saved.py": {"f'EXPLAIN QUERY PLAN {write.text}'": FINISHED},
    "rest/sql/sqlite_write.py": {
        "f\"({column.default or 'NULL'})\"": CATALOG,
        "f'({column.default})'": CATALOG,
        "f't0.{relation.row_id}'": "the name of SQLite's row number, one of three words",
        "relation.row_id": "the name of SQLite's row number, one of three words",
        "self._quoted(column.name)": QUOTED,
        "f't0.{relation.row_id} = _key.value'": "the name of SQLite's row number, one of three words",
        "f\"t0.{quote(name)} = json_extract(_key.value, '$[{number}]')\"": QUOTED,
    },
    "rest/sql/statement.py": {"compiled.string": FINISHED},
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(PASSES_ON):
            yield name, ast.parse(path.read_text())


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_plain(argument: ast.expr) -> bool:
    """Whether it shows by itself that no data is in it."""
    if isinstance(argument, ast.Constant):
        return True
    name = argument.attr if isinstance(argument, ast.Attribute) else getattr(argument, "id", "")
    return (name == "text" and isinstance(argument, ast.Attribute)) or re.fullmatch(r"_?[A-Z][A-Z_]+", name) is not None


def is_sink(module: str, node: ast.Call) -> bool:
    if called(node) == "Statement":
        return module.startswith("rest/sql/")
    return called(node) in RUNS or (called(node) in MAKES and isinstance(node.func, ast.Name | ast.Attribute))


def built() -> Iterator[tuple[str, str, int]]:
    """Each text that is neither a literal nor a constant nor a finished statement's: where, what, and its line."""
    for module, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and is_sink(module, node) and not is_plain(node.args[0]):
                yield module, ast.unparse(node.args[0]), node.lineno


def test_every_text_is_a_literal_or_has_its_reason() -> None:
    """Security 9: no text that reaches a database is put together from data: what is no literal is on a list, with the
    reason why it may."""
    unknown = [
        f"service/{module}:{line} {what}" for module, what, line in built() if what not in ALLOWED.get(module, ())
    ]
    assert unknown == [], "bind the value, or have the dialect quote the name; then give the reason in ALLOWED"


def test_no_reason_is_left_over() -> None:
    """Security 9: the list has nothing that the source has not."""
    found = {(module, what) for module, what, _ in built()}
    assert {(module, what) for module, entries in ALLOWED.items() for what in entries} - found == set()


def test_the_lint_sees_what_it_is_for() -> None:
    """Security 9: each way of putting a text together is seen."""
    seen = [
        "lease.fetchval(f'select {name}')", "lease.execute('delete from t where a = ' + value)",
        "lease.fetch('select %s' % value)", "raw.execute('select {}'.format(value))", "text(request.args['q'])",
        "literal_column(asked)", "connection.exec_driver_sql(' '.join(parts))", "lease.script(sql)",
    ]  # fmt: skip
    for source in seen:
        call = ast.parse(source, mode="eval").body
        assert isinstance(call, ast.Call)
        assert is_sink("rest/execute/new.py", call), source
        assert not is_plain(call.args[0]), source
    for source in (
        "lease.fetchval('select 1')",
        "lease.fetch(_QUERY, a)",
        "lease.fetchrow(statement.text, *arguments)",
    ):
        call = ast.parse(source, mode="eval").body
        assert isinstance(call, ast.Call)
        assert is_plain(call.args[0]), source


SCRIPTED = {
    "database/postgresql/reflect.py": {"queries.PREPARE"},
    "database/postgresql/keys.py": {"_RESTORE"},
    "rest/execute/transaction.py": {
        "database.settle", "database.afresh", "f'SAVEPOINT reading; {database.to_readonly}'",
        "'RELEASE SAVEPOINT reading'",
    },
    "pool/lease.py": {
        "self._driver.begin(readonly=readonly, lasting=lasting, isolation=isolation)",
        "'commit' if commit else 'rollback'", "'rollback'",
    },
}  # fmt: skip
"""What is run as a script, which may be several statements and takes no arguments."""


def test_scripts_are_constants() -> None:
    """Security 11: the one way to run several statements at once is given constants; a caller's text never comes by
    it. Python's executescript is called by nobody but the class that hands it on."""
    found: dict[str, set[str]] = {}
    whole: set[str] = set()
    for path in sorted(ROOT.rglob("*.py")):
        module = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr == "executescript":
                whole.add(module)
            # The driver's own `script` has the connection for its first argument.
            if node.func.attr == "script" and ast.unparse(node.func.value) != "self._driver":
                found.setdefault(module, set()).add(ast.unparse(node.args[0]))
    assert whole == {"database/sqlite/limited.py", "testing.py"}
    assert {module: texts for module, texts in found.items() if not module.startswith("pool/checker")} == SCRIPTED


def test_no_session_is_changed_by_a_name_of_a_callers() -> None:
    """Security 9: what is set for a transaction is bound, names and values alike."""
    from service.database.context import setting

    text, arguments = setting([("role", "x'; drop role y; --"), ("a.b", "c")])
    assert "drop" not in text
    assert arguments == ["role", "x'; drop role y; --", "a.b", "c"]
