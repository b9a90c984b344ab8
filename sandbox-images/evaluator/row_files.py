"""Files of rows that users give: JSON lines, plain or gzipped, and Parquet; told apart by content.

Whatever is wrong with one raises BadInput with file, line (or row) and reason.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from errors import MAX_LINE, BadInput

GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
MARKS = {b"\xef\xbb\xbf": "UTF-8", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
KINDS = {str: "a text", dict: "an object", list: "a list"}


class Rows(list[dict[str, Any]]):
    """The rows of one file; knows where each of them stands."""

    def __init__(self, path: Path, lines: bool) -> None:
        super().__init__()
        self.path = path
        self._lines = lines
        self._numbers: list[int] = []

    def add(self, row: dict[str, Any], number: int) -> None:
        """Appends the row of a line, or of a place in the table (from 1)."""
        self.append(row)
        self._numbers.append(number)

    def place(self, index: int) -> str:
        """Where a row stands, as messages say it: `FILE:LINE`, or `FILE: row N` in a table."""
        number = self._numbers[index]
        return f"{self.path}:{number}" if self._lines else f"{self.path}: row {number}"


def read_rows(path: Path) -> Rows:
    """The objects of a file. Raises BadInput."""
    try:
        with open(path, "rb") as file:
            head = file.read(4)
            file.seek(0)
            if head == PARQUET:
                return read_table(path, file)
            zipped = head[:2] == GZIP
            if path.suffix == ".parquet" or (path.suffix == ".gz" and not zipped):
                raise BadInput(f"{path}:1: the content is not {path.suffix.removeprefix('.')}")
            return read_lines(path, gzip.GzipFile(fileobj=file) if zipped else file)
    except IsADirectoryError as error:
        raise BadInput(f"{path}: is a folder, not a file") from error
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror or error}") from error


def read_lines(path: Path, file: BinaryIO | gzip.GzipFile) -> Rows:
    """The objects of JSON lines; empty lines are skipped. No more than one line is held at a time."""
    rows = Rows(path, lines=True)
    for number, raw in numbered(path, file):
        if len(raw) > MAX_LINE:
            raise BadInput(f"{path}:{number}: the line has more than {MAX_LINE:,} bytes")
        mark = next((name for mark, name in MARKS.items() if number == 1 and raw.startswith(mark)), None)
        if mark:
            raise BadInput(
                f"{path}:1: begins with a byte order mark of {mark}; save it as UTF-8 without one"
            )
        if not raw.strip():
            continue
        try:
            row = json.loads(raw.decode("utf-8"), parse_constant=refuse_constant)
        except UnicodeDecodeError as error:
            raise BadInput(f"{path}:{number}: not UTF-8 at byte {error.start}") from error
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{path}:{number}: not JSON: {error}") from error
        if not isinstance(row, dict):
            raise BadInput(f"{path}:{number}: not a JSON object")
        rows.add(row, number)
    return rows


def numbered(path: Path, file: BinaryIO | gzip.GzipFile) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers; one that is too long comes cut, as the last."""
    number = 1
    try:
        while raw := file.readline(MAX_LINE + 1):
            yield number, raw
            number += 1
    except EOFError as error:
        raise BadInput(f"{path}:{number}: the gzip stream is cut off here") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise BadInput(f"{path}:{number}: the gzip stream is damaged here: {error}") from error


def refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(f"{name} is no JSON value")


def read_table(path: Path, file: BinaryIO) -> Rows:
    """The rows of a Parquet file."""
    import pyarrow  # imported late: most files are JSON lines
    import pyarrow.parquet

    try:
        values = pyarrow.parquet.ParquetFile(file).read().to_pylist()
    except (pyarrow.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        reason = str(error).split("\n")[0]
        raise BadInput(f"{path}: row 1: the Parquet file is damaged: {reason}") from error
    rows = Rows(path, lines=False)
    for number, row in enumerate(values, 1):
        rows.add(row, number)
    return rows


def read_keyed(path: Path, fields: dict[str, type], known: set[str] | None = None) -> Rows:
    """Rows with a unique `id` and the given fields; with `known`, ids must be among them."""
    rows, seen = read_rows(path), set()
    for index, row in enumerate(rows):
        check_fields(rows, index, {"id": str, **fields})
        if row["id"] in seen:
            raise BadInput(f"{rows.place(index)}: id {row['id']!r} is repeated")
        if known is not None and row["id"] not in known:
            raise BadInput(f"{rows.place(index)}: id {row['id']!r} is not among the items")
        seen.add(row["id"])
    return rows


def check_fields(rows: Rows, index: int, fields: dict[str, type]) -> None:
    """Raises BadInput unless the row has the fields, of the asked types. An object may come as JSON text,
    as tables hold it.
    """
    row = rows[index]
    for field, kind in fields.items():
        if field not in row:
            has = ", ".join(map(str, row))[:200] or "no field"
            raise BadInput(f"{rows.place(index)}: {field!r} is missing; there is {has}")
        if kind is dict and isinstance(row[field], str):
            row[field] = parsed(row[field])
        if not isinstance(row[field], kind):
            raise BadInput(f"{rows.place(index)}: {field!r} must be {KINDS.get(kind, kind.__name__)}")


def parsed(text: str) -> Any:
    """The value of a JSON text, or the text where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
