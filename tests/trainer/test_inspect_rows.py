"""Curated rows: refused with line numbers, or described exactly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from trainer_support import SCRIPTS, load, run, write_rows
from hypothesis import given
from hypothesis import strategies as st

rows_module = load("rows")
statistics_module = load("row_statistics")

CARD = {
    "answerPattern": r'\{"code": "\w+"\}',
    "answerLabels": ["ALLOW", "102", "103"],
    "limits": {"outputMegabytes": 1, "maxRows": 50, "maxTokens": 4000},
}


def inspect(model: Path, data: Path, card: dict[str, Any] = CARD, context: int = 64) -> Any:
    """The result of inspecting a file."""
    options = ("--context", context, "--card-json", json.dumps(card), "--out", data.parent / "out")
    return run("inspect_rows.py", "--data", data, "--model", model, *options)


def test_rows_are_described_exactly(model: Path, tmp_path: Path) -> None:
    rows = [
        {"prompt": "p", "completion": 'yes. {"code": "102"}'},
        {"prompt": "p", "completion": 'yes. {"code": "102"}'},
        {"prompt": "p", "completion": 'no: {"code": "102"} {"code": "ALLOW"}'},
        {"prompt": "q", "completion": "103"},
        {"prompt": " ", "completion": "x"},
        {"prompt": "r" * 70, "completion": '{"code": "104"}'},
    ]
    found = inspect(model, write_rows(tmp_path / "rows.jsonl", [*rows, ""]))["statistics"]
    assert found["rows"] == 6
    assert found["emptyRows"] == 1
    assert found["duplicateRows"] == 1
    assert found["duplicatePrompts"] == 2
    assert found["overContextRows"] == 1
    assert found["answerFormatPassRate"] == round(4 / 6, 4)
    assert found["labelHistogram"] == {"102": 2, "ALLOW": 1, '{"code": "104"}': 1}
    # A token per character, and <bos> <user> <asst> <eos>.
    lengths = sorted(4 + len(row["prompt"] + row["completion"]) for row in rows)
    expected = {"p50": lengths[2], "p95": lengths[5], "max": lengths[5], "total": sum(lengths)}
    assert found["tokenLengths"] == expected
    assert len(found["sample"]) == 5 and found["sample"][0] == rows[0]


def test_bad_rows_are_refused_with_their_line_numbers(model: Path, tmp_path: Path) -> None:
    bad = [
        {"prompt": "p", "completion": "c"},
        "not json",
        {"prompt": "p"},
        {"prompt": "p", "completion": 3},
        "[1]",
        {"prompt": "p", "completion": "c", "note": "x"},
        '{"prompt": "\\ud800", "completion": "c"}',
        '{"prompt": "p", "completion": null}',
    ]
    failure = inspect(model, write_rows(tmp_path / "rows.jsonl", bad))["failure"]
    assert failure["class"] == "bad-rows"
    for part in (
        "line 2: not JSON",
        "line 3: the key 'completion' is missing",
        "line 4: 'completion' is not a string but int",
        "line 5: a JSON list, not an object",
        "line 6: unexpected keys note",
        "(and 2 more)",
    ):
        assert part in failure["message"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("", "no-rows"),
        ("\n\n", "no-rows"),
        ('{"prompt": "", "completion": "x"}\n', "no-rows"),
        ('{"prompt": "p", "completion": "c"}\n' * 51, "too-large"),
        ('{"prompt": "p", "completion": "' + "c" * 1_000_000 + '"}\n', "too-large"),
        ('{"prompt": "p", "completion": "' + "c" * 4000 + '"}\n', "token-limit"),
        ("\x00\x01", "bad-rows"),
        ("[" * 100_000, "bad-rows"),
    ],
)
def test_files_beyond_a_limit_are_refused(
    model: Path, tmp_path: Path, content: str, kind: str
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(content)
    assert inspect(model, file)["failure"]["class"] == kind


def test_a_file_that_is_missing_or_no_text_is_refused(model: Path, tmp_path: Path) -> None:
    assert inspect(model, tmp_path / "rows.jsonl")["failure"]["class"] == "no-rows"
    (tmp_path / "rows.jsonl").write_bytes(b'{"prompt": "\xff", "completion": "c"}\n')
    failure = inspect(model, tmp_path / "rows.jsonl")["failure"]
    assert failure == {"class": "bad-rows", "message": "rows.jsonl: line 1: not UTF-8"}


def test_the_early_scripts_do_not_wait_for_torch() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(SCRIPTS)!r})\n"
        "import check, inspect_rows, profile_sources, chat, source_profile\n"
        "heavy = {'torch', 'transformers', 'datasets', 'numpy', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_quantiles_are_values_at_their_rank(values: list[int]) -> None:
    found = statistics_module.quantiles(values)
    assert found["max"] == max(values)
    for percent in (50, 95):
        value = found[f"p{percent}"]
        assert value in values
        assert sum(v <= value for v in values) * 100 >= percent * len(values)
        assert sum(v < value for v in values) * 100 < percent * len(values)


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1))
def test_any_text_survives_the_file(tmp_path_factory: Any, pairs: list[tuple[str, str]]) -> None:
    rows = [{"prompt": prompt, "completion": completion} for prompt, completion in pairs]
    path = write_rows(tmp_path_factory.getbasetemp() / "any.jsonl", rows)
    assert [tuple(row) for row in rows_module.read_rows(path)] == pairs
