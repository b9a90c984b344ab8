"""Splits that are disjoint by key, and raw sources without their keys, streamed to disk."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import jinja2.sandbox
from errors import BadInput

from full_kit.manifest import Source
from full_kit.readers import Fields, read_rows
from full_kit.store import Store, check_file

SPLITS = ("dev", "validation", "test")
#: Share of a file's rows that may be odd; above, it is another schema than the loader's.
ODD_SHARE = 0.05
T = TypeVar("T")


class Raw:
    """One raw source: rows are written as they come, those with the key of an item are left out."""

    def __init__(self, corpus: FullCorpus, declared: dict[str, Any]) -> None:
        self._corpus = corpus
        self.declared = declared
        self.rows = self.bytes = self.held_out = 0
        self._digest = hashlib.sha256()
        self.path = corpus.out / "raw" / declared["file"]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(self.path, "wb")

    def add(self, keys: Iterable[str], prompt: str, completion: str, **fields: Any) -> bool:
        """Writes a row unless one of its keys belongs to a split; says whether it did."""
        if not self._corpus.held.isdisjoint(keys):
            self.held_out += 1
            return False
        row = {
            "id": f"{self.declared['name']}-{self.rows:06d}",
            self.declared["promptField"]: prompt,
            self.declared["completionField"]: completion,
            **fields,
        }
        line = (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
        self._file.write(line)
        self._digest.update(line)
        self.bytes += len(line)
        self.rows += 1
        return True

    def close(self) -> dict[str, Any]:
        """Ends the file and gives its entry of the manifest."""
        self._file.close()
        named = ("name", "file", "licence", "description", "promptField", "completionField")
        return {
            **{key: self.declared[key] for key in named},
            "sha256": self._digest.hexdigest(),
            "bytes": self.bytes,
            "rows": self.rows,
            "heldOutRows": self.held_out,
        }


class FullCorpus:
    """Everything of one task of the full tier. Deterministic for files and seed; the order of rows
    in a file does not decide what becomes an item, only their keys do.
    """

    def __init__(
        self,
        card: dict[str, Any],
        sources: dict[str, Source],
        store: Store,
        out: Path,
        seed: int,
    ) -> None:
        self.card = card
        self.tier = card["tiers"]["full"]
        self.task = card["id"]
        self.out = out
        self.seed = seed
        self.held: set[str] = set()
        self.items: dict[str, list[dict[str, Any]]] = {split: [] for split in SPLITS}
        self.notes: Counter[str] = Counter()
        self.used: dict[str, dict[str, str]] = {}
        self._sources = sources
        #: Names of the sources that the task's loader asks for.
        self.wanted = tuple(sources)
        self._store = store
        self._raw: dict[str, Raw] = {}
        self._checked: set[Path] = set()
        environment = jinja2.sandbox.SandboxedEnvironment(undefined=jinja2.StrictUndefined)
        self._template = environment.from_string(self.tier["template"])

    def size(self, split: str) -> int:
        """Items that the card wants of a split."""
        return self.tier["splits"][split]

    def prompt(self, values: dict[str, Any]) -> str:
        """The prompt of an item's input, as the evaluator renders it."""
        return self._template.render(values).strip()

    def rows(self, source: str, path: str, fields: Fields) -> Iterator[tuple[int, dict[str, Any]]]:
        """Rows of a source's file, after its content was compared with its pin."""
        entry = self._sources[source]
        file = entry.file(path)
        place = self._store.path(entry, file)
        if place not in self._checked:
            digest = check_file(place, file)
            self._checked.add(place)
            self.used[f"{source}/{path}"] = {"revision": entry.revision, "sha256": digest}
        yield from read_rows(place, fields)

    def usable(
        self, source: str, path: str, fields: Fields, convert: Callable[[dict[str, Any], str], T]
    ) -> Iterator[tuple[int, dict[str, Any], T]]:
        """Rows of a file with what `convert` makes of them. A row for which it raises BadInput is
        left out and counted in the notes; where they are many, the file is refused with the first
        reason.
        """
        count, odd, first = 0, 0, None
        for number, row in self.rows(source, path, fields):
            count += 1
            try:
                found = convert(row, self.where(source, path, number))
            except BadInput as error:
                odd, first = odd + 1, first or error
                continue
            yield number, row, found
        if odd:
            self.notes[f"{source}/{path}: rows left out, the first: {first}"] = odd
        if first is not None and odd > ODD_SHARE * count:
            raise BadInput(f"{first} (so are {odd} of {count} rows)")

    def where(self, source: str, path: str, number: int) -> str:
        """How a row is called in a message."""
        entry = self._sources[source]
        return f"{self._store.path(entry, entry.file(path))}: row {number}"

    def order(self, key: str) -> str:
        """A place in an order that only seed, task and key decide."""
        return hashlib.sha256(f"{self.seed}/{self.task}/{key}".encode()).hexdigest()

    def chosen(self, groups: dict[str, T], count: int) -> list[str]:
        """The first `count` keys in that order."""
        return sorted(groups, key=self.order)[:count]

    def hold(self, *keys: str) -> None:
        """Keeps keys out of all raw sources."""
        self.held.update(keys)

    def add(
        self,
        split: str,
        *,
        id: str,
        keys: Iterable[str],
        subtask: str,
        input: dict[str, Any],
        gold: Any,
        reference: dict[str, Any] | None = None,
        cluster: str | None = None,
    ) -> None:
        """Adds an item; its keys are held."""
        self.hold(*keys)
        item = {"id": id, "subtask": subtask, "input": input}
        if cluster is not None:
            item["cluster"] = cluster
        if reference:
            item["reference"] = reference
        self.items[split].append({**item, "gold": gold})

    def source(self, name: str) -> Raw:
        """A raw source that the card declares."""
        if name not in self._raw:
            declared = next(s for s in self.tier["sources"] if s["name"] == name)
            self._raw[name] = Raw(self, declared)
        return self._raw[name]

    def finish(self) -> None:
        """Writes splits and manifests; checks that nothing declared is missing."""
        missing = {s["name"] for s in self.tier["sources"]} - set(self._raw)
        assert not missing, f"the loader writes no source {', '.join(sorted(missing))}"
        manifest = [self._raw[s["name"]].close() for s in self.tier["sources"]]
        splits: dict[str, Any] = {}
        for split in SPLITS:
            items = self.items[split]
            if not items:
                raise BadInput(
                    f"{self.task}: nothing is left for the {split} split: the sources are too small"
                )
            data = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items).encode(
                "utf-8", "backslashreplace"
            )
            (self.out / f"{split}.jsonl").write_bytes(data)
            splits[split] = {"items": len(items), "sha256": hashlib.sha256(data).hexdigest()}
        _write_json(self.out / "raw" / "manifest.json", manifest)
        _write_json(
            self.out / "splits.json",
            {
                **splits,
                "files": dict(sorted(self.used.items())),
                "notes": dict(sorted(self.notes.items())),
            },
        )


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def text_key(*texts: str) -> str:
    """What copies of a text share: case, spacing, punctuation and full-width forms don't count.
    Symbols of calculation do.
    """
    folded = unicodedata.normalize("NFKC", "\n".join(texts)).casefold()
    words = re.findall(r"[^\W_]+|[-+*/^=<>%$]", folded)
    return "text:" + hashlib.sha256(" ".join(words).encode()).hexdigest()[:32]


def repeated(items: list[dict[str, Any]], times: int) -> list[dict[str, Any]]:
    """Each item several times, one sample each; copies share a cluster and follow one another."""
    if times == 1:
        return items
    return [
        {**item, "id": f"{item['id']}#{k}", "cluster": item.get("cluster", item["id"])}
        for item in items
        for k in range(1, times + 1)
    ]


def grouped(rows: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    """Rows by key, in order."""
    groups: dict[str, list[T]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups
