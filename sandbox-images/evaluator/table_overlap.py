"""Finds rows with an item's table: the same cells, whatever the order of rows and columns, the way of
drawing the table and the question.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy
from match import Hit, Item
from normal_text import tokens_of

DRAWING = re.compile(r"[|\[\]{}()\"':;=\t]|,(?!\d)|(?<!\d),|-{3,}|\.(?=\s|$)")
COMMA = re.compile(r"(?<=\d),(?=\d)")
MIN_LINE = 3  # tokens of a table's line that say where it comes from
MIN_TABLE = 8  # tokens of a table
SHARE = 0.8  # of the table's lines
FEW = 5  # lines: of a table with fewer all must be there
MASK = (1 << 18) - 1


@lru_cache(maxsize=200_000)
def digest(token: str) -> int:
    """A fixed 64-bit number for a token, spread evenly."""
    data = hashlib.blake2b(token.encode("utf-8", "backslashreplace"), digest_size=8)
    return int.from_bytes(data.digest())


def cells_of(text: str) -> list[str]:
    """The tokens of a text without what draws a table."""
    return tokens_of(DRAWING.sub(" ", text))


def tables_in(value: Any) -> Iterator[list[list[str]]]:
    """Tables within an item's input, as lines of cells, the line of columns first: `{columns, data}`, lists
    of lists, lists of objects, and JSON or Markdown that holds one.
    """
    if isinstance(value, str):
        text = value.strip()
        if text[:1] in "[{":
            try:
                yield from tables_in(json.loads(text))
            except (ValueError, RecursionError):
                return
        elif text.count("|") > 5:
            lines = [[c.strip() for c in line.strip(" |").split("|")] for line in text.splitlines()]
            yield [cells for cells in lines if len(cells) > 1 and any(c.strip(" :-") for c in cells)]
    elif isinstance(value, dict):
        data, columns = value.get("data"), value.get("columns") or value.get("header")
        if is_grid(data):
            yield [*([columns] if isinstance(columns, list) else []), *data]
            return
        for member in value.values():
            yield from tables_in(member)
    elif is_grid(value):
        yield value
    elif isinstance(value, list) and len(value) > 1 and all(isinstance(v, dict) for v in value):
        keys = list(value[0])
        if all(list(v) == keys and not any(isinstance(c, (dict, list)) for c in v.values()) for v in value):
            yield [keys, *(list(v.values()) for v in value)]
        else:
            for member in value:
                yield from tables_in(member)


def is_grid(value: Any) -> bool:
    """Whether a value is a list of lists of plain cells."""
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(
            isinstance(row, list) and row and not any(isinstance(c, (list, dict)) for c in row)
            for row in value
        )
    )


class TableOverlap:
    """An index over the lines of the items' tables (and their columns, for tables written across). A line
    is found by the sum of its tokens' digests, which no order changes.
    """

    def __init__(self, items: list[Item]) -> None:
        self.lines: dict[int, list[tuple[int, int]]] = defaultdict(list)
        """Sum of digests -> (reading of a table, line in it)."""
        self.readings: list[tuple[int, int]] = []
        """Item and number of lines of each reading."""
        self.bloom = numpy.zeros(MASK + 1, dtype=bool)
        lengths: Counter[int] = Counter()
        for at, item in enumerate(items):
            for table in tables_in(item.input):
                for reading in readings(table):
                    self.index(at, reading, lengths)
        self.lengths = sorted(lengths)

    def index(self, at: int, lines: list[list[str]], lengths: Counter[int]) -> None:
        """Adds one reading of an item's table."""
        sums = {sum(map(digest, line)) % (1 << 64): len(line) for line in lines if len(line) >= MIN_LINE}
        if len(sums) < 2 or sum(sums.values()) < MIN_TABLE:
            return
        for line, (total, length) in enumerate(sums.items()):
            self.lines[total].append((len(self.readings), line))
            self.bloom[total & MASK] = True
            lengths[length] += 1
        self.readings.append((at, len(sums)))

    def hits(self, prompt: str, completion: str) -> Iterator[Hit]:
        """Every item whose table stands in the row's prompt."""
        if not self.lengths:
            return
        texts = {" ".join(cells_of(prompt))}
        if COMMA.search(prompt):  # 1,200 is one number, or two cells
            texts.add(" ".join(cells_of(COMMA.sub(" ", prompt))))
        best: dict[int, tuple[int, int]] = {}
        for text in sorted(texts):
            for reading, found in self.found_lines(text.split()).items():
                at, lines = self.readings[reading]
                needed = lines if lines < FEW else int(SHARE * lines + 0.999)
                apart = lines_apart(found)
                if apart >= needed:
                    best[at] = max(best.get(at, (0, 0)), (apart, lines))
        for at, (found, lines) in sorted(best.items()):
            yield Hit(at, "near", f"{found} of {lines} lines of the item's table, cells in any order")

    def found_lines(self, tokens: list[str]) -> dict[int, list[tuple[int, int, int]]]:
        """Lines that stand in a row of tokens, as (end, start, line), by reading."""
        found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        totals = numpy.zeros(len(tokens) + 1, dtype=numpy.uint64)
        numpy.cumsum(numpy.array([digest(t) for t in tokens], dtype=numpy.uint64), out=totals[1:])
        for length in self.lengths:
            if length > len(tokens):
                break
            sums = totals[length:] - totals[:-length]
            for start in numpy.flatnonzero(self.bloom[sums & numpy.uint64(MASK)]).tolist():
                for reading, line in self.lines.get(int(sums[start]), ()):
                    found[reading].append((start + length, start, line))
        return found


def lines_apart(places: list[tuple[int, int, int]]) -> int:
    """How many different lines stand in places of their own. In any order of cells, the end of one
    line and the beginning of the next may look like a third; tokens count once.
    """
    taken: set[int] = set()
    free_from = 0
    for end, start, line in sorted(places):
        if start >= free_from and line not in taken:
            taken.add(line)
            free_from = end
    return len(taken)


def readings(table: list[list[Any]]) -> Iterator[list[list[str]]]:
    """The ways to write a table down: line by line, each cell after its column's name, column by column."""
    cells = [[cells_of(str(cell)) for cell in line] for line in table]
    body = cells[1:]
    yield [sum(line, []) for line in body]
    if all(len(line) == len(cells[0]) for line in body):
        yield [sum((name + cell for name, cell in zip(cells[0], line)), []) for line in body]
        yield [sum(column, []) for column in zip(*cells)]
        yield [sum(column, []) for column in zip(*body)]


