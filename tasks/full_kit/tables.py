"""TableBench as items and TableInstruct as raw sources, for the four table tasks."""

from __future__ import annotations

import json
import re
from typing import Any

from errors import BadInput

from full_kit.corpus import FullCorpus, grouped, text_key

SOURCES = ("tablebench", "tableinstruct")
BENCH = "TableBench.jsonl"
INSTRUCT = "TableInstruct_instructions.jsonl"
FINAL = re.compile(r"Final Answer:[ \t]*(\S[^\n]*)")
#: How TableInstruct asks: each way is a source of its own.
WAYS = {"DP": "direct", "TCoT": "thoughts", "SCoT": "symbolic", "PoT": "programs"}


def build(corpus: FullCorpus, qtype: str) -> None:
    """Test: all of the benchmark's items. Dev and validation: questions of TableInstruct whose
    direct answer is the one that at least one other way of asking ends with, held out by table.
    """
    add_bench(corpus, qtype, "test", bench_rows(corpus, qtype))
    rows = instruct_rows(corpus)
    mine = [row for row in rows if row["qtype"] == qtype]
    tables = grouped(mine, lambda row: row["key"])
    wanted = corpus.size("dev") + corpus.size("validation")
    for key in corpus.chosen(tables, len(tables)):
        if wanted == 0:
            break
        agreed = agreed_answers(tables[key]) if key not in corpus.held else []
        for row, answer in agreed[:2]:  # of one table at most two
            split = "dev" if len(corpus.items["dev"]) < corpus.size("dev") else "validation"
            if wanted == 0 or (
                split == "validation" and key in {i.get("cluster") for i in corpus.items["dev"]}
            ):
                break
            corpus.add(
                split,
                id=f"tableinstruct-{row['id'] or row['number']}-{row['number']}",
                keys=[key],
                subtask=row["qsubtype"],
                input={"table": row["table"], "question": row["question"]},
                gold=answer,
                cluster=key,
            )
            wanted -= 1
    add_raw(corpus, rows)


def build_from_bench(corpus: FullCorpus, qtype: str) -> None:
    """All three splits from the benchmark, by table: for charts, whose gold no other source has."""
    rows = bench_rows(corpus, qtype)
    tables = grouped(rows, lambda row: row["key"])
    left = {split: corpus.size(split) for split in ("dev", "validation", "test")}
    for key in corpus.chosen(tables, len(tables)):
        split = next((name for name, room in left.items() if room > 0), None)
        if split is None:
            break
        add_bench(corpus, qtype, split, tables[key][: left[split]])
        left[split] -= len(tables[key][: left[split]])
        corpus.hold(key)
    add_raw(corpus, instruct_rows(corpus))


def bench_rows(corpus: FullCorpus, qtype: str) -> list[dict[str, Any]]:
    """The benchmark's rows of a type; every row's table is kept out of the raw sources."""
    fields = {
        "id": (str, int),
        "qtype": str,
        "qsubtype": str,
        "table": (str, dict),
        "question": str,
        "answer": object,
    }
    rows = []
    for number, row in corpus.rows("tablebench", BENCH, fields):
        where = corpus.where("tablebench", BENCH, number)
        table = table_of(row["table"], where)
        corpus.hold(table_key(table))
        if row["qtype"] == qtype:
            rows.append({**row, "table": table, "key": table_key(table), "where": where})
    return rows


def add_bench(corpus: FullCorpus, qtype: str, split: str, rows: list[dict[str, Any]]) -> None:
    """The benchmark's rows as items of a split."""
    for row in rows:
        if row["answer"] is None or not str(row["answer"]).strip():
            raise BadInput(f"{row['where']}: 'answer' is empty")
        values = {"table": row["table"], "question": row["question"]}
        if qtype == "Visualization":
            if not row.get("chart_type"):
                raise BadInput(f"{row['where']}: 'chart_type' is missing")
            values["chart_type"] = row["chart_type"]
        corpus.add(
            split,
            id=f"tablebench-{row['id']}",
            keys=[row["key"]],
            subtask=row["qsubtype"],
            input=values,
            gold=str(row["answer"]),
            cluster=row["key"],
        )


def instruct_rows(corpus: FullCorpus) -> list[dict[str, Any]]:
    """TableInstruct's rows with their tables read."""
    fields = {
        **{
            name: str
            for name in (
                "qtype",
                "qsubtype",
                "instruction",
                "instruction_type",
                "question",
                "response",
            )
        },
        "table": (str, dict),
    }
    return [
        {**row, "id": row.get("id"), "table": table, "key": table_key(table), "number": number}
        for number, row, table in corpus.usable("tableinstruct", INSTRUCT, fields, instruct_table)
    ]


def instruct_table(row: dict[str, Any], where: str) -> dict[str, Any]:
    """The table of a row that is asked in a known way."""
    if row["instruction_type"] not in WAYS:
        found = row["instruction_type"][:20]
        raise BadInput(f"{where}: 'instruction_type' is {found!r}, not one of {', '.join(WAYS)}")
    return table_of(row["table"], where)


def add_raw(corpus: FullCorpus, rows: list[dict[str, Any]]) -> None:
    """One source for each way of asking; all types of questions, which the fields tell apart."""
    for name in WAYS.values():
        corpus.source(f"tableinstruct-{name}")
    for row in rows:
        corpus.source(f"tableinstruct-{WAYS[row['instruction_type']]}").add(
            [row["key"]],
            row["instruction"],
            row["response"],
            qtype=row["qtype"],
            qsubtype=row["qsubtype"],
            question=row["question"],
            table=row["table"],
        )


def agreed_answers(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    """Questions of a table with the direct answer, where another way of asking confirms it."""
    found = []
    for _, same in sorted(grouped(rows, lambda row: text_key(row["question"])).items()):
        ends = [(row, final_answer(row["response"])) for row in same]
        direct = next(((r, a) for r, a in ends if r["instruction_type"] == "DP" and a), None)
        others = {text_key(a) for r, a in ends if r["instruction_type"] != "DP" and a}
        if direct is not None and text_key(direct[1]) in others:
            found.append(direct)
    return found


def final_answer(response: str) -> str | None:
    """The last final answer of a response, unless it is code that prints one."""
    ends = FINAL.findall(response)
    if not ends or "{" in ends[-1]:
        return None
    return ends[-1].strip().strip("*").strip() or None


def table_of(value: Any, where: str) -> dict[str, Any]:
    """`{columns, data}`; some revisions hold it as JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise BadInput(f"{where}: 'table' is not JSON: {error}") from error
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("columns"), list)
        or not isinstance(value.get("data"), list)
    ):
        raise BadInput(f"{where}: 'table' has not the form {{columns: [], data: [[]]}}")
    return {"columns": value["columns"], "data": value["data"]}


def table_key(table: dict[str, Any]) -> str:
    """A table's content, whatever the order of rows and columns."""
    columns = [str(name) for name in table["columns"]]
    cells = sorted(
        "|".join(sorted(f"{name}={cell}" for name, cell in zip(columns, row)))
        for row in table["data"]
    )
    return "table:" + text_key(*sorted(columns), *cells)[5:]
