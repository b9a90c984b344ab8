"""All rows of all sources, as they are, shuffled: the fixed recipe of manual-sft. What the card forbids is left out."""

import argparse
import json
import os
import random
import re

PLAN = {}
PERSONAL = [
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w"),
    re.compile(
        r"\+\d{1,3}[ .-]?(?:\d[ .-]?){6,12}\d|\(\d{3}\) ?\d{3}-\d{4}|(?<![\d-])\d{3}[-.]\d{3}[-.]\d{4}(?![\d-])"
    ),
    re.compile(r"(?i:\b(?:phone|tel|call|mobile|cell)\b)[^\d\n]{0,12}\d{3}[ -]?\d{3,4}(?!\d)"),
    re.compile(r"(?<!\d)(?:\d{4}[ -]){3}\d{1,7}(?!\d)|(?<!\d)\d{15,16}(?!\d)"),
]


def has_personal_data(row):
    """Whether an e-mail address, a telephone number or a card number stands in the row."""
    text = row["prompt"] + "\n" + row["completion"]
    return any(pattern.search(text) for pattern in PERSONAL)


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
    if PLAN["personalData"] == "forbidden":
        rows = [row for row in rows if not has_personal_data(row)]
    random.Random(arguments.seed).shuffle(rows)
    most = PLAN["maxRows"] if arguments.limit is None else min(arguments.limit, PLAN["maxRows"])
    with open(arguments.output, "w", encoding="utf-8") as output:
        for row in rows[:most]:
            output.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
