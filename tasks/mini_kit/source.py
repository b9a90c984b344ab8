"""A raw source: rows as a data hub would hold them, with the defects that the generator plants."""

from __future__ import annotations

import random
from typing import Any

NAMES = "tom ana leo mia sam ivy max zoe ben eva".split()


class Source:
    """Collects the rows of one raw source; ids say nothing about quality."""

    def __init__(self, name: str, prompt_field: str, completion_field: str) -> None:
        self.name = name
        self.prompt_field = prompt_field
        self.completion_field = completion_field
        self.rows: list[dict[str, Any]] = []

    def add(self, prompt: str, completion: str, **metadata: Any) -> None:
        """Appends one row; metadata become further fields."""
        self.rows.append({self.prompt_field: prompt, self.completion_field: completion, **metadata})

    def finish(self, r: random.Random) -> list[dict[str, Any]]:
        """The rows in random order, each with its id first."""
        rows = self.rows[:]
        r.shuffle(rows)
        return [{"id": f"{self.name}-{i:05d}", **row} for i, row in enumerate(rows)]


def contact(r: random.Random) -> str:
    """A signature with personal data (reserved example domains and telephone numbers only)."""
    first, last = r.choice(NAMES), r.choice(NAMES)
    if r.random() < 0.6:
        return f"thanks, {first}.{last}@mail.example"
    return f"please phone {first} at +1 555 01{r.randrange(100):02d} {r.randrange(1000, 10000)}"


def respaced(text: str, r: random.Random) -> str:
    """The same text with other blanks or a final stop: a duplicate that a byte comparison misses."""
    return r.choice([text, f"{text} ", f" {text}", text.replace(" ", "  ", 1)])


def inventor(r: random.Random) -> str:
    """An inventor with personal data, as applications carry them (reserved examples only)."""
    first, last = r.choice(NAMES), r.choice(NAMES)
    if r.random() < 0.6:
        return f"inventor {first} {last}, {first}.{last}@mail.example"
    return f"inventor {first} {last}, phone +1 555 01{r.randrange(100):02d} {r.randrange(1000, 10000)}"
