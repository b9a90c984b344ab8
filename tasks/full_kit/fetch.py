"""Downloads a file: resumed where it broke off, retried where the network or the server falters,
with progress on stderr.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from errors import BadInput

BLOCK = 1 << 20
#: Tries in a row that bring nothing before a download is given up.
TRIES = 5
#: First pause after a failure in seconds; each further one is twice as long.
PAUSE = 1.0
#: Seconds without a byte after which a connection counts as dead.
TIMEOUT = 60
REPORT_EVERY = 0.05  # of the file
TEMPORARY = (408, 425, 429, 500, 502, 503, 504)


class Unreachable(Exception):
    """Thrown when the network refuses a download for good; the message says of whom and why."""


@dataclass
class Progress:
    """Says how far a download is: in place on a terminal, else a line each twentieth."""

    name: str
    said: float = -1.0

    def __call__(self, done: int, total: int | None) -> None:
        share = done / total if total else 0.0
        if total and share < 1 and share < self.said + REPORT_EVERY:
            return
        self.said = share
        text = f"{self.name}: {done / 1e6:.1f} of {(total or 0) / 1e6:.1f} MB"
        if sys.stderr.isatty():
            print(f"\r{text}", end="\n" if done == total else "", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)


def download(
    url: str,
    target: Path,
    progress: Callable[[int, int | None], None],
    *,
    pause: float | None = None,
    timeout: float = TIMEOUT,
) -> str | None:
    """Writes the file at `url` to `target`, whole or not at all; what came before a break is kept
    in `target.part`. Returns the sha256 that the server names for it, if it does.

    Raises Unreachable when the network refuses, BadInput when the server does.
    """
    part = target.with_name(f"{target.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    first_pause = float(os.environ.get("DOJO_FETCH_PAUSE", PAUSE)) if pause is None else pause
    failures = 0
    while True:
        before = part.stat().st_size if part.is_file() else 0
        try:
            named = _attempt(url, part, progress, timeout)
            part.replace(target)
            return named
        except urllib.error.HTTPError as error:
            if error.code == 416:  # the part is longer than the file: another file
                part.unlink(missing_ok=True)
            elif error.code not in TEMPORARY:
                raise BadInput(
                    f"{url}: the server answers {error.code} {error.reason}{_advice(error.code)}"
                ) from error
            reason = f"{error.code} {error.reason}"
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            reason = str(getattr(error, "reason", error)) or type(error).__name__
        after = part.stat().st_size if part.is_file() else 0
        failures = 0 if after > before else failures + 1
        if failures >= TRIES:
            raise Unreachable(f"{url}: {reason}")
        time.sleep(first_pause * 2**failures)


def _attempt(
    url: str, part: Path, progress: Callable[[int, int | None], None], timeout: float
) -> str | None:
    """One connection: goes on where the part ends. Raises when the connection ends early."""
    done = part.stat().st_size if part.is_file() else 0
    headers = {"User-Agent": "ft-dojo"}
    token = os.environ.get("HF_TOKEN")
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if done:
        headers["Range"] = f"bytes={done}-"
    with urllib.request.urlopen(
        urllib.request.Request(url, headers=headers), timeout=timeout
    ) as answer:
        if answer.status != 206:
            done = 0  # the server knows no ranges and sends the whole
        length = answer.headers.get("Content-Length")
        total = done + int(length) if length and length.isdigit() else None
        tag = (answer.headers.get("X-Linked-ETag") or answer.headers.get("ETag") or "").strip('"')
        with open(part, "ab" if done else "wb") as file:
            while block := answer.read(BLOCK):
                file.write(block)
                done += len(block)
                progress(done, total)
    if total is not None and done < total:
        raise http.client.IncompleteRead(b"", total - done)
    return tag if len(tag) == 64 and all(c in "0123456789abcdef" for c in tag) else None


def _advice(code: int) -> str:
    if code in (401, 403):
        return (
            ": the source asks for an account; accept its conditions on its page and set HF_TOKEN"
        )
    return ""
