"""How every task reads an answer out of a model's text.

Rules: reasoning blocks are removed first; the last well-formed answer wins (a JSON object, a boxed
value, a line with an answer marker); prose never counts as a letter or a number. All functions are
linear or nearly so, and never raise.
"""

from __future__ import annotations

import json
import re
from typing import Any

BLOCK = re.compile(r"<(think|thinking|reasoning)>(?:(?!<\1>).)*?</\1>", re.DOTALL | re.IGNORECASE)
CLOSING = re.compile(r"</(?:think|thinking|reasoning)>", re.IGNORECASE)
OPENING = re.compile(r"<(?:think|thinking|reasoning)>", re.IGNORECASE)
BOX = re.compile(r"\\boxed\s*\{")
MAX_TEXT = 200_000  # characters: an answer stands at the end, what lies before is not read
MAX_OBJECTS = 500  # opening braces tried from the end
DECODER = json.JSONDecoder()


def without_reasoning(text: str) -> str:
    """The text after its reasoning: closed blocks go, so does all up to a stray closing tag and
    after an unclosed opening one.
    """
    text = text[-MAX_TEXT:]
    closings = list(CLOSING.finditer(text))
    if closings:
        text = BLOCK.sub(" ", text)
        closings = list(CLOSING.finditer(text))
        if closings:
            text = text[closings[-1].end() :]
    opening = OPENING.search(text)
    return text[: opening.start()] if opening else text


def json_objects(text: str) -> list[dict[str, Any]]:
    """The well-formed top-level JSON objects in the text, in order (the last few hundred)."""
    starts = [m.start() for m in re.finditer(r"\{", text)][-MAX_OBJECTS:]
    found, end = [], 0
    for start in starts:
        if start < end:
            continue
        try:
            value, end = DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            # Models break lines inside strings; JSON does not allow it, a reader does not mind.
            try:
                value, length = DECODER.raw_decode(text[start:].replace("\n", " "))
                end = start + length
            except (ValueError, RecursionError):
                continue
        if isinstance(value, dict):
            found.append(value)
    return found


def last_json_value(text: str, keys: tuple[str, ...]) -> Any | None:
    """The value of the first of `keys` in the last JSON object that has one of them (case of the
    key ignored).
    """
    for found in reversed(json_objects(without_reasoning(text))):
        lowered = {k.lower(): v for k, v in found.items()}
        for key in keys:
            if lowered.get(key) is not None:
                return lowered[key]
    return None


def last_boxed(text: str) -> str | None:
    r"""What stands in the last closed `\boxed{...}`, braces balanced."""
    text = without_reasoning(text)
    for match in reversed(list(BOX.finditer(text))[-MAX_OBJECTS:]):
        depth = 1
        for i in range(match.end(), min(len(text), match.end() + 2_000)):
            depth += {"{": 1, "}": -1}.get(text[i], 0)
            if depth == 0:
                return text[match.end() : i].strip()
    return None


def last_marked(text: str, marker: str) -> str | None:
    """What follows the last `marker` (a regular expression) that is followed by anything: the rest
    of its line, or where that is empty the next line. Without emphasis and final stop.
    """
    text = without_reasoning(text)
    for match in reversed(list(re.finditer(marker, text, re.IGNORECASE))[-MAX_OBJECTS:]):
        rest = text[match.end() : match.end() + 4_000].lstrip(" \t\r\n*_`")
        line = rest.split("\n", 1)[0][:2_000]
        line = line.strip(" \t\r*_`$").removesuffix(".").strip(" \t*_`$")
        if line:
            return line
    return None
