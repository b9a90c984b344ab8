"""ChemCoTBench as items and ChemCoTDataset as raw sources, for the four chemistry tasks.

Both hold JSON arrays of `{id, query, task, subtask, gt, struct_cot, raw_cot, meta}`, where `meta`
and often `struct_cot` are JSON texts; the conditions of reactions call the latter `cot_result`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import molecules
from errors import BadInput

from full_kit.corpus import FullCorpus, grouped, text_key

#: Item of a row, or None where the row lacks what an item needs: (input, gold).
Convert = Callable[[dict[str, Any], dict[str, Any]], tuple[dict[str, Any], Any] | None]
SYMBOLS = re.compile(r"[=#()\[\]@/\\0-9]|^[BCNOPSFIclnos]+$")
SOURCE_KEYS = ("source_smiles", "src_smiles", "molecule", "source", "smiles")
SOURCE_IN_QUERY = re.compile(
    r"(?:Input|Source) Molecule:\s*([^\s,]+)|Molecule SMILES:\s*([^\s,]+)"
    r"|molecule\s+([^\s,]+)\s+by\b",
    re.IGNORECASE,
)


def build(
    corpus: FullCorpus,
    check: Callable[[dict[str, Any]], str | None],
    convert: Convert,
    *,
    bench: dict[str, str],
    training: dict[str, str],
    names: dict[str, str] | None = None,
) -> None:
    """Test: the benchmark. Dev and validation: training rows with a gold that the scorer accepts,
    the same number of each sub-task, held out by molecule. The rest is raw, a source for each file.

    `bench` and `training` name sub-tasks and their files; `names` the sub-task that a training file
    has in the benchmark, where it differs (None: it has none).
    """
    bench_source, training_source = (
        next(name for name in corpus.wanted if name.startswith(prefix))
        for prefix in ("chemcotbench", "chemcot-")
    )
    for subtask, path in bench.items():
        for number, row in corpus.rows(bench_source, path, {"query": str}):
            where = corpus.where(bench_source, path, number)
            found = convert({**row, "subtask": subtask}, meta_of(row, where))
            item = (
                None if found is None else {"subtask": subtask, "input": found[0], "gold": found[1]}
            )
            reason = "no gold answer" if item is None else check(item)
            if item is None or reason:
                raise BadInput(f"{where}: cannot be an item of {subtask}: {reason}")
            corpus.add("test", id=f"{subtask}-{number:03d}", keys=keys_of(row["query"]), **item)
    rows: dict[str, list[dict[str, Any]]] = {}
    for subtask, path in training.items():
        rows[subtask] = []
        for number, row, meta in corpus.usable(training_source, path, {"query": str}, meta_of):
            rows[subtask].append(
                {**row, "number": number, "meta_": meta, "keys": keys_of(row["query"])}
            )
    wanted = {name: (names or {}).get(name, name) for name in training}
    usable = [name for name, own in wanted.items() if own is not None]
    for place, name in enumerate(usable):
        shares = {
            split: share(corpus.size(split), len(usable), place) for split in ("dev", "validation")
        }
        hold_out(corpus, check, convert, rows[name], (name, wanted[name]), shares)
    for name, found in rows.items():
        raw = corpus.source(f"chemcot-{name.replace('_', '-').lower()}")
        for row in found:
            text = row.get("struct_cot") or row.get("cot_result") or row.get("raw_cot") or ""
            raw.add(
                row["keys"],
                row["query"],
                text if isinstance(text, str) else json.dumps(text, ensure_ascii=False),
                raw_cot=row.get("raw_cot") or "",
                gt=gold_text(row, row["meta_"]),
                meta=row["meta_"],
            )


def share(total: int, parts: int, place: int) -> int:
    """A fair part of a number; the first parts get what is left over."""
    return total // parts + (place < total % parts)


def hold_out(
    corpus: FullCorpus,
    check: Callable[[dict[str, Any]], str | None],
    convert: Convert,
    rows: list[dict[str, Any]],
    names: tuple[str, str],
    shares: dict[str, int],
) -> None:
    """Takes items of dev and validation out of a training file, one for each molecule."""
    name, subtask = names
    groups = grouped(rows, lambda row: row["keys"][-1])
    left = dict(shares)
    for key in corpus.chosen(groups, len(groups)):
        split = next((split for split, room in left.items() if room), None)
        if split is None:
            return
        row = groups[key][0]
        if not corpus.held.isdisjoint(row["keys"]):
            continue
        found = convert({**row, "subtask": subtask}, row["meta_"])
        item = None if found is None else {"subtask": subtask, "input": found[0], "gold": found[1]}
        if item is None or check(item):
            corpus.notes[f"rows of {name} that lack what an item needs"] += 1
            continue
        corpus.add(split, id=f"train-{name}-{row['number']:05d}", keys=row["keys"], **item)
        left[split] -= 1


def meta_of(row: dict[str, Any], where: str) -> dict[str, Any]:
    """The row's `meta`, which is JSON text in most files."""
    meta = row.get("meta")
    if isinstance(meta, str):
        try:
            meta = json.loads(meta) if meta.strip() else {}
        except ValueError as error:
            raise BadInput(f"{where}: 'meta' is not JSON: {error}") from error
    return meta if isinstance(meta, dict) else {}


def gold_text(row: dict[str, Any], meta: dict[str, Any]) -> str:
    """The answer: `gt`, else that of `meta`, else the `output` of the structured thoughts."""
    for value in (row.get("gt"), meta.get("gt"), meta.get("reference")):
        if value not in (None, ""):
            return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    thoughts = row.get("struct_cot")
    if isinstance(thoughts, str):
        try:
            thoughts = json.loads(thoughts)
        except ValueError:
            return ""
    output = thoughts.get("output") if isinstance(thoughts, dict) else None
    return "" if output is None else str(output)


def field_of(gold: str, names: tuple[str, ...]) -> str:
    """The named part of an answer that is itself a JSON object; else the answer."""
    try:
        value = json.loads(gold)
    except ValueError:
        return gold
    if isinstance(value, dict):
        found = next((value[name] for name in names if value.get(name)), "")
        return ".".join(map(str, found)) if isinstance(found, list) else str(found)
    return gold


def source_smiles(query: str, meta: dict[str, Any]) -> str | None:
    """The molecule that is to be changed."""
    found = SOURCE_IN_QUERY.search(query)
    named = next((part for part in found.groups() if part), None) if found else None
    candidates = [named.rstrip(".") if named else None, *(meta.get(key) for key in SOURCE_KEYS)]
    return next(
        (c for c in candidates if isinstance(c, str) and molecules.molecule(c) is not None), None
    )


def keys_of(query: str) -> list[str]:
    """The query's text, and the largest molecule in it whatever its spelling."""
    keys = [text_key(query)]
    largest, atoms = None, 3
    for token in re.split(r"[\s\"'`,;{}<>]+|>>", query):
        token = token.strip(".:")
        if len(token) < 4 or not SYMBOLS.search(token):
            continue
        found = molecules.molecule(token)
        if found is not None and found.GetNumAtoms() > atoms:
            largest, atoms = molecules.canonical(token), found.GetNumAtoms()
    return [*keys, f"molecule:{largest}"] if largest else keys
