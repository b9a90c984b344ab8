"""AIME-style questions with an integer answer: small sums and what is left of them."""

from __future__ import annotations

import random

from mini_kit.corpus import Corpus
from mini_kit.problem import Problem
from mini_kit.source import NAMES, contact

THINGS = "apples pens coins books cards eggs shells stamps".split()


def draw(r: random.Random, style: int | None = None) -> Problem:
    """A question in one of four styles: story, plain words, packing, formula."""
    a, b = r.randint(3, 30), r.randint(3, 20)
    total = a + b
    c = r.randint(2, min(30, total - 1))
    rest = total - c
    name, (one, other) = r.choice(NAMES), r.sample(THINGS, 2)
    question = (
        f"{name} has {a} {one} and gets {b} more. {c} are sold. how many are left?",
        f"what is {a} plus {b} minus {c}?",
        f"{a} {one} and {b} {other} are packed in a box. {c} get lost. find the rest.",
        f"find ({a}+{b})-{c}.",
    )[r.randrange(4) if style is None else style]
    # A careless author slips in the first sum and carries on, or in the second one.
    slip = r.choice([-10, -2, -1, 1, 2, 10])
    shown = total + (slip if r.random() < 0.5 else 0)
    return Problem(
        key=f"{min(a, b)}+{max(a, b)}-{c}",
        subtask="aime2025",
        input={"question": question},
        gold=str(rest),
        answer=str(rest),
        steps=f"add {a}+{b}={total}. {total}-{c}={rest}.",
        wrong_answer=str(rest + slip),
        wrong_steps=f"add {a}+{b}={shown}. {shown}-{c}={rest + slip}.",
    )


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    worked = corpus.source("worked-solutions")
    good = corpus.problems(draw, 400)
    corpus.write(worked, good, say.worked)
    corpus.contaminate(worked, 4)

    forum = corpus.source("forum-answers")
    for problem in corpus.problems(draw, 900):
        for _ in range(r.choice([1, 2, 3, 4])):
            prompt = corpus.prompt(problem)
            answer = say.mistaken(problem) if r.random() < 0.4 else say.worked(problem)
            if r.random() < 0.1:
                answer = f"{answer} {contact(r)}"
            if r.random() < 0.04:
                pasted = [f"{r.randrange(100)} {r.choice(THINGS)}" for _ in range(80)]
                prompt = f"{prompt} {' '.join(pasted)}"
            forum.add(prompt, answer, votes=r.randrange(30))
    corpus.contaminate(forum, 6)

    for style, count in ((1, 500), (2, 1000), (3, 1000)):
        lectures = corpus.sources.get("lecture-notes") or corpus.source("lecture-notes")
        corpus.write(lectures, corpus.problems(draw, count, style=style), say.stated)

    keys = corpus.source("answer-keys")
    for style, count in ((0, 300), (1, 1100)):
        corpus.write(keys, corpus.problems(draw, count, style=style), say.bare)
    corpus.contaminate(keys, 4)

    corpus.echo(corpus.source("exercise-mirror"), corpus.problems(draw, 40, style=0), 1200)

    puzzles = corpus.source("number-puzzles")
    for _ in range(1000):
        a, b = r.randint(3, 30), r.randint(3, 30)
        low, high = sorted((a, b))
        text = r.choice(
            [
                f"find the difference between {a} and {b}.",
                f"{r.choice(NAMES)} has {a} coins, {r.choice(NAMES)} has {b}. who has more?",
            ]
        )
        puzzles.add(
            text,
            f"that makes {high - low}, thanks"
            if "difference" in text
            else f"the one with {high} coins.",
        )
