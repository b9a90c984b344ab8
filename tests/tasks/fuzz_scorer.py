"""Gives a scorer texts that it was not written for, and says which of them break it.

    python tests/tasks/fuzz_scorer.py --task aime25 --count 10000 [--first 0] [--progress F]
    python tests/tasks/fuzz_scorer.py --task aime25 --index 4711

Writes one JSON line per text that made the scorer raise, give no proper result, or use more than
LIMIT seconds of CPU. The progress file holds the index at work: where the process itself dies (a crash
in C code, a hang that no signal ends) that is the text that did it.
"""

from __future__ import annotations

import argparse
import json
import math
import mmap
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from task_modules import scorer_of

from fuzzed_texts import text_of

LIMIT = 1.0  # CPU seconds that one text may cost
SHOWN = 300  # characters of a text


class TooSlow(BaseException):
    """Thrown in the middle of a scorer that uses up its time; no scorer may catch it."""


def out_of_time(*_: object) -> None:
    """The timer's handler."""
    raise TooSlow


def complaint(scorer: Any, item: dict[str, Any], text: str) -> str | None:
    """What is wrong with how the scorer takes a text, or None."""
    before = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    try:
        result = scorer.score_item(item, text)
    except TooSlow:
        return f"used more than {LIMIT} s of CPU"
    except Exception as error:  # noqa: BLE001 - whatever it raises is a finding
        return f"raised {type(error).__name__}: {error}"[:SHOWN]
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    used = time.process_time() - before
    if used > LIMIT:
        return f"used {used:.1f} s of CPU"
    return flaw(scorer, result)


def flaw(scorer: Any, result: Any) -> str | None:
    """What is wrong with a result, or None."""
    if not isinstance(result, dict) or not {"score", "parsed", "error"} <= set(result):
        return f"gave {result!r}"[:SHOWN]
    score, error = result["score"], result["error"]
    if score is None:
        return None if isinstance(result.get("leftOut"), str) else "gave no score and no reason"
    if not isinstance(score, (int, float)) or not math.isfinite(score) or not 0 <= score <= 1:
        return f"gave the score {score!r}"
    if error is not None and error not in scorer.ERROR_CLASSES:
        return f"gave the unknown error class {error!r}"
    try:
        json.dumps(result, allow_nan=False)
    except (TypeError, ValueError) as problem:
        return f"gave a result that is no JSON: {problem}"
    return None


def complaints(task: str, first: int, count: int, progress: Path | None = None) -> Iterator[dict[str, Any]]:
    """`{task, index, why, text}` of each text that breaks the scorer."""
    signal.signal(signal.SIGVTALRM, out_of_time)
    scorer = scorer_of(task)
    place = None
    if progress is not None:
        progress.write_bytes(bytes(16))
        with open(progress, "r+b") as file:
            place = mmap.mmap(file.fileno(), 16)
    for index in range(first, first + count):
        item, text = text_of(task, index)
        if place is not None:
            place[:16] = f"{index:<16}".encode()
        why = complaint(scorer, item, text)
        if why:
            yield {"task": task, "index": index, "why": why, "text": text[:SHOWN]}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--task", required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--progress", type=Path)
    parser.add_argument("--cpu", type=int, help="CPU seconds after which the process is killed")
    parser.add_argument("--index", type=int, help="print the text of one index, and how it is scored")
    args = parser.parse_args()
    if args.cpu:
        resource.setrlimit(resource.RLIMIT_CPU, (args.cpu, args.cpu))
    if args.index is not None:
        item, text = text_of(args.task, args.index)
        print(repr(text))
        print(json.dumps(scorer_of(args.task).score_item(item, text)))
        return
    for found in complaints(args.task, args.first, args.count, args.progress):
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
