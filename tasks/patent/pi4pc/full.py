"""PI4PC from PANORAMA: items of its test and validation splits, raw rows of its training split."""

from __future__ import annotations

import json
from typing import Any

from errors import BadInput
from full_kit import panorama
from full_kit.corpus import FullCorpus

SOURCES = ("panorama-pi4pc",)
ANSWERS = ("gold_answers", "silver_answers", "negative_answers")


def convert(row: dict[str, Any], where: str) -> tuple[dict[str, Any], Any, str, dict[str, Any]]:
    """Input, gold, and the answer as it is written."""
    prior = panorama.from_json(
        row["prior_art_specification"], dict, f"{where}: 'prior_art_specification'"
    )
    options = panorama.from_json(row["options"], dict, f"{where}: 'options'")
    values = panorama.common_input(row, where)
    document = panorama.document(prior, f"{where}: 'prior_art_specification'")
    values["prior_art_specification"] = {"specification": "", **document}
    kept = {str(key): str(text) for key, text in options.items() if text is not None}
    if not all(key.isdigit() for key in kept):
        raise BadInput(f"{where}: the options {', '.join(kept)} are not numbers of paragraphs")
    values["options"] = {key: kept[key] for key in sorted(kept, key=int)}
    gold = {name.removesuffix("_answers"): numbers(row.get(name)) for name in ANSWERS}
    if not gold["gold"] or not {str(n) for n in gold["gold"]} <= set(kept):
        raise BadInput(f"{where}: the answers {gold} do not fit the options {', '.join(kept)}")
    return values, gold, json.dumps({"answer": gold["gold"][0]}), {}


def numbers(value: Any) -> list[int]:
    """The paragraphs' numbers in order, each once."""
    return sorted({int(token) for token in panorama.tokens(value) if token.isdigit()})


def build(corpus: FullCorpus) -> None:
    """Splits and raw source."""
    some = (str, int, list)
    fields = {
        "prior_art_specification": (str, dict),
        "options": (str, dict),
        "gold_answers": some,
        "silver_answers": (*some, type(None)),
        "negative_answers": (*some, type(None)),
    }
    panorama.build(corpus, SOURCES[0], "PI4PC", fields, convert)
