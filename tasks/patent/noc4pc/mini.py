"""Office actions on small claims: is every feature in one document (102), spread over two (103), or
missing (ALLOW)?
"""

from __future__ import annotations

import random

from mini_kit.corpus import Corpus
from mini_kit.problem import Problem

PARTS = (
    "rotor valve spring lens plate shaft gear sensor coil nozzle piston clutch magnet hinge socket "
    "filter mirror blade wheel bolt cable screen handle bearing washer tube fan pedal latch seal"
).split()
DEVICES = (
    "pump engine camera heater drill printer oven scooter lamp kettle robot crane mixer".split()
)
CODES = ("ALLOW", "102", "103")


def code_of(places: list[str | None]) -> str:
    """The decision that follows from where each feature is disclosed (a document's id, or None)."""
    if None in places:
        return "ALLOW"
    return "102" if len(set(places)) == 1 else "103"


def evidence(features: list[str], places: list[str | None]) -> str:
    """Where each feature is disclosed, and whether that is the same document."""
    found = " ".join(f"{f}={p}." if p else f"{f} missing." for f, p in zip(features, places))
    if None in places:
        return f"see {found}"
    verdict = "same" if places[0] == places[1] else "other"
    return f"see {found} same {places[0]} {places[1]}? {verdict}."


def draw(r: random.Random, style: int | None = None, code: str | None = None) -> Problem:
    """A claim of two features against two documents of three parts; `code` fixes the decision."""
    code = code or r.choice(CODES)
    device, parts = r.choice(DEVICES), r.sample(PARTS, 8)
    features, others = parts[:2], parts[2:]
    same, other = r.sample("AB", 2)
    places: list[str | None] = {"102": [same, same], "103": [same, other]}.get(code, [same, None])
    if code == "ALLOW":
        r.shuffle(places)
    documents = {d: [f for f, p in zip(features, places) if p == d] for d in "AB"}
    for disclosed in documents.values():
        while len(disclosed) < 3:
            disclosed.append(others.pop())
        r.shuffle(disclosed)
    one, two = features
    claim = (
        f"a {device} with a {one}, a {two}",
        f"a {device} comprising {one}, {two}",
        f"{device} that has {one}, {two}",
        f"the {device} claim: {one}, {two}",
    )[r.randrange(4) if style is None else style]
    slips = places[:]
    i = places.index(None) if code == "ALLOW" else r.randrange(2)
    slips[i] = r.choice([p for p in ("A", "B", None) if p != places[i]])
    return Problem(
        key=f"{device}: {min(features)}, {max(features)}",
        subtask="NOC4PC",
        input={
            "context": {"title": device, "abstract": f"a {device}", "claims": claim},
            "prior_art_specifications": [
                {
                    "patent_id": d,
                    "title": f"document {d}",
                    "abstract": "",
                    "claims": "",
                    "paragraphs": [
                        {"key": k + 1, "content": part} for k, part in enumerate(disclosed)
                    ],
                }
                for d, disclosed in documents.items()
            ],
        },
        gold=code,
        answer=code,
        steps=evidence(features, places),
        wrong_answer=code_of(slips),
        wrong_steps=evidence(features, slips),
    )


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    reports = corpus.source("examiner-reports")
    corpus.write(reports, corpus.problems(draw, 450), say.worked)
    corpus.contaminate(reports, 4)

    volunteers = corpus.source("volunteer-reviews")
    for problem in corpus.problems(draw, 1100):
        for _ in range(r.choice([1, 2, 3])):
            prompt = corpus.prompt(problem)
            if r.random() < 0.03:
                pasted = [f"{r.choice(PARTS)} and {r.choice(PARTS)}." for _ in range(60)]
                prompt = f"{prompt} {' '.join(pasted)}"
            volunteers.add(
                prompt, say.mistaken(problem) if r.random() < 0.4 else say.worked(problem)
            )
    corpus.contaminate(volunteers, 6)

    letters = corpus.source("attorney-letters")
    for style, count in ((2, 1200), (3, 1300)):
        corpus.write(letters, corpus.problems(draw, count, style=style), say.stated)

    archive = corpus.source("office-archive")
    for style, count in ((0, 400), (1, 1400)):
        for _ in range(count):
            code = r.choices(CODES, (0.8, 0.08, 0.12))[0]
            corpus.write(archive, corpus.problems(draw, 1, style=style, code=code), say.bare)
    corpus.contaminate(archive, 4)

    corpus.echo(corpus.source("gazette-reprints"), corpus.problems(draw, 40, style=0), 1000)

    searches = corpus.source("search-reports")
    for problem in corpus.problems(draw, 600):
        category = {"102": "X", "103": "Y", "ALLOW": "A"}[problem.answer]
        searches.add(corpus.prompt(problem), f"{problem.steps} category {category}")
