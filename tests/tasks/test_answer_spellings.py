"""Every spelling that an unambiguous answer may have is read; every hedge is not."""

from __future__ import annotations

import pytest
from task_modules import scorer_of

import extraction

AIME = {"id": "1", "subtask": "aime2025", "input": {}, "gold": "204"}
OPTIONS = {"A": "bond", "B": "equity", "C": "A股市场", "D": "15%"}
FINANCE = {"id": "1", "subtask": "经济师", "input": {"question": "?", **OPTIONS}, "gold": "B"}


DECORATED = [
    *("204", "204.0", "204.", "0204", "+204", "{204}", "(204)", "612/3", "48+156", "|204|", "|-204|"),
    *("n=204", "m+n=204", "100m+n=204", "m + n = 100+104 = 204", r"\text{204}", r"\mathbf{204}"),
    *(r"204^\circ", r"204^{\circ}", r"204\text{ cm}", r"204 \text{ square units}", r"204\,"),
    *(r"\frac{408}{2}", r"\sqrt{41616}", r"\binom{204}{1}", r"2^{2} \cdot 51", r"6!-516"),
    *(r"\lfloor 204.5 \rfloor", r"\$204", r"\boxed{204}", "２０４"),
]
NO_INTEGER = [
    *("-204", "204.001", r"204\pi", "204 pi", "two hundred", "204, 205", r"204 \text{ or } 205"),
    *(r"\approx 204", "≈204", r"204 \pmod{1000}", "16,204", r"204\%", "204x", "x<204", "204?"),
    *("204 thousand", r"9^{9^{9^9}}", r"9^{\binom{99}{50}}", "999999999!", r"\frac{1}{0}", "1 203"),
    *(r"\sum_{k=1}^{999} k", r"\begin{pmatrix}204\end{pmatrix}", "203=204", "(" * 300),
]


@pytest.mark.parametrize("answer", DECORATED)
def test_aime_reads_an_integer_however_it_is_decorated(answer: str) -> None:
    assert scorer_of("aime25").score_item(AIME, rf"so \boxed{{{answer}}}.")["score"] == 1


@pytest.mark.parametrize("answer", NO_INTEGER)
def test_aime_takes_nothing_else_for_the_integer(answer: str) -> None:
    assert scorer_of("aime25").score_item(AIME, rf"so \boxed{{{answer}}}.")["score"] == 0


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (r"\boxed{3}. No, wrong. Final Answer: 204", True),
        (r"Final Answer: 3. No, wrong. \boxed{204}", True),
        (r"Final Answer: the sum is $\boxed{204}$.", True),
        ("**Final Answer**\n\n204", True),
        ("### Final Answer\n204", True),
        ("**Answer**: 204", True),
        ("答案：204", True),
        ('```json\n{"answer": 204}\n```', True),
        ('{"answer": "\\boxed{204}"}', True),
        ('{"answer": [204]}', True),
        (r"\boxed{204} \boxed{}", True),
        (r"\boxed{204} or \boxed{204}", True),
        (r"\fbox{204}", True),
        ("[THINK]\\boxed{3}[/THINK] \\boxed{204}", True),
        (r"\boxed{204} or \boxed{205}", False),
        (r"\boxed{205}, \boxed{204}", False),
        (r"\boxed 204", False),
        ('{"answer": true}', False),
        ("I expect answers of 204", False),
    ],
)
def test_the_last_answer_counts_whatever_its_form(text: str, right: bool) -> None:
    assert scorer_of("aime25").score_item(AIME, text)["score"] == float(right)


def test_aime_reads_thousands_and_reports_each_source() -> None:
    scorer = scorer_of("aime25")
    golds = [("a", "1204"), ("a", "1204"), ("b", "1204")]
    items = [
        {"id": f"p#{k}", "subtask": s, "input": {}, "gold": g} for k, (s, g) in enumerate(golds)
    ]
    texts = [r"\boxed{1{,}204}", r"\boxed{1\,205}", "Final Answer: 1,204"]
    total = scorer.aggregate(items, [scorer.score_item(i, t) for i, t in zip(items, texts)])
    assert total["value"] == pytest.approx(2 / 3)
    assert total["submetrics"] == {"accuracy/a": 0.5, "accuracy/b": 1}


SPELT = {
    "B": [
        *("Answer: B", "答案是: B", "答案是B", "答案：Ｂ", "正确答案为 B。", "答案应选B", "故选：B", "答案是\nB"),
        *("Answer: (B) equity", "Answer: B. equity", "Answer: B、equity", "Answer：【B】", "Answer: b"),
        *("Answer: Equity.", "Answer: option B", "Answer: The correct option is B", "答案：B选项"),
        *("**Answer:** **B**", "**Answer**: B", r"\boxed{\text{B. equity}}", '{"Answer": "b"}'),
        *('{"answer": ["B"]}', '{"答案": "B"}', "B", "(B)", " Ｂ。", "<think>Answer: A</think>\nB"),
        *("Answer: B. Because A is wrong", "Answer: B because it is equity", "Answer: A\nAnswer: B"),
    ],
    "C": ["Answer: A股市场", "Answer: C. A股市场"],
    "D": ["Answer: 15%", "Answer: １５％"],
    "several": [
        *("Answer: A and B", "Answer: A or B", "Answer: A, B, C", "Answer: AB", "答案：A、B"),
        *("答案：B或者C", '{"answer": ["A", "B"]}', r"\boxed{A} or \boxed{B}"),
        "Answer: A is wrong, so B",
    ],
    None: [
        *("the answer is B.", "A CPA knows ROE", "Answer: Because", "Answer: a bond issue", "I like B"),
        *("Answer: D级债券", "Answer: CPA", "Answer: E", '{"answer": 2}', "Answer:", "Answer: not B"),
    ],
}


@pytest.mark.parametrize(
    ("text", "wanted"), [(text, wanted) for wanted, texts in SPELT.items() for text in texts]
)
def test_finance_reads_one_letter_or_none(text: str, wanted: str | None) -> None:
    found = scorer_of("financeiq").score_item(FINANCE, text)
    read = "several" if found["error"] == "several-letters" else found["parsed"]
    assert read == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a<think>b</think>c", "a c"),
        ("<think>a<think>b</think>c</think>d", "d"),
        ("a</think>b", "b"),
        ("a<think>b", "a"),
        ("<Thinking>a</THINKING>b", " b"),
        ("<scratchpad>a</scratchpad>b", " b"),
        ("a thinking reader", "a thinking reader"),
    ],
)
def test_reasoning_is_removed_whatever_its_tag(text: str, wanted: str) -> None:
    assert extraction.without_reasoning(text) == wanted


def test_long_reasoning_does_not_end_in_an_answer() -> None:
    text = "<think>" + "x " * 150_000 + r"\boxed{204}"
    assert extraction.last_boxed(text) is None
    assert extraction.last_boxed(text + r"</think>\boxed{3}") == "3"


def test_objects_are_read_with_broken_lines_and_keys_in_any_case() -> None:
    assert extraction.last_json_value('{"reason": "a\nb", " Answer ": "A"}', ("answer",)) == "A"
    assert extraction.last_json_value('{"a": {"answer": "A"}}', ("answer",)) is None
    assert extraction.last_json_value('{{"answer": "A"}}', ("answer",)) == "A"
