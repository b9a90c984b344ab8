"""Finds rows whose prompt copies an item's prompt: exactly, after normalization, or nearly."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy
from match import Hit, Item
from minhash import MinHash, Vocabulary, runs
from normal_text import is_telling, tokens_of

SHINGLE = 3  # tokens of a run that finds candidates
GRAM = 13  # tokens of a run that hardly stands in two texts by chance
COMMON = 20  # a run of more items than this is the task's template and says nothing
CONTAINED = 5  # tokens that an item must have to count as contained in a longer row,
RARE = 3  # unless one of its tokens occurs in no more items than this
LONG = 20  # runs of its own that an item must have to be compared as a longer text
RESEMBLANCE = 0.5  # of two longer texts: shared runs of all runs
GRAM_SHARE = 0.5  # of a longer item's runs of 13 tokens
RICH = 4  # figures that together are hardly those of another question
WORDS_ALIKE = {1: 0.8, 2: 0.6, 3: 0.6}  # by number of figures: how far the words around must agree
WORDS_ALIKE_RICH = 0.3
CONTENT = 6  # words of its own that an item without figures must have
CONTENT_ALIKE = 0.84
COMMON_WORD = 0.1  # a word of more than this share of the items is no item's own


@dataclass(frozen=True)
class Text:
    """An item's prompt in the forms that it is compared in."""

    tokens: list[str]
    telling: tuple[str, ...]
    words: Counter[str]
    runs: frozenset[int]
    grams: frozenset[int]


def alike(one: Counter[str], other: Counter[str]) -> float:
    """Share of the words that two bags have in common (Dice)."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


class TextOverlap:
    """An index over the items' prompts; words that `keep` takes are compared letter by letter."""

    def __init__(self, items: list[Item], keep: Callable[[str], bool] | None = None) -> None:
        self.keep = keep
        self.exact: dict[str, list[int]] = defaultdict(list)
        self.normal: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self.by_telling: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self.by_rare: dict[tuple[str, ...], list[int]] = defaultdict(list)
        """Items without figures, by the words that hardly another item has."""
        self.by_word: dict[str, list[int]] = defaultdict(list)
        self.by_gram: dict[int, list[int]] = defaultdict(list)
        self.anchors: dict[int, list[tuple[int, int]]] = defaultdict(list)
        """A run that hardly another item has -> item, and where in it the run begins."""
        self.vocabulary = Vocabulary(seed=1)
        self.minhash = MinHash(seed=1)
        tokens = [tokens_of(item.prompt, keep) for item in items]
        numbers = [self.vocabulary.learn(each) for each in tokens]
        self.spread = Counter(t for each in tokens for t in set(each))
        self.most = max(COMMON, COMMON_WORD * len(items))
        shingles = [runs(each, SHINGLE) for each in numbers]
        grams = [runs(each, GRAM) for each in numbers]
        counted = spread_of(shingles)
        self.common = frequent(counted) | {0}
        common_grams = frequent(spread_of(grams)) | {0}
        self.texts = [
            Text(
                tokens=each,
                telling=tuple(t for t in each if is_telling(t)),
                words=Counter(t for t in each if not is_telling(t)),
                runs=frozenset(shingles[at].tolist()) - self.common,
                grams=frozenset(grams[at].tolist()) - common_grams,
            )
            for at, each in enumerate(tokens)
        ]
        for at, (item, text) in enumerate(zip(items, self.texts)):
            self.exact[item.prompt].append(at)
            self.normal[tuple(text.tokens)].append(at)
            if text.telling:
                self.by_telling[text.telling].append(at)
            else:
                self.by_rare[self.rare_in(text.tokens)].append(at)
                own = self.own(text.words)
                if own.total() >= CONTENT:
                    for word in sorted(own, key=lambda w: (self.spread[w], w))[:3]:
                        self.by_word[word].append(at)
            if len(text.runs) >= LONG:
                self.minhash.add(at, as_array(text.runs))
                for gram in text.grams:
                    self.by_gram[gram].append(at)
        self.by_rare.pop((), None)
        self.has_long = any(len(text.runs) >= LONG for text in self.texts)
        self.sizes = sorted({min(SHINGLE, len(each)) for each in tokens if each})
        for at, each in enumerate(numbers):
            self.anchor(at, each, counted)

    def anchor(self, at: int, numbers: numpy.ndarray, counted: Counter[int]) -> None:
        """Files an item under its rarest run, if it is long enough to be found within a longer row."""
        tokens = self.texts[at].tokens
        rare = any(self.spread[t] <= RARE for t in tokens)
        if not (len(tokens) >= CONTAINED or (len(tokens) > 1 and rare)):
            return
        found = runs(numbers, min(SHINGLE, len(tokens))).tolist()
        where = min(range(len(found)), key=lambda k: (counted[found[k]], k))
        self.anchors[found[where]].append((at, where))

    def rare_in(self, tokens: list[str]) -> tuple[str, ...]:
        """Those of the tokens that some, but hardly another item has."""
        return tuple(t for t in tokens if 0 < self.spread[t] <= RARE)

    def own(self, words: Counter[str]) -> Counter[str]:
        """Words that are no template's."""
        return Counter({w: n for w, n in words.items() if self.spread[w] <= self.most})

    def hits(self, prompt: str, completion: str) -> Iterator[Hit]:
        """Every item that the row's prompt copies, the surest sign first."""
        prompt = prompt.strip()
        for at in self.exact.get(prompt, ()):
            yield Hit(at, "exact", prompt[:200])
        tokens = tokens_of(prompt, self.keep)
        if not tokens:
            return
        for at in self.normal.get(tuple(tokens), ()):
            yield Hit(at, "normalized", " ".join(tokens)[:200])
        numbers = self.vocabulary.read(tokens)
        yield from self.contained(tokens, numbers)
        yield from self.same_figures(tokens)
        if self.has_long:
            yield from self.resembling(numbers)

    def contained(self, tokens: list[str], numbers: numpy.ndarray) -> Iterator[Hit]:
        """Items that stand in the row as a whole."""
        for size in self.sizes:
            for begin, run in enumerate(runs(numbers, size).tolist()):
                for at, offset in self.anchors.get(run, ()):
                    wanted, start = self.texts[at].tokens, begin - offset
                    if start >= 0 and tokens[start : start + len(wanted)] == wanted:
                        yield Hit(at, "near", f"the whole prompt is contained, {len(wanted)} tokens")

    def same_figures(self, tokens: list[str]) -> Iterator[Hit]:
        """Items with the same figures and symbols in the same order, and nearly the same words; without
        figures, with the same rare words, or nearly the same words of their own.
        """
        telling = tuple(t for t in tokens if is_telling(t))
        if telling and telling in self.by_telling:
            words = Counter(t for t in tokens if not is_telling(t))
            yield from self.same_around(self.by_telling[telling], len(telling), "figures", words)
        rare = self.rare_in(tokens) if self.by_rare else ()
        if rare and rare in self.by_rare:
            bag = Counter(tokens)
            yield from self.same_around(self.by_rare[rare], len(rare), "rare words", bag)
        if not self.by_word:
            return
        words = Counter(t for t in tokens if not is_telling(t))
        for at in sorted({at for word in words for at in self.by_word.get(word, ())}):
            wanted = self.texts[at].words
            share = alike(self.own(words), self.own(wanted))
            if share >= CONTENT_ALIKE and (wanted & words).total() >= CONTENT_ALIKE * wanted.total():
                yield Hit(at, "near", f"{share:.0%} of the words equal")

    def same_around(
        self, candidates: list[int], count: int, what: str, words: Counter[str]
    ) -> Iterator[Hit]:
        """Items with nearly the same words around what tells them from others."""
        for at in candidates:
            wanted = self.texts[at].words
            needed = WORDS_ALIKE.get(count, WORDS_ALIKE_RICH)
            if count >= RICH and wanted.total() <= 2:
                needed = 0.0
            share = alike(words, wanted)
            if share >= needed:
                yield Hit(at, "near", f"all {count} {what} and {share:.0%} of the words equal")

    def resembling(self, numbers: numpy.ndarray) -> Iterator[Hit]:
        """Longer items with many runs in common, whatever figures differ."""
        mine = frozenset(runs(numbers, SHINGLE).tolist()) - self.common
        if len(mine) < LONG * RESEMBLANCE:
            return
        for at in sorted(self.minhash.resembling(as_array(mine))):
            theirs = self.texts[at].runs
            share = len(mine & theirs) / len(mine | theirs)
            if share >= RESEMBLANCE:
                yield Hit(at, "near", f"resemblance {share:.2f} of runs of {SHINGLE} tokens")
        counted: Counter[int] = Counter(
            at
            for gram in set(runs(numbers, GRAM).tolist())
            for at in self.by_gram.get(gram, ())
        )
        for at, count in sorted(counted.items()):
            share = count / len(self.texts[at].grams)
            if share >= GRAM_SHARE:
                yield Hit(at, "near", f"{share:.0%} of the runs of {GRAM} tokens")


def spread_of(found: list[numpy.ndarray]) -> Counter[int]:
    """In how many items each run occurs."""
    return Counter(run for each in found for run in set(each.tolist()))


def frequent(counted: Counter[int]) -> set[int]:
    """Runs of more items than may share one by chance."""
    return {run for run, count in counted.items() if count > COMMON}


def as_array(found: frozenset[int]) -> numpy.ndarray:
    """A set of runs as numpy takes it."""
    return numpy.fromiter(found, dtype=numpy.uint64, count=len(found))
