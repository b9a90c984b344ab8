"""Bad input: one line that says where and why, and exit code 2."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

MAX_LINE = 16_000_000  # bytes of one JSON line


class BadInput(Exception):
    """Thrown when a file that a user gave cannot be used; the message has file, line and reason."""


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file. Raises BadInput with file, line and reason."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    rows = []
    for number, raw in enumerate(data.split(b"\n"), 1):
        if not raw.strip():
            continue
        if len(raw) > MAX_LINE:
            raise BadInput(f"{path}:{number}: the line has {len(raw)} bytes, more than {MAX_LINE}")
        try:
            row = json.loads(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise BadInput(f"{path}:{number}: not UTF-8 at byte {error.start}") from error
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{path}:{number}: not JSON: {error}") from error
        if not isinstance(row, dict):
            raise BadInput(f"{path}:{number}: not a JSON object")
        rows.append(row)
    return rows


def read_keyed(
    path: Path, fields: dict[str, type], known: set[str] | None = None
) -> list[dict[str, Any]]:
    """Rows with a unique `id` and the given fields; with `known`, ids must be among them."""
    rows, seen = read_jsonl(path), set()
    for number, row in enumerate(rows, 1):
        for field, kind in {"id": str, **fields}.items():
            if not isinstance(row.get(field), kind):
                raise BadInput(f"{path}: row {number}: {field!r} must be {kind.__name__}")
        if row["id"] in seen:
            raise BadInput(f"{path}: row {number}: id {row['id']!r} is repeated")
        if known is not None and row["id"] not in known:
            raise BadInput(f"{path}: row {number}: id {row['id']!r} is not among the items")
        seen.add(row["id"])
    return rows


def stop(error: BadInput) -> NoReturn:
    """Ends the program with the error's one line."""
    print(str(error).replace("\n", " "), file=sys.stderr)
    raise SystemExit(2)


def write_atomically(path: Path, text: str) -> None:
    """Writes beside the file and renames, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
