"""How every script here reports: one `result.json`, written last and atomically.

A failure of the candidate (bad rows, a loss that diverges, ...) is a result with exit status 0. Any
other exit is a crash.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Failure(Exception):
    """A failure of the candidate: `kind` is one of the protocol's failure classes, the message is
    for the agent.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def write_atomic(path: Path, text: str) -> None:
    """Writes a text file so that a reader sees the old content or the new, also after a power
    cut.
    """
    temporary = path.with_name(path.name + ".tmp")
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes renames inside a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_result(out: Path, result: dict[str, Any]) -> None:
    """Writes `<out>/result.json`: `{"ok": true, ...}`."""
    write_atomic(out / "result.json", json.dumps({"ok": True, **result}, ensure_ascii=False) + "\n")


@contextmanager
def reporting(out: Path) -> Iterator[None]:
    """Turns a Failure, or memory that runs out, into `result.json`; every other exception stays a
    crash.
    """
    out.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        print(f"{failure.kind}: {failure}", file=sys.stderr)
        document = {"ok": False, "failure": {"class": failure.kind, "message": str(failure)}}
        write_atomic(out / "result.json", json.dumps(document, ensure_ascii=False) + "\n")


def as_failure(error: Exception) -> Failure | None:
    """The candidate's failure that an exception stands for; None: it is a crash."""
    if isinstance(error, Failure):
        return error
    # torch names the exhausted allocator in a plain RuntimeError on the CPU and in OutOfMemoryError
    # on a GPU.
    exhausted = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    if exhausted or (isinstance(error, RuntimeError) and "can't allocate memory" in str(error)):
        first_line = (str(error) or "memory ran out").splitlines()[0]
        return Failure("out-of-memory", f"does not fit into memory: {first_line[:300]}")
    return None
