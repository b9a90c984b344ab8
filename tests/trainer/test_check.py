"""The static check: what it refuses, where, and what it lets through."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from trainer_support import run

GOOD = """
import argparse, json, random, re
from collections import Counter
from pathlib import Path
import numpy as np
import helper

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sources", type=Path)
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    pattern = re.compile(r"/home/.*")
    for file in sorted(args.sources.glob("*.jsonl")):
        with open(file) as lines:
            rows = [json.loads(line) for line in lines]
    text = "a/b".replace("/b", "").strip("/~..")
    print(np.mean([1, 2]), Counter(text), vars(args), getattr(args, "seed", 0))

if __name__ == "__main__":
    main()
"""


def check(folder: Path, source: str | bytes = GOOD, out: str = "out") -> dict[str, Any]:
    """The verdict on a submission with this process_data.py (and whatever is in the folder)."""
    submission = folder / "submission"
    submission.mkdir(exist_ok=True)
    content = source if isinstance(source, bytes) else source.encode()
    (submission / "process_data.py").write_bytes(content)
    (submission / "helper.py").write_text("import math\n")
    if not (submission / "train.yaml").exists():
        (submission / "train.yaml").write_text("method: full\n")
    return run("check.py", "--submission", submission, "--out", folder / out)


def test_an_ordinary_submission_passes_with_its_files_named(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert result["ok"]
    names = [file["path"] for file in result["files"]]
    assert names == ["helper.py", "process_data.py", "train.yaml"]


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("x = 1\nimport subprocess\n", "forbidden-import", "line 2: the import of 'subprocess'"),
        ("import socket as s", "forbidden-import", "'socket'"),
        ("from urllib.request import urlopen", "forbidden-import", "'urllib.request'"),
        ("import importlib", "forbidden-import", "'importlib'"),
        ("import torch", "forbidden-import", "'torch'"),
        ("import os\nos.system('ls')", "forbidden-import", "line 2: 'system'"),
        ("from os import fork", "forbidden-import", "'fork'"),
        ("from os import *", "forbidden-import", "import *"),
        ("import numpy.ctypeslib", "forbidden-import", "'ctypeslib'"),
        ("eval('1')", "forbidden-import", "'eval'"),
        ("f = __import__", "forbidden-import", "'__import__'"),
        ("().__class__.__base__.__subclasses__()", "forbidden-import", "__"),
        ("def f(:\n", "syntax-error", "line 1"),
        ("x = (\n", "syntax-error", "process_data.py"),
        (b"x = '\xff'", "syntax-error", "process_data.py"),
        (b"x = 1\0", "syntax-error", "process_data.py"),
        ("return 1", "syntax-error", "outside function"),
        ("(" * 5000 + ")" * 5000, "syntax-error", "process_data.py"),
        ("open('/etc/passwd')", "escaping-path", "/etc/passwd"),
        ("from pathlib import Path\nPath('../x').read_text()", "escaping-path", "'../x'"),
        ("#" * 300_000, "too-large", "process_data.py"),
    ],
)
def test_what_is_not_allowed_is_refused_with_its_line(
    tmp_path: Path, source: str | bytes, kind: str, message: str
) -> None:
    failure = check(tmp_path, source)["failure"]
    assert failure["class"] == kind
    assert message in failure["message"]


def test_links_devices_and_missing_or_many_files_are_refused(tmp_path: Path) -> None:
    assert check(tmp_path)["ok"]
    submission = tmp_path / "submission"

    def failure() -> dict[str, str]:
        return run("check.py", "--submission", submission, "--out", tmp_path / "out2")["failure"]

    (submission / "link").symlink_to("/etc/passwd")
    assert failure() == {"class": "escaping-path", "message": "link is a symbolic link"}
    (submission / "link").unlink()
    (submission / "folder").symlink_to(tmp_path)
    assert failure()["class"] == "escaping-path"
    (submission / "folder").unlink()
    os.mkfifo(submission / "pipe")
    assert failure()["message"] == "pipe is not a regular file"
    (submission / "pipe").unlink()
    for number in range(6):
        (submission / f"{number}.txt").write_text("x" * 250_000)
    assert failure()["class"] == "too-large"
    for number in range(6):
        (submission / f"{number}.txt").unlink()
    (submission / "train.yaml").unlink()
    assert failure()["class"] == "invalid-config"
    (submission / "process_data.py").unlink()
    assert failure()["class"] == "syntax-error"


def test_helpers_are_checked_too(tmp_path: Path) -> None:
    submission = tmp_path / "submission"
    (submission / "more").mkdir(parents=True)
    (submission / "more" / "deep.py").write_text("import ctypes\n")
    assert "more/deep.py line 1" in check(tmp_path)["failure"]["message"]
