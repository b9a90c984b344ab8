"""Profiles the raw sources: all that an agent is shown of them. Generic: knows no task.

    python profile_sources.py --sources DIR --card-json '{"answerPattern": ..., "sources": [...]}' \
        --model DIR --context 256 --out OUT

Which files there are, and which fields hold prompt and completion, comes from the card's `sources`
or else DIR/manifest.json. Writes OUT/result.json {ok, sources: [...], overlaps: [...],
stylePatterns: {...}}, under 30,000 bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from result import reporting, write_result
from startup import pin_environment

MAX_BYTES = 30_000


def main() -> int:
    """Profiles the sources; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sources", type=Path, required=True, help="folder of the raw sources")
    parser.add_argument("--card-json", required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    pin_environment(args.threads)
    with reporting(args.out):
        profile(args)
    return 0


def profile(args: argparse.Namespace) -> None:
    """Read, profile one by one, compare, report."""
    from chat import Chat
    from row_statistics import AnswerFormat
    from source_profile import overlaps, profile_source, read_source
    from statements import STYLES

    card: dict[str, Any] = json.loads(args.card_json)
    answers = AnswerFormat.from_card(card)
    entries = card.get("sources") or json.loads(
        (args.sources / "manifest.json").read_text(encoding="utf-8")
    )
    sources = [read_source(args.sources, entry) for entry in entries]
    chat = Chat(args.model)
    profiles = [profile_source(source, chat, args.context, answers) for source in sources]
    document = {
        "sources": profiles,
        "overlaps": overlaps(sources, answers),
        "stylePatterns": STYLES,
    }
    write_result(args.out, compact(document))


def compact(document: dict[str, Any]) -> dict[str, Any]:
    """Shortens the examples until the document fits."""
    for characters in (400, 200, 100, 50, 0):
        for source in document["sources"]:
            source["examples"] = [
                {key: text[:characters] for key, text in row.items()} for row in source["examples"]
            ]
        if (
            len(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
            < MAX_BYTES - 100
        ):
            break
    return document


if __name__ == "__main__":
    sys.exit(main())
