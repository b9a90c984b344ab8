"""PAR4PC from PANORAMA: items of its test and validation splits, raw rows of its training split."""

from __future__ import annotations

import json
from typing import Any

from errors import BadInput
from full_kit import panorama
from full_kit.corpus import FullCorpus

SOURCES = ("panorama-par4pc",)
ANSWERS = ("gold_answers", "silver_answers", "negative_answers")
FIELDS = {"options": (str, dict), "gold_answers": (str, list)}
LETTERS = "ABCDEFGH"


def convert(row: dict[str, Any], where: str) -> tuple[dict[str, Any], Any, str, dict[str, Any]]:
    """Input, gold, and the answer as it is written."""
    options = panorama.from_json(row["options"], dict, f"{where}: 'options'")
    values = panorama.common_input(row, where)
    values["options"] = {
        letter: panorama.document(value, f"{where}: option {letter}")
        for letter, value in sorted(options.items())
        if value is not None
    }
    gold = {name.removesuffix("_answers"): letters(row.get(name)) for name in ANSWERS}
    unknown = {letter for found in gold.values() for letter in found} - set(values["options"])
    if unknown or not gold["gold"] or not set(values["options"]) <= set(LETTERS):
        raise BadInput(
            f"{where}: the answers {gold} do not fit the options {', '.join(values['options'])}"
        )
    chosen = gold["gold"]
    return values, gold, json.dumps({"answer": chosen[0] if len(chosen) == 1 else chosen}), {}


def letters(value: Any) -> list[str]:
    """The letters in order, each once."""
    return sorted({token.upper() for token in panorama.tokens(value)})


def build(corpus: FullCorpus) -> None:
    """Splits and raw source."""
    fields = {
        **FIELDS,
        "silver_answers": (str, list, type(None)),
        "negative_answers": (str, list, type(None)),
    }
    panorama.build(corpus, SOURCES[0], "PAR4PC", fields, convert)
