"""The manifest of public sources and models, and the pins that operators add to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from errors import BadInput, write_atomically

MANIFEST = Path(__file__).with_name("manifest.yaml")
PINS = Path(__file__).with_name("pins.json")


@dataclass(frozen=True)
class SourceFile:
    """One file of a source. Known by sha256, or by the git blob's id (sha1), or not yet at all."""

    path: str
    sha256: str | None
    git_oid: str | None
    #: Other spellings under which a mirror may have it.
    alternatives: tuple[str, ...]

    @property
    def pinned(self) -> bool:
        """Whether its content can be checked."""
        return self.sha256 is not None or self.git_oid is not None


@dataclass(frozen=True)
class Source:
    """A repository at a revision, with its licence and the files that are wanted of it."""

    name: str
    kind: str  # datasets or models
    repository: str
    revision: str
    licence: str
    licence_url: str
    must_accept: bool
    gated: bool
    files: tuple[SourceFile, ...]

    @property
    def page(self) -> str:
        """Address of the repository's page."""
        prefix = "datasets/" if self.kind == "datasets" else ""
        return f"https://huggingface.co/{prefix}{self.repository}"

    def url(self, endpoint: str, path: str) -> str:
        """Address of one file at the revision."""
        prefix = "datasets/" if self.kind == "datasets" else ""
        folder = f"{prefix}{self.repository}/resolve/{self.revision}"
        return f"{endpoint.rstrip('/')}/{folder}/{quote(path)}"

    def file(self, path: str) -> SourceFile:
        """One of the files, by its path."""
        return next(file for file in self.files if file.path == path)


def load_manifest(manifest: Path, pins: Path) -> dict[str, dict[str, Source]]:
    """Sources and models by name, with what the pins add. Raises BadInput naming file and entry."""
    try:
        document = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{manifest}: cannot be read: {error}") from error
    known = read_pins(pins)
    found: dict[str, dict[str, Source]] = {"sources": {}, "models": {}}
    for kind in found:
        for name, entry in (document.get(kind) or {}).items():
            try:
                found[kind][name] = _source(
                    name, "datasets" if kind == "sources" else kind, entry, known
                )
            except (KeyError, TypeError) as error:
                raise BadInput(f"{manifest}: {kind}: {name}: {error!r}") from error
    return found


def _source(name: str, kind: str, entry: dict[str, Any], pins: dict[str, Any]) -> Source:
    licence = entry["licence"]
    files = []
    for file in entry["files"]:
        file = {"path": file} if isinstance(file, str) else file
        pin = pins.get(pin_key(name, file["path"]), {})
        of_revision = pin.get("sha256") if pin.get("revision") == entry["revision"] else None
        files.append(
            SourceFile(
                path=file["path"],
                sha256=file.get("sha256") or of_revision,
                git_oid=file.get("gitOid"),
                alternatives=tuple(file.get("alternatives", ())),
            )
        )
    return Source(
        name=name,
        kind=kind,
        repository=entry["repository"],
        revision=entry["revision"],
        licence=licence["name"],
        licence_url=licence["url"],
        must_accept=licence.get("accept", False),
        gated=entry.get("gated", False),
        files=tuple(files),
    )


def pin_key(source: str, path: str) -> str:
    """How a file is called in the pins."""
    return f"{source}/{path}"


def read_pins(path: Path) -> dict[str, Any]:
    """The pins: `{source/path: {revision, sha256, bytes}}`; none where the file is missing."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: not a file of pins: {error}") from error
    if not isinstance(value, dict):
        raise BadInput(f"{path}: not a file of pins: not a JSON object")
    return value


def add_pins(path: Path, pins: dict[str, dict[str, Any]]) -> None:
    """Adds pins to the file, in order of name."""
    try:
        write_atomically(
            path,
            json.dumps(
                dict(sorted({**read_pins(path), **pins}.items())), indent=1, ensure_ascii=False
            )
            + "\n",
        )
    except OSError as error:
        raise BadInput(f"{path}: the pins cannot be written: {error.strerror}") from error
