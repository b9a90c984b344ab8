"""Takes from items what drawing charts needs: the tables, without questions and answers.

    tables.py --items F --out F [--predictions F --texts F]

Writes `{id, table}` lines. With `--predictions`, which may be of any form that score.py reads, they
are checked against the items and written as plain `{id, text}` lines to `--texts`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from errors import BadInput, stop, write_atomically
from row_files import read_keyed


def to_lines(rows: list[dict[str, Any]]) -> str:
    """Rows as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--texts", type=Path)
    args = parser.parse_args()
    try:
        items = read_keyed(args.items, {"input": dict})
        if not items:
            raise BadInput(f"{args.items}:1: the file is empty: no items")
        tables = [{"id": item["id"], "table": item["input"].get("table")} for item in items]
        if args.predictions is not None:
            rows = read_keyed(args.predictions, {"text": str}, {item["id"] for item in items})
            texts = [{"id": row["id"], "text": row["text"]} for row in rows]
            write_atomically(args.texts, to_lines(texts))
    except BadInput as error:
        stop(error)
    write_atomically(args.out, to_lines(tables))


if __name__ == "__main__":
    main()
