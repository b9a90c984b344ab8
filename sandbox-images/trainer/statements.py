"""How completions state their answer, found by patterns that know no task."""

from __future__ import annotations

import re
from typing import NamedTuple

from row_statistics import AnswerFormat

#: Styles in order of precedence. Group 1 is the bare answer. `format` (the card's own pattern)
#: comes before them all.
STYLES: dict[str, str] = {
    "boxed": r"\\boxed\{([^{}]*)\}",
    "json": r'\{\s*"\w+"\s*:\s*"?([^"{}]*?)"?\s*\}',
    "final-answer": r"(?i)\bfinal answer\s*(?:is|[:=])\s*[:=]?\s*(.+)",
    "answer-is": r"(?i)\banswer is\s*[:=]?\s*(.+)",
    "answer-colon": r"(?i)\banswer\s*[:=]\s*(.+)",
    "option-is": r"(?i)\b(?:option|choice|choose|pick|select|it is)\s*[:=]?\s*(\S+)",
    "therefore": r"(?i)\b(?:therefore|thus|hence|so),?\s+(.+)",
    "label-colon": r"(?m)^\s*[A-Za-z][A-Za-z _-]{1,24}:\s*(\S.*)$",
    "equation": r"=\s*([^=\s]+?)\s*$",
}
_COMPILED = {name: re.compile(pattern) for name, pattern in STYLES.items()}
BARE_WORDS = 3
#: Fewer characters than this before the answer: it comes without steps.
DIRECT_CHARACTERS = 8


class Statement(NamedTuple):
    """A completion's answer: `style` is `format`, a key of STYLES, `bare` (nothing else stands
    there) or `prose` (none found).
    """

    style: str
    answer: str | None
    start: int


def find_statement(completion: str, answers: AnswerFormat) -> Statement:
    """The last statement of the first style that occurs."""
    matches = list(answers.pattern.finditer(completion))
    if matches:
        return Statement("format", clean(bare_answer(matches[-1].group(0))), matches[-1].start())
    for name, pattern in _COMPILED.items():
        matches = list(pattern.finditer(completion))
        if matches:
            return Statement(name, clean(matches[-1].group(1)), matches[-1].start())
    if len(completion.split()) <= BARE_WORDS:
        return Statement("bare", clean(completion), 0)
    return Statement("prose", None, len(completion))


def bare_answer(statement: str) -> str:
    """The answer inside a statement in the asked format, as far as a generic style can tell."""
    for name in ("boxed", "json", "final-answer", "answer-is", "answer-colon", "label-colon"):
        match = _COMPILED[name].search(statement)
        if match:
            return match.group(1)
    return statement


def clean(answer: str) -> str:
    """An answer without wrapping and final punctuation, to compare with others."""
    return answer.strip().strip("\"'`*").rstrip(".,;").strip()


def is_direct(completion: str, statement: Statement) -> bool:
    """Whether a completion gives its answer without steps before it."""
    return (
        statement.style != "prose"
        and len(completion[: statement.start].strip()) < DIRECT_CHARACTERS
    )
