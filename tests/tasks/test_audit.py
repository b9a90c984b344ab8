"""The contamination audit on planted copies: what it must find, and what it must leave alone."""

from __future__ import annotations

import random
from collections import defaultdict
from functools import cache

import pytest
from task_modules import ROOT, TASKS, build_mini, built, card_of

from detectors import DEFAULT, Detectors
from match import Item
from planted_copies import CHEMISTRY, NEAR, NORMALIZED, redrawn

SPLITS = ("dev", "validation", "test")
CASES, CLEAN = 500, 2_000
"""Planted copies and clean rows of each domain, at least."""


def domains() -> dict[str, list[str]]:
    """The tasks of each domain."""
    found = defaultdict(list)
    for task in TASKS:
        found[build_mini.find_task(task).parent.name].append(task)
    return dict(found)


@cache
def audited(task: str) -> tuple[list[Item], Detectors]:
    """A task's items, and the detectors that its card asks for."""
    corpus, _ = built(task)
    items = [
        Item(split, item["id"], corpus.prompt(problem), item["input"], item["gold"])
        for split in SPLITS
        for item, problem in zip(corpus.items(split), corpus.splits[split])
    ]
    return items, Detectors(items, card_of(task).get("audit", DEFAULT))


def kind_of(task: str, prompt: str, completion: str, wanted: int) -> str | None:
    """How the audit says that the row copies the wanted item, or None."""
    hits = audited(task)[1].hits(prompt, completion)
    return next((hit.kind for _, hit in hits if hit.item == wanted), None)


def raw_rows(task: str) -> list[tuple[str, str]]:
    """Prompt and completion of every raw row that copies no item on purpose."""
    corpus, sources = built(task)
    declared = {s["name"]: s for s in card_of(task)["tiers"]["mini"]["sources"]}
    rows = [
        (row[declared[name]["promptField"]], row[declared[name]["completionField"]])
        for name, found in sources.items()
        for row in found
    ]
    return [row for row in rows if row[0] not in corpus.planted]


def cases(task: str, count: int):
    """`count` planted copies and more: way of copying, class, prompt, completion, item."""
    corpus, _ = built(task)
    items, _ = audited(task)
    problems = [problem for split in SPLITS for problem in corpus.splits[split]]
    asked, r = card_of(task).get("audit", DEFAULT), random.Random(task)
    made = 0
    for at in r.sample(range(len(items)), len(items)):
        if made >= count:
            return
        prompt, completion = items[at].prompt, corpus.phrasing.worked(problems[at])
        found = [("exact", "exact", prompt)]
        found += [(name, "normalized", change(prompt, r)) for name, change in NORMALIZED.items()]
        found += [(name, "near", change(prompt, r)) for name, change in NEAR.items()]
        if {"molecules", "reactions"} & set(asked):
            found += [(name, "near", change(prompt, r)) for name, change in CHEMISTRY.items()]
        if "tables" in asked:
            question = str(items[at].input.get("question", ""))
            found += [(name, "near", text) for name, text in redrawn(items[at].input, question, r)]
        for name, kind, text in found:
            if text is not None:
                made += 1
                yield name, kind, text, completion, at


@pytest.mark.parametrize("domain", domains())
def test_planted_copies_are_found(domain: str) -> None:
    tasks = domains()[domain]
    seen: dict[str, list[bool]] = defaultdict(list)
    missed: dict[str, list[str]] = defaultdict(list)
    for task in tasks:
        for name, kind, prompt, completion, at in cases(task, -(-CASES // len(tasks))):
            found = kind_of(task, prompt, completion, at)
            # A respelled copy may be surer than planned; exact and normalized must be what they are.
            right = found == kind if kind != "near" else found is not None
            seen[kind].append(right)
            if not right:
                missed[kind].append(f"{task}: {name}: {prompt!r} gave {found}")
    assert sum(map(len, seen.values())) >= CASES and min(map(len, seen.values())) >= 25
    for kind, least in (("exact", 1.0), ("normalized", 1.0), ("near", 0.95)):
        recall = sum(seen[kind]) / len(seen[kind])
        assert recall >= least, f"{kind} {recall:.3f}:\n" + "\n".join(missed[kind][:20])


@pytest.mark.parametrize("domain", domains())
def test_no_clean_row_is_taken_for_a_copy(domain: str) -> None:
    tasks = domains()[domain]
    alarms, looked_at = [], 0
    for task in tasks:
        rows = raw_rows(task)
        for prompt, completion in random.Random(0).sample(rows, -(-CLEAN // len(tasks))):
            looked_at += 1
            items, detectors = audited(task)
            for name, hit in detectors.hits(prompt, completion):
                alarms.append(f"{task}: {name} {hit.kind}: {prompt!r} for {items[hit.item].prompt!r}")
    assert looked_at >= CLEAN
    assert not alarms, "\n".join(alarms[:20])
