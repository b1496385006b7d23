"""Hostile requests at random, by one seed: of the dialect, of broken HTTP, and with credentials that are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import quote, unquote

from fuzz import INJECTIONS
from fuzz_writes import TABLES, Writes

from service.rest.terms import OPERATORS
from tests.security.forged import bad

Pairs = tuple[tuple[bytes, bytes], ...]
_METHODS = ("GET",) * 10 + (
    "HEAD", "HEAD", "OPTIONS", "POST", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "get", "", "é",
)  # fmt: skip
_PATHS = (
    "/", "/rest/v1", "/rest/v1/", "/rest/v1//node", "/rest/v1/node/", "/rest/v1/node/1", "/rest/v1/rpc",
    "/rest/v1/rpc/",
    "/rest/v1/rpc/nothing", "/rest/v1/rpc/pg_sleep", "/rest/v1/rpc/load_extension", "/rest/v1/poolgate_idempotency",
    "/rest/v1/poolgate_keys", "/rest/v1/sqlite_master", "/rest/v1/pg_authid", "/rest/v1/%2e%2e/%2e%2e/etc/passwd",
    "/rest/v1/..%2f..%2fetc%2fpasswd", "/-/live", "/-/ready", "/-/metrics", "/-/pool", "/-/", "/-/nothing", "/docs",
    "/docs/ui/swagger-ui.css", "/docs/ui/..%2f..%2fsettings.py", "/docs/static/..%2froutes.py", "/robots.txt",
    "/rest/v1/%00", "/rest/v1/%ff", "/rest/v1/%zz", "/rest/v1/n%6fde", "/static/x", "//example.org/", "*", "",
    "/rest/v1/" + "x" * 3000, "/rest/v1/" + "a/" * 500, "/rest/v1/%F0%9F%98%80",
)  # fmt: skip
_COLUMNS = (
    "id", "id", "name", "parent", "v", "doc", "real", "any", "day", "nope", "select", "doc->a", "doc->>a->b", '"$1"',
    "*", "", "id::text", "c1", "rowid", "ctid", "node.id", "nodes.limit", "id->0", "name::regclass", "count()",
)  # fmt: skip
_VALUES = (
    "1", "0", "-1", "a", "", "null", "true", "NaN", "1e400", "9" * 400, "(1,2)", "()", "{1,2}", "{", '"', "\\", "*a*",
    "(a+)+$",
    "a & b", "\ufffe", "😀", "infinity", '{"a":1}', "[1,", "2024-01-01", "\x00", "\x1b[31m", "x" * 3000,
)  # fmt: skip
_QUERIES = (
    "select=*,node(*)", "select=*,up:node!parent(*,node(*))", "select=id,", "select=(((((", "select=" + "node(" * 40,
    "limit=0",
    "limit=-1", "offset=9223372036854775808", "order=id.desc.nullslast", "order=nope", "or=(id.eq.1,name.is.null)",
    "and=" + "(or" * 60, "cursor=", "cursor=x", "on_conflict=id", "columns=id,nope", "%ff=%ff", "&&&", "=", "%",
    "id=eq.%00",
    "select=name,id.sum()", "select=*&select=id", "a" * 4000, "id=in.(" + "1," * 900 + "1)", "apikey=x", "schema=nope",
)  # fmt: skip
_HEADERS: Mapping[str, Sequence[str]] = {
    "Accept": ("*/*", "application/json", "text/csv", "application/vnd.pgrst.object+json",
        "application/vnd.pgrst.plan", ";",
               "a/b", "", "*/*;q=0", "text/*" * 300, "application/geo+json", "\x00", "application/x-ndjson", "é/é"),
    "Accept-Encoding": ("gzip", "br;q=x", "*;q=0", "gzip;q=0.5", "\xff", "identity;q=0"),
    "Accept-Profile": ("public", "main", "information_schema", "pg_catalog", "'; drop table node", "", "x" * 500),
    "Access-Control-Request-Headers": ("x", "authorization", "é"),
    "Access-Control-Request-Method": ("GET", "DELETE", "x", ""),
    "Authorization": ("Basic cG9zdGdyZXM6", "Bearer", "Bearer ", "bearer  x", "Digest a=b", "", "Negotiate", "\x00",
        "é"),
    "Content-Encoding": ("gzip", "identity", "deflate, gzip", "x"),
    "Content-Length": ("0", "5", "-1", "x", "99999999999999999999", "1e3", "٣", "+1", " 1 ", "1,2"),
    "Content-Profile": ("public", "nope", "\x7f"),
    "Content-Type": ("application/json", "text/csv", "application/x-www-form-urlencoded", "multipart/form-data", "x",
        ";",
                     "application/json; charset=utf-7", "text/plain", "", "application/json;" * 100, "é"),
    "Cookie": ("a=b", "session=x; session=y", ";;;", "=", "é=é", "a=" + "b" * 4000, '"', "\x00=1"),
    "Expect": ("100-continue", "x"),
    "Forwarded": ("for=127.0.0.1;proto=https", "for=[::1]"),
    "Host": ("testserver", "", "a b", "[::1]:80", "x" * 400, "127.0.0.1:99999", "é", "a\r\nb", "evil.example", "a@b",
        "/"),
    "Idempotency-Key": ('"a"', "b", '"', "", '"' + "k" * 300 + '"', "é", '"a", "b"'),
    "If-Match": ('"x"', "*", ""),
    "If-Modified-Since": ("yesterday", "Thu, 01 Jan 1970 00:00:00 GMT"),
    "If-None-Match": ("*", '"x"', "W/", '"' * 99),
    "Origin": ("https://evil.example", "null", "", "http://[", "é", "https://a.example, https://b.example"),
    "Prefer": ("count=exact", "return=representation", "handling=strict, nope", "tx=rollback", "max-affected=x",
        ";;,,=",
               "timezone='; drop table node", "resolution=merge-duplicates", "é", "a=" + "b" * 3000,
               "timezone=UTC\x00"),
    "Range": ("0-4", "5-2", "-5", "a-b", "bytes=0-1", "0-99999999999999999999", "", "0-1,3-4", "٣-٤"),
    "Range-Unit": ("items", "bytes", "é"),
    "Server-Timing": ("x",),
    "Traceparent": ("00-" + "0" * 32 + "-" + "0" * 16 + "-01", "x"),
    "Transfer-Encoding": ("chunked", "gzip, chunked", "x", ""),
    "Upgrade": ("websocket", "h2c"),
    "X-Forwarded-For": ("127.0.0.1", "::1, 127.0.0.1", "", "x", "\x00", "unknown, é", "1.2.3.4:99999"),
    "X-Forwarded-Host": ("evil.example", "a b", ""),
    "X-Forwarded-Port": ("x", "-1", "443"),
    "X-Forwarded-Prefix": ("/..", "x", "//evil.example"),
    "X-Forwarded-Proto": ("https", "javascript", ""),
    "X-HTTP-Method-Override": ("DELETE",),
    "X-Real-IP": ("127.0.0.1",),
    "X-Request-Id": ("a", "a b", "\x1b[31m", "[x]", "x" * 500, "é"),
    "apikey": ("", "x", "null", "é", "\x00"),
}  # fmt: skip


@dataclass(frozen=True)
class Hostile:
    """A request as it comes from a server that let it through."""

    method: str
    path: bytes
    query: bytes
    headers: Pairs
    body: bytes

    @property
    def text(self) -> str:
        """All of it that an answer may repeat."""
        url = unquote(f"{self.path.decode('latin-1')}?{self.query.decode('latin-1')}")
        return f"{url} {self.body.decode('utf-8', 'replace')}"


class Hostiles:
    """Requests, one after the other, always the same ones for a seed.

    Args:
        good: credentials that are known; what is sent is for the most part made of them.
        columns: of each table.
    """

    def __init__(self, seed: int, good: tuple[str, ...], columns: dict[str, list[str]]) -> None:
        self._random = Random(seed)
        self._good = good
        self._writes = Writes(seed, columns)

    def one(self) -> Hostile:
        """The next one."""
        of = self._random
        headers: list[tuple[str, str]] = [("Host", "testserver")] if of.random() < 0.97 else []
        if of.random() < 0.35:
            asked = self._writes.one()
            method, path, query, body = asked.method, f"/rest/v1/{asked.path}", asked.query, asked.body
            headers += asked.headers.items()
        else:
            method, path, query = of.choice(_METHODS), self._path(), self._query()
            body = self._body() if of.random() < 0.2 else b""
        headers += self._credentials()
        for _ in range(of.choice((0, 0, 1, 1, 2, 4))):
            name = of.choice(tuple(_HEADERS))
            headers.append((name, of.choice((*_HEADERS[name], of.choice(INJECTIONS)))))
        if of.random() < 0.02:
            headers += [(f"X-{number}", "a" * of.choice((1, 100))) for number in range(of.choice((50, 150, 400)))]
        encoded = tuple((bytes_of(name).lower(), bytes_of(value)) for name, value in headers)
        return Hostile(method, bytes_of(path), bytes_of(query), encoded, body)

    def _path(self) -> str:
        of = self._random
        if of.random() < 0.7:
            return f"/rest/v1/{quote(of.choice(TABLES), safe='/')}"
        return of.choice(_PATHS) if of.random() < 0.8 else f"/rest/v1/{quote(of.choice(INJECTIONS), safe='')}"

    def _query(self) -> str:
        of = self._random
        return "&".join(self._parameter() for _ in range(of.choice((0, 1, 1, 2, 3))))

    def _parameter(self) -> str:
        of = self._random
        if of.random() < 0.4:
            return of.choice(_QUERIES)
        operator = of.choice((*OPERATORS, "not.eq", "eq(any)", "like(all)", "fts(english)", "not.not.eq", "", "EQ"))
        value = of.choice((*_VALUES, of.choice(INJECTIONS)))
        text = f"{of.choice(_COLUMNS)}={operator}.{value}"
        return quote(text, safe="=.()*,:") if of.random() < 0.9 else text

    def _credentials(self) -> list[tuple[str, str]]:
        of = self._random
        match of.randrange(10):
            case 0 | 1:
                return []
            case 2:
                return [("apikey", bad(of, self._good))]
            case 3:
                return [("apikey", bad(of, self._good)), ("Authorization", f"Bearer {bad(of, self._good)}")]
            case 4:
                return [("Authorization", f"Bearer {bad(of, self._good)}")] * 2
            case 5 | 6:
                return [("Authorization", f"Bearer {of.choice(self._good)}")]
            case _:
                scheme = of.choice(("Bearer ", "bearer ", "Bearer  ", "BEARER\t", "", "Basic ", "Token ", "Bearer"))
                return [("Authorization", scheme + bad(of, self._good))]

    def _body(self) -> bytes:
        of = self._random
        return of.choice(
            (b"{}", b"[]", b"null", b"{", b"[" * 5000, b"\xff\xfe", b'{"id":1}', of.randbytes(200), b"a,b\n1,2",
            b"a=1&b=2",
             b'[{"path":"node"}]', b'[{"path":"/rest/v1/node","method":"DELETE"}]', b"x" * 100_000, b'{"a":' * 300)
        )  # fmt: skip


def bytes_of(text: str) -> bytes:
    """As a client sends it: UTF-8, or Latin-1 where it can be."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
