"""Bad input: one line that says where and why, and exit code 2."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

MAX_LINE = 16_000_000  # bytes of one JSON line


class BadInput(Exception):
    """Thrown when a file that a user gave cannot be used; the message has file, line and reason."""


def stop(error: BadInput) -> NoReturn:
    """Ends the program with the error's one line."""
    line = str(error).replace("\n", " ")
    print(line.encode("utf-8", "backslashreplace").decode(), file=sys.stderr)
    raise SystemExit(2)


def write_atomically(path: Path, text: str) -> None:
    """Writes beside the file and renames, so that a reader never sees half of it. Half a surrogate pair,
    which a model's text may hold, is written as its JSON escape.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(text.encode("utf-8", "backslashreplace"))
    temporary.replace(path)
