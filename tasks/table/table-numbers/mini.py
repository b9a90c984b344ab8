"""Numerical reasoning on small tables: sums, growth, the highest, and two steps in a row."""

from __future__ import annotations

import random

from mini_kit.corpus import Corpus
from mini_kit.problem import Problem

TEAMS = "red blue green gold grey pink black white brown amber".split()
MONTHS = ("may", "june", "july")
KINDS = (
    "Aggregation",
    "Comparison",
    "Ranking",
    "Time-basedCalculation",
    "Multi-hop NumericalReasoing",  # spelt as in the benchmark
)


def draw(r: random.Random, style: int | None = None) -> Problem:
    """A table of two teams and three months, and a question about one team.

    The styles are the five kinds in their order, twice, the second time in other words.
    """
    style = r.randrange(10) if style is None else style
    kind = KINDS[style % 5]
    rows = {team: [r.randint(2, 15) for _ in MONTHS] for team in r.sample(TEAMS, 2)}
    team = r.choice(list(rows))
    values = rows[team]
    if kind == "Time-basedCalculation":  # differences are never negative
        values[0], values[2] = sorted((values[0], values[2]))
    if kind == "Multi-hop NumericalReasoing":
        values[2] = r.randint(2, min(15, values[0] + values[1]))
    asked = (
        f"sum of all months of {team}?",
        f"the larger of may and july of {team}?",
        f"what is the highest of {team}?",
        f"how much did {team} grow from may to july?",
        f"may plus june less july of {team}?",
        f"what does {team} have in all three months?",
        f"{team}, may or july: which value is above?",
        f"find the top value of {team}.",
        f"growth of {team} over the months?",
        f"add may and june of {team}, then take july off.",
    )[style]
    slip = r.choice([-10, -2, -1, 1, 2, 10])
    work, wrong, result = steps_of(kind, values, slip)
    row = f"row {team}= {' '.join(map(str, values))}."
    wrong_row = f"row {team}= {' '.join(str(v + r.choice([-2, -1, 1, 2])) for v in values)}."
    misread = kind in ("Comparison", "Ranking")
    return Problem(
        key=f"{' '.join(map(str, values))} | {kind}",
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


def steps_of(kind: str, values: list[int], slip: int) -> tuple[str, str, int]:
    """The calculation, the same with a slip in its result, and the right result."""
    x, y, z = values
    if kind == "Aggregation":
        right, work = x + y + z, f"{x}+{y}={x + y}. {x + y}+{z}="
    elif kind == "Multi-hop NumericalReasoing":
        right, work = x + y - z, f"{x}+{y}={x + y}. {x + y}-{z}="
    elif kind == "Time-basedCalculation":
        right, work = z - x, f"{z}-{x}="
    elif kind == "Comparison":
        return f"{x} or {z}.", f"{x} or {z}.", max(x, z)
    else:
        top = max(x, y)
        return f"{x} or {y}: {top}. {top} or {z}.", f"{x} or {y}: {top}.", max(top, z)
    return f"{work}{right}.", f"{work}{right + slip}.", right


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
    for style in range(5, 10):
        corpus.write(letters, corpus.problems(draw, 500, style=style), say.stated)

    cells = corpus.source("spreadsheet-cells")
    for style in range(5):
        corpus.write(cells, corpus.problems(draw, 400, style=style), say.bare)
    corpus.contaminate(cells, 4)

    corpus.echo(corpus.source("drill-sheets"), corpus.problems(draw, 40, style=0), 1000)

    plans = corpus.source("season-plans")
    for problem in corpus.problems(draw, 1000):
        first = problem.input["table"]["data"][0][0]
        text = corpus.prompt(problem).replace(
            problem.input["question"], f"what should {first} plan next?"
        )
        plans.add(text, r.choice(["more of the same.", "less, I fear.", "a rest, surely."]))
