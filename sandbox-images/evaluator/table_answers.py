"""Answers to questions on tables: the final-answer line, read as numbers, words or lists.

Numbers: sign and decimal point count; thousands commas, currency and percent signs, and trailing
zeros do not. A unit after a number is read over, a word that scales it (million, say) never is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import extraction

NUMBER = re.compile(
    r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,30})(?:\.\d{0,30})?(?:[eE][+-]?\d{1,2})?|[+-]?\.\d{1,30}"
)
UNIT = re.compile(r"(?P<number>.*?\d\.?)\s*(?P<unit>%|[^\W\d_][^\d,;]*)", re.DOTALL)
SCALES = frozenset(
    "hundred hundreds thousand thousands million millions billion billions trillion trillions "
    "dozen dozens k m b bn mn mio mrd lakh crore or and to of half e".split()
)
MAX_PARTS = 200  # members of a list: no table has so many answers
# A comma between the digit groups of a number; `2009,557` is two numbers.
THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?!\d|,\d)")
DASHES = re.compile("[\u2010-\u2015\u2212]")
SEPARATORS = re.compile(r"[;、，]|,")
AND = re.compile(r"\s+(?:and|&)\s+", re.IGNORECASE)


def stated_answer(text: str) -> str | None:
    """What the last final-answer line says, out of its boxes; the last box where there is no such
    line; None where there is neither.
    """
    line = extraction.last_marked(text, extraction.FINAL_ANSWER)
    if line is None:
        return extraction.last_boxed(text)
    boxes = extraction.boxes_in(line)
    if not boxes:
        return line
    around = line[: boxes[0].start] + line[boxes[-1].end :]
    if len(boxes) == 1 and not re.search(r"[\d,;]", around):
        return boxes[0].value
    for box in reversed(boxes):
        line = line[: box.start] + box.value + line[box.end :]
    return line


def as_number(text: str) -> Decimal | None:
    """A plain number, None where the text is anything else."""
    cleaned = DASHES.sub("-", unicodedata.normalize("NFKC", text).strip())
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
    """Lower case, without punctuation, articles and repeated blanks; numbers in their plainest form
    (`3.50` is `3.5`, `1,000` is `1000`; sign and decimal point stay).
    """
    words = DASHES.sub("-", unicodedata.normalize("NFKC", text).casefold()).split()
    kept = [word for word in map(as_word, words) if word and word not in ("a", "an", "the")]
    return " ".join(kept) or " ".join(word for word in map(as_word, words) if word) or text.strip()


def as_word(word: str) -> str:
    """One word without punctuation; what has a digit keeps what stands between its characters."""
    bare = word.strip(".,;:!?\"'`*()[]{}|\u2018\u2019\u201c\u201d")
    number = as_number(bare)
    if number is not None:
        return f"{number.normalize():f}"
    if any(character.isdigit() for character in bare):
        return bare
    return "".join(c for c in bare if not unicodedata.category(c).startswith("P"))


def same_words(gold: str, answer: str) -> bool:
    """Whether two texts say the same; between letters a blank or a hyphen makes no difference."""
    wanted, got = as_words(gold), as_words(answer)
    if wanted == got:
        return True
    digits = any(character.isdigit() for character in wanted + got)
    return not digits and wanted.replace(" ", "") == got.replace(" ", "") != ""


def parts_of(text: str, conjunctions: bool = False) -> list[str]:
    """The members of a list; a comma between digit groups of a thousand separates nothing. With
    `conjunctions` an "and" separates too.
    """
    text = text.strip()
    if (text[:1], text[-1:]) in (("[", "]"), ("(", ")"), ("{", "}")):
        text = text[1:-1]
    text = THOUSANDS.sub(lambda number: number[1].replace(",", ""), text)
    if conjunctions:
        text = AND.sub(", ", text)
    pieces = SEPARATORS.split(text, maxsplit=MAX_PARTS)
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
        return same_words(gold, answer)
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
        return same_words(gold, answer)
    got = as_measure(answer)
    return got is not None and abs(got - wanted) <= tolerance * abs(wanted)


def member_by_member(gold: str, answer: str, equal: Callable[[str, str], bool]) -> bool:
    """Whether two lists have equal members in the same order."""
    for conjunctions in (False, True):
        golds, answers = parts_of(gold, conjunctions), parts_of(answer, conjunctions)
        if len(golds) == len(answers) > 0 and all(map(equal, golds, answers)):
            return True
    return False


def matches(gold: str, answer: str) -> bool:
    """Exact match of an answer, or of a list member by member, in order."""
    return same(gold, answer) or member_by_member(gold, answer, same)


def matches_closely(gold: str, answer: str, tolerance: Decimal) -> bool:
    """Every number of the gold within the tolerance, every word equal, in order; how numbers and
    words are separated does not matter ("strong positive, 0.89", "strong positive (0.89)").
    """

    def equal(one: str, other: str) -> bool:
        return close(one, other, tolerance)

    if equal(gold, answer) or member_by_member(gold, answer, equal):
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
    text = THOUSANDS.sub(lambda number: number[1].replace(",", ""), text)
    for token in re.split(r"[\s,;、()\[\]=]+", text):
        number = as_number(token.strip(".,:!?"))
        if number is not None:
            numbers.append(number)
        elif any(character.isalnum() for character in token):
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
            longer = diagonal + 1 if word == other else max(row[at], row[at - 1])
            diagonal, row[at] = row[at], longer
    return 2 * row[-1] / (len(wanted) + len(got))


def rouge_words(text: str) -> list[str]:
    """At most 500 words: an answer is one line."""
    text = unicodedata.normalize("NFKC", text[:4_000]).casefold()
    text = re.sub(r"[!-/:-@\[-`{-~]", "", text)
    words = re.findall(r"\w+", text)
    return [word for word in words if word not in ("a", "an", "the")][:500]
