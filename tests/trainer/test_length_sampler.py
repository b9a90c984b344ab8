"""The order of the rows: fixed by the seed, complete, and with little padding."""

from __future__ import annotations

from trainer_support import load
from hypothesis import given
from hypothesis import strategies as st

LengthSampler = load("length_sampler").LengthSampler


@given(st.lists(st.integers(1, 100)), st.integers(1, 9), st.integers(0, 3), st.integers(0, 3))
def test_each_epoch_sees_every_row_once_in_an_order_of_seed_and_epoch(
    lengths: list[int], batch: int, seed: int, epoch: int
) -> None:
    sampler = LengthSampler(lengths, batch, seed)
    sampler.set_epoch(epoch)
    order = list(sampler)
    assert sorted(order) == list(range(len(lengths)))
    assert list(sampler) == order
    again = LengthSampler(lengths, batch, seed)
    again.set_epoch(epoch)
    assert list(again) == order


def test_seed_and_epoch_change_the_order() -> None:
    orders = set()
    for seed, epoch in [(0, 0), (0, 1), (1, 0)]:
        sampler = LengthSampler(list(range(50)), 4, seed)
        sampler.set_epoch(epoch)
        orders.add(tuple(sampler))
    assert len(orders) == 3


def test_batches_hold_rows_of_similar_length() -> None:
    lengths = [10 + (n * 37) % 90 for n in range(320)]
    order = list(LengthSampler(lengths, 8, 0))
    batches = [[lengths[i] for i in order[at : at + 8]] for at in range(0, 320, 8)]
    padded = sum(8 * max(batch) for batch in batches)
    assert padded < 1.15 * sum(lengths)
