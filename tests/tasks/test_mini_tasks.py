"""The mini tasks: deterministic, disjoint, in the promised format, with the promised defects."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from task_modules import ROOT, TASKS, build_mini, built, card_of

from personal_data import personal_data_in

SPLITS = ("dev", "validation", "test")


def texts(task: str) -> list[tuple[str, str, str]]:
    declared = {s["name"]: s for s in card_of(task)["tiers"]["mini"]["sources"]}
    return [
        (name, row[declared[name]["promptField"]], row[declared[name]["completionField"]])
        for name, rows in built(task)[1].items()
        for row in rows
    ]


@pytest.mark.parametrize("task", TASKS)
def test_the_same_seed_gives_the_same_bytes(task: str, tmp_path: Path) -> None:
    build_mini.write(task, tmp_path / "a", 0)
    script = [
        sys.executable,
        str(ROOT / "tasks" / "build_mini.py"),
        "--task",
        task,
        "--out",
        str(tmp_path / "b"),
    ]
    subprocess.run(script, check=True)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.json*"))
    assert {str(f) for f in files} >= {
        "raw/manifest.json",
        "dev.jsonl",
        "validation.jsonl",
        "test.jsonl",
        "splits.json",
    }
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_another_seed_gives_another_task() -> None:
    assert build_mini.build("aime25", 1)[0].items("test") != built("aime25")[0].items("test")


def test_an_unknown_task_ends_with_exit_code_3(tmp_path: Path) -> None:
    script = [
        sys.executable,
        str(ROOT / "tasks" / "build_mini.py"),
        "--task",
        "nope",
        "--out",
        str(tmp_path),
    ]
    done = subprocess.run(script, capture_output=True, text=True)
    assert done.returncode == 3 and "nope" in done.stderr


@pytest.mark.parametrize("task", TASKS)
def test_splits_have_the_promised_sizes_and_share_no_key(task: str) -> None:
    corpus, _ = built(task)
    sizes = card_of(task)["tiers"]["mini"]["splits"]
    assert {split: len(corpus.splits[split]) for split in SPLITS} == sizes
    assert sizes["validation"] >= 300 and sizes["test"] >= 300
    keys = [problem.key for split in SPLITS for problem in corpus.splits[split]]
    assert len(set(keys)) == len(keys)
    ids = [item["id"] for split in SPLITS for item in corpus.items(split)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("task", TASKS)
def test_raw_rows_copy_items_only_where_contamination_is_planted(task: str) -> None:
    corpus, _ = built(task)
    prompts = {" ".join(corpus.prompt(p).split()) for split in SPLITS for p in corpus.splits[split]}
    copies = [
        p
        for _, p, _ in texts(task)
        if any(form in prompts for form in (" ".join(p.split()), " ".join(p.split())[:-2]))
    ]
    assert 20 <= len(copies) <= 50


@pytest.mark.parametrize("task", TASKS)
def test_every_declared_subtask_occurs_and_no_other(task: str) -> None:
    corpus, _ = built(task)
    for split in ("validation", "test"):
        card = card_of(task)
        expected = card["tiers"]["mini"].get("subtasks", card["subtasks"])
        assert {i["subtask"] for i in corpus.items(split)} == set(expected) <= set(card["subtasks"])


@pytest.mark.parametrize("task", TASKS)
def test_sources_carry_the_defects_that_the_readme_names(task: str) -> None:
    rows = texts(task)
    pattern = re.compile(card_of(task)["answerPattern"])
    passing = {
        name: [bool(pattern.search(c)) for n, _, c in rows if n == name] for name in built(task)[1]
    }
    shares = {name: sum(found) / len(found) for name, found in passing.items()}
    assert 5_000 <= len(rows) <= 12_000
    assert max(shares.values()) == 1 and min(shares.values()) == 0
    assert len(rows) - len({(n, " ".join(p.split()), c) for n, p, c in rows}) > 500, "duplicates"
    answers: dict[tuple[str, str], set[str]] = {}
    for name, prompt, completion in rows:
        found = pattern.search(completion)
        if found:
            answers.setdefault((name, prompt), set()).add(found.group())
    assert sum(len(found) > 1 for found in answers.values()) > 100, "conflicting answers"
    assert any(len(prompt) + len(completion) > 450 for _, prompt, completion in rows), (
        "over-long rows"
    )


@pytest.mark.parametrize("task", ["aime25", "financeiq", "par4pc", "pi4pc"])
def test_personal_data_is_there_to_be_filtered(task: str) -> None:
    rows = texts(task)
    found = [bool(personal_data_in(f"{p} {c}")) for _, p, c in rows]
    marked = ["@mail.example" in p + c or "+1 555" in p + c for _, p, c in rows]
    assert sum(found) > 100
    assert found == marked, "the audit finds what was planted, and nothing else"
    if card_of(task).get("constraints"):
        assert sum(found) > 0.02 * len(rows), "too many to slip through"


@pytest.mark.parametrize("task", TASKS)
def test_the_recipe_writes_clean_rows_in_the_asked_format(task: str, tmp_path: Path) -> None:
    build_mini.write(task, tmp_path, 0)
    recipe = build_mini.find_task(task) / "recipe" / "process_data.py"
    arguments = [
        "--sources",
        str(tmp_path / "raw"),
        "--output",
        str(tmp_path / "out.jsonl"),
        "--seed",
        "0",
    ]
    subprocess.run([sys.executable, str(recipe), *arguments], check=True)
    rows = [
        json.loads(line)
        for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    pattern = re.compile(card_of(task)["answerPattern"])
    assert len(rows) > 2_000
    assert all(
        set(row) == {"prompt", "completion"} and pattern.search(row["completion"]) for row in rows
    )
    assert not any("thanks" in row["completion"] for row in rows)
    assert not any(personal_data_in(f"{row['prompt']} {row['completion']}") for row in rows)
    subprocess.run([sys.executable, str(recipe), *arguments, "--limit", "50"], check=True)
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 50


def test_no_answer_format_of_a_task_occurs_in_the_base_models_pre_training() -> None:
    import random

    sys.path.append(str(ROOT / "tasks" / "base-model"))
    import primitives

    r = random.Random(0)
    examples = [" ".join(primitives.draw(r)) for _ in range(5_000)]
    for task in TASKS:
        pattern = re.compile(card_of(task)["answerPattern"])
        assert not any(pattern.search(text) for text in examples), task


def test_the_base_model_in_the_repository_has_its_checksums() -> None:
    import hashlib

    folder = ROOT / "tasks" / "base-model" / "mini"
    listed = dict(
        reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines()
    )
    assert {"model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json"} <= set(
        listed
    )
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
