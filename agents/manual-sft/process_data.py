"""All rows of all sources, as they are, shuffled: the fixed recipe of manual-sft."""

import argparse
import json
import os
import random

PLAN = {}


def read_source(path, prompt_field, completion_field):
    """Rows of one source; lines without the two texts are skipped, since they are no rows."""
    rows = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            try:
                record = json.loads(line)
                prompt, completion = record[prompt_field], record[completion_field]
            except (ValueError, KeyError, TypeError):
                continue
            if (
                isinstance(prompt, str)
                and isinstance(completion, str)
                and prompt.strip()
                and completion.strip()
            ):
                rows.append({"prompt": prompt, "completion": completion})
    return rows


def main():
    parser = argparse.ArgumentParser(description="Concatenates the raw sources.")
    parser.add_argument("--sources", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--limit", type=int, default=None)
    arguments = parser.parse_args()
    rows = []
    for source in PLAN["sources"]:
        path = os.path.join(arguments.sources, source["file"])
        rows.extend(read_source(path, source["promptField"], source["completionField"]))
    random.Random(arguments.seed).shuffle(rows)
    most = PLAN["maxRows"] if arguments.limit is None else min(arguments.limit, PLAN["maxRows"])
    with open(arguments.output, "w", encoding="utf-8") as output:
        for row in rows[:most]:
            output.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
