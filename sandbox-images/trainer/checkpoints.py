"""Checkpoints that are whole or don't count.

A checkpoint is written to `.staging`, its manifest (sizes and digests) last, made durable, and then
renamed to `step-00000040`. After a crash at any point the folder holds complete checkpoints and
perhaps a `.staging` that nobody reads. One whose files don't match its manifest, or that belongs to
other inputs, is passed over for the one before.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from models import file_sha256, sync_tree
from result import sync_folder, write_atomic

KEPT = 2
STAGING = ".staging"
MANIFEST = "manifest.json"


def publish(staged: Path, folder: Path, step: int, fingerprint: str) -> Path:
    """Turns a staged folder into the checkpoint of a step, and removes those older than the newest
    two.
    """
    files = {
        file.name: {"bytes": file.stat().st_size, "sha256": file_sha256(file)}
        for file in _files(staged)
    }
    sync_tree(staged)
    write_atomic(
        staged / MANIFEST,
        json.dumps({"step": step, "fingerprint": fingerprint, "files": files}, indent=1),
    )
    target = folder / f"step-{step:08d}"
    shutil.rmtree(target, ignore_errors=True)
    os.replace(staged, target)
    sync_folder(folder)
    for old in _newest_first(folder)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    return target


def newest_complete(folder: Path, fingerprint: str) -> tuple[Path, int] | None:
    """The newest checkpoint that is whole and belongs to these inputs, with its step; None: start
    from the beginning.
    """
    if not folder.is_dir():
        return None
    shutil.rmtree(folder / STAGING, ignore_errors=True)
    for candidate in _newest_first(folder):
        step = _verified_step(candidate, fingerprint)
        if step is not None:
            return candidate, step
    return None


def _verified_step(checkpoint: Path, fingerprint: str) -> int | None:
    try:
        manifest = json.loads((checkpoint / MANIFEST).read_text(encoding="utf-8"))
        if manifest["fingerprint"] != fingerprint:
            return None
        for name, entry in manifest["files"].items():
            file = checkpoint / name
            if file.stat().st_size != entry["bytes"] or file_sha256(file) != entry["sha256"]:
                return None
        return int(manifest["step"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.is_file() and file.name != MANIFEST)


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("step-*"), key=lambda path: path.name, reverse=True)
