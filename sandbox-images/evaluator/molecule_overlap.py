"""Finds rows that ask about an item's molecules or reaction, in whatever spelling and order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from match import Hit, Item
from normal_text import tokens_of
from smiles_in_text import canonical, components_of, residue_of, sketch, words_of

SAME_QUESTION = 0.5  # share of the item's words around its molecules that the row has too
SHOWN = 120  # characters of evidence


@dataclass(frozen=True)
class Chemistry:
    """An item's molecules, those of its answer, and the words around them."""

    asked: Counter[str]
    answer: frozenset[str]
    words: Counter[str]
    residue: str


class MoleculeOverlap:
    """An index over the molecules of the items' prompts. With `reactions`, prompt and answer together
    are one set of components, so that a reaction asked about the other way round is found too.
    """

    def __init__(self, items: list[Item], reactions: bool) -> None:
        self.reactions = reactions
        self.sketches: set[str] = set()
        self.items = [self.read(item) for item in items]
        spread = Counter(m for item in self.items for m in item.asked.keys() | item.answer)
        self.by_molecule: dict[str, list[int]] = defaultdict(list)
        for at, item in enumerate(self.items):
            # Whatever has all of a set has its rarest member.
            for members in {frozenset(item.asked), frozenset(item.asked.keys() | item.answer)}:
                if members:
                    rarest = min(sorted(members), key=spread.__getitem__)
                    self.by_molecule[rarest].append(at)

    def read(self, item: Item) -> Chemistry:
        """The chemistry of one item."""
        gold = item.gold if isinstance(item.gold, str) else ""
        asked, answer = (
            [m for word in components_of(text) if (m := self.learn(word))]
            for text in (item.prompt, gold)
        )
        words = tokens_of(residue_of(item.prompt))
        return Chemistry(
            Counter(asked), frozenset(answer) - set(asked), Counter(words), " ".join(words)
        )

    def learn(self, word: str) -> str | None:
        """The canonical SMILES of an item's molecule; its sketch is remembered."""
        found = canonical(word)
        if found is not None:
            self.sketches.add(sketch(word))
        return found

    def molecules_of(self, components: list[str]) -> list[str]:
        """Those of a row's molecules that may be an item's."""
        return [
            m
            for word in components
            if sketch(word) in self.sketches and (m := canonical(word)) is not None
        ]

    def hits(self, prompt: str, completion: str) -> Iterator[Hit]:
        """Every item whose molecules the row asks about in the same question or with the same answer, and
        every reaction that prompt and final answer hold together.
        """
        spelled = components_of(prompt)
        asked = Counter(self.molecules_of(spelled))
        final = words_of(completion)[-1:] if self.reactions else []
        ends = [part for word in final for part in components_of(word)]
        pool = asked.keys() | set(self.molecules_of(ends))
        candidates = {at for m in pool for at in self.by_molecule.get(m, ())}
        if not candidates:
            return
        words = tokens_of(residue_of(prompt))
        answered = set(self.molecules_of(components_of(completion)))
        for at in sorted(candidates):
            item = self.items[at]
            hit = None
            # In a long list of molecules any may stand.
            if item.asked and item.asked <= asked and 2 * item.asked.total() >= len(spelled):
                hit = self.same_molecules(at, item, asked, answered, words)
            whole = item.asked.keys() | item.answer
            if hit is None and self.reactions and item.answer and 1 < len(whole):
                if whole <= pool and 2 * len(whole) >= len(spelled) + len(ends):
                    hit = Hit(at, "near", f"the same reaction: {listed(whole)}")
            if hit is not None:
                yield hit

    def same_molecules(
        self,
        at: int,
        item: Chemistry,
        asked: Counter[str],
        answered: set[str],
        words: list[str],
    ) -> Hit | None:
        """The hit of a row with all the molecules of an item's prompt, if it is one."""
        shown = listed(item.asked.keys())
        if asked == item.asked and " ".join(words) == item.residue:
            return Hit(at, "normalized", f"the same question on the same molecules: {shown}")
        if self.reactions and len(item.asked) > 1:
            return Hit(at, "near", f"the same components: {shown}")
        if item.answer and item.answer <= answered:
            return Hit(at, "near", f"the same molecules and answer: {shown}")
        share = (item.words & Counter(words)).total() / max(1, item.words.total())
        if share >= SAME_QUESTION:
            return Hit(at, "near", f"the same molecules, {share:.0%} of the words around: {shown}")
        return None


def listed(found: Iterable[str]) -> str:
    """Molecules as one text, cut."""
    return ".".join(sorted(found))[:SHOWN]
