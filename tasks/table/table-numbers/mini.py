"""Numerical reasoning on small tables: sums, differences, the highest, and two steps in a row."""

from __future__ import annotations

import random

from mini_kit.corpus import Corpus
from mini_kit.problem import Problem

TEAMS = "red blue green gold grey pink black white brown amber".split()
MONTHS = ("may", "june", "july")
KINDS = (
    "ArithmeticCalculation",
    "Aggregation",
    "Comparison",
    "Ranking",
    "Time-basedCalculation",
    "Multi-hop NumericalReasoing",  # spelt as in the benchmark
)


def draw(r: random.Random, style: int | None = None) -> Problem:
    """A table of three teams and three months, and a question about one team.

    The styles are the six kinds in their order, twice, the second time in other words.
    """
    style = r.randrange(12) if style is None else style
    kind = KINDS[style % 6]
    rows = {team: [r.randint(2, 20) for _ in MONTHS] for team in r.sample(TEAMS, 3)}
    team = r.choice(list(rows))
    values = rows[team]
    i, j = sorted(r.sample(range(3), 2))
    if kind in ("ArithmeticCalculation", "Time-basedCalculation"):
        # Differences are never negative: the later month has more.
        if kind == "Time-basedCalculation":
            i, j = 0, 2
        values[i], values[j] = sorted((values[i], values[j]))
    if kind == "Multi-hop NumericalReasoing":
        values[2] = r.randint(2, min(20, values[0] + values[1]))
    a, b = values[i], values[j]
    asked = (
        f"what is {MONTHS[j]} less {MONTHS[i]} of {team}?",
        f"sum of all months of {team}?",
        f"the larger of {MONTHS[i]} and {MONTHS[j]} of {team}?",
        f"what is the highest of {team}?",
        f"how much did {team} grow from may to july?",
        f"may plus june less july of {team}?",
        f"take {MONTHS[i]} from {MONTHS[j]} of {team}.",
        f"what does {team} have in all three months?",
        f"{team}, {MONTHS[i]} or {MONTHS[j]}: which value is above?",
        f"find the top value of {team}.",
        f"growth of {team} over the months?",
        f"add may and june of {team}, then take july off.",
    )[style]
    slip = r.choice([-10, -2, -1, 1, 2, 10])
    work, wrong, result = steps_of(kind, values, (a, b), slip)
    row = f"row {team}= {' '.join(map(str, values))}."
    wrong_row = f"row {team}= {' '.join(str(v + r.choice([-2, -1, 1, 2])) for v in values)}."
    misread = kind in ("Comparison", "Ranking")
    return Problem(
        key=f"{' '.join(map(str, values))} | {kind} {i} {j}",
        subtask=kind,
        input={
            "table": {
                "columns": ["team", *MONTHS],
                "data": [[name, *map(str, v)] for name, v in rows.items()],
            },
            "question": asked,
        },
        gold=str(result),
        answer=str(result),
        steps=f"{row} {work}",
        wrong_answer=str(result + slip),
        wrong_steps=f"{wrong_row} {work}" if misread else f"{row} {wrong}",
    )


def steps_of(
    kind: str, values: list[int], pair: tuple[int, int], slip: int
) -> tuple[str, str, int]:
    """The calculation, the same with a slip in its result, and the right result."""
    (a, b), (x, y, z) = pair, values
    if kind == "Aggregation":
        return f"{x}+{y}={x + y}. {x + y}+{z}={x + y + z}.", (
            f"{x}+{y}={x + y}. {x + y}+{z}={x + y + z + slip}."
        ), x + y + z
    if kind == "Comparison":
        return f"{a} or {b}.", f"{a} or {b}.", max(a, b)
    if kind == "Ranking":
        top = max(x, y)
        return f"{x} or {y}: {top}. {top} or {z}.", f"{x} or {y}: {top}.", max(top, z)
    if kind == "Multi-hop NumericalReasoing":
        return f"{x}+{y}={x + y}. {x + y}-{z}={x + y - z}.", (
            f"{x}+{y}={x + y}. {x + y}-{z}={x + y - z + slip}."
        ), x + y - z
    return f"{b}-{a}={b - a}.", f"{b}-{a}={b - a + slip}.", b - a


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    sheets = corpus.source("worksheets")
    corpus.write(sheets, corpus.problems(draw, 700), say.worked)
    corpus.contaminate(sheets, 4)

    tutors = corpus.source("tutor-answers")
    for problem in corpus.problems(draw, 1500):
        for _ in range(r.choice([1, 2, 3])):
            prompt = corpus.prompt(problem)
            if r.random() < 0.03:
                pasted = [f"{r.choice(TEAMS)}= {r.randrange(90)};" for _ in range(70)]
                prompt = f"{prompt} {' '.join(pasted)}"
            tutors.add(prompt, say.mistaken(problem) if r.random() < 0.4 else say.worked(problem))
    corpus.contaminate(tutors, 6)

    letters = corpus.source("newsletter-figures")
    for style in range(6, 12):
        corpus.write(letters, corpus.problems(draw, 450, style=style), say.stated)

    cells = corpus.source("spreadsheet-cells")
    for style in range(6):
        corpus.write(cells, corpus.problems(draw, 350, style=style), say.bare)
    corpus.contaminate(cells, 4)

    corpus.echo(corpus.source("drill-sheets"), corpus.problems(draw, 40, style=0), 1000)

    plans = corpus.source("season-plans")
    for problem in corpus.problems(draw, 1000):
        first = problem.input["table"]["data"][0][0]
        text = corpus.prompt(problem).replace(
            problem.input["question"], f"what should {first} plan next?"
        )
        plans.add(text, r.choice(["more of the same.", "less, I fear.", "a rest, surely."]))
