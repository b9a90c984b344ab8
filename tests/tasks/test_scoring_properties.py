"""What scoring must not depend on: the order of items, the spacing of JSON, the spelling of molecules."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from task_modules import TASKS, built, card_of, item_texts, scorer_of

import score
from bootstrap import cluster_of, interval
from molecules import canonical, parse

ITEMS = 40
"""Items of each task that are scored with right, mistaken and missing answers."""
CHEMISTRY = [
    task for task in TASKS if {"molecules", "reactions"} & set(card_of(task).get("audit", []))
]
IN_JSON = [task for task in TASKS if card_of(task)["answerTemplate"].startswith("{")]


def document(task: str, items: list[dict[str, Any]], texts: dict[str, str]) -> dict[str, Any]:
    return score.score(card_of(task), scorer_of(task), items, texts, seed=3)


def close(one: Any, other: Any) -> bool:
    """Whether two documents are equal, sums of figures up to rounding."""
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, abs=1e-9)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[k], other[k]) for k in one)
    return one == other


@pytest.mark.parametrize("task", TASKS)
def test_the_order_of_items_and_predictions_does_not_matter(task: str) -> None:
    items, texts = item_texts(task, ITEMS)
    one = document(task, items, texts)
    order = random.Random(1).sample(range(len(items)), len(items))
    other = document(task, [items[k] for k in order], dict(reversed(texts.items())))
    assert close(one["metric"], other["metric"]), (one["metric"], other["metric"])
    assert close(one["submetrics"], other["submetrics"])
    assert [one["items"][k] for k in order] == other["items"]
    assert 0 < one["metric"]["value"] < 1 or card_of(task).get("executes")


@pytest.mark.parametrize("task", IN_JSON)
def test_the_spacing_of_json_does_not_matter(task: str) -> None:
    scorer, (items, texts) = scorer_of(task), item_texts(task, ITEMS)
    changed = 0
    for item in items:
        text = texts.get(item["id"], "")
        begin = text.rfind("{")
        if begin < 0:
            continue
        value = json.loads(text[begin:])
        wanted = scorer.score_item(item, text)
        for spaced in (
            json.dumps(value, indent=2),
            json.dumps(value, indent="\t"),
            json.dumps(value, separators=(",", ":")),
            json.dumps(value, separators=(" ,\n", "  :  ")),
            json.dumps(value, ensure_ascii=True),
            f"```json\n{json.dumps(value)}\n```",
            f"{{\n\n{json.dumps(value)[1:-1]}\n}}\n\n",
            json.dumps({"why": "{it} says [so]", **value}),
        ):
            changed += 1
            assert scorer.score_item(item, text[:begin] + spaced) == wanted, spaced
    assert changed > ITEMS


def respelled(text: str, r: random.Random) -> str | None:
    """The molecules of a text in another spelling, or None where it is none."""
    from rdkit import Chem

    parts = [part for part in text.split(".")]
    if not all(canonical(part) for part in parts) or sum(map(len, parts)) < 3:
        return None
    if not any(c.isalpha() and c.isupper() or c == "c" for c in text):
        return None
    out = [Chem.MolToSmiles(parse(part), doRandom=True) for part in parts]
    r.shuffle(out)
    return ".".join(out)


@pytest.mark.parametrize("task", CHEMISTRY)
def test_the_spelling_of_molecules_does_not_matter(task: str) -> None:
    scorer, card, r = scorer_of(task), card_of(task), random.Random(task)
    corpus, _ = built(task)
    changed = 0
    for item, problem in list(zip(corpus.items("validation"), corpus.splits["validation"]))[:150]:
        for answer in (problem.answer, problem.wrong_answer):
            for _ in range(2):
                other = respelled(answer, r)
                if other is None or other == answer:
                    continue
                changed += 1
                form = lambda a: card["answerTemplate"].replace("{answer}", a)
                one, two = (scorer.score_item(item, form(a)) for a in (answer, other))
                assert (one["score"], one["error"]) == (two["score"], two["error"]), (item, answer, other)
                # The item's own molecules may be spelled otherwise too.
                again = {**item, "input": dict(item["input"])}
                for key, value in item["input"].items():
                    if key.endswith("smiles") and isinstance(value, str):
                        again["input"][key] = respelled(value, r) or value
                gold = item["gold"]
                again["gold"] = (isinstance(gold, str) and respelled(gold, r)) or gold
                three = scorer.score_item(again, form(answer))
                assert (one["score"], one["error"]) == (three["score"], three["error"]), (again, answer)
    assert changed > 50


@pytest.mark.parametrize("task", TASKS)
def test_the_interval_is_of_the_value_that_is_told(task: str) -> None:
    scorer, (items, texts) = scorer_of(task), item_texts(task, ITEMS)
    told = document(task, items, texts)
    results = [scorer.score_item(item, texts.get(item["id"], "")) for item in items]
    kept = [k for k, result in enumerate(results) if result["score"] is not None]
    items, results = [items[k] for k in kept], [results[k] for k in kept]
    quick = getattr(scorer, "core_value", None)
    value = quick(items, results) if quick else sum(r["score"] for r in results) / len(results)
    assert told["metric"]["value"] == pytest.approx(value)
    assert told["metric"]["low"] <= value <= told["metric"]["high"]


@pytest.mark.parametrize("task", [t for t in TASKS if card_of(t).get("clusterBy")])
def test_items_that_share_a_source_are_resampled_together(task: str) -> None:
    card, (items, texts) = card_of(task), item_texts(task, ITEMS)
    path = card["clusterBy"].split(".")
    shared = items[0]
    for key in path:
        shared = shared[key]
    groups = [dict(item) for item in items]
    for k, item in enumerate(groups):
        if k % 4:  # four questions on one source
            value = groups[k - k % 4]
            for key in path:
                value = value[key]
            inner = item
            for key in path[:-1]:
                inner[key] = dict(inner[key])
                inner = inner[key]
            inner[path[-1]] = value
    clusters = [cluster_of(item, card["clusterBy"]) for item in groups]
    assert len(set(clusters)) == -(-len(items) // 4)
    # Right or wrong by source: the width must be that of a quarter as many items.
    results = [{"score": float(k // 4 % 2)} for k in range(len(groups))]
    low, high = interval(groups, results, clusters, None, seed=1)
    alone_low, alone_high = interval(groups, results, [i["id"] for i in items], None, seed=1)
    assert 1.6 < (high - low) / (alone_high - alone_low) < 2.6


def test_an_items_own_cluster_counts_before_the_cards() -> None:
    item = {"id": "a", "cluster": "c", "input": {"table": [1, 2]}}
    assert cluster_of(item, "input.table") == "c"
    item.pop("cluster")
    same = {"id": "b", "input": {"table": [1, 2], "question": "?"}}
    assert cluster_of(item, "input.table") == cluster_of(same, "input.table") is not None
    assert cluster_of(item, "input.nothing") is None and cluster_of(item, None) is None
