"""Files of rows that users give: every kind is read, and what is wrong with one is said with its place."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

ROOT = Path(__file__).resolve().parents[2]
EVALUATOR = ROOT / "sandbox-images" / "evaluator"
if str(EVALUATOR) not in sys.path:
    sys.path.append(str(EVALUATOR))

import row_files
from errors import MAX_LINE, BadInput

ITEMS = [
    {"id": f"i{k}", "subtask": "s", "input": {"q": f"{k}?", "n": k}, "gold": str(k)}
    for k in range(3)
]
LINES = "".join(json.dumps(item) + "\n" for item in ITEMS).encode()
FIELDS = {"subtask": str, "input": dict}


def table(path: Path, rows: list[dict]) -> Path:
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


def as_jsonl(folder: Path) -> Path:
    (folder / "f.jsonl").write_bytes(LINES)
    return folder / "f.jsonl"


def as_gzip(folder: Path) -> Path:
    (folder / "f.jsonl.gz").write_bytes(gzip.compress(LINES))
    return folder / "f.jsonl.gz"


def as_table(folder: Path) -> Path:
    return table(folder / "f.parquet", ITEMS)


def as_table_of_texts(folder: Path) -> Path:
    return table(folder / "f.parquet", [{**i, "input": json.dumps(i["input"])} for i in ITEMS])


def with_other_line_ends(folder: Path) -> Path:
    (folder / "f.jsonl").write_bytes(b"\r\n" + LINES.replace(b"\n", b"\r\n\r\n").rstrip())
    return folder / "f.jsonl"


@pytest.mark.parametrize(
    "make", [as_jsonl, as_gzip, as_table, as_table_of_texts, with_other_line_ends]
)
def test_the_same_rows_are_read_from_every_kind_of_file(make, tmp_path: Path) -> None:
    assert list(row_files.read_keyed(make(tmp_path), FIELDS)) == ITEMS


def jsonl(data: bytes):
    def make(folder: Path) -> Path:
        (folder / "f.jsonl").write_bytes(data)
        return folder / "f.jsonl"

    return make


def named(name: str, data: bytes):
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


def long_line(folder: Path) -> Path:
    with open(folder / "f.jsonl", "wb") as file:
        file.write(LINES + b'{"id": "')
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n')
    return folder / "f.jsonl"


def long_line_in_gzip(folder: Path) -> Path:
    with gzip.open(folder / "f.jsonl.gz", "wb", compresslevel=1) as file:
        for _ in range(100):
            file.write(b"x" * 1_000_000)
    return folder / "f.jsonl.gz"


def folder_itself(folder: Path) -> Path:
    return folder


BAD = {
    "a repeated id": (jsonl(LINES + LINES[: LINES.index(b"\n") + 1]), ":4: id 'i0' is repeated"),
    "an id of the wrong type": (jsonl(b'{"id": 5}\n'), ":1: 'id' must be a text"),
    "a missing field": (jsonl(b'{"id": "a", "input": {}}\n'), ":1: 'subtask' is missing; there is id, input"),
    "a field of the wrong type": (
        jsonl(b'\n{"id": "a", "subtask": "s", "input": [1]}\n'),
        ":2: 'input' must be an object",
    ),
    "half a gzip": (named("f.jsonl.gz", gzip.compress(LINES * 50)[:-30]), ": the gzip stream is cut off here"),
    "a damaged gzip": (
        named("f.jsonl.gz", gzip.compress(LINES)[:-8] + bytes(8)),
        ":4: the gzip stream is damaged here",
    ),
    "no gzip at all": (named("f.jsonl.gz", LINES), ":1: the content is not gz"),
    "a Parquet of another schema": (
        lambda folder: table(folder / "f.parquet", [{"name": "a", "value": 1}]),
        ": row 1: 'id' is missing; there is name, value",
    ),
    "a cut Parquet": (
        lambda folder: named("f.parquet", as_table(folder).read_bytes()[:-20])(folder),
        ": row 1: the Parquet file is damaged",
    ),
    "no Parquet at all": (named("f.parquet", LINES), ":1: the content is not parquet"),
    "a line of 100 MB": (long_line, f":4: the line has more than {MAX_LINE:,} bytes"),
    "a line of 100 MB in a gzip": (long_line_in_gzip, f":1: the line has more than {MAX_LINE:,} bytes"),
    "invalid UTF-8": (jsonl(LINES + b'{"id": "\xff"}\n'), ":4: not UTF-8 at byte 8"),
    "a byte order mark": (jsonl(b"\xef\xbb\xbf" + LINES), ":1: begins with a byte order mark of UTF-8"),
    "UTF-16": (jsonl(LINES.decode().encode("utf-16")), ":1: begins with a byte order mark of UTF-16"),
    "no JSON": (jsonl(LINES + b"{oops\n"), ":4: not JSON"),
    "deep JSON": (jsonl(b"[" * 100_000 + b"\n"), ":1: not JSON"),
    "NaN": (jsonl(b'{"id": "a", "gold": NaN}\n'), ":1: not JSON: NaN is no JSON value"),
    "a list": (jsonl(b"[1]\n"), ":1: not a JSON object"),
    "zeros": (jsonl(b"\x00" * 50), ":1: not JSON"),
    "a folder": (folder_itself, ": is a folder, not a file"),
    "nothing": (lambda folder: folder / "none.jsonl", ": cannot be read: No such file"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_its_place_and_the_reason(case: str, tmp_path: Path) -> None:
    make, reason = BAD[case]
    path = make(tmp_path)
    with pytest.raises(BadInput) as refused:
        row_files.read_keyed(path, FIELDS)
    message = str(refused.value)
    assert message.startswith(str(path)) and reason in message, message
    assert "\n" not in message


def test_a_long_line_is_never_held_whole(tmp_path: Path) -> None:
    script = (
        "import resource, sys; sys.path.insert(0, sys.argv[1])\n"
        "import row_files\nfrom errors import BadInput\nfrom pathlib import Path\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: row_files.read_rows(Path(sys.argv[2]))\n"
        "except BadInput: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    command = [sys.executable, "-c", script, str(EVALUATOR), str(long_line(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    kilobytes = int(done.stdout) // (1024 if sys.platform == "darwin" else 1)
    assert kilobytes < 60_000


SCORED = {
    "an empty file of items": (b"", LINES, "items.jsonl:1: the file is empty: no items"),
    "an empty file of predictions": (LINES, b"", "predictions.jsonl:1: the file is empty: no predictions"),
    "a prediction without an item": (
        LINES,
        b'{"id": "i0", "text": ""}\n{"id": "i9", "text": ""}\n',
        "predictions.jsonl:2: id 'i9' is not among the items",
    ),
    "a gold that the scorer does not take": (
        LINES.replace(b'"gold": "1"', b'"gold": "one"'),
        b'{"id": "i0", "text": ""}\n',
        "items.jsonl:2: the gold must be an integer in a string",
    ),
    "no gold": (b'{"id": "a", "subtask": "s", "input": {}}\n', b"", "items.jsonl:1: 'gold' is missing"),
}


@pytest.mark.parametrize("case", SCORED)
def test_scoring_bad_files_ends_with_one_line_and_exit_code_2(case: str, tmp_path: Path) -> None:
    items, predictions, reason = SCORED[case]
    (tmp_path / "items.jsonl").write_bytes(items)
    (tmp_path / "predictions.jsonl").write_bytes(predictions)
    command = [sys.executable, str(EVALUATOR / "score.py"), "--refuse-empty"]
    command += ["--task-dir", str(ROOT / "tasks" / "math" / "aime25")]
    for name in ("items", "predictions"):
        command += [f"--{name}", str(tmp_path / f"{name}.jsonl")]
    command += ["--out", str(tmp_path / "out.json")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(str(tmp_path)) and reason in done.stderr, done.stderr
    assert not (tmp_path / "out.json").exists()
