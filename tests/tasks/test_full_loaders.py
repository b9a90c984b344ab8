"""The full tier's loaders over small files in the schemas of the public sources."""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import full_fixtures
import pytest
from task_modules import ROOT, build_mini, card_of, scorer_of

if str(ROOT / "tests" / "tasks") not in sys.path:
    sys.path.append(str(ROOT / "tests" / "tasks"))

import build_full
from errors import BadInput
from full_kit import readers, tables
from full_kit.corpus import repeated, text_key
from full_kit.manifest import MANIFEST, load_manifest
from prompts import render_prompts

SPLITS = ("dev", "validation", "test")
SIZES = {"dev": 3, "validation": 4, "test": 400}
TASKS = sorted(
    folder.parent.name
    for folder in (ROOT / "tasks").glob("*/*/full.py")
    if (folder.parent / "task.yaml").is_file() and "full" in card_of(folder.parent.name)["tiers"]
)


class World:
    """A mirror, a manifest without digests, and a store of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.mirror = full_fixtures.mirror(root / "mirror")
        self.manifest = full_fixtures.loose_manifest(root / "manifest.yaml")
        self.store, self.pins = root / "store", root / "pins.json"

    def run(self, step: str, *options: Any) -> None:
        """Runs build_full.py in this process. Raises SystemExit as it would."""
        common = ["--store", self.store, "--manifest", self.manifest, "--pins", self.pins]
        arguments, sys.argv = sys.argv, ["build_full.py", step, *map(str, [*common, *options])]
        try:
            build_full.main()
        finally:
            sys.argv = arguments

    def fetch(self, task: str, *options: Any) -> None:
        """Fetches from the mirror."""
        self.run("fetch", "--task", task, "--from", self.mirror, *options)

    def build(self, task: str, name: str = "out") -> Path:
        """Builds a task and gives its folder."""
        out = self.root / name / task
        self.run("build", "--task", task, "--out", out, "--splits", json.dumps(SIZES))
        return out


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a task that was fetched and built; made once."""
    world = World(tmp_path_factory.mktemp("full"))

    @cache
    def of(task: str) -> Path:
        world.fetch(task, "--accept-licence", "--pin")
        return world.build(task)

    of.world = world
    return of


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world that a test may spoil."""
    return World(tmp_path)


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def items_of(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The items of all splits."""
    return {split: read(folder / f"{split}.jsonl") for split in SPLITS}


def raw_of(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of all raw sources, by name."""
    manifest = json.loads((folder / "raw" / "manifest.json").read_text())
    return {entry["name"]: read(folder / "raw" / entry["file"]) for entry in manifest}


def refused(capsys: pytest.CaptureFixture[str], code: int, run: Callable[[], None]) -> str:
    """The message with which a step ends."""
    with pytest.raises(SystemExit) as ended:
        run()
    message = capsys.readouterr().err.strip().split("\n")[-1]
    assert ended.value.code == code, message
    return message


def test_every_task_with_a_loader_for_the_full_tier_is_tested() -> None:
    assert {"aime25", "noc4pc", "financeiq", "table-facts", "mol-edit"} <= set(TASKS)


@pytest.mark.parametrize("task", TASKS)
def test_splits_are_disjoint_scorable_and_render(task: str, ready: Callable[[str], Path]) -> None:
    items, card, scorer = items_of(ready(task)), card_of(task), scorer_of(task)
    every = [item for split in SPLITS for item in items[split]]
    assert len({item["id"] for item in every}) == len(every)
    for item in every:
        assert scorer.check_item(item) is None, item["id"]
    prompts = {
        split: {
            p["prompt"] for p in render_prompts(card["tiers"]["full"]["template"], items[split])
        }
        for split in SPLITS
    }
    assert (
        not prompts["dev"] & prompts["validation"] and not prompts["validation"] & prompts["test"]
    )
    assert not prompts["dev"] & prompts["test"]
    clusters = {split: {i.get("cluster", i["id"]) for i in items[split]} for split in SPLITS}
    assert not clusters["dev"] & clusters["validation"] and not clusters["test"] & (
        clusters["dev"] | clusters["validation"]
    )
    if task not in ("aime25", "financeiq", "table-charts"):
        assert len(items["dev"]) <= SIZES["dev"] and len(items["validation"]) <= SIZES["validation"]


@pytest.mark.parametrize("task", TASKS)
def test_raw_rows_have_their_texts_and_copy_no_item(
    task: str, ready: Callable[[str], Path]
) -> None:
    folder, card = ready(task), card_of(task)
    declared = {source["name"]: source for source in card["tiers"]["full"]["sources"]}
    raw = raw_of(folder)
    assert set(raw) == set(declared) and sum(map(len, raw.values())) > 0
    held = {
        text_key(prompt["prompt"])
        for split in SPLITS
        for prompt in render_prompts(
            card["tiers"]["full"]["template"], read(folder / f"{split}.jsonl")
        )
    }
    for name, rows in raw.items():
        for row in rows:
            prompt, completion = (
                row[declared[name]["promptField"]],
                row[declared[name]["completionField"]],
            )
            assert isinstance(prompt, str) and isinstance(completion, str) and prompt.strip()
            assert text_key(prompt) not in held, row["id"]


@pytest.mark.parametrize("task", TASKS)
def test_the_same_files_give_the_same_bytes(task: str, ready: Callable[[str], Path]) -> None:
    first, second = ready(task), ready.world.build(task, "again")
    files = sorted(path.relative_to(first) for path in first.rglob("*.json*"))
    assert Path("raw/manifest.json") in files and Path("test.jsonl") in files
    for file in files:
        assert (first / file).read_bytes() == (second / file).read_bytes(), file


def test_the_benchmark_problem_that_stands_in_the_training_data_is_left_out(
    ready: Callable[[str], Path],
) -> None:
    rows = [row for rows in raw_of(ready("aime25")).values() for row in rows]
    assert not [row for row in rows if "n even" in row["problem"]]
    items = items_of(ready("aime25"))
    assert [i["gold"] for i in items["test"]][::8] == ["9", "10", "336", "9", "10", "336"]
    assert all(0 <= int(i["gold"]) <= 999 for i in items["validation"])


def test_each_test_problem_is_sampled_as_often_as_the_card_says(
    ready: Callable[[str], Path],
) -> None:
    times = card_of("aime25")["tiers"]["full"]["sampling"]["perTestItem"]
    test = items_of(ready("aime25"))["test"]
    assert len(test) == 6 * times and len({i["cluster"] for i in test}) == 6
    assert repeated([{"id": "a", "gold": "1"}], 1) == [{"id": "a", "gold": "1"}]


def test_the_order_of_rows_does_not_decide_what_is_held_out(world: World) -> None:
    world.fetch("aime25", "--pin")
    before = items_of(world.build("aime25"))
    path = world.mirror / "agentica-org" / "DeepScaleR-Preview-Dataset" / "deepscaler.json"
    rows = json.loads(path.read_text())
    random.Random(1).shuffle(rows)
    path.write_text(json.dumps(rows))
    for place in (world.store / "sources" / "deepscaler", world.pins):
        if place.is_dir():
            next(place.rglob("deepscaler.json")).unlink()
        else:
            place.unlink()
    world.fetch("aime25", "--pin")
    assert items_of(world.build("aime25", "shuffled")) == before


def test_a_claim_that_was_filed_again_is_left_out_of_the_patents_raw_rows(
    ready: Callable[[str], Path],
) -> None:
    rows = raw_of(ready("noc4pc"))["panorama"]
    assert {row["application_number"] for row in rows} == {
        f"{15_000_000 + n}" for n in range(100, 111)
    }
    items = items_of(ready("noc4pc"))
    applications = {split: {i["cluster"] for i in items[split]} for split in SPLITS}
    assert applications["test"] == {f"application:{15_000_000 + n}" for n in range(300, 306)}
    assert {i["gold"] for i in items["test"]} == {"102", "103", "ALLOW"}


def test_an_exam_question_with_its_options_in_another_order_is_left_out(
    ready: Callable[[str], Path],
) -> None:
    rows = raw_of(ready("financeiq"))["financeiq-exams"]
    assert rows and not [row for row in rows if "test第0题" in row["question"]]
    items = items_of(ready("financeiq"))
    assert {i["subtask"] for i in items["test"]} == set(full_fixtures.EXAMS)
    assert len(items["dev"]) == 50 and len(items["validation"]) == 30


def test_a_benchmark_table_in_another_order_is_left_out_of_the_instructions(
    ready: Callable[[str], Path],
) -> None:
    folder = ready("table-facts")
    held = {
        tables.table_key(i["input"]["table"]) for split in SPLITS for i in items_of(folder)[split]
    }
    rows = [row for rows in raw_of(folder).values() for row in rows]
    assert {row["qtype"] for row in rows} == set(full_fixtures.QTYPES)
    assert not [row for row in rows if tables.table_key(row["table"]) in held]
    assert not [
        row
        for row in rows
        if row["question"] == "What is 2020 of row 1?" and row["qtype"] == "FactChecking"
    ]


def test_only_answers_that_two_ways_of_asking_agree_on_become_items(
    ready: Callable[[str], Path],
) -> None:
    items = items_of(ready("table-facts"))
    assert all(
        int(i["input"]["question"].split()[-1][:-1]) % 6
        for i in [*items["dev"], *items["validation"]]
    )


def test_a_benchmark_molecule_in_another_spelling_is_left_out(ready: Callable[[str], Path]) -> None:
    rows = [row["query"] for rows in raw_of(ready("mol-edit")).values() for row in rows]
    assert rows and not [query for query in rows if "NCC," in query]


def test_nothing_happens_before_the_licence_is_accepted_and_it_is_asked_once(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    message = refused(capsys, 2, lambda: world.fetch("noc4pc", "--pin"))
    assert "CC-BY-NC-4.0" in message and "--accept-licence" in message
    assert not list(world.store.rglob("*.parquet"))
    world.fetch("noc4pc", "--pin", "--accept-licence")
    world.fetch("noc4pc")
    note = json.loads((world.store / "licences.json").read_text())["LG-AI-Research/PANORAMA"]
    assert note["licence"] == "CC-BY-NC-4.0"


def test_a_file_without_a_pin_is_refused_until_the_operator_pins_it_and_verified_ever_after(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    message = refused(capsys, 2, lambda: world.fetch("aime25"))
    assert "--pin" in message and "deepscaler.json" in message
    assert "no pinned sha256" in refused(capsys, 2, lambda: world.build("aime25"))
    world.fetch("aime25", "--pin")
    world.build("aime25")
    stored = next(world.store.rglob("deepscaler.json"))
    stored.write_text(stored.read_text() + " ")
    for step in (lambda: world.fetch("aime25"), lambda: world.build("aime25", "b")):
        message = refused(capsys, 2, step)
        assert str(stored) in message and "pinned" in message
    stored.unlink()
    assert "dojo data prepare --tier full --task aime25" in refused(
        capsys, 2, lambda: world.build("aime25", "c")
    )


def test_a_mirror_that_lacks_files_is_told_which(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    (world.mirror / "opencompass" / "AIME2025" / "aime2025-II.jsonl").unlink()
    message = refused(capsys, 2, lambda: world.fetch("aime25", "--pin"))
    assert "aime2025-II.jsonl" in message and "opencompass/AIME2025" in message
    assert "a6ad95f611d72cf628a80b58bd0432ef6638f958" in message


def test_a_mirror_in_the_layout_of_the_hubs_cache_is_read(world: World) -> None:
    revision = load_manifest(MANIFEST, world.pins)["sources"]["deepscaler"].revision
    target = (
        world.mirror / "datasets--agentica-org--DeepScaleR-Preview-Dataset" / "snapshots" / revision
    )
    target.parent.mkdir(parents=True)
    (world.mirror / "agentica-org" / "DeepScaleR-Preview-Dataset").rename(target)
    world.fetch("aime25", "--pin")
    assert next(world.store.rglob("deepscaler.json"))


def test_the_shipped_manifest_pins_every_revision() -> None:
    for entries in load_manifest(MANIFEST, Path("/nonexistent")).values():
        for source in entries.values():
            assert len(source.revision) == 40 and set(source.revision) <= set("0123456789abcdef")
            assert source.files and source.licence and source.licence_url.startswith("https://")
            for file in source.files:
                assert file.sha256 is None or len(file.sha256) == 64
                assert file.git_oid is None or len(file.git_oid) == 40
    known = load_manifest(MANIFEST, Path("/nonexistent"))["sources"]
    for folder in (ROOT / "tasks").glob("*/*/full.py"):
        module = build_mini.load_module(
            folder, f"sources_of_{folder.parent.name.replace('-', '_')}"
        )
        assert set(module.SOURCES) <= set(known), folder


JSONL = b'{"question": "q", "answer": "1"}\n'


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("cut.jsonl.gz", gzip.compress(JSONL * 5000)[:-40], "cut off or damaged"),
        ("plain.jsonl.gz", JSONL, "cut off or damaged"),
        ("cut.json.gz", gzip.compress(b"[" + JSONL + b"]")[:-12], "cut off or damaged"),
        (
            "latin.jsonl",
            JSONL + '{"question": "é"}\n'.encode("latin-1"),
            "row 2: not UTF-8 at byte",
        ),
        ("half.jsonl", JSONL + b'{"question": "q", "ans', "row 2: not JSON"),
        ("array.jsonl", JSONL + b"[1]\n", "row 2: not a JSON object"),
        (
            "other.jsonl",
            JSONL + b'{"problem": "q"}\n',
            "row 2: 'question' is missing; it has problem",
        ),
        (
            "type.jsonl",
            JSONL + b'{"question": 3, "answer": "1"}\n',
            "row 2: 'question' is int, not str",
        ),
        (
            "long.jsonl",
            JSONL + b'{"question": "' + b"x" * 16_000_001,
            "row 2: the line has more than",
        ),
        ("object.json", b'{"rows": []}', "not a JSON array"),
        ("broken.json", b"[\n{},\n{]", "line 3: not JSON"),
        ("row.json", b'[{"question": "q", "answer": "1"}, 7]', "row 2: not a JSON object"),
        ("deep.json", b"[" * 200_000, "not JSON"),
        ("short.csv", b"question,answer\na,b\nc\n", "row 2: 1 cells, the header has 2"),
        ("other.csv", b"q,a\n1,2\n", "no column 'question'; it has q, a"),
        ("empty.csv", b"", "the file is empty"),
        ("text.parquet", b"PAR1 but not really PAR1", "not a Parquet file, or cut off"),
        ("table.xlsx", b"", "the kind of file is not known"),
    ],
)
def test_a_bad_file_is_told_with_its_place_and_reason(
    name: str, data: bytes, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(BadInput) as error:
        list(readers.read_rows(path, {"question": str, "answer": str}))
    assert str(path) in str(error.value) and reason in str(error.value)


def test_a_parquet_file_of_another_schema_or_cut_off_is_told(tmp_path: Path) -> None:
    path = full_fixtures.put_parquet(
        tmp_path / "a.parquet", [{"question": "q", "answer": k} for k in range(50)]
    )
    with pytest.raises(BadInput, match="no column 'gold'; it has question, answer"):
        list(readers.read_rows(path, {"gold": str}))
    with pytest.raises(BadInput, match="row 1: 'answer' is int, not str"):
        list(readers.read_rows(path, {"answer": str}))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(BadInput, match="not a Parquet file, or cut off"):
        list(readers.read_rows(path, {"question": str}))


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv"])
def test_plain_and_gzipped_files_hold_the_same_rows(suffix: str, tmp_path: Path) -> None:
    rows = [{"question": f'"{k}", \n é', "answer": str(k)} for k in range(40)]
    path = tmp_path / f"a.{suffix}"
    if suffix == "json":
        full_fixtures.put(path, json.dumps(rows))
    elif suffix == "jsonl":
        full_fixtures.put_jsonl(path, rows)
    else:
        import csv

        with open(path, "w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, ["question", "answer"])
            out.writeheader()
            out.writerows(rows)
    packed = tmp_path / f"a.{suffix}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    fields = {"question": str, "answer": str}
    plain = list(readers.read_rows(path, fields))
    assert plain == list(readers.read_rows(packed, fields)) == list(enumerate(rows, 1))


def test_a_row_that_cannot_be_an_item_of_the_benchmark_is_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    path = world.mirror / "opencompass" / "AIME2025" / "aime2025-I.jsonl"
    full_fixtures.put_jsonl(path, [{"question": "q", "answer": "about 5"}])
    world.fetch("aime25", "--pin")
    message = refused(capsys, 2, lambda: world.build("aime25"))
    assert "aime2025-I.jsonl: row 1: 'answer' is 'about 5', not an integer" in message


def test_few_odd_rows_are_counted_and_left_out_and_many_are_another_schema(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    path = (
        world.mirror
        / "Multilingual-Multimodal-NLP"
        / "TableInstruct"
        / "TableInstruct_instructions.jsonl"
    )
    rows = read(path)
    rows[7]["table"] = "not a table"
    full_fixtures.put_jsonl(path, rows)
    world.fetch("table-facts", "--pin")
    notes = json.loads((world.build("table-facts") / "splits.json").read_text())["notes"]
    assert [(count, "row 8: 'table' is not JSON" in note) for note, count in notes.items()] == [
        (1, True)
    ]
    for row in rows[:200]:
        row["table"] = "[]"
    full_fixtures.put_jsonl(path, rows)
    next(world.store.rglob("TableInstruct_instructions.jsonl")).unlink()
    world.pins.unlink()
    world.fetch("table-facts", "--pin")
    message = refused(capsys, 2, lambda: world.build("table-facts", "b"))
    assert "row 1: 'table' has not the form" in message and "so are 200 of 384 rows" in message
