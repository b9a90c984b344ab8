"""The plotting program in a model's answer: which text of it is code."""

from __future__ import annotations

import ast
import re
import warnings

import extraction

FENCE = re.compile(
    r"(?<![`~])(?P<mark>`{3,}|~{3,})(?![`~])[ \t]{0,9}(?P<label>[\w.+#-]{0,20})[^\n`~]*\n"
)
PYTHON = {"python", "py", "python3", "py3", "ipython", "ipython3"}
MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
MAX_PROGRAM = 50_000  # characters


def blocks_of(text: str) -> list[tuple[str, str]]:
    """`(label, code)` of each fenced block, in order; one that is never closed goes to the end."""
    found, at = [], 0
    while opening := FENCE.search(text, at):
        closing = text.find(opening["mark"], opening.end())
        end = len(text) if closing < 0 else closing
        found.append((opening["label"].lower(), text[opening.end() : end]))
        at = end + len(opening["mark"])
    return found


def is_valid(code: str) -> bool:
    """Whether it is Python of any kind."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def tidy(code: str) -> str:
    """Without notebook commands (`%matplotlib inline`), and with plain line ends."""
    return MAGIC.sub("", code.replace("\r\n", "\n").replace("\r", "\n"))


def program_of(text: str) -> str | None:
    """The program: the last block that is labelled as Python, else the last one without a label
    that is valid Python, else the whole answer where all of it is code that imports something.
    Of several labelled blocks the last valid one counts. Reasoning is removed first; prose is
    never code.
    """
    text = extraction.without_reasoning(text)
    blocks = [(label, tidy(code)) for label, code in blocks_of(text)]
    labelled = [code for label, code in blocks if label in PYTHON and len(code) <= MAX_PROGRAM]
    for code in reversed(labelled):
        if code.strip() and is_valid(code):
            return code
    if labelled:
        return labelled[-1]
    for label, code in reversed(blocks):
        if not label and len(code) <= MAX_PROGRAM and "plt" in code and is_valid(code):
            return code
    whole = tidy(text).strip()
    if blocks or len(whole) > MAX_PROGRAM or "import" not in whole or not is_valid(whole):
        return None
    return whole
