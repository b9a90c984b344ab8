"""The audit's detectors on texts, tables and molecules as public data sets have them: long, in templates, in any script."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EVALUATOR = ROOT / "sandbox-images" / "evaluator"
if str(EVALUATOR) not in sys.path:
    sys.path.append(str(EVALUATOR))

from detectors import Detectors
from match import Item
from personal_data import personal_data_in

HEAD = "You are an expert. Read the following passage with care and answer the question at its end. " * 8
WORDS = [f"{a}{b}" for a in "ba de fi go lu mi no pe ra si tu".split() for b in "kel mor nat pis rud san tol vex".split()]


def passage(r: random.Random, length: int = 150) -> str:
    return " ".join(r.choice(WORDS) for _ in range(length))


def items_of(prompts: list[str], inputs: list[dict] | None = None, gold: str = "") -> list[Item]:
    return [
        Item("test", f"i{k}", prompt.strip(), inputs[k] if inputs else {}, gold)
        for k, prompt in enumerate(prompts)
    ]


def found(detectors: Detectors, prompt: str, completion: str = "") -> list[int]:
    return [hit.item for _, hit in detectors.hits(prompt, completion)]


@pytest.fixture(scope="module")
def long_items() -> tuple[list[str], Detectors]:
    r = random.Random(0)
    texts = [passage(r) for _ in range(60)]
    return texts, Detectors(items_of([HEAD + text for text in texts]), ["text"])


def test_a_template_that_all_share_says_nothing(long_items) -> None:
    r = random.Random(1)
    assert [found(long_items[1], HEAD + passage(r)) for _ in range(50)] == [[]] * 50
    assert found(long_items[1], HEAD) == []


def test_a_long_text_is_known_by_its_runs_without_the_template(long_items) -> None:
    texts, detectors = long_items
    r = random.Random(2)
    for k, text in enumerate(texts):
        words = text.split()
        for place in r.sample(range(len(words)), 12):  # 8% of the words
            words[place] = r.choice(WORDS)
        assert found(detectors, f"Please read. {' '.join(words)}") == [k]


def test_more_than_half_of_a_long_text_within_another_one_is_found(long_items) -> None:
    texts, detectors = long_items
    r = random.Random(3)
    for k, text in enumerate(texts):
        part = " ".join(text.split()[20:120])
        assert found(detectors, f"{passage(r, 200)} {part} {passage(r, 200)}") == [k]
    quoted = " ".join(texts[0].split()[:30])
    assert found(detectors, f"{passage(r, 100)} {quoted} {passage(r, 100)}") == []


def test_chinese_questions_are_compared_sign_by_sign() -> None:
    one = "根据《企业会计准则》，企业取得的土地使用权应当确认为下列哪一项资产？ A. 存货 B. 固定资产 C. 无形资产 D. 商誉"
    other = "根据《证券法》，下列关于内幕交易的说法中哪一项是正确的？ A. 允许 B. 禁止 C. 视情况 D. 无规定"
    detectors = Detectors(items_of([one, other]), ["text"])
    assert found(detectors, one.replace("。", " ").replace("，", "， ")) == [0]
    assert found(detectors, one.replace("企业取得的", "公司取得的")) == [0]
    assert found(detectors, "根据《企业会计准则》，存货应当如何计量？ A. 成本 B. 市价 C. 两者较低 D. 面值") == []


TABLE = {
    "columns": ["Team", "Played", "Won", "Points"],
    "data": [[f"Team {c}", 10 + k, k, 3 * k + 1] for k, c in enumerate("ABCDEFGH")],
}


def test_a_table_is_known_in_any_drawing_with_another_question() -> None:
    items = items_of(["?"], [{"table": TABLE, "question": "?"}])
    detectors = Detectors(items, ["tables"])
    across = [[row[i] for row in [TABLE["columns"], *TABLE["data"]]] for i in range(4)]
    drawings = [
        "\n".join(",".join(map(str, row)) for row in TABLE["data"]),
        "\n".join("| " + " | ".join(map(str, row[::-1])) + " |" for row in reversed(TABLE["data"])),
        str([[*row[1:], row[0]] for row in TABLE["data"]]),
        "\n".join("\t".join(map(str, row)) for row in across),
        "; ".join(", ".join(f"{k}: {v}" for k, v in zip(TABLE["columns"], row)) for row in TABLE["data"]),
    ]
    for drawing in drawings:
        assert found(detectors, f"How many points has Team C?\n{drawing}") == [0], drawing
    changed = [[row[0], row[1] + 1, row[2], row[3]] for row in TABLE["data"]]
    assert found(detectors, "\n".join(",".join(map(str, row)) for row in changed)) == []
    assert found(detectors, "\n".join(",".join(map(str, row)) for row in TABLE["data"][:3])) == []


def test_numbers_with_and_without_commas_are_the_same_cells() -> None:
    rows = [["a", "1,204,500", "12.50"], ["b", "98,100", "7.00"], ["c", "2,000", "0.5"]]
    items = items_of(["?"], [{"table": {"columns": ["n", "x", "y"], "data": rows}}])
    plain = "a 1204500 12.5\nb 98100 7\nc 2000 0.50"
    assert found(Detectors(items, ["tables"]), plain) == [0]


def test_a_reaction_is_known_from_either_side() -> None:
    item = items_of(["Predict the product: CC(=O)O.OCCC"], gold="CC(=O)OCCC")
    detectors = Detectors(item, ["reactions"])
    assert found(detectors, "Which reactants give CCCOC(C)=O ?", "OCCC.CC(O)=O") == [0]
    assert found(detectors, "Predict the product: C(CO)C.C(C)(=O)O", "?") == [0]
    assert found(detectors, "Predict the product: CC(=O)O.OCCCC", "CC(=O)OCCCC") == []
    assert found(detectors, "Which reactants give CCCOC(C)=O ?", "OCCCC.CC(O)=O") == []


def test_an_aromatic_ring_is_not_its_saturated_one() -> None:
    detectors = Detectors(items_of(["count rings in Cc1ccccc1CC"]), ["molecules"])
    assert found(detectors, "count rings in CCc1ccccc1C") == [0]
    assert found(detectors, "count rings in CC1CCCCC1CC") == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("thanks, ana.leo@mail.example", ["email"]),
        ("please phone ana at +1 555 0142 1234", ["phone"]),
        ("(555) 010-1234", ["phone"]),
        ("pay with 4111 1111 1111 1111", ["card"]),
        ("a@b", []),
        ("12+30=42. \\boxed{42}", []),
        ("row north= 5 12 19.", []),
        ("C[C@@H](N)C(=O)O", []),
        ("@" * 50_000, []),
        ("x" * 200_000 + "@", []),
        ("x" * 500 + "tom@mail.example" + "y" * 500, ["email"]),
    ],
)
def test_personal_data_is_told_from_what_looks_like_it(text: str, kinds: list[str]) -> None:
    assert personal_data_in(text) == kinds


def test_what_agents_are_told_to_drop_is_what_the_audit_counts() -> None:
    """The profile of the raw sources, which agents see, counts the same kinds of rows."""
    sys.path.append(str(ROOT / "sandbox-images" / "trainer"))
    import source_profile

    r = random.Random(5)
    parts = ["tom", "@", "mail.example", ".", "+1 555", " 0142", "4111 1111", " 1111 1111", "555-010-1234", "phone ", "call me", " 5550142", "x", " ", "-", "12"]
    for _ in range(3_000):
        text = "".join(r.choice(parts) for _ in range(r.randrange(1, 9)))
        profile = [kind for kind, pattern in source_profile.PERSONAL.items() if pattern.search(text)]
        assert personal_data_in(text) == profile, text
