"""How every task reads an answer out of a model's text.

Rules: reasoning blocks are removed first; the last well-formed answer wins (a JSON object, a boxed
value, a line with an answer marker); prose never counts as a letter or a number. All functions are
linear or nearly so, and never raise.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

NAME = r"(?:think|thinking|thought|thoughts|reasoning|scratchpad)"
BLOCK = re.compile(
    rf"[<\[]({NAME})\b[^<>\[\]]{{0,80}}[>\]](?:(?![<\[]\1\b).)*?[<\[]/\1\s*[>\]]",
    re.DOTALL | re.IGNORECASE,
)
CLOSING = re.compile(rf"[<\[]/{NAME}\s*[>\]]", re.IGNORECASE)
OPENING = re.compile(rf"<{NAME}\b[^<>]{{0,80}}>|\[THINK\]", re.IGNORECASE)
BOX = re.compile(r"\\(?:boxed|fbox|framebox)\s*\{")
MAX_TEXT = 200_000  # characters: an answer stands at the end, what lies before is not read
MAX_OBJECTS = 500  # opening braces tried from the end
MAX_BOXES = 100  # boxes tried from the end
# Models break lines inside strings; a reader does not mind.
DECODER = json.JSONDecoder(strict=False)
# Between boxes that are one answer in several parts.
JOINT = re.compile(r"[$\s]*(?:,|;|、|\b(?:and|or)\b|\\text\s*\{[\s,]*(?:and|or)\s*\})[$\s]*")
COLON = r"[ \t*_]{0,8}[:：]"
HEADING = r"(?m:^)[ \t]{0,8}(?:#{1,6}[ \t]{0,8}|[*_]{1,3})final answers?[*_]{0,3}[ \t\r]{0,8}(?m:$)"
#: `Final Answer:`, or a heading that says so.
FINAL_ANSWER = rf"(?<!\w)final\s{{1,8}}answers?(?:\s{{1,8}}is)?{COLON}|{HEADING}"
#: The same, or a plain `Answer:`; and in Chinese. A sentence about an answer is prose.
ANY_ANSWER = rf"(?<!\w)answers?(?:\s{{1,8}}is)?{COLON}|{HEADING}|答案[是为]?{COLON}"


class Found(NamedTuple):
    """An answer with the place where it begins and ends."""

    start: int
    end: int
    value: Any


def without_reasoning(text: str) -> str:
    """The text after its reasoning: closed blocks go, so does all up to a stray closing tag and
    after an unclosed opening one.
    """
    closings = list(CLOSING.finditer(text))
    if closings:
        text = BLOCK.sub(" ", text)
        closings = list(CLOSING.finditer(text))
        if closings:
            text = text[closings[-1].end() :]
    opening = OPENING.search(text)
    return (text[: opening.start()] if opening else text)[-MAX_TEXT:]


def objects_in(text: str) -> list[Found]:
    """The well-formed top-level JSON objects in a text, in order (the last few hundred)."""
    found: list[Found] = []
    end = 0
    for start in [m.start() for m in re.finditer(r"\{", text)][-MAX_OBJECTS:]:
        if start < end:
            continue
        try:
            value, end = DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(Found(start, end, value))
    return found


def json_objects(text: str) -> list[dict[str, Any]]:
    """The well-formed top-level JSON objects in the text, in order (the last few hundred)."""
    return [found.value for found in objects_in(text)]


def value_in(found: dict[str, Any], keys: tuple[str, ...]) -> Any | None:
    """The value of the first of `keys` that an object has (case of the key ignored)."""
    lowered = {k.strip().lower(): v for k, v in found.items()}
    return next((lowered[key] for key in keys if lowered.get(key) is not None), None)


def last_json_value(text: str, keys: tuple[str, ...]) -> Any | None:
    """The value of the first of `keys` in the last JSON object that has one of them (case of the
    key ignored).
    """
    for found in reversed(json_objects(without_reasoning(text))):
        value = value_in(found, keys)
        if value is not None:
            return value
    return None


def boxes_in(text: str) -> list[Found]:
    r"""The closed boxes that hold anything, braces balanced, in order (the last hundred). Boxes
    with a comma, "and" or "or" between them are one answer: `\boxed{2} or \boxed{3}` is `2, 3`.
    """
    found: list[Found] = []
    for match in list(BOX.finditer(text))[-MAX_BOXES:]:
        depth = 1
        for i in range(match.end(), min(len(text), match.end() + 2_000)):
            depth += {"{": 1, "}": -1}.get(text[i], 0)
            if depth:
                continue
            value = text[match.end() : i].strip()
            if found and value and JOINT.fullmatch(text, found[-1].end, match.start()):
                earlier = found.pop()
                joined = value if value == earlier.value else f"{earlier.value}, {value}"
                found.append(Found(earlier.start, i + 1, joined))
            elif value:
                found.append(Found(match.start(), i + 1, value))
            break
    return found


def last_boxed(text: str) -> str | None:
    r"""What stands in the last closed `\boxed{...}` that holds anything."""
    boxes = boxes_in(without_reasoning(text))
    return boxes[-1].value if boxes else None


def marked_in(text: str, marker: str) -> Found | None:
    """The last `marker` (a regular expression) with what follows it: the rest of its line, or where
    that is empty the next line that is not. Without emphasis and final stop.
    """
    for match in reversed(list(re.finditer(marker, text, re.IGNORECASE))[-MAX_OBJECTS:]):
        following = text[match.end() : match.end() + 4_000]
        rest = following.lstrip(" \t\r\n*_`")
        line = rest.split("\n", 1)[0][:2_000]
        end = match.end() + len(following) - len(rest) + len(line)
        line = line.strip(" \t\r*_`$").removesuffix(".").strip(" \t*_`$")
        if line:
            return Found(match.start(), end, line)
    return None


def last_marked(text: str, marker: str) -> str | None:
    """What follows the last `marker` that is followed by anything; see `marked_in`."""
    found = marked_in(without_reasoning(text), marker)
    return found.value if found else None


def last_answer(text: str, marker: str, keys: tuple[str, ...]) -> Any | None:
    """Whichever comes last: a line with the marker, a boxed value, or a JSON object's value of one
    of `keys`. A box or an object in a marked line is what that line says; a marker or a box inside
    an object is part of it.
    """
    text = without_reasoning(text)
    objects = [
        Found(o.start, o.end, value)
        for o in objects_in(text)
        if (value := value_in(o.value, keys)) is not None
    ]
    marked, boxes = marked_in(text, marker), boxes_in(text)
    candidates = objects[-1:] + boxes[-1:]
    if marked:
        candidates.append(marked)
    outside = [
        c
        for c in candidates
        if c in objects or not any(o.start < c.start < o.end for o in objects)
    ]
    return max(outside, key=lambda c: c.start).value if outside else None
