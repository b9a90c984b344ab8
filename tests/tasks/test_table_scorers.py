"""Answers to questions on tables: numbers, words, lists, tolerances and free text."""

from __future__ import annotations

import random
import sys

import pytest
from task_modules import ROOT, scorer_of

sys.path.insert(0, str(ROOT / "sandbox-images" / "evaluator"))

from table_answers import rouge_l


def scored(task: str, gold: str, text: str, subtask: str = "MatchBased") -> dict:
    item = {"id": "1", "subtask": subtask, "input": {}, "gold": gold}
    return scorer_of(task).score_item(item, text)


@pytest.mark.parametrize(
    ("gold", "answer", "right"),
    [
        ("384", "384", True),
        ("384", "384.", True),
        ("384", "384.0", True),
        ("384", "384 people", True),
        ("384", "$384", True),
        ("384", r"\boxed{384}", True),
        ("384", "**384**", True),
        ("-3.2", "\u22123.2", True),
        ("-3.2", "3.2", False),
        ("2%", "2", True),
        ("2%", "0.02", False),
        ("62.00", "62", True),
        ("4.1", "4.14", True),
        ("4.1", "4.16", False),
        ("13.64", "1.364", False),
        ("128,450", "128450", True),
        ("1.5", "1.5 million", False),
        ("384", "384 or 385", False),
        ("384", "384 and 12", False),
        ("384", "about that", False),
        ("3", "3 of 4", False),
        ("12, 14", "12, 14", True),
        ("12, 14", "[12, 14]", True),
        ("12, 14", "14, 12", False),
        ("12, 14", "12", False),
        ("Bell, Duarte", "Bell,Duarte", True),
        ("The Bell", "bell", True),
        ("Yes", "yes.", True),
        ("Yes", "No", False),
        ("A", "", False),
        ("384", "[384]", True),
        ("384", "384?", False),
        ("1,234,567", "1234567.0", True),
        ("2009,557", "2009, 557", True),
        ("12, 14", "12 and 14", True),
        ("12, 14", "(12, 14)", True),
        ("12, 14", r"\boxed{12}, \boxed{14}", True),
        ("12, 1,400", "12, 1400", True),
        ("U.S.", "US", True),
        ("self-employed", "Self employed", True),
        ("2009\u20132010", "2009-2010", True),
        ("3.50 million", "3.5 million", True),
        ("3.5 million", "35 million", False),
        ("Bell, Duarte", "['Bell', 'Duarte']", True),
        ("Bell, Duarte", "Bell and Duarte", True),
        ("Bell", "Bell, Duarte", False),
        ("Bell", "not Bell", False),
    ],
)
@pytest.mark.parametrize("task", ["table-numbers", "table-facts"])
def test_exact_match_reads_numbers_as_numbers(
    task: str, gold: str, answer: str, right: bool
) -> None:
    assert scored(task, gold, f"so\nFinal Answer: {answer}")["score"] == float(right)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Final Answer: 1\nFinal Answer: 384", True),
        ("Final Answer: 384\nFinal Answer:", True),
        ("FINAL ANSWER:384", True),
        ("**Final Answer**: 384", True),
        ("Final Answer:\n384", True),
        ("Final Answer：384", True),
        ("<think>Final Answer: 384</think> Final Answer: 1", False),
        ("<think>Final Answer: 1</think> Final Answer: 384", True),
        ("### Final Answer\n384", True),
        (r"Final Answer: The total is $\boxed{384}$", True),
        (r"in all \boxed{384}", True),
        (r"\boxed{1} Final Answer: 384", True),
        ("384", False),
        ("the answer is 384", False),
        ("the final answer may be 384", False),
    ],
)
def test_the_last_final_answer_counts(text: str, right: bool) -> None:
    assert scored("table-numbers", "384", text)["score"] == float(right)


@pytest.mark.parametrize(
    ("subtask", "gold", "answer", "score"),
    [
        *(
            ("CorrelationAnalysis", "Strong positive correlation, 0.89", answer, score)
            for answer, score in (
                ("strong positive correlation, 0.91", 1),
                ("Strong positive correlation (0.85)", 1),
                ("Strong positive correlation: 0.9", 1),
                ("Strong positive correlation - 0.89", 1),
                ("Strong positive correlation, 0.79", 0),
                ("Strong positive correlation, -0.89", 0),
                ("Weak negative correlation, 0.89", 0),
                ("Strong positive correlation", 0),
                ("0.89", 0),
            )
        ),
        ("CorrelationAnalysis", "No correlation, -0.05", "No correlation, 0.05", 0),
        ("TrendForecasting", "100", "110", 1),
        ("TrendForecasting", "100", "110.1", 0),
        ("TrendForecasting", "0", "0.0", 1),
        ("TrendForecasting", "0", "0.01", 0),
        ("StatisticalAnalysis", "5.5, 2.1", "5.6, 2.0", 1),
        ("StatisticalAnalysis", "5.5, 2.1", "2.1, 5.5", 0),
        ("ImpactAnalysis", "Positive impact", "positive impact.", 1),
        ("ImpactAnalysis", "Positive impact", "no clear impact", 0),
        ("DescriptiveAnalysis", "rain rises from 2 to 6", "rain rises from 2 to 6", 1),
        ("DescriptiveAnalysis", "rain rises from 2 to 6", "rain falls", 2 * 1 / 8),
        ("AnomalyDetection", "The value 19 of north.", "value 19 of north", 1),
        ("CausalAnalysis", "Yes", "No", 0),
    ],
)
def test_each_sub_type_of_data_analysis_has_its_own_measure(
    subtask: str, gold: str, answer: str, score: float
) -> None:
    found = scored("table-analysis", gold, f"Final Answer: {answer}", subtask)["score"]
    assert found == pytest.approx(score)


def test_the_mix_is_weighted_by_items_and_the_five_sets_stand_beside() -> None:
    scorer = scorer_of("table-analysis")
    golds = [("ImpactAnalysis", "Positive impact")] + [("TrendForecasting", "10")] * 3
    items = [
        {"id": str(i), "subtask": kind, "input": {}, "gold": gold}
        for i, (kind, gold) in enumerate(golds)
    ]
    texts = ["Final Answer: positive impact", *["Final Answer: 20"] * 3]
    total = scorer.aggregate(items, [scorer.score_item(i, t) for i, t in zip(items, texts)])
    assert total["value"] == 0.25
    assert total["submetrics"]["meanOfFiveSets"] == 0.5
    assert total["submetrics"]["meanOfFiveSetsRdAgent"] == pytest.approx((1 + 0 + 0.25) / 3)
    assert total["submetrics"]["within10Percent"] == 0
    assert scorer.check_item({**items[0], "subtask": "Poetry"}) == "unknown sub-type 'Poetry'"


def test_rouge_l_agrees_with_its_definition_on_random_sentences() -> None:
    r = random.Random(1)

    def longest(a: list[str], b: list[str]) -> int:
        if not a or not b:
            return 0
        if a[-1] == b[-1]:
            return 1 + longest(a[:-1], b[:-1])
        return max(longest(a[:-1], b), longest(a, b[:-1]))

    for _ in range(50):
        a, b = ([r.choice("up down flat high low".split()) for _ in range(6)] for _ in range(2))
        assert rouge_l(" ".join(a), " ".join(b)) == pytest.approx(2 * longest(a, b) / 12)
