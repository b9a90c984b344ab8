"""PANORAMA's three tasks: what their Parquet files hold, as items. Its splits are by application;
its columns are JSON texts or nested values, and letters come as lists or as one text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from errors import BadInput

from full_kit.corpus import FullCorpus, grouped, text_key

COMMON = {"application_number": (str, int), "claim_number": (str, int), "context": (str, dict)}
#: One item of a task from its row: (input, gold, answer as it is written, further fields of raw
#: rows).
Convert = Callable[[dict[str, Any], str], tuple[dict[str, Any], Any, str, dict[str, Any]]]


def build(
    corpus: FullCorpus, source: str, folder: str, fields: dict[str, Any], convert: Convert
) -> None:
    """Test from the benchmark's test split, dev and validation from its validation split, raw from
    its training split. Items of one application are one cluster; at most `PER_APPLICATION` of each.
    """
    wanted = {**COMMON, **fields}
    held_texts = set()
    for file, splits in (("test", ["test"]), ("validation", ["dev", "validation"])):
        rows = list(corpus.usable(source, f"{folder}/{file}.parquet", wanted, convert))
        by_application = grouped(rows, lambda row: application_key(row[1]))
        order = corpus.chosen(by_application, len(by_application))
        for split in splits:
            while len(corpus.items[split]) < corpus.size(split) and order:
                key = order.pop(0)
                if key in corpus.held:
                    corpus.notes["applications in two of the benchmark's splits"] += 1
                    continue
                room = corpus.size(split) - len(corpus.items[split])
                for number, _, (values, gold, _, _) in by_application[key][
                    : min(room, PER_APPLICATION)
                ]:
                    held_texts.add(content_key(values))
                    corpus.add(
                        split,
                        id=f"{corpus.task}-{file}-{number:06d}",
                        keys=[key],
                        subtask=corpus.card["subtasks"][0],
                        input=values,
                        gold=gold,
                        cluster=key,
                    )
    corpus.hold(*held_texts)
    raw = corpus.source("panorama")
    training = corpus.usable(source, f"{folder}/train.parquet", wanted, convert)
    for _, row, (values, _, answer, extra) in training:
        raw.add(
            [application_key(row), content_key(values)],
            corpus.prompt(values),
            answer,
            application_number=str(row["application_number"]),
            claim_number=values["claim_number"],
            **extra,
        )


#: Claims of one application share their documents: more of them say little more.
PER_APPLICATION = 3


def application_key(row: dict[str, Any]) -> str:
    """What PANORAMA's own splits are disjoint by."""
    return f"application:{row['application_number']}"


def content_key(values: dict[str, Any]) -> str:
    """The claim itself: the same claim filed again is a copy."""
    return text_key(values["context"]["title"], values["claim"])


def common_input(row: dict[str, Any], where: str) -> dict[str, Any]:
    """Application and claim, as all three tasks show them."""
    context = from_json(row["context"], dict, f"{where}: 'context'")
    claims = [claim_text(claim) for claim in listed(context.get("claims"))]
    number = int(row["claim_number"]) if str(row["claim_number"]).isdigit() else 0
    if not 1 <= number <= len(claims):
        raise BadInput(
            f"{where}: claim {row['claim_number']} is not among the {len(claims)} claims"
        )
    return {
        "application_number": str(row["application_number"]),
        "claim_number": number,
        "claim": claims[number - 1],
        "context": {
            "title": context.get("title") or "",
            "abstract": context.get("abstract") or "",
            "claims": claims,
        },
    }


def document(value: Any, where: str) -> dict[str, Any]:
    """A cited document without its empty fields."""
    found = from_json(value, dict, where)
    cleaned = {key: item for key, item in found.items() if item is not None}
    if "claims" in cleaned:
        cleaned["claims"] = [claim_text(claim) for claim in listed(cleaned["claims"])]
    return {"patent_id": "", "title": "", "abstract": "", "claims": [], **cleaned}


def claim_text(claim: Any) -> str:
    """A claim's text; some rows hold it as an object."""
    return str(claim.get("claim_text", "")) if isinstance(claim, dict) else str(claim)


def listed(value: Any) -> list[Any]:
    """A list, whatever it was."""
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def from_json(value: Any, kind: type, where: str) -> Any:
    """A nested value, or the JSON text of one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise BadInput(f"{where}: not JSON: {error}") from error
    if not isinstance(value, kind):
        raise BadInput(f"{where}: is {type(value).__name__}, not {kind.__name__}")
    return value


def tokens(value: Any) -> list[str]:
    """Letters or numbers that come as a list, as one text with commas, or as the text of a list."""
    parts = listed(value)
    return [token for part in parts for token in re.findall(r"[A-Za-z0-9]+", str(part))]
