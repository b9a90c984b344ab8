"""Renders prompts: reads items, writes `{id, prompt}` lines. Nothing else of an item leaves.

render.py --card task.yaml --tier mini --items F --out F
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from card import load_card, tier_of
from errors import BadInput, stop, write_atomically
from prompts import render_prompts
from row_files import read_keyed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--card", required=True, type=Path)
    parser.add_argument("--tier", default="mini")
    parser.add_argument("--items", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args()
    try:
        template = tier_of(load_card(args.card), args.tier, args.card)["template"]
        prompts = render_prompts(template, read_keyed(args.items, {"input": dict}))
    except BadInput as error:
        stop(error)
    write_atomically(args.out, "".join(json.dumps(p, ensure_ascii=False) + "\n" for p in prompts))


if __name__ == "__main__":
    main()
