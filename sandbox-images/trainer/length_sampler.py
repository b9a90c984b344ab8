"""Order of the rows in training: batches of similar length, so that little is padding, in an order
that the seed fixes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from torch.utils.data import Sampler

#: Rows are shuffled, and sorted by length within groups of so many batches: the larger, the less
#: padding and chance.
BATCHES_PER_GROUP = 16


class LengthSampler(Sampler[int]):
    """Indices whose consecutive runs of `batch_size` have similar lengths. The order is a pure
    function of seed and epoch, which is what lets a resumed training see the rows that an
    undisturbed one sees.
    """

    def __init__(self, lengths: list[int], batch_size: int, seed: int) -> None:
        self.lengths = lengths
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the data loader before each pass."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        chance = random.Random(f"{self.seed}/{self.epoch}")
        order = list(range(len(self.lengths)))
        chance.shuffle(order)
        # The rest that fills no batch goes last, so that all other batches stay aligned.
        whole = len(order) - len(order) % self.batch_size
        group = self.batch_size * BATCHES_PER_GROUP
        batches: list[list[int]] = []
        for start in range(0, whole, group):
            members = sorted(order[start : min(start + group, whole)], key=self.lengths.__getitem__)
            batches += [
                members[i : i + self.batch_size] for i in range(0, len(members), self.batch_size)
            ]
        chance.shuffle(batches)
        for batch in batches:
            yield from batch
        yield from order[whole:]
