"""Rows of the raw sources, as the plan names them."""

import json
import os
import re
from collections import Counter, defaultdict


class Row:
    """
    One raw row. `answer` is None until an answer in the asked format is found; `reasoning` is the
    text before it, `gap` the white space between them.
    """

    __slots__ = ("source", "prompt", "completion", "answer", "reasoning", "gap")

    def __init__(self, source, prompt, completion):
        self.source = source
        self.prompt = prompt
        self.completion = completion
        self.answer = None
        self.reasoning = ""
        self.gap = ""


def read_rows(folder, sources, row_limit):
    """Rows of each source in the plan's order; lines that are no objects with two non-empty strings are skipped."""
    rows = []
    for source in sources:
        with open(os.path.join(folder, source["file"]), encoding="utf-8") as lines:
            taken = 0
            for line in lines:
                if row_limit is not None and taken >= row_limit:
                    break
                try:
                    record = json.loads(line)
                    prompt = record[source["promptField"]]
                    completion = record[source["completionField"]]
                except (ValueError, KeyError, TypeError):
                    continue
                if not isinstance(prompt, str) or not isinstance(completion, str):
                    continue
                if prompt.strip() and completion.strip():
                    rows.append(Row(source["name"], prompt.strip(), completion.strip()))
                    taken += 1
    return rows


def normalized(text):
    """Lower case, no punctuation at the ends of words, single spaces: the same text in other clothes compares equal."""
    words = re.sub(r"\s+", " ", text.lower()).strip().split(" ")
    return " ".join(word.strip(".,;:!?\"'") for word in words if word.strip(".,;:!?\"'"))


def share(part, whole):
    """part / whole, 0 for an empty whole."""
    return part / whole if whole else 0.0
