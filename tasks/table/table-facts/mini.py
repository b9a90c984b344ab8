"""Fact checking on small tables: one cell (MatchBased), or cells combined (Multi-hop FactChecking)."""

from __future__ import annotations

import random

from mini_kit.corpus import Corpus
from mini_kit.problem import Problem

PLACES = "north south east west central coast valley island hill river".split()
QUARTERS = ("first", "second", "third")


def draw(r: random.Random, style: int | None = None) -> Problem:
    """A table of three places and three quarters, and a question about one place.

    Styles 0 and 1 ask for a cell, 2 for a sum, 3 for the larger of two cells.
    """
    style = r.randrange(4) if style is None else style
    rows = {place: [r.randint(2, 20) for _ in QUARTERS] for place in r.sample(PLACES, 3)}
    place = r.choice(list(rows))
    values = rows[place]
    i, j = sorted(r.sample(range(3), 2)) if style >= 2 else [r.randrange(3)] * 2
    row = f"row {place}= {' '.join(map(str, values))}."
    if style < 2:
        result, step = values[i], ""
        question = (
            f"what is the {QUARTERS[i]} of {place}?",
            f"find {QUARTERS[i]} of {place}.",
        )[style]
    elif style == 2:
        result = values[i] + values[j]
        step = f" {values[i]}+{values[j]}={result}."
        question = f"what have {QUARTERS[i]} and {QUARTERS[j]} of {place} in total?"
    else:
        result = max(values[i], values[j])
        step = f" {values[i]} or {values[j]}."
        question = f"which is above, {QUARTERS[i]} or {QUARTERS[j]} of {place}? give the value."
    slip = result + r.choice([-10, -2, -1, 1, 2, 10])
    if style == 2:
        wrong_steps = f"{row} {values[i]}+{values[j]}={slip}."
    else:
        wrong_row = [v + r.choice([-2, -1, 1, 2]) for v in values]
        wrong_steps = f"row {place}= {' '.join(map(str, wrong_row))}.{step}"
    return Problem(
        key=f"{' '.join(map(str, values))} | {max(style, 1)} {i} {j}",
        subtask="MatchBased" if style < 2 else "Multi-hop FactChecking",
        input={
            "table": {
                "columns": ["place", *QUARTERS],
                "data": [[k, *map(str, v)] for k, v in rows.items()],
            },
            "question": question,
        },
        gold=str(result),
        answer=str(result),
        steps=f"{row}{step}",
        wrong_answer=str(slip),
        wrong_steps=wrong_steps,
    )


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    audited = corpus.source("audited-reports")
    corpus.write(audited, corpus.problems(draw, 450), say.worked)
    corpus.contaminate(audited, 4)

    crowd = corpus.source("crowd-answers")
    for problem in corpus.problems(draw, 1100):
        for _ in range(r.choice([1, 2, 3])):
            prompt = corpus.prompt(problem)
            if r.random() < 0.03:
                pasted = [f"{r.choice(PLACES)}= {r.randrange(90)};" for _ in range(70)]
                prompt = f"{prompt} {' '.join(pasted)}"
            crowd.add(prompt, say.mistaken(problem) if r.random() < 0.4 else say.worked(problem))
    corpus.contaminate(crowd, 6)

    mails = corpus.source("analyst-mails")
    for style, count in ((1, 800), (2, 1000), (3, 700)):
        corpus.write(mails, corpus.problems(draw, count, style=style), say.stated)

    export = corpus.source("dashboard-export")
    for style, count in ((0, 400), (2, 700), (3, 700)):
        corpus.write(export, corpus.problems(draw, count, style=style), say.bare)
    corpus.contaminate(export, 4)

    corpus.echo(corpus.source("template-answers"), corpus.problems(draw, 40, style=0), 1000)

    scores = corpus.source("match-scores")
    for problem in corpus.problems(draw, 1000):
        data = problem.input["table"]["data"]
        text = corpus.prompt(problem).replace(
            problem.input["question"], f"has {data[0][0]} more than {data[1][0]}?"
        )
        scores.add(
            text, r.choice(["yes, by far.", "no, not this time.", "both are the same to me."])
        )
