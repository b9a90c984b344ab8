"""Answers to questions on tables: the final-answer line, read as numbers, words or lists.

Numbers: sign and decimal point count; thousands commas, currency and percent signs, and trailing
zeros do not. A unit after a number is read over, a word that scales it (million, say) never is.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import extraction

MARKER = r"final\s+answers?\s*(?:is)?\s*[*_]*\s*[:：]"
NUMBER = re.compile(
    r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,30})(?:\.\d{0,30})?(?:[eE][+-]?\d{1,2})?|[+-]?\.\d{1,30}"
)
UNIT = re.compile(r"(?P<number>.*?\d\.?)\s*(?P<unit>%|[^\W\d_][^\d,;]*)", re.DOTALL)
SCALES = frozenset(
    "hundred hundreds thousand thousands million millions billion billions trillion trillions "
    "dozen dozens k m b bn mn mio mrd lakh crore or and to of half e".split()
)
BOXED = re.compile(r"\\boxed\s*\{([^{}]*)\}")
MAX_PARTS = 200  # members of a list: no table has so many answers


def stated_answer(text: str) -> str | None:
    """What the last final-answer line says, out of its box; None where there is none."""
    stated = extraction.last_marked(text, MARKER)
    if stated is None:
        return None
    boxed = BOXED.fullmatch(stated.strip("$ "))
    return (boxed[1] if boxed else stated).strip() or None


def as_number(text: str) -> Decimal | None:
    """A plain number, None where the text is anything else."""
    cleaned = unicodedata.normalize("NFKC", text).strip()
    cleaned = re.sub("[\u2212\u2012\u2013]", "-", cleaned)
    sign = "-" if re.match(r"-\s*[$€£¥]", cleaned) else ""
    cleaned = sign + cleaned.removeprefix(sign).strip("$€£¥%\"'` ")
    if not NUMBER.fullmatch(cleaned):
        return None
    try:
        return Decimal(cleaned.replace(",", ""))
    except InvalidOperation:
        return None


def as_measure(text: str) -> Decimal | None:
    """A number, perhaps with a unit after it: `384 people`, `4.1 km`. No other number may follow,
    and no word that scales it or names a choice.
    """
    plain = as_number(text)
    if plain is not None:
        return plain
    found = UNIT.fullmatch(unicodedata.normalize("NFKC", text).strip(" .*`\"'"))
    if found is None or len(found["unit"].split()) > 3:
        return None
    words = re.findall(r"[^\W\d_]+", found["unit"].casefold())
    return None if SCALES.intersection(words) else as_number(found["number"])


def as_words(text: str) -> str:
    """Lower case, without punctuation at the edges of words, articles, and repeated blanks."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub("[\u2018\u2019]", "'", text)
    words = [word.strip(".,;:!?\"'`*()[]") for word in text.split()]
    kept = [word for word in words if word and word not in ("a", "an", "the")]
    return " ".join(kept) or " ".join(word for word in words if word) or text.strip()


def parts_of(text: str) -> list[str]:
    """The members of a list; a comma between digit groups of a thousand separates nothing."""
    text = text.strip().removeprefix("[").removesuffix("]")
    pieces = re.split(r"[;、，]|,(?!\d{3}(?!\d))", text, maxsplit=MAX_PARTS)
    return [piece.strip().strip("\"'") for piece in pieces if piece.strip()]


def rounded(value: Decimal, decimals: int) -> Decimal | None:
    """Half up; None for numbers beyond all reason."""
    try:
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    except InvalidOperation:
        return None


def same(gold: str, answer: str) -> bool:
    """Whether one answer equals one gold: as numbers, rounded to the gold's decimals, else as
    words.
    """
    wanted = as_number(gold)
    if wanted is None:
        return as_words(gold) == as_words(answer)
    got = as_measure(answer)
    if got is None:
        return False
    return rounded(got, max(0, -int(wanted.as_tuple().exponent))) == wanted


def close(gold: str, answer: str, tolerance: Decimal) -> bool:
    """As `same`, but numbers may be off by a share of the gold, edge included; a gold of 0 by
    nothing.
    """
    wanted = as_number(gold)
    if wanted is None:
        return as_words(gold) == as_words(answer)
    got = as_measure(answer)
    return got is not None and abs(got - wanted) <= tolerance * abs(wanted)


def matches(gold: str, answer: str) -> bool:
    """Exact match of an answer, or of a list member by member, in order."""
    if same(gold, answer):
        return True
    golds, answers = parts_of(gold), parts_of(answer)
    return len(golds) == len(answers) > 0 and all(map(same, golds, answers))


def matches_closely(gold: str, answer: str, tolerance: Decimal) -> bool:
    """Every number of the gold within the tolerance, every word equal, in order; how numbers and
    words are separated does not matter ("strong positive, 0.89", "strong positive (0.89)").
    """
    if close(gold, answer, tolerance):
        return True
    golds, answers = parts_of(gold), parts_of(answer)
    if len(golds) == len(answers) > 0 and all(close(g, a, tolerance) for g, a in zip(golds, answers)):
        return True
    wanted, got = numbers_and_words(gold), numbers_and_words(answer)
    return (
        wanted[1] == got[1]
        and len(wanted[0]) == len(got[0]) > 0
        and all(abs(g - w) <= tolerance * abs(w) for w, g in zip(wanted[0], got[0]))
    )


def numbers_and_words(text: str) -> tuple[list[Decimal], list[str]]:
    """The numbers of a text in order, and its other words in order."""
    numbers: list[Decimal] = []
    words: list[str] = []
    text = unicodedata.normalize("NFKC", text[:2_000])
    # A comma before a blank separates; one before three digits belongs to a number.
    for token in re.split(r"[\s;、()\[\]=]+|,(?!\d{3}(?!\d))", text):
        number = as_number(token.strip(".,:!?"))
        if number is not None:
            numbers.append(number)
        else:
            words += as_words(token).split()
    return numbers, words


def rouge_l(gold: str, answer: str) -> float:
    """ROUGE-L F1 (Lin 2004) over words: lower case, without ASCII punctuation and articles, as
    TableBench normalizes.
    """
    wanted, got = rouge_words(gold), rouge_words(answer)
    if not wanted or not got:
        return float(wanted == got and bool(wanted))
    row = [0] * (len(got) + 1)
    for word in wanted:
        diagonal = 0
        for at, other in enumerate(got, 1):
            diagonal, row[at] = row[at], diagonal + 1 if word == other else max(row[at], row[at - 1])
    return 2 * row[-1] / (len(wanted) + len(got))


def rouge_words(text: str) -> list[str]:
    """At most 500 words: an answer is one line."""
    text = unicodedata.normalize("NFKC", text[:4_000]).casefold()
    text = re.sub(r"[!-/:-@\[-`{-~]", "", text)
    words = re.findall(r"\w+", text)
    return [word for word in words if word not in ("a", "an", "the")][:500]
