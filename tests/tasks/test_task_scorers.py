"""The scorers: right, wrong and malformed answers, and any text at all."""

from __future__ import annotations

import random

import pytest
from task_modules import TASKS, built, card_of, judgeable, results_of, scorer_of

AIME = {"id": "1", "subtask": "aime2025", "input": {"question": "?"}, "gold": "204"}
PATENT = {"id": "1", "subtask": "NOC4PC", "input": {}, "gold": "102"}
FINANCE = {
    "id": "1",
    "subtask": "经济师",
    "input": {"question": "?", "A": "bond", "B": "equity", "C": "swap", "D": "yield"},
    "gold": "B",
}
TABLE = {"id": "1", "subtask": "MatchBased", "input": {}, "gold": "4.1"}


def edit(source: str, added: str | None, removed: str | None) -> dict:
    return {
        "id": "1",
        "subtask": "sub",
        "input": {
            "query": "",
            "source_smiles": source,
            "added_group": added,
            "removed_group": removed,
        },
        "gold": "CCO",
    }


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (r"so \boxed{204}", None),
        (r"\boxed{3} no, \boxed{204}", None),
        (r"\boxed{204} <think>\boxed{3}</think>", None),
        (r"<think>\boxed{204}", "unparsed"),
        (r"<think>\boxed{3}</think> \boxed{204}", None),
        (r"\boxed{\text{204}}", None),
        (r"\boxed{204^\circ}", None),
        (r"\boxed{n=204}", None),
        (r"\boxed{0204}", None),
        (r"\boxed{612/3}", None),
        ("Final Answer: 204.", None),
        ("the answer is 204.", "unparsed"),
        ("204", "unparsed"),
        (r"\boxed{204", "unparsed"),
        (r"\boxed{-204}", "wrong"),
        (r"\boxed{two hundred}", "not-an-integer"),
        (r"\boxed{9^{9^{9^9}}}", "not-an-integer"),
        ("", "unparsed"),
    ],
)
def test_aime_reads_the_last_boxed_integer(text: str, error: str | None) -> None:
    assert scorer_of("aime25").score_item(AIME, text)["error"] == error


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('see rotor=A. {"code": "102"}', None),
        ('```json\n{"code": "102", "reason": "x\ny"}\n``` done', None),
        ('{"code": 102}', None),
        ('{"code": "103"} {"code": "102"}', None),
        ('{"Code": "102"}', None),
        ('{"code": "103"}', "wrong"),
        ('{"code": "rejected"}', "unknown-code"),
        ("rejected under 102", "unparsed"),
        ('<think>{"code": "102"}</think>', "unparsed"),
        ('{"code": true}', "unparsed"),
        ("[102]", "unparsed"),
    ],
)
def test_patent_codes_come_from_the_last_json_object(text: str, error: str | None) -> None:
    assert scorer_of("noc4pc").score_item(PATENT, text)["error"] == error


def test_patent_macro_f1_counts_unparsed_answers_as_wrong() -> None:
    scorer = scorer_of("noc4pc")
    items = [{**PATENT, "gold": gold} for gold in ("ALLOW", "102", "103", "103")]
    answers = ['{"code": "ALLOW"}', '{"code": "102"}', '{"code": "103"}', "no idea"]
    total = scorer.aggregate(items, [scorer.score_item(i, a) for i, a in zip(items, answers)])
    assert total["value"] == pytest.approx((1 + 1 + 2 / 3) / 3)
    assert total["submetrics"]["macroF1Parsed"] == 1
    assert total["submetrics"]["accuracy"] == 0.75


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("see equity=B. Answer: B", None),
        ("答案是: B", None),
        ("答案：Ｂ", None),
        ("Answer: (B) equity", None),
        ("Answer: equity", None),
        ("Answer: A\nAnswer: B", None),
        (r"\boxed{B}", None),
        ("Answer: A", "wrong"),
        ("Answer: A and B", "several-letters"),
        ("the answer is B.", "unparsed"),
        ("A CPA knows ROE", "unparsed"),
        ("Answer: Because", "unparsed"),
    ],
)
def test_finance_reads_the_stated_letter(text: str, error: str | None) -> None:
    assert scorer_of("financeiq").score_item(FINANCE, text)["error"] == error


def test_finance_weighs_every_exam_alike() -> None:
    scorer = scorer_of("financeiq")
    items = [FINANCE, FINANCE, FINANCE, {**FINANCE, "subtask": "税务师"}]
    answers = ["Answer: B", "Answer: B", "Answer: B", "Answer: A"]
    total = scorer.aggregate(items, [scorer.score_item(i, a) for i, a in zip(items, answers)])
    assert total["value"] == 0.5 and total["submetrics"]["itemAccuracy"] == 0.75


@pytest.mark.parametrize(
    ("gold", "text", "error"),
    [
        ("4.1", "row a. Final Answer: 4.1", None),
        ("4.1", "Final Answer: 4.10", None),
        ("4.1", "final answer： 4.1%", None),
        ("4.1", "**Final Answer:** 4.1", None),
        ("4.1", "Final Answer: 41", "wrong"),
        ("4.1", "Final Answer: -4.1", "wrong"),
        ("4.1", "Final Answer: four", "not-a-number"),
        ("4.1", "the answer is 4.1.", "unparsed"),
        ("128,450", "Final Answer: 128450", None),
        ("384", "Final Answer: 1\nFinal Answer: 384", None),
        ("Bell, Duarte", "Final Answer: bell, duarte", None),
        ("Bell, Duarte", "Final Answer: Duarte, Bell", "wrong"),
        ("yes", "Final Answer: Yes.", None),
    ],
)
def test_table_answers_match_as_numbers_or_words(gold: str, text: str, error: str | None) -> None:
    assert scorer_of("table-facts").score_item({**TABLE, "gold": gold}, text)["error"] == error


@pytest.mark.parametrize(
    ("source", "added", "removed", "output", "error"),
    [
        ("CCC", "hydroxyl", None, "CCCO", None),
        ("CCC", "hydroxyl", None, "OCCC", None),
        ("CCCO", None, "hydroxyl", "CCC", None),
        ("CCCO", "carboxyl", "hydroxyl", "CCCC(=O)O", None),
        ("CCCC(=O)O", "hydroxyl", "carboxyl", "CCCO", None),
        ("CCCN", "nitrile", "amine", "CCCC#N", None),
        ("CCCN", "amide", "amine", "CCCC(=O)N", None),
        ("CCCS", "nitro", "thiol", "CCC[N+](=O)[O-]", None),
        ("CCCBr", "benzene_ring", "halo", "CCCc1ccccc1", None),
        ("CCC", "aldehyde", None, "CCCC=O", None),
        ("CCC", "hydroxyl", None, "CCCC", "wrong-edit"),
        ("CCC", "hydroxyl", None, "C(C)C", "unchanged"),
        ("CCC", "hydroxyl", None, "CCC(", "invalid-smiles"),
        ("CCC", "hydroxyl", None, "I am CCCO", "invalid-smiles"),
    ],
)
def test_edits_are_judged_by_the_groups_that_change(source, added, removed, output, error) -> None:
    text = '{"output": "%s"}' % output
    assert scorer_of("mol-edit").score_item(edit(source, added, removed), text)["error"] == error


@pytest.mark.parametrize("task", TASKS)
def test_every_gold_scores_1_when_written_in_the_format(task: str) -> None:
    corpus, _ = built(task)
    scorer, template = scorer_of(task), card_of(task)["answerTemplate"]
    for split in corpus.splits:
        items = judgeable(task, corpus.items(split))
        problems = judgeable(task, corpus.splits[split])
        results = results_of(task, items, [template.replace("{answer}", p.answer) for p in problems])
        assert all(result["error"] is None and result["score"] == 1 for result in results)
        assert all(scorer.check_item(item) is None for item in items)
        if hasattr(scorer, "aggregate"):
            assert scorer.aggregate(items, results)["value"] == pytest.approx(1)


@pytest.mark.parametrize("task", TASKS)
def test_wrong_and_stated_answers_of_the_sources_score_0(task: str) -> None:
    corpus, _ = built(task)
    say, items = corpus.phrasing, judgeable(task, corpus.items("validation"))
    problems = judgeable(task, corpus.splits["validation"])
    mistaken = [r["score"] for r in results_of(task, items, [say.mistaken(p) for p in problems])]
    stated = [r["error"] for r in results_of(task, items, [say.stated(p) for p in problems])]
    assert mistaken.count(1) / len(mistaken) < 0.05
    assert set(stated) == {"unparsed"}


@pytest.mark.parametrize("task", TASKS)
def test_no_text_makes_a_scorer_raise(task: str) -> None:
    corpus, _ = built(task)
    scorer, r = scorer_of(task), random.Random(0)
    items, problems = corpus.items("dev"), corpus.splits["dev"]
    alphabet = '{}[]()"\\:=#@+-*/^ \n\t<think></think>boxed答案是AnswerFinal0123456789CNOcode\u0000\ud83d\uffff'
    for i in range(600):
        k = r.randrange(len(items))
        text = list(corpus.phrasing.worked(problems[k]))
        for _ in range(r.randrange(1, 12)):
            text.insert(r.randrange(len(text) + 1), r.choice(alphabet))
            if r.random() < 0.5:
                del text[r.randrange(len(text))]
        mutated = "".join(text) if i % 3 else "".join(r.choices(alphabet, k=r.randrange(200)))
        result = scorer.score_item(items[k], mutated)
        assert 0 <= result["score"] <= 1
        assert result["error"] is None or result["error"] in scorer.ERROR_CLASSES
        assert (result["score"] == 1) == (result["error"] is None)


@pytest.mark.parametrize("task", TASKS)
def test_pathological_texts_end(task: str) -> None:
    item = built(task)[0].items("dev")[0]
    for text in (
        "{" * 50_000,
        '{"a":' * 20_000,
        r"\boxed{" * 20_000,
        "<think>" * 20_000,
        "Answer: " * 20_000,
        "(" * 100_000,
    ):
        assert scorer_of(task).score_item(item, text)["score"] == 0


@pytest.mark.parametrize("task", TASKS)
def test_the_cards_error_classes_are_the_scorers(task: str) -> None:
    assert card_of(task)["errorClasses"] == scorer_of(task).ERROR_CLASSES
