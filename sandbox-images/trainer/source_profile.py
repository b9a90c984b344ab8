"""Profile of raw data: what an agent gets to know of each source, and of the sources together.
Knows no task.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from chat import Chat
from row_statistics import SHOWN_LABELS, AnswerFormat, quantiles, share, shorten, spread
from rows import Row
from statements import Statement, find_statement, is_direct

EXAMPLES = 5
#: Rows and characters of one source that are profiled at most: of a larger one, every n-th row.
PROFILED_ROWS = 20_000
PROFILED_BYTES = 100_000_000

PERSONAL = {
    "email": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w"),
    "phone": re.compile(
        r"\+\d{1,3}[ .-]?(?:\d[ .-]?){6,12}\d|\(\d{3}\) ?\d{3}-\d{4}"
        r"|(?<![\d-])\d{3}[-.]\d{3}[-.]\d{4}(?![\d-])"
        r"|(?i:\b(?:phone|tel|call|mobile|cell)\b)[^\d\n]{0,12}\d{3}[ -]?\d{3,4}(?!\d)"
    ),
    "card": re.compile(r"(?<!\d)(?:\d{4}[ -]){3}\d{1,7}(?!\d)|(?<!\d)\d{15,16}(?!\d)"),
}
MARKUP = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|&(?:amp|lt|gt|quot|nbsp|#\d+);")


class Source(NamedTuple):
    """A raw source: its card entry, its readable rows (of a large one a part), and what could not be
    read.
    """

    name: str
    rows: list[Row]
    bad_rows: int
    fields: dict[str, str]
    every: int = 1


def read_source(folder: Path, entry: dict[str, Any]) -> Source:
    """Reads a source whose card entry names its file and its two text fields."""
    rows: list[Row] = []
    bad = 0
    types: dict[str, Counter[str]] = defaultdict(Counter)
    path = folder / entry["file"]
    every = stride(path)
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file):
            if number % every or not line.strip():
                continue
            try:
                value = json.loads(line)
                prompt, completion = value[entry["promptField"]], value[entry["completionField"]]
            except (ValueError, KeyError, TypeError):
                bad += 1
                continue
            for name, content in value.items():
                types[name][type(content).__name__] += 1
            if is_text(prompt) and is_text(completion):
                rows.append(Row(prompt, completion))
            else:
                bad += 1
    total = len(rows) + bad
    fields = {
        name: f"{'|'.join(sorted(counts))}"
        + ("" if sum(counts.values()) == total else f" ({sum(counts.values())} rows)")
        for name, counts in types.items()
    }
    return Source(entry["name"], rows, bad, fields, every)


def stride(path: Path) -> int:
    """1, or how many rows of a large file stand for one that is profiled."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        count = sum(1 for _ in file)
    return max(1, -(-count // PROFILED_ROWS), -(-size // PROFILED_BYTES))


def is_text(value: Any) -> bool:
    """Whether a value is a string that can be written as UTF-8 (a lone surrogate can't)."""
    return isinstance(value, str) and value.encode("utf-8", "ignore").decode("utf-8") == value


def normalize(text: str) -> str:
    """What near duplicates share: blanks, sentence punctuation and the case of ordinary words don't
    count.

    Symbols and the case of short or mixed tokens do: `5 + 3` is not `5 - 3`, and in a SMILES string
    `c` is not `C`.
    """
    text = re.sub(r"[.,;:!?\"'`]+(?=\s|$)", "", unicodedata.normalize("NFKC", text))
    text = re.sub(r"\b[A-Z][a-z]{2,}\b", lambda word: word.group().lower(), text)
    return " ".join(text.split())


def profile_source(
    source: Source, chat: Chat, context: int, answers: AnswerFormat
) -> dict[str, Any]:
    """All that concerns one source."""
    rows = source.rows
    encoded = chat.encode_rows(rows)
    lengths = [len(row.ids) for row in encoded]
    statements = [find_statement(row.completion, answers) for row in rows]
    exact = Counter(rows)
    normalized = Counter(normalize(row.prompt) for row in exact)
    given = answers_by_prompt(rows, statements)
    conflicting = sum(len(found) > 1 for found in given.values())
    labels = Counter(label for s in statements if (label := stated_label(s, answers)) is not None)
    texts = [f"{row.prompt}\n{row.completion}" for row in rows]
    personal = {
        kind: sum(bool(pattern.search(text)) for text in texts)
        for kind, pattern in PERSONAL.items()
    }
    return {
        "name": source.name,
        "rows": len(rows) * source.every,
        # Of a large source every n-th row is looked at; counts below are of those.
        **({"profiledRows": len(rows)} if source.every > 1 else {}),
        "badRows": source.bad_rows,
        "fields": source.fields,
        "emptyRows": sum(not row.prompt.strip() or not row.completion.strip() for row in rows),
        "duplicateRows": len(rows) - len(exact),
        "nearDuplicateShare": share(len(exact) - len(normalized), len(rows)),
        "conflictingPromptShare": share(conflicting, len(given)),
        "answerFormatPassRate": share(sum(s.style == "format" for s in statements), len(rows)),
        "statementStyles": styles(statements),
        "directShare": share(
            sum(is_direct(row.completion, s) for row, s in zip(rows, statements)), len(rows)
        ),
        "labelHistogram": dict(labels.most_common(SHOWN_LABELS)),
        "labelImbalance": imbalance(labels, answers),
        "tokenLengths": {**quantiles(lengths), "total": sum(lengths)},
        "overContextShare": share(sum(length > context for length in lengths), len(rows)),
        "medianPromptTokens": median([row.prompt_length for row in encoded]) if rows else 0,
        "medianCompletionTokens": median([len(row.ids) - row.prompt_length for row in encoded])
        if rows
        else 0,
        "personalDataRows": personal,
        "markupRows": sum(bool(MARKUP.search(text)) for text in texts),
        "examples": [shorten(row) for row in spread(rows, EXAMPLES)],
    }


def answers_by_prompt(rows: Sequence[Row], statements: Sequence[Statement]) -> dict[str, set[str]]:
    """The different answers that each normalized prompt gets. A completion in prose counts as its
    own answer.
    """
    given: dict[str, set[str]] = defaultdict(set)
    for row, statement in zip(rows, statements):
        given[normalize(row.prompt)].add(normalize_answer(row, statement))
    return given


def normalize_answer(row: Row, statement: Statement) -> str:
    """An answer to compare, without blanks."""
    text = row.completion if statement.answer is None else statement.answer
    return "".join(normalize(text).split())


def stated_label(statement: Statement, answers: AnswerFormat) -> str | None:
    """The closed set's label in a stated answer, whatever the style."""
    if answers.labels is None or statement.answer is None:
        return None
    words = statement.answer.split()
    exact = [label for label in answers.labels if label == statement.answer]
    first = [label for label in answers.labels if words and label == words[0].strip(".,;:()")]
    return next(iter(exact + first), None)


def styles(statements: Sequence[Statement]) -> dict[str, float]:
    """Share of each style that occurs, the most frequent first."""
    counts = Counter(statement.style for statement in statements)
    return {style: share(count, len(statements)) for style, count in counts.most_common()}


def imbalance(labels: Counter[str], answers: AnswerFormat) -> float | None:
    """How much more often the commonest label stands than in a balanced source (1: balanced); None:
    no closed label set.
    """
    if answers.labels is None or not labels:
        return None
    return round(max(labels.values()) * len(answers.labels) / sum(labels.values()), 3)


def overlaps(sources: Sequence[Source], answers: AnswerFormat) -> list[dict[str, Any]]:
    """For each ordered pair with anything in common: the share of the source's prompts that the
    other has too, and the share of those on which both have one and the same answer.
    """
    given = {}
    for source in sources:
        found = [find_statement(row.completion, answers) for row in source.rows]
        given[source.name] = answers_by_prompt(source.rows, found)
    pairs = []
    for source in sources:
        for other in sources:
            common = (
                given[source.name].keys() & given[other.name].keys()
                if other is not source
                else set()
            )
            if common:
                same = sum(
                    given[source.name][prompt] == given[other.name][prompt] for prompt in common
                )
                pairs.append(
                    {
                        "source": source.name,
                        "other": other.name,
                        "share": share(len(common), len(given[source.name])),
                        "agreement": share(same, len(common)),
                    }
                )
    return pairs
