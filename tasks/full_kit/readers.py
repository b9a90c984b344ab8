"""Reads JSON, JSON lines, CSV and Parquet files, plain or gzipped. What is wrong with one is said
with file, row and reason.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from errors import MAX_LINE, BadInput

Fields = dict[str, type | tuple[type, ...]]
BATCH = 256  # rows of a Parquet file that are decoded at a time


def read_rows(path: Path, fields: Fields) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a file with their numbers, counted from 1; each has the given fields.

    Raises BadInput when the file cannot be read, is cut off, or a row has another shape.
    """
    suffixes = [suffix for suffix in path.suffixes if suffix != ".gz"]
    reader = READERS.get(suffixes[-1] if suffixes else "")
    if reader is None:
        raise BadInput(
            f"{path}: the kind of file is not known: wanted are {', '.join(READERS)} (.gz)"
        )
    for number, row in reader(path, fields):
        for name, kinds in fields.items():
            if name not in row:
                raise BadInput(f"{path}: row {number}: {name!r} is missing; it has {_names(row)}")
            if not isinstance(row[name], kinds):
                wanted = kinds if isinstance(kinds, tuple) else (kinds,)
                raise BadInput(
                    f"{path}: row {number}: {name!r} is {type(row[name]).__name__}, "
                    f"not {' or '.join(kind.__name__ for kind in wanted)}"
                )
        yield number, row


def _names(row: dict[str, Any]) -> str:
    return ", ".join(map(str, list(row)[:12])) or "no field"


def open_bytes(path: Path) -> io.BufferedIOBase:
    """The file's bytes, unpacked where it is gzipped."""
    try:
        return gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb")
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines of a text file, without their ends. A line that is too long is never held whole."""
    with open_bytes(path) as file:
        number = 0
        while True:
            try:
                raw = file.readline(MAX_LINE + 1)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise BadInput(
                    f"{path}: row {number + 1}: the gzip file is cut off or damaged: {error}"
                ) from error
            except OSError as error:
                raise BadInput(f"{path}: cannot be read: {error}") from error
            if not raw:
                return
            number += 1
            if len(raw) > MAX_LINE:
                raise BadInput(f"{path}: row {number}: the line has more than {MAX_LINE} bytes")
            try:
                yield number, raw.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise BadInput(f"{path}: row {number}: not UTF-8 at byte {error.start}") from error


def _read_jsonl(path: Path, fields: Fields) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in _lines(path):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{path}: row {number}: not JSON: {error}") from error
        if not isinstance(row, dict):
            raise BadInput(f"{path}: row {number}: not a JSON object")
        yield number, row


def _read_json(path: Path, fields: Fields) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with open_bytes(path) as file:
            data = file.read()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadInput(f"{path}: row 1: the gzip file is cut off or damaged: {error}") from error
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error
    try:
        rows = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise BadInput(f"{path}: line {error.lineno}: not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path}: not JSON: {error}") from error
    if not isinstance(rows, list):
        raise BadInput(f"{path}: not a JSON array of rows")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise BadInput(f"{path}: row {number}: not a JSON object")
        yield number, row


def _read_csv(path: Path, fields: Fields) -> Iterator[tuple[int, dict[str, Any]]]:
    lines = (line for _, line in _lines(path))
    # A quoted cell may hold line breaks: the reader wants them back.
    reader = csv.reader((line + "\n" for line in lines), strict=True)
    header: list[str] | None = None
    number = 0
    try:
        for cells in reader:
            if header is None:
                header = [cell.lstrip("\ufeff") for cell in cells]
                missing = [name for name in fields if name not in header]
                if missing:
                    raise BadInput(
                        f"{path}: row 1: no column {missing[0]!r}; it has {', '.join(header)}"
                    )
                continue
            number += 1
            if len(cells) != len(header):
                raise BadInput(
                    f"{path}: row {number}: {len(cells)} cells, the header has {len(header)}"
                )
            yield number, dict(zip(header, cells))
    except csv.Error as error:
        raise BadInput(f"{path}: row {number + 1}: not CSV: {error}") from error
    if header is None:
        raise BadInput(f"{path}: row 1: the file is empty")


def _read_parquet(path: Path, fields: Fields) -> Iterator[tuple[int, dict[str, Any]]]:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror or error}") from error
    except pyarrow.ArrowInvalid as error:
        raise BadInput(f"{path}: not a Parquet file, or cut off: {_short(error)}") from error
    columns = file.schema_arrow.names
    missing = [name for name in fields if name not in columns]
    if missing:
        raise BadInput(f"{path}: row 1: no column {missing[0]!r}; it has {', '.join(columns)}")
    number = 0
    try:
        for batch in file.iter_batches(batch_size=BATCH, columns=list(fields)):
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise BadInput(f"{path}: row {number + 1}: damaged: {_short(error)}") from error
    finally:
        file.close()


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


READERS = {".jsonl": _read_jsonl, ".json": _read_json, ".csv": _read_csv, ".parquet": _read_parquet}
