"""Answers: the same whatever the order, cut at the end token, told nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from trainer_support import run, run_several, start, sums, write_config, write_rows


def predictions(out: Path) -> dict[str, str]:
    """Texts by id."""
    lines = (out / "predictions.jsonl").read_text().splitlines()
    return {line["id"]: line["text"] for line in map(json.loads, lines)}


@pytest.fixture(scope="module")
def trained(model: Path, training, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learned to end its answers: always the same short completion."""
    folder = tmp_path_factory.mktemp("trained")
    rows = [{"prompt": row["prompt"], "completion": "ok"} for row in sums(64, seed=5)]
    data = write_rows(folder / "rows.jsonl", rows)
    config = write_config(folder / "train.yaml", max_steps=40, learning_rate=1e-2, save_steps=1000)
    run("train.py", *training(folder / "out", config, data=data))
    return folder / "out" / "model"


def test_answers_do_not_depend_on_the_order_of_the_prompts(
    model: Path, trained: Path, tmp_path: Path
) -> None:
    items = [{"id": f"i{n}", "prompt": row["prompt"]} for n, row in enumerate(sums(21, seed=6))]
    files = {
        "forward": write_rows(tmp_path / "forward.jsonl", items),
        "backward": write_rows(tmp_path / "backward.jsonl", items[::-1]),
    }
    jobs = []
    for name, base, order, extra in [
        ("a", model, "forward", []),
        ("b", model, "backward", []),
        ("c", model, "forward", ["--temperature", 1, "--seed", 3]),
        ("d", model, "backward", ["--temperature", 1, "--seed", 3]),
        ("e", model, "forward", ["--temperature", 1, "--seed", 4]),
        ("f", trained, "forward", []),
    ]:
        options = ["--max-new-tokens", 12, "--threads", 1, "--batch-size", 8, "--device", "cpu"]
        paths = ["--model", base, "--prompts", files[order], "--out", tmp_path / name]
        jobs.append([*paths, *options, *extra])
    results = run_several("generate.py", jobs)
    found = {name: predictions(tmp_path / name) for name in "abcdef"}
    assert list(found["a"]) == [item["id"] for item in items]
    assert found["a"] == found["b"]
    assert found["c"] == found["d"]
    assert found["c"] != found["a"] and found["c"] != found["e"]
    assert set(found["f"].values()) == {"ok"}, "the answer ends where the model ends it"
    progress = (tmp_path / "a" / "progress.jsonl").read_text().splitlines()
    expected = [{"done": done, "total": 21} for done in (8, 16, 21)]
    assert [json.loads(line) for line in progress] == expected
    assert results[0]["items"] == 21


def test_prompts_that_are_no_prompts_are_a_crash_that_names_the_line(
    model: Path, tmp_path: Path
) -> None:
    file = write_rows(tmp_path / "p.jsonl", [{"id": "a", "prompt": "x"}, {"id": "b"}])
    options = ("--max-new-tokens", 4, "--threads", 1, "--out", tmp_path / "out")
    process = start("generate.py", "--model", model, "--prompts", file, *options)
    output, _ = process.communicate(timeout=120)
    assert process.returncode != 0 and "line 2" in output
    assert not (tmp_path / "out" / "result.json").exists()
