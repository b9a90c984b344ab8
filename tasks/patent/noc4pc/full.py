"""NOC4PC from PANORAMA: items of its test and validation splits, raw rows of its training split."""

from __future__ import annotations

import json
from typing import Any

from errors import BadInput
from full_kit import panorama
from full_kit.corpus import FullCorpus

SOURCES = ("panorama-noc4pc",)
FIELDS = {"prior_art_specifications": (str, list), "answer": (str, dict)}
CODES = ("ALLOW", "102", "103")


def convert(row: dict[str, Any], where: str) -> tuple[dict[str, Any], Any, str, dict[str, Any]]:
    """Input, gold, the answer as it is written, and the examiner's reason."""
    documents = panorama.from_json(
        row["prior_art_specifications"], list, f"{where}: 'prior_art_specifications'"
    )
    values = panorama.common_input(row, where)
    values["prior_art_specifications"] = [
        {"paragraphs": [], **panorama.document(value, f"{where}: 'prior_art_specifications'")}
        for value in documents
    ]
    code, reason = decision(row["answer"])
    if code not in CODES:
        raise BadInput(
            f"{where}: 'answer' is {str(row['answer'])[:60]!r}, not one of {', '.join(CODES)}"
        )
    return values, code, json.dumps({"code": code}), {"reason": reason}


def decision(answer: Any) -> tuple[str, str]:
    """Code and reason; some rows hold the bare code."""
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except ValueError:
            return answer.strip().upper(), ""
    if not isinstance(answer, dict):
        return str(answer).strip().upper(), ""
    return str(answer.get("code", "")).strip().upper(), str(answer.get("reason") or "")


def build(corpus: FullCorpus) -> None:
    """Splits and raw source."""
    panorama.build(corpus, SOURCES[0], "NOC4PC", FIELDS, convert)
