"""Where downloaded sources and models lie, whether they are what the manifest says, and whose
licence was accepted.
"""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from errors import BadInput, write_atomically

from full_kit.manifest import Source, SourceFile


class Store:
    """A folder `sources/<name>/<revision>/<path>`, `models/<name>/<path>`, and `licences.json`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Holds the store: two downloads into one part would spoil it. Waits for who holds it."""
        # The benchmarks' answers lie here: nobody else on the machine reads them.
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self.root / ".lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"another preparation holds {self.root}: waiting", file=sys.stderr)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def path(self, source: Source, file: SourceFile) -> Path:
        """Where a file lies or will lie."""
        if source.kind == "models":
            return self.model_folder(source.name) / file.path
        return self.root / "sources" / source.name / source.revision / file.path

    def model_folder(self, name: str) -> Path:
        """The folder of a model that is complete."""
        return self.root / "models" / name

    def accepted(self, source: Source) -> bool:
        """Whether the operator accepted the source's licence, where that is asked."""
        return (
            not source.must_accept
            or self._licences().get(source.repository, {}).get("licence") == source.licence
        )

    def accept(self, source: Source) -> None:
        """Notes that the operator accepted the licence."""
        note = {
            "licence": source.licence,
            "url": source.licence_url,
            "accepted": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        }
        write_atomically(
            self.root / "licences.json",
            json.dumps({**self._licences(), source.repository: note}, indent=1) + "\n",
        )

    def _licences(self) -> dict[str, Any]:
        path = self.root / "licences.json"
        try:
            value = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (OSError, ValueError) as error:
            raise BadInput(f"{path}: not a record of licences: {error}") from error
        return value if isinstance(value, dict) else {}


def check_file(path: Path, file: SourceFile) -> str:
    """The file's sha256. Raises BadInput when it is not what the manifest or the pins say."""
    digest, size = hashlib.sha256(), 0
    git = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with open(path, "rb") as data:
        while block := data.read(1 << 20):
            digest.update(block)
            size += len(block)
            if file.git_oid:
                git.update(block)
    found = digest.hexdigest()
    if file.sha256 and found != file.sha256:
        raise BadInput(
            f"{path}: has sha256 {found}, pinned is {file.sha256}: it was changed or is another "
            "revision; remove it and prepare again"
        )
    if file.git_oid and git.hexdigest() != file.git_oid:
        raise BadInput(
            f"{path}: is git blob {git.hexdigest()}, pinned is {file.git_oid}: it was changed or "
            "is another revision; remove it and prepare again"
        )
    return found


def find_in_mirror(mirror: Path, source: Source, file: SourceFile) -> Path | None:
    """The file in a local mirror: by repository, by its last part, by our name, or in the layout of
    the hub's own cache.
    """
    cache = f"{source.kind}--{source.repository.replace('/', '--')}"
    folders = (
        mirror / source.repository,
        mirror / source.repository.split("/")[-1],
        mirror / source.name,
        mirror / cache / "snapshots" / source.revision,
    )
    return next(
        (
            folder / path
            for folder in folders
            for path in (file.path, *file.alternatives)
            if (folder / path).is_file()
        ),
        None,
    )


def place(found: Path, target: Path) -> None:
    """Puts a mirror's file into the store: whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(found, temporary)
    temporary.replace(target)
