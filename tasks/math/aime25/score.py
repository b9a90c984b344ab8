"""AIME25: the last boxed or final answer equals the integer."""

from __future__ import annotations

import re
from typing import Any

import extraction

ERROR_CLASSES = {
    "unparsed": "no boxed or final answer in the text",
    "not-an-integer": "the final answer is not an integer",
    "wrong": "another integer",
}
PLAIN = re.compile(r"([+-]?)0*(\d{1,18})(?:\.0+)?")
# What math-verify is asked to evaluate: short, without towers of powers, so that it cannot run
# away.
SAFE = re.compile(r"(?!.*[\^!].*[\^!])[^\n]{1,80}")


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item's gold cannot be used, or None."""
    return (
        None
        if isinstance(item["gold"], str) and PLAIN.fullmatch(item["gold"])
        else "the gold must be an integer in a string"
    )


def as_integer(text: str) -> int | None:
    """The integer that a final answer states: plain, decorated (`n=204`, `204^\\circ`, `1,024`), or
    by math-verify.
    """
    text = re.sub(
        r"\\(?:text|mathrm|mathbf)\s*\{([^{}]*)\}|\\[,;! ]|\^\s*\{?\\circ\}?|\$", r"\1", text[:400]
    ).strip(" .{}()")
    text = re.sub(r"^[a-z](?:\s*\+\s*[a-z])*\s*=\s*", "", text, flags=re.IGNORECASE)
    if re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+", text):
        text = text.replace(",", "")
    plain = PLAIN.fullmatch(text)
    if plain:
        return int(plain[1] + plain[2])
    if (
        not SAFE.fullmatch(text)
        or not re.search(r"\d", text)
        or re.search(r"\d{10}|\^\s*\{?\d{3}", text)
    ):
        return None
    return evaluated(text)


def evaluated(text: str) -> int | None:
    """The value of an expression such as `612/3` or `\\sqrt{400}`, when it is an integer."""
    try:
        from math_verify import LatexExtractionConfig, parse  # imported late: it costs a second

        found = parse(
            f"${text}$", [LatexExtractionConfig()], parsing_timeout=1, raise_on_error=False
        )
        value = getattr(found[0], "is_integer", False) and found[0].is_number if found else False
        return int(found[0]) if value else None
    except Exception:  # noqa: BLE001 - an answer that math-verify cannot take is no integer
        return None


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the last boxed value (else the last `Final Answer:`) is the integer."""
    boxed = extraction.last_boxed(text)
    stated = (
        boxed if boxed is not None else extraction.last_marked(text, r"(?:final )?answer\s*[:：]")
    )
    if stated is None:
        return {"score": 0.0, "parsed": None, "error": "unparsed"}
    value = as_integer(stated)
    if value is None:
        return {"score": 0.0, "parsed": stated, "error": "not-an-integer"}
    right = value == int(item["gold"])
    return {"score": float(right), "parsed": str(value), "error": None if right else "wrong"}
