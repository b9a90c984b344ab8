"""What rows look like (level L1 of the feedback): counts, exact token lengths, answer format,
labels.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from rows import Row

SHOWN_LABELS = 20
SHOWN_CHARACTERS = 400


class AnswerFormat(NamedTuple):
    """What a task's card says of answers: a pattern that is searched for, and the closed label set
    where there is one.
    """

    pattern: re.Pattern[str]
    labels: list[str] | None

    @classmethod
    def from_card(cls, card: dict[str, Any]) -> AnswerFormat:
        """From the card's `answerPattern` and `answerLabels`."""
        return cls(re.compile(card["answerPattern"]), card.get("answerLabels"))

    def passes(self, completion: str) -> bool:
        """Whether a completion is written in the asked format."""
        return self.pattern.search(completion) is not None

    def label(self, completion: str) -> str | None:
        """The label stated by the last match; None: no match, or the task has no closed label set.

        A match is reduced to the label that it contains, the longest one that stands alone in it.
        """
        matches = [match.group(0) for match in self.pattern.finditer(completion)]
        if self.labels is None or not matches:
            return None
        for label in sorted(self.labels, key=len, reverse=True):
            if re.search(rf"(?<!\w){re.escape(label)}(?!\w)", matches[-1]):
                return label
        return matches[-1][:80]


def statistics(
    rows: Sequence[Row], lengths: Sequence[int], context: int, answers: AnswerFormat
) -> dict[str, Any]:
    """Statistics of rows whose token lengths (template included) are known. Keys as in the feedback
    protocol.
    """
    pairs = Counter(rows)
    prompts = Counter(row.prompt for row in rows)
    labels = Counter(label for row in rows if (label := answers.label(row.completion)) is not None)
    return {
        "rows": len(rows),
        "emptyRows": sum(not row.prompt.strip() or not row.completion.strip() for row in rows),
        "duplicateRows": len(rows) - len(pairs),
        "duplicatePrompts": len(rows) - len(prompts),
        "tokenLengths": {**quantiles(lengths), "total": sum(lengths)},
        "overContextRows": sum(length > context for length in lengths),
        "answerFormatPassRate": share(
            sum(answers.passes(row.completion) for row in rows), len(rows)
        ),
        "labelHistogram": dict(labels.most_common(SHOWN_LABELS)),
        "sample": [shorten(row) for row in spread(rows, 5)],
    }


def quantiles(values: Sequence[int]) -> dict[str, int]:
    """Median, 95th percentile (nearest rank) and maximum; zeros where there are no values."""
    ordered = sorted(values)
    if not ordered:
        return {"p50": 0, "p95": 0, "max": 0}

    def rank(percent: int) -> int:
        return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]

    return {"p50": rank(50), "p95": rank(95), "max": ordered[-1]}


def share(part: int, whole: int) -> float:
    """A share between 0 and 1, to four decimals; 0 of nothing is 0."""
    return round(part / whole, 4) if whole else 0.0


def spread(items: Sequence[Any], count: int) -> list[Any]:
    """So many items at even distances, the first included."""
    if len(items) <= count:
        return list(items)
    return [items[i * len(items) // count] for i in range(count)]


def shorten(row: Row) -> dict[str, str]:
    """A row for people to read, cut to 400 characters each."""
    return {
        "prompt": row.prompt[:SHOWN_CHARACTERS],
        "completion": row.completion[:SHOWN_CHARACTERS],
    }
