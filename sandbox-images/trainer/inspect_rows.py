"""Checks curated rows and says what they look like, with exact token lengths.

    python inspect_rows.py --data train.jsonl --model DIR --context 256 \
        --card-json '{"answerPattern": ...}' --out OUT

The card is the task's, as JSON; used are `answerPattern`, `answerLabels` and, of `limits`,
`outputMegabytes`, `maxRows` and `maxTokens`. Limits can be given on the command line instead.
Classes: `bad-rows` (with line numbers), `no-rows`, `too-large`, `token-limit`. Writes
OUT/result.json {ok, statistics}.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from result import Failure, reporting, write_result
from startup import pin_environment


def arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--card-json", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--max-rows", type=int, default=None)
    parser.add_argument("--max-tokens", type=int, default=None)
    parser.add_argument("--max-megabytes", type=float, default=None)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def main() -> int:
    """Inspects the rows; returns the exit status."""
    args = arguments()
    pin_environment(args.threads)
    with reporting(args.out):
        inspect(args)
    return 0


def inspect(args: argparse.Namespace) -> None:
    """Read, count, judge, report."""
    from chat import Chat
    from row_statistics import AnswerFormat, statistics
    from rows import read_rows

    card: dict[str, Any] = json.loads(args.card_json)
    limits = card.get("limits") or {}
    max_rows = args.max_rows or limits.get("maxRows")
    max_tokens = args.max_tokens or limits.get("maxTokens")
    megabytes = args.max_megabytes or limits.get("outputMegabytes")
    rows = read_rows(args.data, max_rows, int(megabytes * 1e6) if megabytes else None)
    lengths = [len(row.ids) for row in Chat(args.model).encode_rows(rows)]
    found = statistics(rows, lengths, args.context, AnswerFormat.from_card(card))
    if max_tokens is not None and found["tokenLengths"]["total"] > max_tokens:
        total = found["tokenLengths"]["total"]
        raise Failure(
            "token-limit", f"{args.data.name} has {total} tokens, allowed are {max_tokens}"
        )
    if found["emptyRows"] == found["rows"]:
        raise Failure(
            "no-rows",
            f"all {found['rows']} rows of {args.data.name} have an empty prompt or completion",
        )
    write_result(args.out, {"statistics": found})


if __name__ == "__main__":
    sys.exit(main())
