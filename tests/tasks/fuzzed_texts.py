"""Texts that no scorer was written for: random ones, mutated answers, and what breaks parsers.

Each is a pure function of task and index, so that one that breaks a scorer can be made again:
`python tests/tasks/fuzz_scorer.py --task TASK --index N` prints it.
"""

from __future__ import annotations

import random
from typing import Any

from task_modules import built, card_of

ALPHABET = (
    "{}[]()<>\"'`\\|/:;=#@+-*^%$&~_.,!?0123456789 \n\t\r"
    "abcdefxyzCNOPSFIBrcnos答案是正确：，。ＡＢ１２½٣∞−\u0000\u200b\u202e\ufeff\uffff\ud83d\udc00é"
)
PIECES = [
    *("<think>", "</think>", "<THINK>", "</reasoning>", "```", "```json\n", "```python\n"),
    *("\\boxed{", "}", "{", '{"', '":', "[", "]", "Answer:", "answer is", "Final Answer:"),
    *("答案：", "null", "true", "NaN", "-Infinity", "\\frac{1}{2}", "\\sqrt{", "^{", "\\text{"),
    *("import matplotlib.pyplot as plt\n", "plt.bar(", "def f():", "C1CC", "c1ccccc1", "[N+]", ">>", "%12"),
]
NASTY = [
    *("", " ", "-", "--1", "+-3", "1e999", "-1e-999", "0x1F", "1_000", "1,00,0", ".", "...", "½", "٣"),
    *("9" * 5000, "0" * 3000 + "1", "1" + "0" * 400, "9^9^9^9", "10!!!!!", "1/0", "0/0", "sqrt(-1)"),
    *("C" * 2000, "C1" * 300, "[" * 400, "(" * 400 + ")" * 400, "C(" * 200, "c1ccccc1" * 60, "[Fe+99]"),
    *("C%99CC%99", "[C@@@H]", "*" * 60, "~~~", "[H][H]", "[238U]", "C>>", ">>", ".", "C..C", "[#999]"),
    *("A" * 500, "A,B,C,D,E,F,G,H,I", "[A]", '["A", "B"]', '{"a": {"b": 1}}', "true", "null", "é" * 99),
    *("\u202e204", "\u0000", "\ud83d", "\U0001f9ea" * 50, "<think>", "```", "\\", "\\\\", '"', "'", "\n" * 200),
]
REPEATED = [
    *("{", "[", "(", '{"a":', "[[", "\\boxed{", "<think>", "</think>", "<think></think>", "Answer: "),
    *("Final Answer:", "答案", "```", "```json\n{", '"', "\\", "\\frac{", "1,", "1+", "^", " ", "\n", "a", "."),
    *('{"output": "C', "C(", "c1", "[C", "%10", "=", "#", "if 1:\n ", "-", "!", "\ud83d", "｛"),
]


def text_of(task: str, index: int) -> tuple[dict[str, Any], str]:
    """The item and the text of an index."""
    r = random.Random(f"{task}/{index}")
    corpus, _ = built(task)
    k = r.randrange(len(corpus.splits["dev"]))
    problem, say = corpus.splits["dev"][k], corpus.phrasing
    forms = (say.worked, say.mistaken, say.stated, say.bare)
    kind = index % 8
    if kind < 3:
        text = mutated(r.choice(forms)(problem), r)
    elif kind == 3:
        text = card_of(task)["answerTemplate"].replace("{answer}", r.choice(NASTY))
        text = mutated(text, r) if r.random() < 0.5 else text
    elif kind == 4:
        text = "".join(r.choices(ALPHABET, k=r.randrange(300)))
    elif kind == 5:
        parts = [*PIECES, *NASTY, say.form(problem.answer), problem.answer]
        text = "".join(r.choice(parts) for _ in range(r.randrange(1, 25)))
    elif kind == 6:
        text = "".join(chr(r.choice((r.randrange(128), r.randrange(0x110000)))) for _ in range(r.randrange(200)))
    else:
        length = r.choice((10, 1_000, 60_000))
        part = r.choice(REPEATED)
        text = part * (length // len(part)) + say.form(problem.answer) * r.randrange(2)
    return dict(item_of(task, k)), text


def item_of(task: str, k: int) -> dict[str, Any]:
    """The k-th dev item; what its program drew is made up where the task's answers are programs."""
    item = built(task)[0].items("dev")[k]
    if card_of(task).get("executes"):
        item["drawn"] = drawn(random.Random(f"{task}/drawn/{k}"))
    return item


def mutated(text: str, r: random.Random) -> str:
    """A text with a few things inserted, cut out, doubled or exchanged."""
    for _ in range(r.randrange(1, 10)):
        i, j = sorted(r.randrange(len(text) + 1) for _ in range(2))
        match r.randrange(5):
            case 0:
                text = text[:i] + r.choice(ALPHABET) + text[i:]
            case 1:
                text = text[:i] + text[min(j, i + 3) :]
            case 2:
                text = text[:i] + r.choice(PIECES) + text[i:]
            case 3:
                text = text[:j] + text[i:j][:200] + text[j:]
            case 4:
                text = text[:i] + text[i:j][::-1] + text[j:]
    return text


def drawn(r: random.Random) -> Any:
    """A record as a program may forge it: of the right form, nearly so, or of none."""
    odd = [None, True, 0, -1.5, 1e308, float("nan"), float("inf"), "", "bar", [], {}, [[]], "\ud83d"]

    def anything(depth: int) -> Any:
        if depth == 0 or r.random() < 0.3:
            return r.choice(odd)
        if r.random() < 0.5:
            return [anything(depth - 1) for _ in range(r.randrange(4))]
        keys = ("chart", "type", "series", "values", "positions", "names", "colours", "also", "error")
        return {r.choice(keys): anything(depth - 1) for _ in range(r.randrange(5))}

    def series() -> Any:
        n = r.randrange(5)
        column = lambda values: [r.choice(values) for _ in range(n + (r.random() < 0.1))]
        return {
            "values": column([1, 2.5, None, float("nan"), 1e308]),
            "positions": column([0, 1, 2, None, float("inf")]),
            "names": column(["a", "b", "", "\ud83d"]),
            "colours": r.choice([None, column(["red", "blue"]), anything(2)]),
        }

    if r.random() < 0.3:
        return anything(4)
    kinds = ("bar", "hbar", "line", "pie", "scatter", "radar", "area", "waterfall", "x")
    reading = lambda: {"type": r.choice(kinds), "series": [series() for _ in range(r.randrange(4))]}
    chart = {**reading(), "also": [reading() for _ in range(r.randrange(3))]}
    return {"chart": chart, "error": r.choice([None, None, None, "raised", "limit", "?"])}
