"""Every setting as a field with its default and meaning. The table API's bear PostgREST's names and take its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PrivateAttr,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from service import forms, units
from service.settings.environment import Environment
from service.settings.names import PREFIX

DEMO_URL = "sqlite:///poolgate-demo.db"
_LEVELS = MappingProxyType({"crit": "critical", "warn": "warning"})


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _level(value: object) -> object:
    return _LEVELS.get(str(_lower(value)), _lower(value))


def _counted(minimum: int, maximum: int | None = None) -> BeforeValidator:
    return BeforeValidator(lambda value: units.whole(value, minimum, maximum))


def _or_none(read: Callable[[object], Any]) -> BeforeValidator:
    """Reads a value that may also be `none`."""
    return BeforeValidator(lambda value: None if value is None or _lower(value) == "none" else read(value))


Seconds = Annotated[float, BeforeValidator(units.seconds)]
Bytes = Annotated[int, BeforeValidator(units.size)]
Switch = Annotated[bool, BeforeValidator(units.switch)]
Words = Annotated[tuple[str, ...], BeforeValidator(units.words)]
Lower = BeforeValidator(_lower)


def _setting(default: Any, meaning: str, **options: Any) -> Any:
    """A field whose `default` is a value, or a function of the fields before it."""
    kind = "default_factory" if callable(default) else "default"
    return Field(description=meaning, **{kind: default}, **options)


class Settings(BaseSettings):
    """Every setting of the service. Durations are seconds, sizes are bytes.

    Raises:
        pydantic.ValidationError: `load_settings` is the way in that reports faults for people.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=False,
        hide_input_in_errors=True,  # an error's text would repeat secrets
    )

    # The service
    database_url: Annotated[str, AfterValidator(forms.database_url)] = _setting(
        DEMO_URL, "The database to serve; with none named it is the demo.", repr=False
    )
    bind: Annotated[str, AfterValidator(forms.bind)] = _setting(
        "127.0.0.1:8000", "The address to listen on, HOST:PORT."
    )
    workers: Annotated[int, _counted(1, 256)] = _setting(1, "Processes that serve; each has a pool of its own.")
    server: Annotated[Literal["hypercorn", "granian"], Lower] = _setting(
        "hypercorn", "What speaks HTTP: hypercorn, or granian, which is faster and has to be installed."
    )
    anonymous: Annotated[Literal["none", "read", "write"], Lower] = _setting(
        lambda before: "read" if before.get("database_url") == DEMO_URL else "none",
        "What callers without a key or token may do: none, read or write. The demo may be read.",
    )
    security_checks: Annotated[Literal["warn", "refuse"], Lower] = _setting(
        "warn", "What becomes of what is not safe at the start: warn says it in the log, refuse does not serve."
    )
    statement_timeout: Seconds = _setting(10.0, "The longest a statement may run.")
    compression: Switch = _setting(True, "Whether answers are compressed for callers who accept it.")
    fast_path: Switch = _setting(True, "Whether reads of tables skip Flask's dispatch where nobody could tell.")
    max_body: Bytes = _setting(1024**2, "The largest body a request may have.")
    max_url: Annotated[int, BeforeValidator(units.size), AfterValidator(forms.url_size)] = _setting(
        8 * 1024, "The longest a URL may be, path and query string together."
    )
    max_embed_depth: Annotated[int, _counted(0, 20)] = _setting(5, "How deep rows may be embedded in rows.")
    max_embeds: Annotated[int, _counted(0, 500)] = _setting(200, "How many embeds a request may have.")
    max_filters: Annotated[int, _counted(1, 1000)] = _setting(
        200, "How many filters and logic trees a request may have."
    )
    max_list: Annotated[int, _counted(1, 32_768)] = _setting(5000, "How many items one list of a filter may have.")
    max_columns: Annotated[int, _counted(1, 1600)] = _setting(1000, "How many columns and embeds may be selected.")
    max_pattern: Annotated[int, _counted(1, 32_768)] = _setting(
        1000, "How many characters a pattern or a regular expression may have."
    )
    max_batch: Annotated[int, _counted(0, 10_000)] = _setting(100, "How many operations a batch may have; 0 for none.")
    max_objects: Annotated[int, _counted(1, 10_000_000)] = _setting(
        100_000, "How many objects, or lines of CSV, the body of a write may have."
    )
    max_answer: Annotated[int | None, _or_none(units.size), AfterValidator(forms.answer_size)] = _setting(
        64 * 1024**2, "The largest answer that is made in one piece; what is streamed has no limit; none for no limit."
    )
    body_timeout: Seconds = _setting(30.0, "The longest a request's body may take to come.")
    send_timeout: Seconds = _setting(30.0, "The longest an answer waits for a caller who does not read it.")
    keep_alive: Seconds = _setting(5.0, "How long a connection may lie unused between two requests.")
    max_connections: Annotated[int, _counted(1, 1_000_000)] = _setting(
        1000, "How many callers' connections a worker keeps at once; one more gets a 503."
    )
    trusted_proxies: Annotated[int, _counted(0, 16)] = _setting(
        0, "How many proxies stand before the service; what more or others say of who called is not believed."
    )
    rate_limit: Annotated[str | None, _or_none(forms.rate_limit)] = _setting(
        None, "How often one caller may ask, as 100/minute; several with ; between them; none: as often as it likes."
    )
    drain_timeout: Seconds = _setting(10.0, "The longest a stop waits for running requests.")
    rest_prefix: Annotated[str, AfterValidator(forms.rest_prefix)] = _setting(
        "/rest/v1", "Where the tables are mounted; / for the root."
    )
    functions: Annotated[Path, AfterValidator(forms.folder)] | None = _setting(
        None, "A folder of named .sql functions."
    )
    rules: Annotated[Path, AfterValidator(forms.file)] | None = _setting(
        None, "A TOML file of what each role may do, for databases without roles (SQLite)."
    )
    admin_token: Annotated[str, AfterValidator(forms.token)] | None = _setting(
        None, "The bearer token for metrics and pool; with none set they answer loopback callers alone.", repr=False
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(_level)] = _setting(
        "info", "The least severe log lines that are written: debug, info, warning, error or critical."
    )
    log_format: Annotated[Literal["text", "json"], Lower] = _setting("text", "How log lines are written: text or json.")

    # The pool. The largest size comes first, so that the smallest can follow it down.
    pool_max_size: Annotated[int, _counted(1, 10_000)] = _setting(10, "The most connections a pool opens.")
    pool_min_size: Annotated[int, _counted(0)] = _setting(
        lambda before: min(2, before.get("pool_max_size", 2)), "Connections a pool keeps open from the start."
    )
    pool_acquire_timeout: Seconds = _setting(5.0, "The longest a request waits for a connection; then it gets a 503.")
    pool_max_waiting: Annotated[int, _counted(0)] = _setting(
        100, "How many requests may wait for a connection at once; one more gets a 503."
    )
    pool_max_lifetime: Seconds = _setting(1800.0, "The age at which a connection is replaced.")
    pool_max_idle: Seconds = _setting(300.0, "How long a connection above the smallest size may lie unused.")
    pool_leak_threshold: Seconds = _setting(30.0, "How long a connection may be held before it is reported as a leak.")
    pool_reclaim_after: Annotated[float | None, _or_none(units.seconds)] = _setting(
        None, "How long a connection may be held before it is taken away; none: for ever."
    )
    pool_keepalive: Seconds = _setting(
        30.0, "How long a connection may lie unused before it is asked whether it lives."
    )
    pool_share: Annotated[float | None, _or_none(units.share)] = _setting(
        None, "The part of the pool that one caller may hold while others wait; none: all of it."
    )
    pool_reset: Annotated[Literal["session", "transaction"], Lower] = _setting(
        "session",
        "What is undone when a view gives a connection back: session, all that it set; or transaction, an open one.",
    )
    pool_mode: Annotated[Literal["shared", "per-request"], Lower] = _setting(
        "shared", "shared, or per-request: a new connection for each request, the baseline to compare with."
    )

    # The table API: PostgREST's names and meanings
    db_schemas: Words = _setting((), "The schemas to expose, the first by default; none named: the database's default.")
    db_anon_role: str | None = _setting(None, "The database role of callers without a token.")
    db_max_rows: Annotated[int | None, _or_none(lambda value: units.whole(value, 1))] = _setting(
        1000, "The most rows an answer carries; none for no limit."
    )
    stream_max_rows: Annotated[int | None, _or_none(lambda value: units.whole(value, 1))] = _setting(
        None, "The most rows of an answer that is streamed (CSV, NDJSON); none for no limit."
    )
    stream_timeout: Seconds = _setting(600.0, "The longest an answer may be streamed; it holds a connection.")
    idempotency_lifetime: Annotated[Seconds, AfterValidator(forms.lifetime)] = _setting(
        86400.0, "How long the answer to a write with an Idempotency-Key is kept and given again."
    )
    db_max_cost: Annotated[float | None, _or_none(units.above_zero)] = _setting(
        None, "The planner's cost of a read beyond which it is not run, on PostgreSQL; none: it is not asked."
    )
    db_tx_end: Annotated[Literal["commit", "commit-allow-override", "rollback", "rollback-allow-override"], Lower] = (
        _setting("commit", "How a transaction ends, and whether a request may override it with Prefer: tx=.")
    )
    db_pre_request: str | None = _setting(None, "A database function to call before each request.")
    db_extra_search_path: Words = _setting(("public",), "Schemas added to the search path, not exposed.")
    db_aggregates_enabled: Switch = _setting(False, "Whether requests may use aggregate functions.")
    db_plan_enabled: Switch = _setting(False, "Whether requests may ask for execution plans.")
    jwt_secret_is_base64: Switch = _setting(False, "Whether the secret is bytes that are written in base64.")
    jwt_secret: str | None = _setting(
        None, "The secret, JWK or JWK set that tokens are checked with, or @file.", repr=False
    )
    jwt_algorithms: Words = _setting(
        (), "The only algorithms that tokens may be signed with; none named: HS256, or those of the keys."
    )
    jwt_aud: str | None = _setting(None, "The audience that tokens must name.")
    jwt_role_claim_key: Annotated[str, AfterValidator(forms.role_key)] = _setting(
        "$.role", "The path of the claim that holds the role."
    )
    jwt_roles: Words = _setting((), "The only roles that a token may name; none named: any.")
    jwt_cache_max_entries: Annotated[int, _counted(0, 1_000_000)] = _setting(
        1000, "Of how many tokens the signature is checked once and not each time; 0 for none."
    )
    openapi_mode: Annotated[Literal["follow-privileges", "ignore-privileges", "disabled"], Lower] = _setting(
        "follow-privileges", "What the description at the root shows: follow-privileges, ignore-privileges or disabled."
    )
    openapi_server_proxy_uri: Annotated[str, AfterValidator(forms.address)] | None = _setting(
        None, "The address at which callers reach the tables, for the description; none: the one they asked at."
    )
    openapi_version: Annotated[Literal["3.1", "2.0"], Lower] = _setting(
        "3.1", "The version of the description that callers get who name none: 3.1, or 2.0 as PostgREST's."
    )
    server_cors_allowed_origins: Annotated[Words, AfterValidator(forms.origins)] = _setting(
        (), "The origins whose pages may call; none named: none; * for every one, without credentials."
    )
    client_error_verbosity: Annotated[Literal["verbose", "minimal"], Lower] = _setting(
        "verbose", "What errors tell callers: verbose, or minimal: their code and message alone."
    )
    app_settings: Annotated[Mapping[str, str], AfterValidator(MappingProxyType), PlainSerializer(dict)] = _setting(
        lambda _: MappingProxyType({}),
        "Settings of your own for the database's functions, as app.settings.name.",
        repr=False,
    )

    _flags: frozenset[str] = PrivateAttr(frozenset())

    @field_validator("pool_min_size", mode="after")
    @classmethod
    def _fits(cls, value: int, info: ValidationInfo) -> int:
        largest = info.data.get("pool_max_size")
        if largest is not None and value > largest:
            raise ValueError(f"is above the largest size; expected at most {PREFIX}POOL_MAX_SIZE, which is {largest}")
        return value

    @field_validator("jwt_secret", mode="after")
    @classmethod
    def _has_keys(cls, value: str | None, info: ValidationInfo) -> str | None:
        base64 = info.data.get("jwt_secret_is_base64", False)
        return None if value is None else forms.jwt_secret(value, base64=base64)

    @field_validator("jwt_algorithms", mode="after")
    @classmethod
    def _can_be_used(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        data = info.data
        return forms.jwt_algorithms(value, data.get("jwt_secret"), base64=data.get("jwt_secret_is_base64", False))

    @property
    def is_demo(self) -> bool:
        """Whether no database was named."""
        return self.database_url == DEMO_URL

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, Environment(settings_cls)
