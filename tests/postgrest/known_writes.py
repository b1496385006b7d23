"""In what writes are answered otherwise than by PostgREST 12.0.2, and why."""

from __future__ import annotations

from known import Known

KNOWN: list[Known] = []
