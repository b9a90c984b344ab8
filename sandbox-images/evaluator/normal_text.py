"""Text as copies share it: case, blanks, punctuation at the edges of words, full-width forms and the
way numbers are written do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

EDGE = ".,;:!?\"'`*<>"
CJK = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")
NUMBER = re.compile(
    r"\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d{1,2}(?![\w]))?"
)
UNITS = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split(),
        range(20),
    )
)
TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10)))
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
WORDS = UNITS.keys() | TENS.keys() | SCALES.keys()
WRITTEN = re.compile(rf"(?<![^\W_])(?:{'|'.join([*UNITS, *TENS])})(?![^\W_])")
SYMBOL = re.compile(r"[^\w'-]|\d")
TELLING = re.compile(r"[^\w'-]|[\d_]")


def plain_number(match: re.Match[str]) -> str:
    """A number without thousands commas, leading and trailing zeros, and exponent."""
    text = match[0].replace(",", "")
    if "e" in text:
        mantissa, exponent = text.split("e")
        whole, _, part = mantissa.partition(".")
        places = int(exponent)
        digits = whole + part.ljust(max(0, places), "0")
        point = len(whole) + places
        text = (
            f"{digits[:point]}.{digits[point:]}" if point > 0 else f"0.{'0' * -point}{digits}"
        )
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{part}" if part else "")


def written_number(match: re.Match[str]) -> str:
    """A number word beside a symbol (`shaft=ten`) as figures."""
    return str(UNITS.get(match[0], TENS.get(match[0])))


def tokens_of(text: str, keep: Callable[[str], bool] | None = None) -> list[str]:
    """Tokens between blanks (each CJK sign alone), folded as said above; those that `keep` takes stay
    as they are.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
        text = CJK.sub(r" \1 ", text)
    tokens = []
    for raw in text.split() if keep else text.casefold().split():
        token = raw.strip(EDGE)
        if not token:
            continue
        if keep:
            if keep(token):
                tokens.append(token)
                continue
            token = token.casefold()
        if not token.isalpha():
            if SYMBOL.search(token):
                token = NUMBER.sub(plain_number, WRITTEN.sub(written_number, token))
        tokens.append(token)
    if WORDS.isdisjoint(tokens) and not any("-" in token for token in tokens):
        return tokens
    return figures(tokens)


def figures(tokens: list[str]) -> list[str]:
    """The tokens with number words up to the millions as figures: `twenty-one`, `two hundred`."""
    out: list[str] = []
    total = current = 0
    last = 0  # the value of the number word before, which tells what may follow
    open_number = False

    def close() -> None:
        nonlocal total, current, last, open_number
        if open_number:
            out.append(str(total + current))
        total = current = last = 0
        open_number = False

    for token in tokens:
        parts = token.split("-") if "-" in token else [token]
        if not all(part in WORDS for part in parts):
            close()
            out.append(token)
            continue
        for part in parts:
            if part in SCALES:
                if not open_number:
                    out.append(part)
                elif part == "hundred":
                    current, last = max(1, current) * 100, 100
                else:
                    total, current, last = total + max(1, current) * SCALES[part], 0, SCALES[part]
                continue
            value = UNITS.get(part, TENS.get(part, 0))
            follows = last >= 100 or (last in TENS.values() and 0 < value < 10)
            if open_number and not follows:
                close()
            current, last, open_number = current + value, value, True
    close()
    return out


@lru_cache(maxsize=200_000)
def is_telling(token: str) -> bool:
    """Whether a token holds a figure or a symbol: what a template's rows differ in."""
    return TELLING.search(token) is not None
