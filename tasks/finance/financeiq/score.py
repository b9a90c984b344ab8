"""FinanceIQ: the letter of the stated answer; unweighted mean of the exams' accuracies."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import extraction
from bootstrap import subtask_mean

ERROR_CLASSES = {
    "unparsed": "no stated answer in the text",
    "several-letters": "the stated answer names more than one option",
    "wrong": "another letter",
}
LETTERS = "ABCD"
# A marker with its colon, or the Chinese statement; a sentence about answers is prose.
MARKER = (
    extraction.ANY_ANSWER
    + r"|答案(?:选项)?(?:应该|应当|应|就)?[是为选][ \t]{0,8}[:：]?"
    + r"|故选[ \t]{0,8}[:：]?|答案选项[ \t]{0,8}[:：]"
)
KEYS = ("answer", "final_answer", "答案")
MAX_ANSWER = 400  # characters
FILLER = re.compile(
    r"(?:(?:the )?(?:correct |right |best )?(?:options?|choice|letter|answer)(?: is)?[: ]+"
    r"|(?:选项|选择|选|应选|为|是)[: ]*)",
    re.IGNORECASE,
)
WRAPPED = re.compile(r"\\(?:text|textbf|mathrm|mathbf|mathsf|boxed)\s*\{([^{}]*)\}")
# A letter that stands alone: at the end, before punctuation or a blank, or called an option.
LETTER = re.compile(r"([A-D])(?=$|[\s.,:;!)】\]}>\"'`*、。/&|+-]|(?:选)?项|正确|[和或与及且])")
ALONE = r"([A-D])(?![A-Za-z0-9])"
LISTED = re.compile(
    r"(?:[\s,/&、;|+()\[\]\"'*-]|and\b|or\b|和|或者?|以及|与|及|且)*" + ALONE
)


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item's gold cannot be used, or None."""
    return (
        None
        if isinstance(item["gold"], str) and item["gold"] in tuple(LETTERS)
        else "the gold must be one of A, B, C, D"
    )


def plain(text: str) -> str:
    """Full-width characters as ASCII, one blank between words, no case, nothing at the edges."""
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    return text.strip(" .。,;:\"'`*()[]{}").casefold()


def letters_of(stated: str, options: dict[str, str]) -> set[str]:
    """The letters that a stated answer names: `B`, `(Ｂ)`, `B. bond`, or the text of exactly one
    option. Several letters in a row are several; letters in a remark after the answer do not count.
    """
    stated = WRAPPED.sub(r"\1", stated[:MAX_ANSWER])
    text = unicodedata.normalize("NFKC", stated).strip(" \t\r\n([{【\"'*`$<")
    by_text = {k for k, v in options.items() if plain(v) and plain(v) == plain(stated)}
    if by_text and len(plain(stated)) > 1:
        return by_text
    filler = FILLER.match(text)
    text = text[filler.end() :].lstrip(" ([{\"'*`") if filler else text
    alone = re.fullmatch(r"([A-Da-d])[\s.,:;!)】\]}>\"'`*。$]*", text)
    if alone:
        return {alone[1].upper()}
    if re.fullmatch(r"[A-D]{2,4}[\s.。)]*", text):
        return set(LETTERS).intersection(text)
    first = LETTER.match(text)
    if first is None:
        return by_text
    rest = text[first.end() :]
    bare = rest.strip(" .,:;)]}\"'`*、。-")
    if plain(bare) == plain(options[first[1]]):
        return {first[1]}
    named = {first[1]}
    while (following := LISTED.match(rest)) is not None:
        named.add(following[1])
        rest = rest[following.end() :]
    if re.match(r"\s+[A-Za-z\u4e00-\u9fff]", rest) and len(named) == 1:
        # "A is wrong, so B": a sentence that names another letter states nothing.
        sentence = re.split(r"[.。;!]", rest)[0]
        named |= set(re.findall(r"(?<![A-Za-z0-9])" + ALONE, sentence))
    return named


def stated_answer(text: str) -> str | None:
    """The last stated answer; a reply that is nothing but a letter states it too."""
    value = extraction.last_answer(text, MARKER, KEYS)
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    if isinstance(value, list):
        return ", ".join(v for v in value[:10] if isinstance(v, str))
    if value is None:
        reply = unicodedata.normalize("NFKC", extraction.without_reasoning(text)[-MAX_ANSWER:])
        bare = re.fullmatch(r"[\s(\[{\"'*`]*([A-D])[\s.)\]}\"'*`。]*", reply)
        return bare[1] if bare else None
    return value if isinstance(value, str) else None


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the last stated answer is the gold letter."""
    stated = stated_answer(text)
    options = {k: str(item["input"].get(k, "")) for k in LETTERS}
    named = letters_of(stated, options) if stated else set()
    if not named:
        return {"score": 0.0, "parsed": None, "error": "unparsed"}
    if len(named) > 1:
        return {"score": 0.0, "parsed": "".join(sorted(named)), "error": "several-letters"}
    (letter,) = named
    right = letter == item["gold"]
    return {"score": float(right), "parsed": letter, "error": None if right else "wrong"}


core_value = subtask_mean  # the metric alone, for resampling


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Unweighted mean over exams, with each exam and the item-weighted accuracy."""
    scores: dict[str, list[float]] = {}
    for item, result in zip(items, results):
        scores.setdefault(item["subtask"], []).append(result["score"])
    return {
        "value": subtask_mean(items, results),
        "submetrics": {
            "itemAccuracy": sum(r["score"] for r in results) / max(1, len(results)),
            **{f"accuracy/{exam}": sum(s) / len(s) for exam, s in sorted(scores.items())},
        },
    }
