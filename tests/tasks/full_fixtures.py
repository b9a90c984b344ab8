"""Small files in the schemas of the public sources, as a mirror that `--from` reads. The schemas
are those of the dataset cards and of public loaders (docs/full-tier.md says which); the content is
made up here.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import yaml

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "tasks" / "full_kit" / "manifest.yaml"
EXAMS = (
    *("注册会计师（CPA）", "银行从业资格", "证券从业资格", "基金从业资格", "保险从业资格CICE"),
    *("经济师", "税务师", "期货从业资格", "理财规划师", "精算师-金融数学"),
)
CHAINS = ("C", "CC", "CCC", "CCCC", "CCCCC", "CC(C)C", "CC(C)CC", "C1CCCC1", "C1CCCCC1", "CCOCC")
LETTERS = "ABCDEFGH"
#: Each property has molecules of its own.
PROPERTIES = {"drd": "O", "gsk": "N", "jnk": "S", "logp": "F", "qed": "Cl", "solubility": "Br"}


def loose_manifest(path: Path) -> Path:
    """The manifest without digests, since these files are other ones."""
    document = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    for entries in (document["sources"], document["models"]):
        for entry in entries.values():
            entry["files"] = [
                file
                if isinstance(file, str)
                else {k: v for k, v in file.items() if k not in ("sha256", "gitOid")}
                for file in entry["files"]
            ]
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return path


def mirror(root: Path) -> Path:
    """Everything of all thirteen tasks."""
    for build in (deepscaler, aime2025, panorama, chemcot, chemcotbench, financeiq, tables):
        build(root)
    return root


def put(path: Path, text: str) -> Path:
    """Writes a text file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def put_jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Writes JSON lines."""
    return put(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def put_parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Writes a Parquet file; nested values become structs, as pandas writes them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


AIME = "Find the number of integers n with n^2 < {} and n even."


def deepscaler(root: Path) -> Path:
    """A JSON array of {problem, answer, solution}; most solutions are empty, some answers no
    integers. The first problem is one of AIME 2025, spelled differently.
    """
    rows = [
        {
            "problem": f"  {AIME.format(100)} ".replace(" of ", "  of "),
            "answer": "9",
            "solution": "",
        }
    ]
    for n in range(2, 60):
        rows.append(
            {
                "problem": f"What is the sum of the first ${n}$ positive integers?",
                "answer": str(n * (n + 1) // 2) if n % 5 else f"\\frac{{{n}}}{{2}}",
                "solution": f"Gauss: ${n}\\cdot{n + 1}/2$." if n % 4 == 0 else "",
            }
        )
    return put(
        root / "agentica-org" / "DeepScaleR-Preview-Dataset" / "deepscaler.json", json.dumps(rows)
    )


def aime2025(root: Path) -> None:
    """Two files of {question, answer}; one answer carries a degree sign, as in some copies."""
    for part, start in (("I", 100), ("II", 900)):
        rows = [{"question": AIME.format(start + 10 * k), "answer": f"{9 + k}"} for k in range(3)]
        rows[2]["answer"] = "336^\\circ"
        put_jsonl(root / "opencompass" / "AIME2025" / f"aime2025-{part}.jsonl", rows)


def claims(n: int) -> list[str]:
    """Claims of one application."""
    return [f"{k}. A device of kind {n} comprising part {k}{n} and a lever." for k in (1, 2)]


def patent(n: int, **more: Any) -> dict[str, Any]:
    """A cited document."""
    return {
        "patent_id": f"US{n:07d}",
        "title": f"Document {n}",
        "abstract": "A lever.",
        "claims": claims(n),
        **more,
    }


def panorama(root: Path) -> None:
    """Three splits by application, two claims each. PAR4PC has nested columns, the other two JSON
    texts; one application of the training split files a claim of the test split again.
    """
    folder = root / "LG-AI-Research" / "PANORAMA"
    splits = {"train": range(100, 112), "validation": range(200, 208), "test": range(300, 306)}
    for split, numbers in splits.items():
        rows: dict[str, list[dict[str, Any]]] = {"PAR4PC": [], "PI4PC": [], "NOC4PC": []}
        for n in numbers:
            said = 300 if n == 111 else n  # application 111 copies the claims of 300
            context = {"title": f"Device {said}", "abstract": "It moves.", "claims": claims(said)}
            for claim in (1, 2):
                common = {"application_number": f"{15_000_000 + n}", "claim_number": claim}
                gold = [LETTERS[(n + claim) % 8]] + (
                    [LETTERS[(n + claim + 3) % 8]] if n % 3 == 0 else []
                )
                rows["PAR4PC"].append(
                    {
                        **common,
                        "context": context,
                        "options": {letter: patent(n * 10 + k) for k, letter in enumerate(LETTERS)},
                        "gold_answers": sorted(gold),
                        "silver_answers": [],
                        "negative_answers": [x for x in LETTERS if x not in gold],
                    }
                )
                keys = [n % 7 + 5 * k + 1 for k in range(5)]
                rows["PI4PC"].append(
                    {
                        **common,
                        "context": json.dumps(context),
                        "prior_art_specification": json.dumps(
                            patent(n, specification="Text. " * 20)
                        ),
                        "options": json.dumps({str(k): f"[{k:04d}] paragraph {k}" for k in keys}),
                        "gold_answers": [keys[claim]],
                        "silver_answers": [keys[0]],
                        "negative_answers": keys[3:],
                    }
                )
                documents = [patent(n, paragraphs=[{"key": 4, "content": "The lever moves."}])]
                code = ("102", "103", "ALLOW")[(n + claim) % 3]
                rows["NOC4PC"].append(
                    {
                        **common,
                        "context": json.dumps(context),
                        "prior_art_specifications": json.dumps(documents),
                        "answer": json.dumps(
                            {"code": code, "reason": f"Regarding claim {claim}, ..."}
                        )
                        if n % 2
                        else code,
                    }
                )
        for task, found in rows.items():
            put_parquet(folder / task / f"{split}.parquet", found)


def chem_row(
    task: str, subtask: str, query: str, meta: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """A row as both chemistry repositories have them."""
    return {
        "id": f"{task}-{query[:8]}",
        "query": query,
        "task": task,
        "subtask": subtask,
        "meta": json.dumps(meta),
        **more,
    }


def edits(chains: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """Edits of alcohols and amines on some chains."""
    made: dict[str, list[dict[str, Any]]] = {"add": [], "delete": [], "sub": []}
    for chain in chains:
        ask = (
            "You edit molecules. Input Molecule: {}, Functional Group to {}. "
            'Answer as {{"output": "SMILES"}}.'
        )
        made["add"].append(
            chem_row(
                "mol_edit",
                "add",
                ask.format(f"N{chain}C", "add: hydroxyl"),
                {"added_group": "hydroxyl", "reference": f"N{chain}CO"},
            )
        )
        made["delete"].append(
            chem_row(
                "mol_edit",
                "delete",
                ask.format(f"N{chain}CO", "delete: hydroxyl"),
                {"removed_group": "hydroxyl", "reference": f"N{chain}C"},
            )
        )
        made["sub"].append(
            chem_row(
                "mol_edit",
                "sub",
                ask.format(f"OC{chain}CC", "remove: hydroxyl, add: thiol"),
                {"added_group": "thiol", "removed_group": "hydroxyl", "reference": f"SC{chain}CC"},
            )
        )
    return made


def questions(chains: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """Questions on molecules."""
    made: dict[str, list[dict[str, Any]]] = {}
    for chain in chains:
        for name, atom, answer in (
            ("fg_count", "N", "1"),
            ("ring_count", "O", 1),
            ("Murcko_scaffold", "S", "c1ccccc1"),
            ("ring_system_scaffold", "F", "Yes"),
        ):
            smiles = f"c1ccccc1{chain}{atom}"
            made.setdefault(name, []).append(
                chem_row(
                    "mol_und",
                    name,
                    f"Question {name} on the molecule {smiles} as JSON.",
                    {"smiles": smiles, "gt": answer},
                )
            )
    return made


def chemcot(root: Path) -> None:
    """ChemCoTDataset: gold in `meta`, thoughts as JSON text, missing here and there."""
    folder = root / "OpenMol" / "ChemCoTDataset" / "chemcotbench-cot"
    thoughts = json.dumps({"step": "look at the groups", "output": "Yes"})
    files: dict[str, list[dict[str, Any]]] = {}
    for name, rows in edits(CHAINS).items():
        files[f"mol_edit/{name}"] = rows
    for name, rows in questions(CHAINS).items():
        files[f"mol_und/{name}"] = rows
    for name, atom in PROPERTIES.items():
        files[f"mol_opt/{name}"] = [
            chem_row(
                "mol_opt",
                name,
                f"Improve {name}. Source Molecule: CC{chain}{atom}.",
                {"reference": f"CC{chain}I"},
            )
            for chain in CHAINS
        ]
    files["rxn/fs_major_product"] = [
        chem_row(
            "rxn",
            "fs",
            f"Reactants {chain}CC(=O)O.CCO, major product?",
            {"gt": f"{chain}CC(=O)OCC"},
        )
        for chain in CHAINS
    ]
    files["rxn/fs_by_product"] = [
        chem_row("rxn", "fs", f"Reactants {chain}CC(=O)Cl.CCO, by-product?", {"gt": "O"})
        for chain in CHAINS
    ]
    files["rxn/rcr"] = [
        chem_row(
            "rxn", "rcr", f"Catalyst for {chain}CC(=O)Br.CCN>>{chain}CC(=O)NCC?", {}, gt="[Pd]"
        )
        for chain in CHAINS
    ]
    for path, rows in files.items():
        for k, row in enumerate(rows):
            row["cot_result" if path == "rxn/rcr" else "struct_cot"] = thoughts
            row["raw_cot"] = "first I look" if k % 2 else ""
        put(folder / f"{path}.json", json.dumps(rows))


def chemcotbench(root: Path) -> None:
    """ChemCoTBench: gold in `gt` and `meta`; its molecules of the first chain stand in the training
    files too, in another spelling.
    """
    folder = root / "OpenMol" / "ChemCoTBench" / "chemcotbench"
    own = (CHAINS[0], "CCCCCCC")
    files: dict[str, list[dict[str, Any]]] = {}
    for name, rows in edits(own).items():
        files[f"mol_edit/{name}"] = [{**row, "gt": ""} for row in rows]
    for name, rows in questions(own).items():
        files[f"mol_und/{name}"] = [{**row, "gt": json.loads(row["meta"])["gt"]} for row in rows]
    files["mol_und/equivalence"] = [
        chem_row("mol_und", "equivalence", f"Are CC{chain}O and OC{chain}C the same?", {}, gt="Yes")
        for chain in own
    ]
    for name, atom in PROPERTIES.items():
        files[f"mol_opt/{name}"] = [
            chem_row(
                "mol_opt",
                name,
                f"Optimize.\n\nSource Molecule: {atom}{chain}CC.",
                {"src_iupac": "x"},
                gt="",
            )
            for chain in own
        ]
    files["reaction/fs"] = [
        chem_row(
            "reaction",
            "fs",
            f"{chain}CC(=O)O and CCO?",
            {},
            gt=json.dumps({"Major Product": f"{chain}CC(=O)OCC", "Byproduct(s)": "O"}),
        )
        for chain in own
    ]
    files["reaction/retro"] = [
        chem_row(
            "reaction",
            "retro",
            f"From what is {chain}CC(=O)OCC made?",
            {},
            gt=json.dumps({"Reactants": [f"{chain}CC(=O)O", "CCO"]}),
        )
        for chain in own
    ]
    files["reaction/nepp"] = [
        chem_row("reaction", "nepp", f"Next step of {chain}CC(=O)O?", {}, gt=f"{chain}CC(=O)[O-]")
        for chain in own
    ]
    files["reaction/rcr"] = [
        chem_row("reaction", "rcr", f"Solvent of {chain}CCN?", {}, gt="CCO") for chain in own
    ]
    files["reaction/mechsel"] = [
        chem_row("reaction", "mechsel", f"Mechanism of {chain}CCBr? A: SN1 B: SN2", {}, gt="B")
        for chain in own
    ]
    for path, rows in files.items():
        put(folder / f"{path}.json", json.dumps(rows))


def financeiq(root: Path) -> None:
    """CSV files without a byte-order mark: an unnamed index, question, four options, the letter. A
    question of the training part stands in the test part again, its options in another order.
    """
    for split, count in (("dev", 5), ("test", 14)):
        for e, exam in enumerate(EXAMS):
            text = io.StringIO()
            out = csv.writer(text, lineterminator="\n")
            out.writerow(["", "Question", "A", "B", "C", "D", "Answer"])
            for n in range(count):
                options = [f"{v}%, 即“{e}”" for v in (n, n + 1, n + 2, n + 3)]
                ask = n
                if split == "test" and n == count - 1:
                    ask, options = 0, [f"{v}%, 即“{e}”" for v in (3, 2, 1, 0)]
                out.writerow(
                    [n, f"{exam}{split}第{ask}题：利率是多少？\n（单选）", *options, "ABCD"[n % 4]]
                )
            put(
                root / "Duxiaoman-DI" / "FinanceIQ" / "data" / split / f"{exam}.csv",
                text.getvalue(),
            )


QTYPES = {
    "FactChecking": ("MatchBased", "Multi-hop FactChecking"),
    "NumericalReasoning": ("Counting", "Multi-hop NumericalReasoing"),
    "DataAnalysis": ("CorrelationAnalysis", "ImpactAnalysis"),
    "Visualization": ("ChartGeneration",),
}


def table(n: int) -> dict[str, Any]:
    """A small table; every cell is text, or null."""
    return {
        "columns": ["name", "2019", "2020"],
        "data": [[f"row {n}", str(n), str(n + 1)], ["total", None, str(2 * n)]],
    }


def tables(root: Path) -> None:
    """TableBench, and TableInstruct with each question asked in four ways. Table 1 of the
    benchmark is in TableInstruct as well, with its rows and columns in another order.
    """
    space = root / "Multilingual-Multimodal-NLP"
    bench, instruct = [], []
    for qtype, subtypes in QTYPES.items():
        for n in range(1, 9):
            row = {
                "id": f"{qtype}-{n}",
                "qtype": qtype,
                "qsubtype": subtypes[n % len(subtypes)],
                "table": table(n + 10 * len(qtype)),
            }
            row |= {"question": f"What is 2020 of row {n}?", "answer": str(n + 10 * len(qtype) + 1)}
            if qtype == "Visualization":
                row |= {
                    "question": "Draw 2020.",
                    "chart_type": "bar",
                    "answer": f"y_references = [[{n}, {2 * n}]]",
                }
            bench.append(row)
        for n in range(1, 25):
            held = table(1 + 10 * len(qtype))
            shown = (
                {
                    "columns": held["columns"][::-1],
                    "data": [cells[::-1] for cells in held["data"][::-1]],
                }
                if n == 1
                else table(1000 * len(qtype) + n)
            )
            for way in ("DP", "TCoT", "SCoT", "PoT"):
                right = str(1000 * len(qtype) + n + 1)
                said = f"Final Answer: {right}" if n % 6 or way == "DP" else "Final Answer: unknown"
                if way == "PoT":
                    said = "```python\nprint(f'Final Answer: {value}')\n```"
                instruct.append(
                    {
                        **{
                            "id": f"i-{qtype}-{n}-{way}",
                            "qtype": qtype,
                            "qsubtype": subtypes[n % len(subtypes)],
                        },
                        **{
                            "instruction_type": way,
                            "question": f"What is 2020 of row {n}?",
                            "table": json.dumps(shown),
                        },
                        "instruction": f"You are a table analyst ({way}). {json.dumps(shown)} "
                        f"What is 2020 of row {n}?",
                        "response": said if way == "DP" else f"Let me look at the row. {said}",
                    }
                )
    put_jsonl(space / "TableBench" / "TableBench.jsonl", bench)
    put_jsonl(space / "TableInstruct" / "TableInstruct_instructions.jsonl", instruct)


def qwen_shape(folder: Path, *, narrow: bool) -> Path:
    """A randomly initialized model of Qwen2.5-0.5B's architecture and vocabulary with a tokenizer
    of bytes: 494M parameters, or a narrow one of 5M that differs in widths and depth alone.
    """
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    vocabulary = {letter: n for n, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    core = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    core.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=special,
        chat_template="{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
        "{{ m['content'] }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    widths = (32, 2, 4, 2, 96) if narrow else (896, 24, 14, 2, 4864)
    config = Qwen2Config(
        vocab_size=151_936,
        hidden_size=widths[0],
        num_hidden_layers=widths[1],
        num_attention_heads=widths[2],
        num_key_value_heads=widths[3],
        intermediate_size=widths[4],
        max_position_embeddings=32_768,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    Qwen2ForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return folder


if __name__ == "__main__":
    # For tests in other languages: full_fixtures.py mirror|model|big-model DIR
    made, target = sys.argv[1], Path(sys.argv[2])
    if made == "mirror":
        mirror(target)
        loose_manifest(target / "manifest.yaml")
    else:
        qwen_shape(target, narrow=made == "model")
