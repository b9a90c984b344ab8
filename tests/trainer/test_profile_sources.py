"""The profile of raw data finds what was planted, and knows no task."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from trainer_support import load, run, write_rows

statements = load("statements")
source_profile = load("source_profile")
AnswerFormat = load("row_statistics").AnswerFormat

CARD = {"answerPattern": r"\\boxed\{-?\d+\}", "answerLabels": None}


def boxed(a: int, b: int, wrong: int = 0) -> str:
    return f"{a}+{b}={a + b + wrong}. \\boxed{{{a + b + wrong}}}"


@pytest.fixture(scope="module")
def profile(model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Three sources with planted defects."""
    folder = tmp_path_factory.mktemp("raw")
    pairs = [(a, b) for a in range(10, 30) for b in range(10, 15)]
    clean = [
        {"id": str(n), "q": f"What is {a} + {b}?", "a": boxed(a, b)}
        for n, (a, b) in enumerate(pairs)
    ]
    forum = []
    for n, (a, b) in enumerate(pairs[:50]):
        wrong = 1 if n < 10 else 0
        forum.append({"text": f"what is  {a} + {b}", "reply": f"so the answer is {a + b + wrong}."})
    forum += forum[:5]
    forum += [
        {"text": f"What is {a} + {b}?", "reply": f"The answer is {a + b + 7}"} for a, b in pairs[:4]
    ]
    forum += [{"text": "mail me at tom@example.org or call 555-0199", "reply": "<b>ok</b>"}]
    forum += [{"text": "card 4111 1111 1111 1111", "reply": ""}]
    direct = [{"p": f"{a} - {b}", "c": f"\\boxed{{{a - b}}}", "year": 2020} for a, b in pairs]
    direct += [{"p": f"{a} + {b}", "c": f"\\boxed{{{a + b}}}"} for a, b in pairs]
    write_rows(folder / "clean.jsonl", clean)
    write_rows(folder / "forum.jsonl", [*forum, "not json", {"text": "no reply"}])
    write_rows(folder / "direct.jsonl", direct)
    entries = [
        {"name": "clean", "file": "clean.jsonl", "promptField": "q", "completionField": "a"},
        {"name": "forum", "file": "forum.jsonl", "promptField": "text", "completionField": "reply"},
        {"name": "direct", "file": "direct.jsonl", "promptField": "p", "completionField": "c"},
    ]
    write_rows(folder / "manifest.json", [json.dumps(entries)])
    options = ("--model", model, "--context", 64, "--card-json", json.dumps(CARD))
    result = run("profile_sources.py", "--sources", folder, *options, "--out", folder / "out")
    assert (folder / "out" / "result.json").stat().st_size < 30_000
    by_name = {source["name"]: source for source in result["sources"]}
    return {**by_name, "overlaps": result["overlaps"], "styles": result["stylePatterns"]}


def test_a_clean_source_looks_clean(profile: dict[str, Any]) -> None:
    clean = profile["clean"]
    assert clean["rows"] == 100 and clean["badRows"] == clean["duplicateRows"] == 0
    assert clean["fields"] == {"id": "str", "q": "str", "a": "str"}
    assert clean["answerFormatPassRate"] == 1 and clean["statementStyles"] == {"format": 1.0}
    assert clean["directShare"] == clean["conflictingPromptShare"] == 0
    assert clean["nearDuplicateShare"] == clean["overContextShare"] == 0
    assert len(clean["examples"]) == 5


def test_planted_defects_are_found(profile: dict[str, Any]) -> None:
    forum = profile["forum"]
    assert forum["rows"] == 61 and forum["badRows"] == 2
    assert forum["duplicateRows"] == 5
    assert forum["nearDuplicateShare"] == round(4 / 61, 4)
    assert forum["conflictingPromptShare"] == round(4 / 52, 4)
    assert forum["answerFormatPassRate"] == 0
    assert forum["statementStyles"]["answer-is"] == round(59 / 61, 4)
    assert forum["emptyRows"] == 1 and forum["markupRows"] == 1
    assert forum["personalDataRows"] == {"email": 1, "phone": 1, "card": 1}
    assert profile["direct"]["directShare"] == 1
    assert profile["direct"]["fields"]["year"] == "int (100 rows)"
    assert profile["direct"]["conflictingPromptShare"] == 0, "5 - 3 is not 5 + 3"


def test_overlap_says_how_far_two_sources_agree(profile: dict[str, Any]) -> None:
    pairs = {(pair["source"], pair["other"]): pair for pair in profile["overlaps"]}
    assert set(pairs) == {("clean", "forum"), ("forum", "clean")}
    assert pairs["clean", "forum"]["share"] == 0.5
    # Ten wrong answers; four of those prompts have a second wrong answer as well.
    assert pairs["clean", "forum"]["agreement"] == 0.8


@pytest.mark.parametrize(
    ("completion", "style", "answer"),
    [
        (r"1+1=2. \boxed{2}", "format", "2"),
        (r"\boxed{x}", "boxed", "x"),
        ('{"answer": "B"}', "json", "B"),
        ("Final Answer: 42.", "final-answer", "42"),
        ("so the answer is **7**", "answer-is", "7"),
        ("Answer: C", "answer-colon", "C"),
        ("I choose B", "option-is", "B"),
        ("Therefore, it rains.", "therefore", "it rains"),
        ("product: CCO", "label-colon", "CCO"),
        ("23+4=27", "equation", "27"),
        ("27", "bare", "27"),
        ("we can not tell what this may be", "prose", None),
    ],
)
def test_statements_of_all_styles_are_recognized(
    completion: str, style: str, answer: str | None
) -> None:
    found = statements.find_statement(completion, AnswerFormat.from_card(CARD))
    assert (found.style, found.answer) == (style, answer)


def test_labels_count_whatever_the_style_of_the_statement() -> None:
    answers = AnswerFormat.from_card({"answerPattern": "answer: [AB]", "answerLabels": ["A", "B"]})
    labels = [
        source_profile.stated_label(statements.find_statement(text, answers), answers)
        for text in ("answer: A", "the answer is B.", "B", "the answer is C", "A) text or so it is")
    ]
    assert labels == ["A", "B", "B", None, None]


def test_normalization_joins_rewordings_and_keeps_symbols_apart() -> None:
    normalize = source_profile.normalize
    assert normalize("What is  5 + 3 ?") == normalize("what is 5 + 3")
    assert normalize("5 + 3") != normalize("5 - 3")
    assert normalize("c1ccccc1") != normalize("C1CCCCC1")
    assert normalize("1.5") != normalize("15")


def test_a_large_profile_still_fits(model: Path, tmp_path: Path) -> None:
    chance = random.Random(0)
    rows = [{"q": "x" * 900 + str(chance.random()), "a": "y" * 900} for _ in range(20)]
    entries = []
    for number in range(8):
        write_rows(tmp_path / f"{number}.jsonl", rows)
        names = {"promptField": "q", "completionField": "a"}
        entries.append({"name": f"s{number}", "file": f"{number}.jsonl", **names})
    card = json.dumps({**CARD, "sources": entries})
    options = ("--model", model, "--context", 64, "--card-json", card, "--out", tmp_path / "out")
    assert len(run("profile_sources.py", "--sources", tmp_path, *options)["sources"]) == 8
    assert (tmp_path / "out" / "result.json").stat().st_size < 30_000
