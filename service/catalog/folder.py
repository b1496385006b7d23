"""The folder of saved functions, as it lies on the disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from service.catalog.saved_file import FileError, SavedFile, read_saved, told

_MOST_BYTES = 256 * 1024
"""Of one file: more is no statement that somebody wrote."""
Mark = frozenset[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of `.sql` files; what lies deeper, begins with a dot or is called otherwise is passed over.

    Args:
        bracketed: how their SQL is quoted, as for `holes.cut`.
    """

    path: Path
    bracketed: bool

    def mark(self) -> Mark:
        """Differs when a file has come, gone or changed; empty where the folder cannot be read. A look, no reading."""
        try:
            with os.scandir(self.path) as entries:
                found = [(entry.name, entry.stat()) for entry in entries if _counts(entry)]
        except OSError:
            return frozenset()
        return frozenset((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)

    def read(self) -> tuple[list[SavedFile], list[str]]:
        """The functions, and a line for each fault of the files that are none."""
        files: list[SavedFile] = []
        faults: list[str] = []
        try:
            paths = sorted(path for path in self.path.iterdir() if path.suffix == ".sql" and path.name[0] != ".")
        except OSError as error:
            return [], [f"FUNCTIONS: {self.path} cannot be read: {error.strerror}"]
        for path in paths:
            try:
                files.append(read_saved(path.name, _text_of(path), bracketed=self.bracketed))
            except FileError as error:
                faults += error.faults
        return files, faults


def _counts(entry: os.DirEntry[str]) -> bool:
    return entry.name.endswith(".sql") and not entry.name.startswith(".")


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise FileError([told(path.name, f"is larger than {_MOST_BYTES // 1024} KiB", None)])
        return content.decode("utf-8-sig")
    except OSError as error:
        raise FileError([told(path.name, f"cannot be read: {error.strerror}", None)]) from error
    except UnicodeDecodeError as error:
        raise FileError([told(path.name, "is not UTF-8", None)]) from error
