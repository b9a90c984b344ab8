"""The chemistry scorers: every spelling of a right answer is right, hedged answers are not."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from rdkit import Chem
from task_modules import ROOT, built, scorer_of

CHEMISTRY = ("mol-edit", "mol-opt", "mol-und", "reaction")
ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


def item(subtask: str, gold: object, **fields: object) -> dict:
    reference = {"reference": fields.pop("reference")} if "reference" in fields else {}
    return {
        "id": "1",
        "subtask": subtask,
        "input": {"query": "?", **fields},
        **reference,
        "gold": gold,
    }


def error_of(task: str, what: dict, text: str) -> str | None:
    result = scorer_of(task).score_item(what, text)
    assert (result["score"] == 1) == (result["error"] is None)
    return result["error"]


def spellings(smiles: str, count: int, seed: int = 0) -> list[str]:
    """Other SMILES of the same molecule: random atom orders, explicit hydrogens, Kekulé form."""
    mol = Chem.MolFromSmiles(smiles)
    r = random.Random(seed)
    found = []
    for _ in range(count):
        order = list(range(mol.GetNumAtoms()))
        r.shuffle(order)
        found.append(Chem.MolToSmiles(Chem.RenumberAtoms(mol, order), canonical=False))
    found.append(Chem.MolToSmiles(Chem.AddHs(mol)))
    found.append(Chem.MolToSmiles(mol, kekuleSmiles=True, allBondsExplicit=True))
    return found


# Molecule understanding


@pytest.mark.parametrize("value", ['"2"', "2", "2.0", '"2.0"', "[2]", '["2"]', '" 2 "', '"２"'])
@pytest.mark.parametrize("subtask", ["fg_count", "ring_count"])
def test_a_count_is_read_in_every_spelling(subtask: str, value: str) -> None:
    for key in ("count", "Count", "output", "answer"):
        assert error_of("mol-und", item(subtask, "2"), f'so {{"{key}": {value}}}') is None


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ('"two"', None),
        ('"2 rings"', None),
        ('"02"', None),
        ('"3"', "wrong"),
        ('"-2"', "wrong"),
        ("2.5", "not-a-number"),
        ('"2 or 3"', "not-a-number"),
        ('"2 or three"', "not-a-number"),
        ('"2-3"', "not-a-number"),
        ("[2, 3]", "not-a-number"),
        ('"about 2"', "not-a-number"),
        ("true", "not-a-number"),
        ("1e400", "not-a-number"),
        ("NaN", "not-a-number"),
        ("9" * 400, "not-a-number"),
        ("null", "unparsed"),
        ('{"hydroxyl": 2}', "unparsed"),
    ],
)
def test_hedged_counts_are_wrong(value: str, error: str | None) -> None:
    assert error_of("mol-und", item("fg_count", "2"), f'{{"count": {value}}}') == error


def test_a_missing_count_is_wrong_even_where_nothing_is_there() -> None:
    assert error_of("mol-und", item("fg_count", "0"), "") == "unparsed"
    assert error_of("mol-und", item("fg_count", "0"), "there are 0") == "unparsed"


@pytest.mark.parametrize(
    ("gold", "value", "error"),
    [
        ("Yes", '"Yes"', None),
        ("Yes", '"yes."', None),
        ("Yes", "true", None),
        ("No", "false", None),
        ("No", '"NO"', None),
        ("Yes", '["Yes"]', None),
        ("Yes", '"Yes, the ring is there"', None),
        ("No", '"No: another ring"', None),
        ("No", '"Yes"', "wrong"),
        ("Yes", '"Yes / No"', "not-yes-or-no"),
        ("Yes", '"No ring is missing, so yes"', "not-yes-or-no"),
        ("Yes", '"no, yes"', "not-yes-or-no"),
        ("Yes", '"yesterday"', "not-yes-or-no"),
        ("Yes", '["Yes", "No"]', "not-yes-or-no"),
        ("Yes", "1", "not-yes-or-no"),
        ("Yes", '""', "not-yes-or-no"),
    ],
)
@pytest.mark.parametrize("subtask", ["ring_system_scaffold", "equivalence"])
def test_yes_and_no_are_read_where_only_one_is_said(subtask, gold, value, error) -> None:
    assert error_of("mol-und", item(subtask, gold), f'{{"output": {value}}}') == error


@pytest.mark.parametrize("key", ["Output Scaffold", "output scaffold", "Output_Scaffold", "answer"])
def test_a_scaffold_is_right_in_every_spelling(key: str) -> None:
    gold = "c1ccc(Cc2ccccc2)cc1"
    for smiles in spellings(gold, 6):
        text = f"```json\n{json.dumps({key: smiles})}\n``` that is all"
        assert error_of("mol-und", item("Murcko_scaffold", gold), text) is None


@pytest.mark.parametrize(
    ("output", "error"),
    [
        ("c1ccccc1.c1ccccc1", "wrong"),
        ("Cc1ccccc1", "wrong"),
        ("c1ccccc", "invalid-smiles"),
        ("benzene", "invalid-smiles"),
        ("C1CCCCC1 I think", "invalid-smiles"),
    ],
)
def test_what_only_resembles_the_scaffold_is_wrong(output: str, error: str) -> None:
    what = item("Murcko_scaffold", "c1ccccc1")
    assert error_of("mol-und", what, json.dumps({"Output Scaffold": output})) == error


def test_understanding_weighs_every_subtask_alike_and_caps_count_errors() -> None:
    scorer = scorer_of("mol-und")
    items = [item("fg_count", "2")] * 3 + [item("equivalence", "Yes")]
    answers = ['{"count": 2}', '{"count": 999999}', "", '{"output": "Yes"}']
    total = scorer.aggregate(items, [scorer.score_item(i, a) for i, a in zip(items, answers)])
    assert total["value"] == pytest.approx((1 / 3 + 1) / 2)
    assert total["submetrics"]["mae/fg_count"] == pytest.approx((0 + 10 + 10) / 3)
    assert total["submetrics"]["maeUnreadAsZero/fg_count"] == pytest.approx((0 + 10 + 2) / 3)
    assert total["submetrics"]["itemAccuracy"] == 0.5


# Molecule optimization


@pytest.mark.parametrize(
    ("subtask", "source", "output", "error"),
    [
        ("logp", "CCCO", "CCCc1ccccc1", None),
        ("logp", "CCCc1ccccc1", "CCCO", "no-improvement"),
        ("qed", "CCCC=O", "CCCc1ccccc1", None),
        ("qed", "CCCc1ccccc1", "CCCC=O", "no-improvement"),
        ("solubility", "CCCBr", "CCCO", None),
        ("solubility", "CCCO", "CCCBr", "no-improvement"),
        ("qed", ASPIRIN, "OC(=O)c1ccccc1OC(C)=O", "unchanged"),
        ("qed", "CCCO", "CCCO(", "invalid-smiles"),
        ("qed", "CCCO", "I am sure", "invalid-smiles"),
        ("qed", "CCCO", "", "unparsed"),
    ],
)
def test_a_molecule_is_right_when_its_property_rises(subtask, source, output, error) -> None:
    what = item(subtask, None, source_smiles=source, property=subtask)
    keys = ("Final Target Molecule", "Final_Target_Molecule", "final target molecule", "output")
    for key in keys:
        assert error_of("mol-opt", what, json.dumps({"plan": "x", key: output})) == error


@pytest.mark.parametrize("subtask", ["logp", "qed", "solubility"])
def test_the_source_in_another_spelling_never_improves(subtask: str) -> None:
    for source in (ASPIRIN, "C[C@H](N)C(=O)NCC1CCCCC1", "c1ccc2[nH]ccc2c1"):
        what = item(subtask, None, source_smiles=source)
        for smiles in spellings(source, 8):
            text = json.dumps({"Final Target Molecule": smiles})
            assert error_of("mol-opt", what, text) == "unchanged"


def test_properties_have_their_published_values() -> None:
    """Penalized logP and ESOL from their formulas; QED of aspirin as RDKit's authors give it."""
    import properties

    aspirin = Chem.CanonSmiles(ASPIRIN)
    assert properties.value_of("qed", aspirin) == pytest.approx(0.5501, abs=1e-4)
    assert properties.value_of("crippen", aspirin) == pytest.approx(1.3101, abs=1e-4)
    # (1.3101-2.45710)/1.43432 + (3.05258-1.5800)/0.83352 + 0.04857/0.28602, accessibility 1.5800
    assert properties.value_of("logp", aspirin) == pytest.approx(1.1368, abs=1e-3)
    # 0.26121066 - 0.74167395*1.3101 - 0.00661388*180.159 + 0.00345155*2 - 0.4262484*6/13
    assert properties.value_of("solubility", aspirin) == pytest.approx(-2.0918, abs=2e-3)
    large = Chem.CanonSmiles("C1CCCCCCCCC1")
    rise = properties.penalized_logp(Chem.MolFromSmiles("C1CCCCC1"))
    assert properties.value_of("logp", large) < rise - 4 / 0.28602 + 4


@pytest.mark.parametrize("subtask", ["drd", "gsk", "jnk"])
def test_binding_is_judged_by_the_items_values_whatever_their_spelling(subtask: str) -> None:
    values = {"OCCC": 0.1, "c1ccccc1C": 0.9, "CCN": 0.1}
    what = item(subtask, None, source_smiles="CCCO", reference={"oracle_values": values})
    assert scorer_of("mol-opt").check_item(what) is None
    for output, error in (("Cc1ccccc1", None), ("NCC", "no-improvement"), ("OCCC", "unchanged")):
        assert error_of("mol-opt", what, json.dumps({"output": output})) == error
    assert error_of("mol-opt", what, "") == "unparsed"
    assert error_of("mol-opt", what, '{"output": "C("}') == "invalid-smiles"


def test_a_missing_oracle_is_named_and_never_scored(tmp_path: Path) -> None:
    items = [
        {**item("drd", None, source_smiles="CCCO"), "id": "a"},
        {**item("drd", None, source_smiles="CCCO"), "id": "b"},
        {**item("solubility", None, source_smiles="CCCBr"), "id": "c"},
        {**item("qed", None, source_smiles="CCCO"), "id": "d"},
    ]
    answers = {"a": '{"output": "CCCN"}', "c": '{"output": "CCCO"}'}
    document = scored(tmp_path, "mol-opt", items, answers)
    assert document["metric"]["value"] == 0.5 and document["metric"]["n"] == 2
    assert [i["score"] for i in document["items"]] == [None, None, 1, 0]
    assert [(i["subtask"], i["items"], i["of"]) for i in document["leftOut"]] == [("drd", 2, 2)]
    assert not any("drd" in name for name in document["submetrics"])
    assert all(set(i) == {"id", "subtask", "score", "parsed", "error"} for i in document["items"])


def test_items_that_all_lack_an_oracle_are_bad_input(tmp_path: Path) -> None:
    items = [item("jnk", None, source_smiles="CCCO")]
    with pytest.raises(AssertionError, match="no item can be scored: jnk: no oracle"):
        scored(tmp_path, "mol-opt", items, {"1": '{"output": "CCN"}'})


def scored(folder: Path, task: str, items: list[dict], answers: dict[str, str]) -> dict:
    """The document of score.py; its message where it refuses."""
    texts = [{"id": key, "text": text} for key, text in answers.items()]
    for name, rows in (("items", items), ("predictions", texts)):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    script = ROOT / "sandbox-images" / "evaluator" / "score.py"
    options = ["--task-dir", str(ROOT / "tasks" / "chemistry" / task), "--out", str(folder / "out")]
    for name in ("items", "predictions"):
        options += [f"--{name}", str(folder / f"{name}.jsonl")]
    done = subprocess.run([sys.executable, str(script), *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "out").read_text(encoding="utf-8"))


def test_optimization_reports_what_published_tables_show() -> None:
    scorer = scorer_of("mol-opt")
    items = [item("logp", None, source_smiles="CCCO")] * 2 + [
        item("qed", None, source_smiles="Oc1ccccc1")
    ]
    answers = ['{"output": "CCCc1ccccc1"}', "none", '{"output": "CC(=O)Nc1ccccc1"}']
    results = [scorer.score_item(i, a) for i, a in zip(items, answers)]
    shown = scorer.aggregate(items, results)["submetrics"]
    assert shown["successRate/logp"] == 0.5 and shown["successRate/logp-crippen"] == 0.5
    assert shown["bestRate/logp"] == 0.5 and shown["validity"] == pytest.approx(2 / 3)
    assert shown["sameScaffold"] == pytest.approx(1 / 3)
    assert shown["subtaskMean"] == pytest.approx((0.5 + shown["successRate/qed"]) / 2)


# Reactions


@pytest.mark.parametrize(
    ("subtask", "key"),
    [
        ("fs", "Major Product"),
        ("fs", "major_product"),
        ("fs", "output"),
        ("retro", "Reactants"),
        ("retro", "answer"),
        ("nepp", "output"),
    ],
)
def test_a_mixture_is_right_in_every_spelling_and_order(subtask: str, key: str) -> None:
    gold = f"{ASPIRIN}.CCN.[Na+].[Cl-]"
    written: list[object] = spellings(gold, 8)
    parts = gold.split(".")
    written += [parts[::-1], ", ".join(parts), " . ".join(parts), " + ".join(parts)]
    written += [f"`{gold}`", "CC(=O)Oc1ccccc1C(=O)[OH:3].CCN.[Na]Cl"]
    written += [f"{gold}.", f"SMILES: {gold}", [gold]]
    for value in written:
        assert error_of("reaction", item(subtask, gold), json.dumps({key: value})) is None, value


@pytest.mark.parametrize(
    ("output", "error"),
    [
        ("CCO", "wrong"),
        ("C[C@H](N)C(=O)O", None),
        ("C[C@@H](N)C(=O)O", "stereo"),
        ("CC(N)C(=O)O", "stereo"),
        ("C[C@H](N)C(=O)O.C[C@H](N)C(=O)O", "wrong"),
        ("C[C@H](N)C(=O", "invalid-smiles"),
        ("the product is alanine", "invalid-smiles"),
        ("CCO.Cl>>C[C@H](N)C(=O)O", None),
    ],
)
def test_stereochemistry_counts_and_a_lost_mark_is_told_apart(output: str, error) -> None:
    what = item("fs", "C[C@H](N)C(=O)O")
    assert error_of("reaction", what, json.dumps({"Major Product": output})) == error


def test_of_a_whole_reaction_the_asked_side_is_read() -> None:
    whole = json.dumps({"output": "CCO.CC(=O)O>OS(=O)(=O)O>CCOC(C)=O"})
    for subtask, gold in (("fs", "CCOC(C)=O"), ("retro", "CC(=O)O.CCO"), ("rcr", "OS(O)(=O)=O")):
        assert error_of("reaction", item(subtask, gold), whole) is None


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("ClCCl.CCN(CC)CC", None),
        ("C(Cl)Cl.N(CC)(CC)CC", None),
        (["CCN(CC)CC", "ClCCl"], None),
        ({"catalyst": "CCN(CC)CC", "solvent": "ClCCl", "reagent": ""}, None),
        ("CCN(CC)CC, ClCCl", None),
        ("CCN(CC)CC", "wrong"),
        ("CCN(CC)CC.ClCCl.CCO", "wrong"),
        ("", "unparsed"),
    ],
)
def test_conditions_are_compared_by_component(value: object, error: str | None) -> None:
    for key in ("condition", "conditions", "output"):
        what = item("rcr", "CCN(CC)CC.ClCCl")
        assert error_of("reaction", what, json.dumps({key: value})) == error


def test_a_salt_may_be_written_as_one_molecule() -> None:
    assert error_of("reaction", item("rcr", "[Na+].[OH-].CCO"), '{"output": "CCO.[Na]O"}') is None


def test_conditions_in_words_are_compared_as_words() -> None:
    what = item("rcr", "Palladium on carbon, ethanol")
    assert error_of("reaction", what, '{"condition": "ethanol,  palladium on carbon"}') is None
    assert error_of("reaction", what, '{"condition": "ethanol"}') == "wrong"


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ('"B"', None),
        ('"b"', None),
        ('"(B)"', None),
        ('"B."', None),
        ('"Option B"', None),
        ('"B: by addition"', None),
        ('"B) A proton is lost"', None),
        ('"B - by addition"', None),
        ('"Ｂ"', None),
        ('"A) B)"', "several-letters"),
        ('"A: or B"', "several-letters"),
        ('["B"]', None),
        ('"C"', "wrong"),
        ('"A or B"', "several-letters"),
        ('"A, B"', "several-letters"),
        ('["A", "B"]', "several-letters"),
        ('"Because of B"', "several-letters"),
        ('"I think B"', "several-letters"),
        ("null", "unparsed"),
        ("true", "unparsed"),
    ],
)
def test_a_mechanism_is_one_letter(value: str, error: str | None) -> None:
    for key in ("choice", "Choice", "answer", "output"):
        assert error_of("reaction", item("mechsel", "B"), f'{{"{key}": {value}}}') == error
    assert error_of("reaction", item("mechsel", "B"), "the choice is B") == "unparsed"


def test_reactions_weigh_every_subtask_alike() -> None:
    scorer = scorer_of("reaction")
    items = [item("fs", "CCO")] * 3 + [item("mechsel", "B")]
    answers = ['{"output": "OCC"}', '{"output": "CCN"}', "", '{"choice": "B"}']
    total = scorer.aggregate(items, [scorer.score_item(i, a) for i, a in zip(items, answers)])
    assert total["value"] == pytest.approx((1 / 3 + 1) / 2)
    assert total["submetrics"]["validity/fs"] == pytest.approx(2 / 3)
    assert 1 / 3 < total["submetrics"]["morgan"] < 1


# Molecule editing


@pytest.mark.parametrize(
    ("source", "added", "removed", "output", "gold", "strict"),
    [
        ("CCCCO", "carboxyl", "hydroxyl", "CCCCC(=O)O", "CCCCC(=O)O", 1),
        ("CCCC", "hydroxyl", None, "CCC(C)O", "CCCCO", 1),
        ("CCCC", "hydroxyl", None, "CCCCCO", "CCCCO", 0),
        ("CCc1ccccc1", "nitro", None, "CCc1ccc([N+](=O)[O-])cc1", "CCc1ccccc1[N+](=O)[O-]", 1),
        ("CCCC(N)=O", "Benzene ring", "amide", "CCCc1ccccc1", "CCCc1ccccc1", 1),
        ("CCCBr", None, "halo", "CCCC", "CCC", 0),
    ],
)
def test_strict_edits_leave_the_rest_alone(source, added, removed, output, gold, strict) -> None:
    scorer = scorer_of("mol-edit")
    what = item("sub", gold, source_smiles=source, added_group=added, removed_group=removed)
    result = scorer.score_item(what, json.dumps({"output": output}))
    assert scorer.check_item(what) is None and result["error"] is None
    assert scorer.aggregate([what], [result])["submetrics"]["strict"] == strict


# All of them


@pytest.mark.parametrize("task", CHEMISTRY)
def test_scores_do_not_depend_on_how_molecules_or_json_are_written(task: str) -> None:
    corpus, _ = built(task)
    scorer, r = scorer_of(task), random.Random(1)
    key = corpus.phrasing.form("x").split('"')[1]
    items = corpus.items("dev")
    for what, problem in zip(items[:60], corpus.splits["dev"]):
        answer = problem.answer
        mol = Chem.MolFromSmiles(answer) if len(answer) > 3 else None
        if mol is not None:
            answer = r.choice(spellings(answer, 3, seed=r.randrange(1000)))
        text = r.choice(
            [
                json.dumps({key: answer}),
                json.dumps({"why": "{not this}", key.upper(): answer}, indent=3),
                f'{{"{key}": "CC"}} no:\n```json\n{{"{key}":"{answer}"}}\n```',
                f'<think>{{"{key}": "CC"}}</think>{{ "{key}" :"{answer}" }} done.',
            ]
        )
        assert scorer.score_item(what, text)["score"] == 1, (what, text)


@pytest.mark.parametrize("task", CHEMISTRY)
def test_totals_do_not_depend_on_the_order_of_items(task: str) -> None:
    corpus, _ = built(task)
    scorer, r = scorer_of(task), random.Random(2)
    pairs = [
        (i, scorer.score_item(i, r.choice([say.worked, say.mistaken, say.stated])(p)))
        for say in (corpus.phrasing,)
        for i, p in zip(corpus.items("dev"), corpus.splits["dev"])
    ]
    first = scorer.aggregate(*zip(*pairs))
    r.shuffle(pairs)
    second = scorer.aggregate(*zip(*pairs))
    assert first["value"] == pytest.approx(second["value"])
    assert first["submetrics"] == pytest.approx(second["submetrics"])


@pytest.mark.parametrize("task", CHEMISTRY)
def test_odd_molecules_make_no_scorer_raise(task: str) -> None:
    items = {i["subtask"]: i for i in built(task)[0].items("dev")}
    key = built(task)[0].phrasing.form("x").split('"')[1]
    odd = ["*", "[H][H]", "[Fe]", "C1" * 90, "%10", "C" * 500, "[C@@]", "[2H]C", "[U+92]", "C~C"]
    odd += [f"C{'(C' * 200}{')' * 200}", "c1" + "cc" * 120 + "c1", "F[P-](F)(F)(F)(F)F", "[" * 400]
    odd += ["C>>C", "A.B", ".", "CC.", "[CH5+]", "N1=NN=NN=N1", "O=[N](=O)C"]
    odd += ["\u0000", "\ud83d", "C\\C=C/C"]
    for what in items.values():
        for text in odd:
            result = scorer_of(task).score_item(what, json.dumps({key: text}))
            assert result["score"] in (0, 1)
            scorer_of(task).aggregate([what], [result])


@pytest.mark.parametrize(
    ("task", "what", "reason"),
    [
        ("mol-und", item("fg_count", "many"), "count"),
        ("mol-und", item("equivalence", "maybe"), "Yes or No"),
        ("mol-und", item("colour", "2"), "unknown sub-task"),
        ("mol-opt", item("qed", None, source_smiles="C("), "source_smiles"),
        ("mol-opt", item("taste", None, source_smiles="C"), "unknown sub-task"),
        ("reaction", item("fs", "C("), "SMILES"),
        ("reaction", item("mechsel", "none of them"), "letter"),
        ("reaction", item("rcr", ""), "non-empty"),
        ("mol-edit", item("add", "C(", source_smiles="C", added_group="amine"), "gold"),
        ("mol-edit", item("add", "C", source_smiles="C", added_group="sugar"), "sugar"),
    ],
)
def test_items_that_break_the_schema_are_refused(task: str, what: dict, reason: str) -> None:
    assert reason in scorer_of(task).check_item(what)


def test_every_planned_change_of_the_mini_task_improves_and_every_slip_does_not() -> None:
    """Over dev and validation: what mol-opt's generator takes for granted, computed."""
    corpus, _ = built("mol-opt")
    scorer = scorer_of("mol-opt")
    for split in ("dev", "validation"):
        for what, problem in zip(corpus.items(split), corpus.splits[split]):
            good = scorer.score_item(what, corpus.phrasing.form(problem.answer))
            assert good["error"] is None, problem


def test_the_mini_tasks_golds_are_what_rdkit_computes() -> None:
    """mol-und: counts, scaffolds, ring systems and equality of the items, computed anew."""
    import molecules

    smarts = scorer_of("mol-edit").PATTERNS
    for what in built("mol-und")[0].items("validation"):
        smiles, gold = what["input"]["smiles"], what["gold"]
        mol, query = Chem.MolFromSmiles(smiles), what["input"]["query"]
        if what["subtask"] == "fg_count":
            group = next(g for g in ("hydroxyl", "amine", "thiol", "halo") if g in query)
            assert len(mol.GetSubstructMatches(smarts[group])) == int(gold), query
        elif what["subtask"] == "ring_count":
            assert mol.GetRingInfo().NumRings() == int(gold), query
        elif what["subtask"] == "Murcko_scaffold":
            assert molecules.scaffold(smiles) == molecules.canonical(gold), query
        elif what["subtask"] == "ring_system_scaffold":
            asked = next(p for p in map(str.strip, query.split()) if p[-1:] == "1" and p != smiles)
            assert mol.HasSubstructMatch(Chem.MolFromSmiles(asked)) == (gold == "Yes"), query
        else:
            pieces = [p.strip(",:?") for p in query.split() if len(p) > 4 and p[0] in "FNOS"]
            assert len(pieces) == 2, query
            assert (len({Chem.CanonSmiles(p) for p in pieces}) == 1) == (gold == "Yes"), query
