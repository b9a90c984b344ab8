"""AIME25: the last boxed or final answer equals the integer."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import extraction
import table_answers

ERROR_CLASSES = {
    "unparsed": "no boxed or final answer in the text",
    "not-an-integer": "the final answer is not an integer",
    "wrong": "another integer",
}
PLAIN = re.compile(r"([+-]?)0*(\d{1,18})(?:\.0*)?")
# Wrapping that says nothing of the value: fonts and text keep what they hold.
WRAPPED = re.compile(r"\\(?:text(?:bf|it)?|math(?:rm|bf|it)|bf|rm|mbox)\s*\{([^{}]*)\}")
IGNORED = re.compile(
    r"\\[,;:! ]|\\(?:displaystyle|left|right|quad|qquad)(?![A-Za-z])"
    r"|\\?\$|\^\s*\{?\s*\\circ\s*\}?|°|~"
)
VARIABLE = re.compile(r"(?<![A-Za-z\\])[A-Za-z]")
# Words that a number may be multiplied by, or that say that another value is meant.
FACTORS = frozenset("pi tau phi mod modulo pmod bmod sqrt times over squared cubed choose".split())
MAX_ANSWER = 400  # characters
# What math-verify is asked to evaluate cannot run away: short, without big operands or towers.
KNOWN = frozenset(
    "frac dfrac tfrac cfrac sqrt binom dbinom tbinom cdot times div "
    "lfloor rfloor lceil rceil lvert rvert vert".split()
)
SYMBOLS = re.compile(r"[\d\s+\-*/().{}\[\]^!|\u00d7\u00f7\u00b7]{1,80}")
POWER = re.compile(r"\^\s*(?:\d|\{\s*\d{1,2}\s*\})(?!\s*\^)")
FACTORIAL = re.compile(r"(?<!\d)\d{1,2}!(?!!)")


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item's gold cannot be used, or None."""
    return (
        None
        if isinstance(item["gold"], str) and as_integer(item["gold"]) is not None
        else "the gold must be an integer in a string"
    )


def as_integer(answer: Any) -> int | None:
    """The integer that a final answer states: plain, decorated (`n=204`, `204^\\circ`, `1,024`,
    `204 \\text{ cm}`), or an expression that math-verify evaluates.
    """
    if isinstance(answer, list) and len(answer) == 1:
        (answer,) = answer
    if isinstance(answer, int) and not isinstance(answer, bool):
        return answer if abs(answer) < 10**18 else None
    if isinstance(answer, float) and abs(answer) < 2**53:
        return int(answer) if answer.is_integer() else None
    if not isinstance(answer, str) or len(answer) > MAX_ANSWER:
        return None
    # A JSON string turns `\boxed` and `\frac` into control characters.
    text = answer.replace("\b", "\\b").replace("\f", "\\f")
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    text = re.sub(r"(?<=\d)(?:\\[,;: ]|\{,\})(?=\d{3}(?!\d))", ",", text)
    boxed = extraction.last_boxed(text)
    text = IGNORED.sub(" ", WRAPPED.sub(r" \1 ", boxed if boxed is not None else text)).strip()
    text = text.removesuffix(".").strip()
    sides = text.split("=")
    if len(sides) > 1:  # `n=204`, `m+n = 100+104 = 204`: what is named on the left has no value
        return agreed([side for k, side in enumerate(sides) if k or not VARIABLE.search(side)])
    enclosed = re.fullmatch(r"[({]([^(){}]*)[)}]|\{\(([^(){}]*)\)\}", text)
    text = (enclosed[1] or enclosed[2] or "").strip() if enclosed else text
    if re.fullmatch(r"[+-]?\s*\d{1,3}(?:,\d{3})+", text):
        text = text.replace(",", "")
    plain = PLAIN.fullmatch(re.sub(r"^([+-])\s+", r"\1", text))
    if plain:
        return int(plain[1] + plain[2])
    return with_unit(text) if re.search(r"\d[\s.]*[A-Za-z]{2,}", text) else evaluated(text)


def with_unit(text: str) -> int | None:
    """The number of `204 cm` or `204 square units`; no other number, factor or choice may follow."""
    words = re.findall(r"[A-Za-z]+", text)
    if "\\" in text or FACTORS.intersection(word.casefold() for word in words):
        return None
    value = table_answers.as_measure(text)
    whole = value is not None and abs(value) < 10**18 and value == int(value)
    return int(value) if whole else None


def agreed(sides: list[str]) -> int | None:
    """The one value of all sides of an equation."""
    values = {as_integer(side) for side in sides[:5]}
    return values.pop() if len(values) == 1 else None


def safe(text: str) -> bool:
    """Whether math-verify may evaluate a text: numbers of up to nine digits, known commands,
    exponents and factorials of up to two digits, binomials of up to three.
    """
    commands = re.findall(r"\\([A-Za-z]+)", text)
    rest = re.sub(r"\\(?:[A-Za-z]+|[{}|])", "*", text)
    binomial = any("binom" in command for command in commands)
    return (
        SYMBOLS.fullmatch(rest) is not None
        and KNOWN.issuperset(commands)
        and re.search(r"\d{4}" if binomial else r"\d{10}", rest) is None
        and re.search(r"\d", rest) is not None
        and re.search(r"\d\s+\d", rest) is None
        and len(POWER.findall(rest)) == rest.count("^") <= 2
        and len(FACTORIAL.findall(rest)) == rest.count("!") <= 2
    )


def evaluated(text: str) -> int | None:
    """The value of an expression such as `612/3` or `\\sqrt{400}`, when it is an integer."""
    if not safe(text):
        return None
    try:
        import sympy
        from math_verify import LatexExtractionConfig, parse, verify  # late: it costs a second

        found = parse(
            f"${text}$", [LatexExtractionConfig()], parsing_timeout=1, raise_on_error=False
        )
        if not found or not getattr(found[0], "is_number", False):
            return None
        value = sympy.Integer(round(sympy.N(found[0], 30)))
        equal = abs(value) < 10**18 and verify(value, found[0], timeout_seconds=1)
        return int(value) if equal else None
    except Exception:  # noqa: BLE001 - an answer that math-verify cannot take is no integer
        return None


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the last stated answer (a box, a final-answer line, a JSON object) is the integer."""
    stated = extraction.last_answer(text, extraction.ANY_ANSWER, ("answer", "final_answer"))
    if stated is None:
        return {"score": 0.0, "parsed": None, "error": "unparsed"}
    value = as_integer(stated)
    if value is None:
        return {"score": 0.0, "parsed": str(stated)[:MAX_ANSWER], "error": "not-an-integer"}
    right = value == as_integer(item["gold"])
    return {"score": float(right), "parsed": str(value), "error": None if right else "wrong"}


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Accuracy over all items, samples of one problem included, with each year or source."""
    scores: dict[str, list[float]] = {}
    for item, result in zip(items, results):
        scores.setdefault(item["subtask"], []).append(result["score"])
    return {
        "value": sum(r["score"] for r in results) / max(1, len(results)),
        "submetrics": {f"accuracy/{name}": sum(s) / len(s) for name, s in sorted(scores.items())},
    }
