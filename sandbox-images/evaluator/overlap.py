"""Finds rows whose prompt copies an item's prompt: exactly, after normalization, or nearly."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

SHINGLE = 3  # tokens: how candidates are found
GRAM = 8  # tokens: how candidates are judged (fewer where a prompt is shorter)
COMMON = 20  # a shingle of more items than this is the task's template and says nothing
CONTAINED = 5  # tokens that an item must have to count as contained in a longer row,
RARE = 3  # unless one of its tokens occurs in no more items than this
SHARE = 0.6  # of the item's grams
EDGE = ".,;:!?\"'`*<>"
TELLING = re.compile(r"[^a-z'-]")


@dataclass(frozen=True)
class Match:
    """One row that copies one item. `kind` is exact, normalized or near."""

    row: int
    split: str
    item: str
    kind: str
    evidence: str


def tokens_of(text: str) -> list[str]:
    """Tokens between blanks, case folded, without punctuation at their edges."""
    return [t for t in (raw.strip(EDGE) for raw in text.casefold().split()) if t]


def grams(tokens: list[str], size: int) -> set[tuple[str, ...]]:
    """The runs of `size` tokens; the whole where there are fewer."""
    if len(tokens) <= size:
        return {tuple(tokens)}
    return {tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1)}


def contains(longer: list[str], shorter: list[str]) -> bool:
    """Whether `shorter` stands in `longer` as one run."""
    first, n = shorter[0], len(shorter)
    return any(
        longer[i] == first and longer[i : i + n] == shorter for i in range(len(longer) - n + 1)
    )


class Overlap:
    """An index over the items' prompts: [(split, id, prompt)]."""

    def __init__(self, prompts: list[tuple[str, str, str]]) -> None:
        self.prompts = prompts
        self.tokens = [tokens_of(text) for _, _, text in prompts]
        self.telling = [Counter(t for t in tokens if TELLING.search(t)) for tokens in self.tokens]
        spread = Counter(t for tokens in self.tokens for t in set(tokens))
        self.rare = [any(spread[t] <= RARE for t in tokens) for tokens in self.tokens]
        self.exact: dict[str, list[int]] = defaultdict(list)
        self.normal: dict[str, list[int]] = defaultdict(list)
        shingles: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for i, (_, _, text) in enumerate(prompts):
            self.exact[text].append(i)
            self.normal[" ".join(self.tokens[i])].append(i)
            for shingle in grams(self.tokens[i], SHINGLE):
                shingles[shingle].append(i)
        # Items shorter than a shingle are found by their whole length.
        self.sizes = {min(SHINGLE, len(tokens)) for tokens in self.tokens if tokens}
        self.shingles = {s: found for s, found in shingles.items() if len(found) <= COMMON}

    def matches(self, row: int, prompt: str) -> list[Match]:
        """Every item that the row's prompt copies."""
        tokens = tokens_of(prompt)
        kinds = dict.fromkeys(self.exact.get(prompt, ()), ("exact", prompt[:200]))
        for i in self.normal.get(" ".join(tokens), ()) if tokens else ():
            kinds.setdefault(i, ("normalized", " ".join(tokens)[:200]))
        candidates = {
            i for size in self.sizes for s in grams(tokens, size) for i in self.shingles.get(s, ())
        } - kinds.keys()
        for i in candidates:
            evidence = self.near(tokens, i)
            if evidence:
                kinds[i] = ("near", evidence)
        return [
            Match(row, *self.prompts[i][:2], kind, evidence)
            for i, (kind, evidence) in sorted(kinds.items())
        ]

    def near(self, tokens: list[str], i: int) -> str | None:
        """Why the row nearly copies the item, or None.

        Either the item stands in the row as a whole, or most of its runs of tokens do and all
        figures and symbols are the same: rows of one template with other figures are no copies.
        """
        wanted = self.tokens[i]
        long_enough = len(wanted) >= CONTAINED or (len(wanted) > 1 and self.rare[i])
        if long_enough and contains(tokens, wanted):
            return f"the whole prompt is contained, {len(wanted)} tokens"
        telling = self.telling[i]
        if not telling or Counter(t for t in tokens if TELLING.search(t)) != telling:
            return None
        size = max(2, min(GRAM, min(len(wanted), len(tokens)) // 2))
        parts = grams(wanted, size)
        share = len(parts & grams(tokens, size)) / len(parts)
        return (
            f"{share:.2f} of the runs of {size} tokens, all figures equal"
            if share >= SHARE
            else None
        )
