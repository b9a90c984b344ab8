"""MinHash over runs of tokens: which of many texts resemble one, without comparing them all."""

from __future__ import annotations

from collections import defaultdict

import numpy

PERMUTATIONS, BANDS = 96, 32
"""96 minima in 32 bands of 3: texts that share half of their runs meet with probability 0.986, two thirds
with 0.99999, a fiftieth with 0.0003.
"""
FACTORS = numpy.array([pow(0x100000001B3, k + 1, 1 << 64) for k in range(64)], dtype=numpy.uint64)

ZERO, ONE = numpy.uint64(0), numpy.uint64(1)


class Vocabulary:
    """A random 64-bit number for each token of the items; other tokens get numbers that no run of an
    item holds.
    """

    def __init__(self, seed: int) -> None:
        self._random = numpy.random.default_rng(seed)
        self._numbers: dict[str, int] = {}

    def learn(self, tokens: list[str]) -> numpy.ndarray:
        """Numbers of an item's tokens."""
        for token in tokens:
            if token not in self._numbers:
                self._numbers[token] = int(self._random.integers(1, 1 << 63))
        return self.read(tokens)

    def read(self, tokens: list[str]) -> numpy.ndarray:
        """Numbers of a row's tokens; 0 for one that no item has."""
        get = self._numbers.get
        return numpy.array([get(token, 0) for token in tokens], dtype=numpy.uint64)


def runs(numbers: numpy.ndarray, size: int) -> numpy.ndarray:
    """A number for each run of `size` tokens, by where it begins; 0 where it has a token that no item has."""
    if len(numbers) < size or size == 0:
        return numpy.zeros(0, dtype=numpy.uint64)
    count = len(numbers) - size + 1
    sums = numpy.zeros(count, dtype=numpy.uint64)
    known = numpy.ones(count, dtype=bool)
    for k in range(size):
        part = numbers[k : k + count]
        sums += part * FACTORS[k]
        known &= part != 0
    return numpy.where(known, sums | ONE, ZERO)


class MinHash:
    """Sets of run numbers that were added, found again by resemblance."""

    def __init__(self, seed: int) -> None:
        random = numpy.random.default_rng(seed)
        odd = random.integers(1, 1 << 62, size=(PERMUTATIONS, 1), dtype=numpy.uint64)
        self._factors = odd * numpy.uint64(2) + numpy.uint64(1)
        self._shifts = random.integers(1, 1 << 62, size=(PERMUTATIONS, 1), dtype=numpy.uint64)
        self._bands: list[dict[bytes, list[int]]] = [defaultdict(list) for _ in range(BANDS)]

    def signature(self, numbers: numpy.ndarray) -> list[bytes]:
        """The bands of a non-empty set's minima."""
        # The upper half of a product with an odd number is spread evenly; the lower one is not.
        mixed = (numbers * self._factors + self._shifts) >> numpy.uint64(32)
        minima = mixed.min(axis=1).astype(numpy.uint32)
        return [band.tobytes() for band in minima.reshape(BANDS, -1)]

    def add(self, key: int, numbers: numpy.ndarray) -> None:
        """Adds a set under a key."""
        for band, part in zip(self._bands, self.signature(numbers)):
            band[part].append(key)

    def resembling(self, numbers: numpy.ndarray) -> set[int]:
        """Keys of sets that share a band with this one."""
        return {
            key
            for band, part in zip(self._bands, self.signature(numbers))
            for key in band.get(part, ())
        }
