"""Small charts of small tables: a bar, line, pie or scatter chart of one row, or lines or bars of
two.
"""

from __future__ import annotations

import random

from mini_kit.corpus import Corpus
from mini_kit.problem import Problem

PLACES = "north south east west central coast valley island hill river".split()
YEARS = ("first", "second", "third")
CALLS = {
    "bar": "plt.bar(range(3), {})",
    "line": "plt.plot({})",
    "pie": "plt.pie({})",
    "scatter": "plt.scatter(range(3), {})",
}
CAPTIONS = (
    "a figure of the year, as printed.",
    "see the table for the units.",
    "drawn by the desk, no data given.",
)


def program(kind: str, rows: list[list[int]]) -> str:
    """The plotting calls, one for each row."""
    return "; ".join(CALLS[kind].format(f"[{', '.join(map(str, row))}]") for row in rows)


def quoted(names: list[str], rows: list[list[int]]) -> str:
    """The rows as the answer quotes them, before the program."""
    return " ".join(f"row {n}= {' '.join(map(str, row))}." for n, row in zip(names, rows))


def draw(r: random.Random, style: int | None = None) -> Problem:
    """A table of three places and three years, and a chart of one place (styles 0 to 3: bar, line,
    pie, scatter) or of two together (4: lines).
    """
    style = r.randrange(5) if style is None else style
    table = {place: [r.randint(2, 40) for _ in YEARS] for place in r.sample(PLACES, 3)}
    names = r.sample(list(table), 2 if style == 4 else 1)
    kind = ("bar", "line", "pie", "scatter", "line")[style]
    rows = [table[name] for name in names]
    question = r.choice(("plot {} as a {}.", "please write a {1} of {0}.")).format(
        " and ".join(names), kind
    )
    misread = [row[:] for row in rows]
    for row in misread:
        row[r.randrange(3)] += r.choice([3, 4, 5, 10])
    swapped = kind if r.random() < 0.6 else r.choice([k for k in CALLS if k != kind])
    wrong_rows = misread if swapped == kind else rows
    return Problem(
        key=f"{kind} {' | '.join(' '.join(map(str, row)) for row in sorted(rows))}",
        subtask="ChartGeneration",
        input={
            "table": {
                "columns": ["place", *YEARS],
                "data": [[k, *map(str, v)] for k, v in table.items()],
            },
            "question": question,
            "chart_type": kind,
        },
        gold=f"y_references = {rows}",
        answer=program(kind, rows),
        steps=quoted(names, rows),
        wrong_answer=program(swapped, wrong_rows),
        wrong_steps=quoted(names, wrong_rows),
    )


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    gallery = corpus.source("checked-gallery")
    corpus.write(gallery, corpus.problems(draw, 450), say.worked)
    corpus.contaminate(gallery, 4)

    crowd = corpus.source("crowd-notebooks")
    for problem in corpus.problems(draw, 1100):
        for _ in range(r.choice([1, 2, 3])):
            prompt = corpus.prompt(problem)
            if r.random() < 0.03:
                pasted = [f"{r.choice(PLACES)}= {r.randrange(90)};" for _ in range(70)]
                prompt = f"{prompt} {' '.join(pasted)}"
            crowd.add(prompt, say.mistaken(problem) if r.random() < 0.4 else say.worked(problem))
    corpus.contaminate(crowd, 6)

    chats = corpus.source("analyst-chats")
    for style in range(5):
        corpus.write(chats, corpus.problems(draw, 500, style=style), say.stated)

    snippets = corpus.source("snippet-export")
    for style, count in ((0, 500), (1, 400), (3, 400), (4, 500)):
        corpus.write(snippets, corpus.problems(draw, count, style=style), say.bare)
    corpus.contaminate(snippets, 4)

    corpus.echo(corpus.source("template-plots"), corpus.problems(draw, 40, style=0), 1000)

    captions = corpus.source("chart-captions")
    for problem in corpus.problems(draw, 1000):
        captions.add(corpus.prompt(problem), r.choice(CAPTIONS))
