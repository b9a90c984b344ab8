"""Splits that are disjoint by key, and raw sources drawn from what the splits left over."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import jinja2

from mini_kit.problem import Phrasing, Problem
from mini_kit.source import Source, respaced

SPLITS = ("dev", "validation", "test")
Draw = Callable[..., Problem]


class Corpus:
    """Everything of one mini task: three splits, and sources that share no key with them.

    The only exception are rows planted by `contaminate`, which copy items on purpose. Deterministic
    for a seed.
    """

    def __init__(self, card: dict[str, Any], seed: int) -> None:
        tier = card["tiers"]["mini"]
        self.task = card["id"]
        self.random = random.Random(f"{self.task}/{seed}")
        self.phrasing = Phrasing(card["answerTemplate"])
        self.sources: dict[str, Source] = {}
        self.splits: dict[str, list[Problem]] = {}
        self._declared = {s["name"]: s for s in tier["sources"]}
        self._sizes: dict[str, int] = tier["splits"]
        self._template = jinja2.Template(tier["template"], undefined=jinja2.StrictUndefined)
        self._held: set[str] = set()
        self.planted: set[str] = set()
        """Prompts of rows that copy items on purpose."""

    def prompt(self, problem: Problem) -> str:
        """The problem's prompt, rendered as the evaluator renders it."""
        return self._template.render(problem.input).strip()

    def draw_splits(self, draw: Draw) -> None:
        """Draws dev, validation and test; no key occurs twice."""
        for split in SPLITS:
            items: list[Problem] = []
            while len(items) < self._sizes[split]:
                problem = draw(self.random)
                if self._is_free(problem):
                    self._held |= {problem.key, problem.content or problem.key}
                    items.append(problem)
            self.splits[split] = items

    def _is_free(self, problem: Problem) -> bool:
        """Whether no item has the problem's key or content."""
        return problem.key not in self._held and problem.content not in self._held

    def problems(self, draw: Draw, count: int, **options: Any) -> list[Problem]:
        """Problems for the raw side: none has the key of an item."""
        out: list[Problem] = []
        while len(out) < count:
            problem = draw(self.random, **options)
            if self._is_free(problem):
                out.append(problem)
        return out

    def source(self, name: str) -> Source:
        """A source that the card declares, empty."""
        declared = self._declared[name]
        self.sources[name] = Source(name, declared["promptField"], declared["completionField"])
        return self.sources[name]

    def write(
        self, source: Source, problems: list[Problem], form: Callable[[Problem], str]
    ) -> None:
        """Adds each problem to the source, its answer written in the given form."""
        for problem in problems:
            source.add(self.prompt(problem), form(problem))

    def echo(self, source: Source, problems: list[Problem], count: int) -> None:
        """Adds rows that repeat a few worked problems again and again, spaced a little differently."""
        for _ in range(count):
            problem = self.random.choice(problems)
            source.add(respaced(self.prompt(problem), self.random), self.phrasing.worked(problem))

    def contaminate(self, source: Source, per_split: int) -> None:
        """Adds copies of dev, validation and test items: exact, spaced differently, and with words
        around.
        """
        for split in SPLITS:
            for i, problem in enumerate(self.random.sample(self.splits[split], per_split)):
                text = self.prompt(problem)
                changed = (text, f"  {text.replace(' ', '  ', 3)} .", f"so, {text} thanks")[i % 3]
                self.planted.add(changed)
                source.add(changed, self.phrasing.worked(problem))

    def items(self, split: str) -> list[dict[str, Any]]:
        """The split in the item format."""
        return [
            {
                "id": f"{self.task}-{split}-{i:04d}",
                "subtask": p.subtask,
                "input": p.input,
                **({"reference": p.reference} if p.reference else {}),
                "gold": p.gold,
            }
            for i, p in enumerate(self.splits[split])
        ]
