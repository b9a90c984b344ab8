"""Copies of items as people make them: the ways that an audit must see through."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from smiles_in_text import is_smiles, words_of
from normal_text import is_telling, tokens_of
from table_overlap import tables_in

Change = Callable[[str, random.Random], str | None]
"""A prompt in other clothes, or None where this change does not apply."""

NUMBER = re.compile(r"(?<![\w.,])\d{1,6}(?![\w,]|\.\d)")
FILLERS = "kindly then well okay dear listen".split()
NAMES = "olga piet yuki femi".split()
SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split()


def plain(word: str) -> bool:
    """Whether a word is one of the language: no figure, no symbol, no molecule."""
    tokens = tokens_of(word)
    return len(tokens) == 1 and not is_telling(tokens[0]) and not is_smiles(word) and len(word) > 1


def places_of(words: list[str]) -> list[int]:
    """Where the plain words stand."""
    return [i for i, word in enumerate(words) if plain(word)]


# Normalized: nothing but case, blanks, punctuation and full-width forms.


def shouted(text: str, r: random.Random) -> str:
    return " ".join(word if is_smiles(word.strip(".,:?")) else word.upper() for word in text.split(" "))


def respaced(text: str, r: random.Random) -> str:
    return f"\t{text.replace(' ', '   ')}\n"


def punctuated(text: str, r: random.Random) -> str:
    words = [f"{word}," if plain(word) and r.random() < 0.3 else word for word in text.split(" ")]
    return f'"{" ".join(words).rstrip(".?!")}!"'


def full_width(text: str, r: random.Random) -> str | None:
    wide = NUMBER.sub(lambda m: "".join(chr(ord(c) + 0xFEE0) for c in m[0]), text)
    return wide if wide != text else None


NORMALIZED: dict[str, Change] = {
    "shouted": shouted,
    "respaced": respaced,
    "punctuated": punctuated,
    "full-width": full_width,
}


# Near: the words.


def added_around(text: str, r: random.Random) -> str:
    return f"{r.choice(FILLERS)}, {text} many {r.choice(FILLERS)} thanks"


def added_within(text: str, r: random.Random) -> str | None:
    words = text.split(" ")
    places = places_of(words)
    if len(places) < 3:
        return None
    words.insert(r.choice(places), r.choice(FILLERS))
    return " ".join(words)


def swapped(text: str, r: random.Random) -> str | None:
    words = text.split(" ")
    places = places_of(words)
    pairs = [i for i in places if i + 1 in places and words[i] != words[i + 1]]
    if not pairs or len(places) < 3:
        return None
    i = r.choice(pairs)
    words[i], words[i + 1] = words[i + 1], words[i]
    return " ".join(words)


def renamed(text: str, r: random.Random) -> str | None:
    words = text.split(" ")
    # What stands in capitals is what is asked about, no name.
    places = [i for i in places_of(words) if not words[i].strip(".,:?").isupper()]
    if len(places) < 4:
        return None
    old = words[r.choice(places)]
    new = r.choice(NAMES)
    return " ".join(new if word == old else word for word in words)


def other_numbers(text: str, r: random.Random) -> str | None:
    def written(match: re.Match[str]) -> str:
        value = int(match[0])
        forms = [f"{value}.0", f"0{value}", f"{value}.00"]
        if value < len(SMALL):
            forms.append(SMALL[value])
        if value >= 1000:
            forms.append(f"{value:,}")
        return r.choice(forms)

    changed = NUMBER.sub(written, text)
    return changed if changed != text else None


NEAR: dict[str, Change] = {
    "words around": added_around,
    "a word within": added_within,
    "words swapped": swapped,
    "another name": renamed,
    "other number formats": other_numbers,
}


# Near: chemistry.


def respelled(text: str, r: random.Random) -> str | None:
    """Every molecule in another spelling, components in another order."""
    from rdkit import Chem

    changed = text
    for word in sorted(set(words_of(text)), key=len, reverse=True):
        parts = []
        for part in word.split("."):
            mol = Chem.MolFromSmiles(part)
            if mol is None:
                return None
            parts.append(Chem.MolToSmiles(mol, doRandom=True))
        r.shuffle(parts)
        changed = re.sub(rf"(?<!\S){re.escape(word)}(?=[\s.,:?]|$)", lambda _: ".".join(parts), changed)
    return changed if changed != text else None


def reworded(text: str, r: random.Random) -> str | None:
    changed = respelled(text, r)
    return None if changed is None else added_around(changed, r)


CHEMISTRY: dict[str, Change] = {"respelled": respelled, "respelled, words around": reworded}


# Near: tables.


def redrawn(item: dict, question: str, r: random.Random) -> Iterator[tuple[str, str]]:
    """An item's tables with rows and columns in another order, drawn in another way."""
    for table in tables_in(item):
        head, *body = table
        order = r.sample(range(len(head)), len(head))
        body = [[str(row[i]) for i in order] for row in r.sample(body, len(body)) if len(row) == len(head)]
        head = [str(head[i]) for i in order]
        bar = "\n".join("| " + " | ".join(row) + " |" for row in [head, *body])
        yield "Markdown", f"{bar}\n{question}"
        yield "CSV", "\n".join(";".join(row) for row in [head, *body]) + f"\n{question}"
        keyed = ", ".join(
            "{" + ", ".join(f'"{k}": "{v}"' for k, v in zip(head, row)) + "}" for row in body
        )
        yield "JSON", f"{question} [{keyed}]"
        yield "bare lines", "\n".join(" ".join(row) for row in body) + f"\n{question}"


