"""Generic skills that the base model is pre-trained on: copying, looking up, small arithmetic,
string edits.

No answer format of any task occurs here (no box, no `Final Answer`, no answer letter after a
marker, no JSON key that a task asks for), so the base model has the abilities but none of the
habits that a task scores. Each primitive takes a `random.Random` and returns (prompt, completion).
"""

from __future__ import annotations

import random
from collections.abc import Callable

from vocabulary import NOUNS, WORDS

Pair = tuple[str, str]
LETTERS = "ABCD"
ORDINALS = ("first", "second", "third")
TAILS = ["O", "N", "S", "F", "Br", "Cl", "C#N", "C=O", "C(=O)O", "C(=O)N", "c1ccccc1"]


def chain(r: random.Random) -> str:
    """A short SMILES-like chain; nothing says that it is a sensible molecule."""
    units = ["C", "C", "CC", "C(C)", "C(F)", "C(O)", "C(Cl)", "OC"]
    body = "C" + "".join(r.choice(units) for _ in range(r.randint(1, 4)))
    return body + r.choice(["", "", "", "c1ccccc1", "C=C", "Br", "C#N"])


def symbols(r: random.Random) -> str:
    """Two to nine random characters of the SMILES alphabet."""
    return "".join(r.choice("CCCCCON()=#1cFBrS") for _ in range(r.randint(2, 9)))


def numbers(r: random.Random, n: int, top: int = 60) -> list[int]:
    """n integers from 1 to top."""
    return [r.randint(1, top) for _ in range(n)]


def words(values: list) -> str:
    """Values in a row, separated by blanks."""
    return " ".join(map(str, values))


def add(r: random.Random) -> Pair:
    a, b = r.randint(1, 45), r.randint(1, 32)
    return r.choice([f"add {a} {b}", f"{a} plus {b}", f"{a}+{b}"]), f"{a}+{b}={a + b}."


def subtract(r: random.Random) -> Pair:
    low, high = sorted(numbers(r, 2, 50))
    return r.choice([f"subtract {low} from {high}", f"{high}-{low}"]), f"{high}-{low}={high - low}."


def divide(r: random.Random) -> Pair:
    m, s = r.randint(3, 9), r.randint(5, 62)
    return f"split {s} by {m}", f"{s}={m}*{s // m}+{s % m}."


def add_chain(r: random.Random) -> Pair:
    a, b, c = numbers(r, 3, 20)
    if r.random() < 0.5:
        return f"add {a} {b} {c}", f"{a}+{b}={a + b}. {a + b}+{c}={a + b + c}."
    c = r.randint(1, a + b)
    return f"add {a} {b} subtract {c}", f"{a}+{b}={a + b}. {a + b}-{c}={a + b - c}."


def extreme(r: random.Random) -> Pair:
    v = numbers(r, 3, 50)
    pick, name = r.choice([(max, "biggest"), (min, "smallest")])
    return f"{name} of {words(v)}", f"{pick(v)}"


def compare(r: random.Random) -> Pair:
    a, b = numbers(r, 2, 40)
    above = r.random() < 0.5
    return f"is {a} {'above' if above else 'below'} {b}?", "yes" if (
        (a > b) if above else (a < b)
    ) else "no"


def copy(r: random.Random) -> Pair:
    text = r.choice(
        [
            symbols(r),
            chain(r) + chain(r),
            words(r.sample(WORDS, r.randint(1, 4))),
            words(numbers(r, 3, 99)),
        ]
    )
    return f"copy {text}", text


def join(r: random.Random) -> Pair:
    a, b = r.choice([(symbols(r), symbols(r)), (chain(r), chain(r)), (chain(r), r.choice(TAILS))])
    return (f"join {a} + {b}", a + b) if r.random() < 0.7 else (f"join last first {a} + {b}", b + a)


def strip(r: random.Random) -> Pair:
    text, tail = r.choice([symbols(r), chain(r), chain(r)]), r.choice(TAILS)
    return (
        (f"drop the end {tail} of {text}{tail}", text)
        if r.random() < 0.7
        else (f"drop the start {tail} of {tail}{text}", text)
    )


def swap_end(r: random.Random) -> Pair:
    text, (old, new) = chain(r), r.sample(TAILS, 2)
    return f"turn the end {old} of {text}{old} into {new}", text + new


def cut(r: random.Random) -> Pair:
    a, b = chain(r), chain(r)
    return f"cut at = {a}={b}", f"{a} {b}"


def table(r: random.Random) -> tuple[str, dict[str, list[int]], str]:
    """A small table as text, its rows, and the sign between a row's name and its figures."""
    names = r.sample(NOUNS, 3)
    rows, sign = {k: numbers(r, 3, 40) for k in names}, r.choice([":", "="])
    between = r.choice([" ; ", ". "])
    return between.join(f"{k}{sign} {words(v)}" for k, v in rows.items()), rows, sign


def row(r: random.Random) -> Pair:
    text, rows, sign = table(r)
    name = r.choice(list(rows))
    result = f"row {name}{sign} {words(rows[name])}."
    return (
        (f"{text} . row {name}", result) if r.random() < 0.6 else (f"row {name} . {text}", result)
    )


def cell(r: random.Random) -> Pair:
    text, rows, sign = table(r)
    name, i = r.choice(list(rows)), r.randrange(3)
    result = f"row {name}{sign} {words(rows[name])}. {rows[name][i]}"
    return f"{text} . {ORDINALS[i]} of {name}", result


def nth(r: random.Random) -> Pair:
    v, i = numbers(r, 3), r.randrange(3)
    return f"{ORDINALS[i]} of {words(v)}", f"{v[i]}"


def key_value(r: random.Random) -> Pair:
    keys, values, i = r.sample(NOUNS, 4), r.sample(NOUNS, 4), r.randrange(4)
    text = ", ".join(f"{k} is {v}" for k, v in zip(keys, values))
    return (
        (f"{text}. what is {keys[i]}?", values[i])
        if r.random() < 0.5
        else (f"what is {keys[i]}? {text}", values[i])
    )


def label(r: random.Random) -> Pair:
    n = r.randint(2, 4)
    names = r.sample(NOUNS, n)
    text = " ".join(f"{LETTERS[j]}) {w}" for j, w in enumerate(names))
    i, kind = r.randrange(n), r.random()
    if kind < 0.35:
        return f"{text} find {names[i]}", LETTERS[i]
    if kind < 0.7:
        return f"find {names[i]} {text}", LETTERS[i]
    return f"{text} what is {LETTERS[i]}", names[i]


def tag(r: random.Random) -> Pair:
    """Where two things are found: `gear=A. lens=B.`; what is nowhere is said to be missing."""
    names = r.sample(NOUNS, r.randint(4, 6))
    tags = {w: r.choice(LETTERS[:3]) for w in names}
    wanted = r.sample(names, 2)
    if r.random() < 0.4:
        wanted[r.randrange(2)] = r.choice([w for w in NOUNS if w not in tags])
    text = " ".join(f"{w}={t}." for w, t in tags.items())
    found = " ".join(f"{w}={tags[w]}." if w in tags else f"{w} missing." for w in wanted)
    asked = f"{wanted[0]}, {wanted[1]}"
    return (
        (f"{text} find {asked}", f"see {found}")
        if r.random() < 0.5
        else (f"find {asked} . {text}", f"see {found}")
    )


def pair_tag(r: random.Random) -> Pair:
    names: list[str] = []
    while len(names) < 3:
        name = words(r.sample(NOUNS, 2))
        if name not in names:
            names.append(name)
    i = r.randrange(3)
    text = " ".join(f"{w}={LETTERS[j]}." for j, w in enumerate(names))
    result = f"see {names[i]}={LETTERS[i]}."
    return (
        (f"{text} find {names[i]}", result)
        if r.random() < 0.5
        else (f"find {names[i]} . {text}", result)
    )


def member(r: random.Random) -> Pair:
    names = r.sample(NOUNS, 5)
    wanted = r.choice(names[:4]) if r.random() < 0.5 else names[4]
    return f"is {wanted} in {words(names[:4])}?", "yes" if wanted in names[:4] else "no"


def same(r: random.Random) -> Pair:
    a, b = (r.choice(LETTERS) for _ in range(2))
    return f"same {a} {b}?", "same" if a == b else "other"


def count(r: random.Random) -> Pair:
    a, b = r.sample(NOUNS, 2)
    v = [r.choice([a, b]) for _ in range(r.randint(2, 5))]
    return f"count {a} in {words(v)}", f"{v.count(a)}"


def order(r: random.Random) -> Pair:
    v = numbers(r, 3, 40)
    return f"sort {words(v)}", words(sorted(v))


def as_json(r: random.Random) -> Pair:
    n = r.randint(1, 2)
    keys, values = (
        r.sample(NOUNS, n),
        [r.choice([r.choice(NOUNS), str(r.randint(1, 300)), symbols(r)]) for _ in range(n)],
    )
    body = ", ".join(f'"{k}": "{v}"' for k, v in zip(keys, values))
    return "json " + ", ".join(f"{k} {v}" for k, v in zip(keys, values)), "{" + body + "}"


def as_list(r: random.Random) -> Pair:
    v = numbers(r, r.randint(2, 4))
    return f"list {words(v)}", "[" + ", ".join(map(str, v)) + "]"


def as_call(r: random.Random) -> Pair:
    f, a, b = r.sample(NOUNS, 3)
    return f"call {f} with {a} and {b}", f"{f}({a}, {b})"


PRIMITIVES: list[tuple[Callable[[random.Random], Pair], int]] = [
    (add, 6),
    (subtract, 8),
    (divide, 4),
    (add_chain, 5),
    (extreme, 2),
    (compare, 1),
    (copy, 5),
    (join, 3),
    (strip, 4),
    (swap_end, 4),
    (cut, 1),
    (row, 7),
    (cell, 4),
    (nth, 1),
    (key_value, 1),
    (label, 1),
    (tag, 4),
    (pair_tag, 2),
    (member, 1),
    (same, 1),
    (count, 1),
    (order, 1),
    (as_json, 2),
    (as_list, 1),
    (as_call, 1),
]
"""Every primitive with its weight in the pre-training mixture."""


def draw(r: random.Random) -> Pair:
    """One pre-training example."""
    functions, weights = zip(*PRIMITIVES)
    return r.choices(functions, weights)[0](r)
