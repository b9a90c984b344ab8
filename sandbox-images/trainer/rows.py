"""Curated rows: JSONL objects with the strings `prompt` and `completion`, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from result import Failure

SHOWN_ERRORS = 5


class Row(NamedTuple):
    """One training example."""

    prompt: str
    completion: str


def read_rows(path: Path, max_rows: int | None = None, max_bytes: int | None = None) -> list[Row]:
    """Reads and checks a file of rows. Blank lines are allowed.

    Raises Failure `bad-rows` (with line numbers), `no-rows` or `too-large`.
    """
    if not path.is_file():
        raise Failure("no-rows", f"{path.name} was not written")
    if max_bytes is not None and path.stat().st_size > max_bytes:
        raise Failure(
            "too-large", f"{path.name} has {path.stat().st_size} bytes, allowed are {max_bytes}"
        )
    rows: list[Row] = []
    errors: list[str] = []
    bad = 0
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            reason = _problem(line)
            if isinstance(reason, Row):
                rows.append(reason)
                continue
            bad += 1
            if len(errors) < SHOWN_ERRORS:
                errors.append(f"line {number}: {reason}")
    if bad:
        more = f" (and {bad - len(errors)} more)" if bad > len(errors) else ""
        raise Failure("bad-rows", f"{path.name}: {'; '.join(errors)}{more}")
    if not rows:
        raise Failure("no-rows", f"{path.name} holds no row")
    if max_rows is not None and len(rows) > max_rows:
        raise Failure("too-large", f"{path.name} has {len(rows)} rows, allowed are {max_rows}")
    return rows


def _problem(line: bytes) -> Row | str:
    """The row of a line, or what is wrong with it."""
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return "not UTF-8"
    except (ValueError, RecursionError):
        return "not JSON"
    if not isinstance(value, dict):
        return f"a JSON {type(value).__name__}, not an object"
    for key in ("prompt", "completion"):
        if key not in value:
            return f"the key '{key}' is missing"
        if not isinstance(value[key], str):
            return f"'{key}' is not a string but {type(value[key]).__name__}"
    extra = sorted(set(value) - {"prompt", "completion"})
    if extra:
        return f"unexpected keys {', '.join(extra[:5])[:200]}"
    try:
        (value["prompt"] + value["completion"]).encode("utf-8")
    except UnicodeEncodeError:
        return "holds a lone surrogate, which is no text"
    return Row(value["prompt"], value["completion"])
