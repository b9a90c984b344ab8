"""The patent scorers: every spelling of a right answer is right, hedged answers are not."""

from __future__ import annotations

import json
import random

import pytest
from task_modules import built, scorer_of

PATENTS = ("noc4pc", "par4pc", "pi4pc")


def par(*gold: str, silver: tuple[str, ...] = (), options: str = "ABCDEFGH") -> dict:
    document = {"patent_id": "US1", "title": "", "abstract": "", "claims": ""}
    negative = [x for x in options if x not in gold and x not in silver]
    return {
        "id": "1",
        "subtask": "PAR4PC",
        "input": {"context": {}, "options": {letter: document for letter in options}},
        "gold": {"gold": list(gold), "silver": list(silver), "negative": negative},
    }


def pi(
    *gold: int, silver: tuple[int, ...] = (74,), options: tuple[int, ...] = (12, 61, 74)
) -> dict:
    return {
        "id": "1",
        "subtask": "PI4PC",
        "input": {"context": {}, "options": {str(key): "text" for key in options}},
        "gold": {"gold": list(gold), "silver": list(silver), "negative": [12]},
    }


def noc(gold: object) -> dict:
    return {"id": "1", "subtask": "NOC4PC", "input": {}, "gold": gold}


def error_of(task: str, item: dict, text: str) -> str | None:
    scorer = scorer_of(task)
    assert scorer.check_item(item) is None
    result = scorer.score_item(item, text)
    assert (result["score"] == 1) == (result["error"] is None)
    assert result["error"] is None or result["error"] in scorer.ERROR_CLASSES
    return result["error"]


def total_of(task: str, items: list[dict], answers: list[str]) -> dict:
    scorer = scorer_of(task)
    return scorer.aggregate(items, [scorer.score_item(i, a) for i, a in zip(items, answers)])


# PAR4PC


@pytest.mark.parametrize(
    "value",
    [
        '"A, C"',
        '"A,C"',
        '"A C"',
        '"C; A"',
        '"a and c"',
        '"A AND C"',
        '"A, and C"',
        '"A & C"',
        '"(A), (C)"',
        '"A. C."',
        '"**A**, **C**"',
        '"Patents A and C"',
        '"Option A, Option C"',
        '"Ａ、Ｃ"',
        '"[A, C]"',
        '"AC"',
        '["A", "C"]',
        '["C", "A", "A"]',
        '[" a", "c "]',
        '["A, C"]',
        '["Patent A", "Patent C"]',
    ],
)
@pytest.mark.parametrize("key", ["answer", "Answer", "ANSWERS"])
def test_several_letters_are_read_in_every_spelling(value: str, key: str) -> None:
    assert error_of("par4pc", par("A", "C"), f'A patent. {{"{key}": {value}}}') is None


@pytest.mark.parametrize("value", ['"C"', '"c"', '" C "', '["C"]', '"C."', '"(C)"', '"Patent C"'])
def test_one_letter_is_read_in_every_spelling(value: str) -> None:
    assert error_of("par4pc", par("C"), f'```json\n{{"answer": {value}}}\n``` as said') is None


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ('"A or C"', "not-letters"),
        ('"A/C"', "not-letters"),
        ('"A, maybe C"', "not-letters"),
        ('"not B"', "not-letters"),
        ('"A-C"', "not-letters"),
        ('"AAC"', "not-letters"),
        ('"both"', "not-letters"),
        ('"the patents"', "not-letters"),
        ('"patents"', "not-letters"),
        ('""', "not-letters"),
        ("1", "not-letters"),
        ("true", "not-letters"),
        ('{"A": true, "C": true}', "not-letters"),
        ('["A", 3]', "not-letters"),
        ('["A", ["C"]]', "not-letters"),
        ("null", "unparsed"),
        ("[]", "wrong"),
        ('"none"', "wrong"),
        ('"B"', "wrong"),
        ('"A"', "incomplete"),
        ('"A, B, C"', "surplus"),
        ('"A, B"', "partly"),
        ('["A", "C", "Z"]', "surplus"),
    ],
)
def test_other_and_hedged_letters_are_wrong(value: str, error: str) -> None:
    assert error_of("par4pc", par("A", "C"), f'{{"answer": {value}}}') == error


@pytest.mark.parametrize(
    "text",
    [
        "A and C",
        "The answer is A, C.",
        '{"patents": "A, C"}',
        '<think>{"answer": "A, C"}</think>',
        '<think>{"answer": "A, C"}',
        '["A", "C"]',
        '{"answer": "A, C"',
        "",
    ],
)
def test_letters_in_prose_or_reasoning_never_count(text: str) -> None:
    assert error_of("par4pc", par("A", "C"), text) == "unparsed"


def test_the_last_answer_wins_and_the_order_of_letters_says_nothing() -> None:
    r, scorer = random.Random(0), scorer_of("par4pc")
    for _ in range(200):
        gold = r.sample("ABCDEFGH", r.randint(1, 5))
        said, earlier = r.sample(gold, len(gold)), r.sample("ABCDEFGH", 3)
        text = f"{json.dumps({'answer': earlier})} no: {json.dumps({'answer': said})}"
        joined = json.dumps({"answer": r.choice([", ", " ", ";", " and "]).join(said)})
        for answer in (text, joined):
            assert scorer.score_item(par(*gold), answer)["score"] == 1


def test_micro_f1_pools_letters_and_misses_those_of_unparsed_answers() -> None:
    items = [par("A"), par("A", "C"), par("B", silver=("D",)), par("E", "F")]
    total = total_of(
        "par4pc", items, ['{"answer": "A"}', '{"answer": "A"}', '{"answer": "B, D"}', "E, F"]
    )
    # Hits 1+1+1, others 0+0+1, missed 0+1+0+2.
    assert total["value"] == pytest.approx(2 * 3 / (2 * 3 + 1 + 3))
    found = total["submetrics"]
    assert found["precision"] == pytest.approx(3 / 4) and found["recall"] == pytest.approx(3 / 6)
    assert found["exactMatch"] == 0.25 and found["parsedShare"] == 0.75
    assert found["meanItemF1"] == pytest.approx((1 + 2 / 3 + 2 / 3 + 0) / 4)
    assert found["customScore"] == pytest.approx((1 + 1 / 4 + 1 + 0) / 4)
    assert found["customScorePooled"] == pytest.approx((2 + 1 + 2 + 0) / 12)
    assert found["customScoreSilverCounted"] == pytest.approx((1 + 1 / 4 + 1 / 2 + 0) / 4)


def test_an_item_without_gold_letters_is_right_when_nothing_is_chosen() -> None:
    assert error_of("par4pc", par(), '{"answer": []}') is None
    assert error_of("par4pc", par(), "nothing") == "unparsed"
    assert error_of("par4pc", par(), '{"answer": "A"}') == "wrong"
    total = total_of("par4pc", [par(), par()], ['{"answer": []}', ""])
    assert total["value"] == 0.5 and total["submetrics"]["customScore"] == 0.5


@pytest.mark.parametrize(
    ("gold", "reason"),
    [
        (["A"], "the gold must be"),
        ({"gold": "A"}, "the gold must be"),
        ({"gold": ["AC"]}, "list of letters"),
        ({"gold": ["A"], "silver": [1]}, "list of letters"),
        ({"gold": ["A", "F"]}, "F is not among the options"),
    ],
)
def test_unusable_gold_letters_are_named(gold: object, reason: str) -> None:
    item = par("A", options="ABCD") | {"gold": gold}
    assert reason in scorer_of("par4pc").check_item(item)


# PI4PC


@pytest.mark.parametrize(
    "value",
    [
        "61",
        '"61"',
        '" 61 "',
        "61.0",
        '"0061"',
        '"[0061]"',
        '"¶ 61"',
        '"¶[0061]"',
        '"#61"',
        '"paragraph 61"',
        '"Paragraph [0061]"',
        '"option 61."',
        '"**61**"',
        '"６１"',
        "[61]",
        '["61"]',
    ],
)
@pytest.mark.parametrize("key", ["answer", "Answer"])
def test_a_paragraph_is_read_in_every_spelling(value: str, key: str) -> None:
    assert error_of("pi4pc", pi(61), f'[0012] says 12. {{"{key}": {value}}} of claim 5') is None


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("74", "silver"),
        ("12", "wrong"),
        ("62", "not-an-option"),
        ("6", "not-an-option"),
        ("161", "not-an-option"),
        ("-61", "not-a-paragraph"),
        ('"-61"', "not-a-paragraph"),
        ("61.9", "not-a-paragraph"),
        ('"61, 74"', "not-a-paragraph"),
        ('"61-74"', "not-a-paragraph"),
        ('"61 or 74"', "not-a-paragraph"),
        ('"61 74"', "not-a-paragraph"),
        ('"about 61"', "not-a-paragraph"),
        ('"the one with the rotor"', "not-a-paragraph"),
        ("[61, 74]", "not-a-paragraph"),
        ("[]", "not-a-paragraph"),
        ("true", "not-a-paragraph"),
        ("1e999", "not-a-paragraph"),
        ("NaN", "not-a-paragraph"),
        ('{"61": "text"}', "not-a-paragraph"),
        ('""', "not-a-paragraph"),
        ("null", "unparsed"),
    ],
)
def test_other_and_hedged_paragraphs_are_wrong(value: str, error: str) -> None:
    assert error_of("pi4pc", pi(61), f'{{"answer": {value}}}') == error


@pytest.mark.parametrize(
    "text",
    ["61", "[0061]", "The answer is 61.", '<think>{"answer": 61}</think>', '{"key": 61}', ""],
)
def test_paragraphs_in_prose_or_reasoning_never_count(text: str) -> None:
    assert error_of("pi4pc", pi(61), text) == "unparsed"


def test_the_options_may_be_written_as_patents_write_them() -> None:
    item = pi(61)
    item["input"]["options"] = {"[0012]": "a", "[0061]": "b"}
    item["gold"] = {"gold": ["61"], "silver": None, "negative": ["0012"]}
    assert error_of("pi4pc", item, '{"answer": "61"}') is None
    assert error_of("pi4pc", item, '{"answer": "[0012]"}') == "wrong"


def test_a_gold_paragraph_that_is_no_option_is_wrong() -> None:
    assert error_of("pi4pc", pi(61, 99), '{"answer": 99}') == "not-an-option"
    assert error_of("pi4pc", pi(61, 99), '{"answer": 61}') is None


def test_silver_paragraphs_count_half_in_their_own_figure() -> None:
    answers = ['{"answer": 61}', '{"answer": 74}', '{"answer": 12}', '{"answer": 99}', "61"]
    total = total_of("pi4pc", [pi(61)] * 5, answers)
    found = total["submetrics"]
    assert total["value"] == pytest.approx(1 / 5)
    assert found["silverAtHalf"] == pytest.approx(1.5 / 5)
    assert found["silverRate"] == pytest.approx(1 / 5)
    assert found["validShare"] == pytest.approx(3 / 5)
    assert found["precisionWithSilver"] == pytest.approx(2 / 3)
    assert found["recallWithSilver"] == pytest.approx(2 / 10)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"gold": 61}, "the gold must be"),
        ({"gold": {"gold": []}}, "the gold must be"),
        ({"gold": {"gold": ["sixty"]}}, "list of paragraph numbers"),
        ({"gold": {"gold": [True]}}, "list of paragraph numbers"),
        ({"input": {}}, "'options' must be"),
        ({"input": {"options": {"first": "a"}}}, "'first' is not a paragraph number"),
    ],
)
def test_unusable_gold_paragraphs_are_named(change: dict, reason: str) -> None:
    assert reason in scorer_of("pi4pc").check_item(pi(61) | change)


# NOC4PC


@pytest.mark.parametrize(
    ("gold", "value"),
    [
        ("ALLOW", '"ALLOW"'),
        ("ALLOW", '"allow"'),
        ("ALLOW", '"Allowed."'),
        ("ALLOW", '"allowance"'),
        ("ALLOW", '["ALLOW"]'),
        ("102", '"102"'),
        ("102", "102"),
        ("102", "102.0"),
        ("102", '" 102 "'),
        ("102", '["102"]'),
        ("102", "[102]"),
        ("102", '"１０２"'),
        ("103", '"§ 103"'),
        ("103", '"Section 103"'),
        ("103", '"35 U.S.C. 103"'),
        ("103", '"35 USC § 103(a)"'),
        ("102", '"102(a)(1)"'),
    ],
)
@pytest.mark.parametrize("key", ["code", "Code", "CODE"])
def test_a_code_is_read_in_every_spelling(gold: str, value: str, key: str) -> None:
    assert error_of("noc4pc", noc(gold), f'{{"{key}": {value}, "reason": "x"}}') is None


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ('"103"', "wrong"),
        ('"102/103"', "unknown-code"),
        ('"102 and 103"', "unknown-code"),
        ('["102", "103"]', "unknown-code"),
        ('"102 or ALLOW"', "unknown-code"),
        ('"not 103"', "unknown-code"),
        ('"not allowed"', "unknown-code"),
        ('"shallow"', "unknown-code"),
        ('"101"', "unknown-code"),
        ('"1020"', "unknown-code"),
        ("102.5", "unknown-code"),
        ("1e999", "unknown-code"),
        ('""', "unknown-code"),
        ("true", "unparsed"),
        ('{"x": "102"}', "unparsed"),
        ("null", "unparsed"),
    ],
)
def test_other_and_hedged_codes_are_wrong(value: str, error: str) -> None:
    assert error_of("noc4pc", noc("102"), f'{{"code": {value}}}') == error


def test_a_patents_own_number_is_no_code() -> None:
    assert (
        error_of("noc4pc", noc("102"), 'US102 anticipates. {"verdict": "rejected"}') == "unparsed"
    )


def test_published_figures_over_parsed_answers_stand_beside_ours() -> None:
    items = [noc(gold) for gold in ("ALLOW", "102", "103", "103", "102")]
    answers = [f'{{"code": "{code}"}}' for code in ("ALLOW", "102", "103", "102", "rejected")]
    total = total_of("noc4pc", items, answers)
    found = total["submetrics"]
    # F1 of 102: one hit, two golds, two predicted; of 103: one hit, two golds, one predicted.
    assert total["value"] == pytest.approx((1 + 1 / 2 + 2 / 3) / 3)
    assert found["accuracy"] == pytest.approx(3 / 5)
    assert found["accuracyParsed"] == pytest.approx(3 / 4)
    assert found["macroF1Parsed"] == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)
    assert found["parsedShare"] == pytest.approx(4 / 5)


def test_a_decision_that_never_occurs_counts_as_0_and_nothing_parsed_is_0() -> None:
    assert total_of("noc4pc", [noc("102")], ['{"code": "102"}'])["value"] == pytest.approx(1 / 3)
    total = total_of("noc4pc", [noc("102")] * 2, ["102", ""])
    assert total["value"] == 0 and total["submetrics"]["macroF1Parsed"] == 0


# All three


@pytest.mark.parametrize("task", PATENTS)
def test_the_order_of_items_changes_no_figure(task: str) -> None:
    corpus, _ = built(task)
    r, say = random.Random(0), corpus.phrasing
    pairs = [
        (item, r.choice([say.worked, say.mistaken, say.stated, say.bare])(problem))
        for item, problem in zip(corpus.items("test"), corpus.splits["test"])
    ]
    before = total_of(task, *map(list, zip(*pairs)))
    r.shuffle(pairs)
    after = total_of(task, *map(list, zip(*pairs)))
    assert 0 < before["value"] < 1
    assert after["value"] == pytest.approx(before["value"])
    assert after["submetrics"] == pytest.approx(before["submetrics"])


@pytest.mark.parametrize("task", PATENTS)
def test_an_unparsed_answer_is_never_better_than_a_wrong_one(task: str) -> None:
    corpus, _ = built(task)
    items, say = corpus.items("dev"), corpus.phrasing
    right = [say.worked(p) for p in corpus.splits["dev"]]
    for k in (0, 17, 99):
        value = total_of(task, items, [*right[:k], "I cannot say.", *right[k + 1 :]])["value"]
        assert value < total_of(task, items, right)["value"] == pytest.approx(1)


@pytest.mark.parametrize("task", PATENTS)
def test_endless_answers_are_wrong(task: str) -> None:
    item = {"par4pc": par("A"), "pi4pc": pi(61), "noc4pc": noc("102")}[task]
    hostile = ["A, " * 60_000, "(" * 150_000, "0" * 150_000, "35 U.S.C. " * 15_000, "[0" * 70_000]
    for value in hostile:
        for key in ("answer", "code"):
            assert scorer_of(task).score_item(item, json.dumps({key: value}))["score"] == 0
    assert scorer_of(task).score_item(item, json.dumps({"answer": ["A"] * 40_000}))["score"] == 0
