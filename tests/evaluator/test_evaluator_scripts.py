"""The evaluator's scripts, run as the eval pool runs them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EVALUATOR = ROOT / "sandbox-images" / "evaluator"
TASK = ROOT / "tasks" / "patent" / "noc4pc"
sys.path.append(str(ROOT / "tasks"))

import build_mini


def run(script: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EVALUATOR / script)]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    return subprocess.run(command, capture_output=True, text=True)


def write(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("noc4pc")
    build_mini.write("noc4pc", out, 0)
    return out


@pytest.fixture
def score(data: Path, tmp_path: Path):
    def go(predictions: Path, items: Path = data / "dev.jsonl"):
        done = run(
            "score.py",
            task_dir=TASK,
            items=items,
            predictions=predictions,
            out=tmp_path / "score.json",
        )
        return done, json.loads(
            (tmp_path / "score.json").read_text()
        ) if done.returncode == 0 else None

    return go


def test_rendering_lets_out_ids_and_prompts_and_nothing_else(data: Path, tmp_path: Path) -> None:
    items = read(data / "dev.jsonl")
    for item in items:
        item["gold"], item["reference"] = "secret-gold", {"note": "secret-reference"}
    done = run(
        "render.py",
        card=TASK / "task.yaml",
        items=write(tmp_path / "i.jsonl", items),
        out=tmp_path / "p.jsonl",
    )
    assert done.returncode == 0, done.stderr
    prompts = read(tmp_path / "p.jsonl")
    assert [p["id"] for p in prompts] == [i["id"] for i in items]
    assert all(set(p) == {"id", "prompt"} for p in prompts)
    assert "secret" not in (tmp_path / "p.jsonl").read_text()
    assert all(item["input"]["context"]["claims"] in p["prompt"] for item, p in zip(items, prompts))


def test_an_item_that_the_template_cannot_use_is_bad_input(tmp_path: Path) -> None:
    items = write(
        tmp_path / "i.jsonl", [{"id": "x", "subtask": "NOC4PC", "input": {}, "gold": "102"}]
    )
    done = run("render.py", card=TASK / "task.yaml", items=items, out=tmp_path / "p.jsonl")
    assert done.returncode == 2 and "'x'" in done.stderr and not (tmp_path / "p.jsonl").exists()


def test_scores_come_with_an_interval_and_a_verdict_per_item(
    data: Path, tmp_path: Path, score
) -> None:
    items = read(data / "dev.jsonl")
    texts = ['{"code": "%s"}' % (item["gold"] if i % 4 else "none") for i, item in enumerate(items)]
    predictions = [{"id": item["id"], "text": text} for item, text in zip(items, texts)]
    done, document = score(write(tmp_path / "p.jsonl", predictions))
    assert done.returncode == 0, done.stderr
    metric = document["metric"]
    assert set(metric) == {"name", "value", "low", "high", "n"} and metric["n"] == len(items)
    assert metric["low"] < metric["value"] < metric["high"] < 1
    assert metric["value"] == pytest.approx(0.86, abs=0.03)
    assert [set(i) for i in document["items"]] == [
        {"id", "subtask", "score", "parsed", "error"}
    ] * len(items)
    assert document["submetrics"]["accuracy"] == 0.75


def test_an_item_without_a_prediction_is_wrong(data: Path, tmp_path: Path, score) -> None:
    items = read(data / "dev.jsonl")
    half = [{"id": i["id"], "text": '{"code": "%s"}' % i["gold"]} for i in items[::2]]
    _, document = score(write(tmp_path / "p.jsonl", half))
    assert document["metric"]["n"] == len(items)
    assert sum(i["score"] for i in document["items"]) == len(half)


def test_the_order_of_predictions_does_not_matter(data: Path, tmp_path: Path, score) -> None:
    predictions = [{"id": i["id"], "text": '{"code": "102"}'} for i in read(data / "dev.jsonl")]
    _, one = score(write(tmp_path / "p.jsonl", predictions))
    _, other = score(write(tmp_path / "p.jsonl", predictions[::-1]))
    assert one == other


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"id": "noc4pc-dev-0000", "text": "a"}\n' * 2, "repeated"),
        (b'{"id": "stranger", "text": "a"}\n', "not among the items"),
        (b'{"id": "noc4pc-dev-0000", "text": 5}\n', ":1: 'text' must be a text"),
        (b'{"id": "noc4pc-dev-0000", "text": "a"}\n{oops\n', ":2: not JSON"),
        (b'{"id": "noc4pc-dev-0000", "text": "\xff"}\n', ":1: not UTF-8"),
        (b"[1]\n", ":1: not a JSON object"),
    ],
)
def test_bad_predictions_end_with_one_line_and_exit_code_2(
    content: bytes, reason: str, tmp_path: Path, score
) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(content)
    done, _ = score(path)
    assert done.returncode == 2
    assert reason in done.stderr and str(path) in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"gold": "104"}, "gold must be one of"),
        ({"id": "noc4pc-dev-0001"}, "repeated"),
        ({"input": None}, ":1: 'input' must be an object"),
    ],
)
def test_bad_items_end_with_one_line_and_exit_code_2(
    change: dict, reason: str, data: Path, tmp_path: Path, score
) -> None:
    items = read(data / "dev.jsonl")
    items[0] |= change
    done, _ = score(write(tmp_path / "p.jsonl", []), write(tmp_path / "i.jsonl", items))
    assert done.returncode == 2 and reason in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_missing_file_ends_with_exit_code_2(data: Path, tmp_path: Path, score) -> None:
    done, _ = score(tmp_path / "none.jsonl")
    assert done.returncode == 2 and "cannot be read" in done.stderr


def test_clustered_items_widen_the_interval(data: Path, tmp_path: Path, score) -> None:
    items = read(data / "dev.jsonl")
    predictions = [
        {"id": i["id"], "text": '{"code": "%s"}' % (i["gold"] if k < 50 else "x")}
        for k, i in enumerate(items)
    ]
    path = write(tmp_path / "p.jsonl", predictions)
    _, alone = score(path)
    clustered = [{**item, "cluster": str(k // 10)} for k, item in enumerate(items)]
    _, together = score(path, write(tmp_path / "i.jsonl", clustered))
    width = lambda d: d["metric"]["high"] - d["metric"]["low"]
    assert width(together) > 1.3 * width(alone)


def audit(data: Path, rows: list[dict], out: Path) -> dict:
    out.mkdir(parents=True, exist_ok=True)
    splits = {split: data / f"{split}.jsonl" for split in ("dev", "validation", "test")}
    done = run(
        "audit.py", data=write(out / "rows.jsonl", rows), **splits, card=TASK / "task.yaml", out=out
    )
    assert done.returncode == 0, done.stderr
    return json.loads((out / "report.json").read_text())


def test_the_audit_finds_planted_copies_of_each_kind_and_no_clean_row(
    data: Path, tmp_path: Path
) -> None:
    corpus, _ = build_mini.build("noc4pc", 0)
    draw = build_mini.load_module(TASK / "mini.py", "mini_noc4pc_for_audit").draw
    clean = [corpus.prompt(p) for p in corpus.problems(draw, 1_000)]
    rows, planted = [(prompt, None) for prompt in clean], 0
    for split in ("dev", "validation", "test"):
        for problem in corpus.splits[split][:20]:
            text = corpus.prompt(problem)
            loose = text.replace(" ", "  ").upper()
            for kind, copied in (
                ("exact", text),
                ("normalized", loose),
                ("near", f"dear all, {text} best, tom"),
            ):
                rows.append((copied, (split, kind)))
                planted += 1
    random.Random(0).shuffle(rows)
    report = audit(data, [{"prompt": p, "completion": "x"} for p, _ in rows], tmp_path)
    found = {m["row"]: (m["split"], m["kind"]) for m in report["matches"]}
    assert found == {i: expected for i, (_, expected) in enumerate(rows) if expected}
    assert report["rows"] == len(rows) and report["removed"] == planted
    remaining = [row["prompt"] for row in read(tmp_path / "clean.jsonl")]
    assert sorted(remaining) == sorted(clean)
    train, held = read(tmp_path / "train.jsonl"), read(tmp_path / "holdout.jsonl")
    assert len(train) + len(held) == len(clean) and 20 <= len(held) <= 90
    assert not {r["prompt"] for r in train} & {r["prompt"] for r in held}


@pytest.mark.parametrize("task", ["aime25", "financeiq", "mol-edit", "noc4pc", "table-facts"])
def test_the_audit_finds_what_the_generators_plant_and_nothing_else(
    task: str, tmp_path: Path
) -> None:
    build_mini.write(task, tmp_path, 0)
    folder = build_mini.find_task(task)
    rows = [
        {"prompt": row[source["promptField"]], "completion": row[source["completionField"]]}
        for source in json.loads((tmp_path / "raw" / "manifest.json").read_text())
        for row in read(tmp_path / "raw" / source["file"])
    ]
    splits = {split: tmp_path / f"{split}.jsonl" for split in ("dev", "validation", "test")}
    done = run(
        "audit.py",
        data=write(tmp_path / "r.jsonl", rows),
        **splits,
        card=folder / "task.yaml",
        out=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["removed"] == 42
    assert {m["kind"] for m in report["matches"]} == {"exact", "normalized", "near"}
    match = report["matches"][0]
    assert match["rowText"] in rows[match["row"]]["prompt"] and match["itemText"] and match["detector"]
    clean = read(tmp_path / "clean.jsonl")
    broken = report["constraints"].get("personalData", {"rows": 0})
    assert (broken["rows"] > 100) == (task == "financeiq")
    assert len(rows) - 42 - broken["rows"] <= len(clean) <= len(rows) - broken["rows"]
    assert task != "financeiq" or not any("@" in row["prompt"] + row["completion"] for row in clean)


def test_rows_with_other_fields_are_bad_input(data: Path, tmp_path: Path) -> None:
    splits = {split: data / f"{split}.jsonl" for split in ("dev", "validation", "test")}
    rows = write(tmp_path / "r.jsonl", [{"prompt": "a", "completion": "b", "gold": "c"}])
    done = run("audit.py", data=rows, **splits, card=TASK / "task.yaml", out=tmp_path / "out")
    assert done.returncode == 2 and "r.jsonl:1: " in done.stderr and "'gold'" in done.stderr
    assert not (tmp_path / "out").exists()
