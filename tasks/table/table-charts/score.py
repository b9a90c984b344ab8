"""TableBench visualization: Pass@1 of plotting programs, by the data that they drew.

Nothing is executed here. `item["drawn"]` is the record that draw.py wrote of the item's program.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from typing import Any

import chart_programs

ERROR_CLASSES = {
    "unparsed": "no Python program in the text",
    "not-drawn": "the program was not executed (the scorer alone does not)",
    "raised": "the program ended with an exception",
    "limit": "the program used too much CPU time or memory, or waited for ever",
    "no-chart": "no figure shows a chart that can be read",
    "wrong-type": "another type of chart, or several types at once",
    "wrong-count": "another number of series or values",
    "wrong": "other values, or values in other places",
}
TYPES = {
    **{
        name: name
        for name in ("bar", "hbar", "line", "pie", "scatter", "radar", "area", "waterfall")
    },
    **{
        "barh": "hbar",
        "horizontal bar": "hbar",
        "column": "bar",
        "histogram": "bar",
        "hist": "bar",
    },
    **{"stacked bar": "bar", "grouped bar": "bar", "donut": "pie", "spider": "radar"},
}
DRAWN_ERRORS = {
    "no-program": "unparsed",
    "raised": "raised",
    "limit": "limit",
    "no-chart": "no-chart",
}
MAX_MATCHED = 400  # series that are paired one by one
Series = dict[str, Any]


def chart_type(item: dict[str, Any]) -> str | None:
    """The type asked for, in one spelling."""
    kind = item["input"].get("chart_type")
    if not isinstance(kind, str):
        return None
    kind = re.sub(r"[\s_-]+", " ", kind.strip().lower())
    return TYPES.get(kind) or TYPES.get(kind.removesuffix(" chart").removesuffix(" plot"))


def gold_of(text: Any) -> list[Any] | None:
    """The value of `y_references = ...`: a list of numbers, or of lists of numbers; None where it
    is none. `np.nan`, `nan` and `None` are missing values.
    """
    if not isinstance(text, str):
        return None
    try:
        body = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if len(body) != 1 or not isinstance(body[0], (ast.Assign, ast.Expr)):
        return None
    try:
        value = evaluated(body[0].value)
    except (ValueError, ArithmeticError, RecursionError):
        return None
    if not isinstance(value, list) or not value:
        return None
    nested = [v for v in value if isinstance(v, list)]
    if nested and (len(nested) != len(value) or not all(nested)):
        return None
    flat = [v for part in value for v in (part if isinstance(part, list) else [part])]
    return value if not any(isinstance(v, list) for v in flat) else None


def evaluated(node: ast.AST) -> Any:
    """Numbers, lists and arithmetic; no names but those of missing values."""
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [evaluated(part) for part in parts]
        case ast.Constant(value=bool()):
            raise ValueError("a truth value")
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case (
            ast.Constant(value=None)
            | ast.Name(id="nan" | "NaN")
            | ast.Attribute(attr="nan" | "NaN")
        ):
            return math.nan
        case ast.Constant(value=str() as text):
            return float(text.replace(",", ""))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -evaluated(inner)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return evaluated(inner)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return evaluated(left) + evaluated(right)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return evaluated(left) - evaluated(right)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return evaluated(left) / evaluated(right)
    raise ValueError("no number")


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item cannot be used, or None."""
    if gold_of(item["gold"]) is None:
        return (
            "the gold must be a text like 'y_references = [[1, 2]]': a list of numbers per series"
        )
    if chart_type(item) is None:
        return f"input.chart_type must be one of {', '.join(sorted(set(TYPES.values())))}"
    return None


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the program drew the type asked for and, series by series, the gold's values."""
    record = item.get("drawn")
    if not isinstance(record, dict):
        return wrong("unparsed" if chart_programs.program_of(text) is None else "not-drawn")
    if record.get("error") is not None:
        return wrong(DRAWN_ERRORS.get(str(record["error"]), "no-chart"))
    readings = readings_of(record.get("chart"))
    if readings is None:
        return wrong("no-chart")
    kind, series = readings[0]
    shown = f"{kind}: {[s['values'] for s in series]}"[:400]
    asked = chart_type(item)
    fitting = [series for kind, series in readings if kind == asked]
    if not fitting:
        return wrong("wrong-type", shown)
    error = difference(
        gold_of(item["gold"]) or [], fitting[0], str(asked), item["input"].get("table")
    )
    if error is not None:
        return wrong(error, shown)
    return {"score": 1.0, "parsed": shown, "error": None}


def wrong(error: str, parsed: str | None = None) -> dict[str, Any]:
    """A result of 0."""
    return {"score": 0.0, "parsed": parsed, "error": error}


def readings_of(chart: Any) -> list[tuple[str, list[Series]]] | None:
    """`(type, series)` of each way to read the chart; None where the record is not of that form, as
    one could be that a program forged.
    """
    if not isinstance(chart, dict):
        return None
    also = chart.get("also") if isinstance(chart.get("also"), list) else []
    found = []
    for reading in (chart, *also[:8]):
        if not isinstance(reading, dict) or not isinstance(reading.get("type"), str):
            return None
        series = reading.get("series")
        if not isinstance(series, list) or not all(is_series(s) for s in series):
            return None
        found.append((reading["type"], [as_series(s) for s in series if s["values"]]))
    return found


def is_series(value: Any) -> bool:
    """Whether it has values with their places, names and, perhaps, colours."""
    if not isinstance(value, dict):
        return False
    columns = [value.get(key) for key in ("values", "positions", "names")]
    colours = value.get("colours")
    if not all(isinstance(c, list) and len(c) == len(columns[0]) for c in columns):
        return False
    if colours is not None and not (isinstance(colours, list) and len(colours) == len(columns[0])):
        return False
    numbers = all(v is None or type(v) in (int, float) for v in (*columns[0], *columns[1]))
    return numbers and all(isinstance(n, str) for n in (*columns[2], *(colours or [])))


def as_series(value: Series) -> Series:
    """Missing values as NaN."""
    plain = {
        key: [math.nan if v is None else float(v) for v in value[key]]
        for key in ("values", "positions")
    }
    return {**plain, "names": value["names"], "colours": value.get("colours")}


def difference(gold: list[Any], drawn: list[Series], kind: str, table: Any) -> str | None:
    """The error class of the drawn series, or None where they are the gold's."""
    nested = gold if isinstance(gold[0], list) else [gold]
    flat = not isinstance(gold[0], list) or (len(gold) > 1 and all(len(s) == 1 for s in gold))
    ways = [nested]
    if flat and len(nested) > 1:
        ways.append([[v for part in nested for v in part]])
    error = "wrong-count"
    for wanted in ways:
        for series in groupings(drawn, kind, len(wanted), flat):
            drawn_values = [s["values"] for s in series]
            if any(
                sorted(map(size, wanted)) == sorted(map(size, drawn_values))
                for size in (len, len_of)
            ):
                if paired(wanted, series, kind, table):
                    return None
                error = "wrong"
    return error


def len_of(values: list[float]) -> int:
    """Values that are there."""
    return sum(not math.isnan(v) for v in values)


def groupings(drawn: list[Series], kind: str, wanted: int, flat: bool) -> list[list[Series]]:
    """The ways to see the drawn marks as series: as they were drawn; by colour; all as one, where
    one is wanted and the calls do not matter (a bar each) or the gold does not tell series
    apart.
    """
    ways = [drawn]
    if kind in ("bar", "hbar", "scatter") and all(s["colours"] for s in drawn):
        marks = [mark for s in drawn for mark in marks_of(s)]
        by_colour: dict[str, list[tuple[Any, ...]]] = {}
        for mark in marks:
            by_colour.setdefault(mark[3], []).append(mark)
        ways.append([from_marks(group) for group in by_colour.values()])
    if (
        wanted == 1
        and len(drawn) > 1
        and (flat or kind in ("bar", "hbar", "scatter", "pie", "waterfall"))
    ):
        marks = [mark for s in drawn for mark in marks_of(s)]
        ways.append([from_marks(marks)])
        ways.append([from_marks(sorted(marks, key=lambda mark: (math.isnan(mark[1]), mark[1])))])
    return ways


def marks_of(series: Series) -> list[tuple[Any, ...]]:
    """`(value, place, name, colour)` of each mark."""
    colours = series["colours"] or [""] * len(series["values"])
    return list(zip(series["values"], series["positions"], series["names"], colours))


def from_marks(marks: list[tuple[Any, ...]]) -> Series:
    """Marks as one series."""
    values, places, names, colours = (list(column) for column in zip(*marks))
    return {"values": values, "positions": places, "names": names, "colours": colours}


def paired(gold: list[list[float]], drawn: list[Series], kind: str, table: Any) -> bool:
    """Whether each gold series is one of the drawn, each used once (their order is free)."""
    if len(gold) != len(drawn) or len(gold) > MAX_MATCHED:
        return False
    fits = [[j for j, s in enumerate(drawn) if same_series(g, s, kind, table)] for g in gold]
    owner: dict[int, int] = {}

    def place(i: int, tried: set[int]) -> bool:
        for j in fits[i]:
            if j not in tried:
                tried.add(j)
                if j not in owner or place(owner[j], tried):
                    owner[j] = i
                    return True
        return False

    return all(place(i, set()) for i in range(len(gold)))


def same_series(gold: list[float], series: Series, kind: str, table: Any) -> bool:
    """Whether a drawn series has the gold's values: in order as drawn or along the axis (that of
    lying bars is read either way), or in another order that the names explain.
    """
    values, scale = series["values"], 1.0
    if kind == "pie":
        scale = sum(v for v in gold if not math.isnan(v))
        if not scale:
            return False
        gold = [v / scale for v in gold]
    elif kind == "waterfall" and all(not v < 0 for v in gold):
        values = [abs(v) for v in values]
    noise = 1e-5 if kind == "pie" else 1e-6

    def equal(a: list[float], b: list[float]) -> bool:
        return len(a) == len(b) and all(same(x, y, noise, kind) for x, y in zip(a, b))

    pairs = sorted(
        zip(series["positions"], values), key=lambda pair: (math.isnan(pair[0]), pair[0])
    )
    along = [value for _, value in pairs]
    orders = [values, along, *([values[::-1], along[::-1]] if kind == "hbar" else [])]
    if any(equal(gold, order) or equal(present(gold), present(order)) for order in orders):
        return True
    if not equal(sorted(present(gold)), sorted(present(values))):
        return False
    named = [(n, v) for n, v in zip(series["names"], values) if not math.isnan(v)]
    return explained(named, present(gold), scale, lambda a, b: same(a, b, noise, kind), table)


def present(values: list[float]) -> list[float]:
    """Without what is missing: it leaves no mark."""
    return [v for v in values if not math.isnan(v)]


def same(gold: float, drawn: float, noise: float, kind: str) -> bool:
    """Equal to two decimals; a half may have been rounded either way."""
    if math.isnan(gold):
        return math.isnan(drawn) or (drawn == 0 and kind in ("bar", "hbar"))
    if not (math.isfinite(gold) and math.isfinite(drawn)):
        return gold == drawn
    return abs(round(gold, 2) - drawn) <= 0.005 + noise + 1e-12 * abs(gold)


def explained(
    named: list[tuple[str, float]],
    gold: list[float],
    scale: float,
    equal: Callable[[float, float], bool],
    table: Any,
) -> bool:
    """Whether the values stand in another order because the marks do: every one has the value that
    the table has for its name; or, for figures that were computed, the names are in another
    order than the table's, or the gold is sorted.
    """
    columns, rows = cells_of(table)
    named = [(words(name), value) for name, value in named]
    if not rows or not all(name for name, _ in named):
        return False

    def is_value(cell: str, value: float) -> bool:
        figure = number(cell)
        return figure is not None and equal(figure / scale, value)

    def has(name: str, value: float) -> bool:
        beside = any(
            any(is_value(cell, value) for k, cell in enumerate(row) if k != at)
            for row in rows
            for at in [k for k, cell in enumerate(row) if same_name(name, cell)]
        )
        return beside or any(
            k < len(row) and is_value(row[k], value)
            for k, column in enumerate(columns)
            if column == name
            for row in rows
        )

    if all(has(name, value) for name, value in named):
        return True
    cells = [cell for row in rows for cell in row]
    if all(any(is_value(cell, g) for cell in cells) for g in gold):
        return False
    first: dict[str, int] = {}
    for place, cell in enumerate([*columns, *cells]):
        first.setdefault(cell, place)
    if not all(name in first for name, _ in named):
        return False
    places = [first[name] for name, _ in named]
    by_table = [value for _, value in sorted(named, key=lambda pair: first[pair[0]])]
    is_sorted = gold in (sorted(gold), sorted(gold, reverse=True))
    return places != sorted(places) or is_sorted or all(map(equal, gold, by_table))


def same_name(name: str, cell: str) -> bool:
    """Whether a label is a cell, as text or as number."""
    if name == cell:
        return True
    a, b = number(name), number(cell)
    return a is not None and a == b


def words(text: Any) -> str:
    """A cell or a label, comparable."""
    return " ".join(str(text).lower().split()) if text is not None else ""


def cells_of(table: Any) -> tuple[list[str], list[list[str]]]:
    """The columns and the rows of a table, comparable."""
    if not isinstance(table, dict) or not isinstance(table.get("data"), list):
        return [], []
    columns = table.get("columns") if isinstance(table.get("columns"), list) else []
    rows = [[words(cell) for cell in row] for row in table["data"][:500] if isinstance(row, list)]
    return [words(column) for column in columns], rows


def number(text: str) -> float | None:
    """A cell's number, without thousands commas, currency and percent signs."""
    cleaned = text.replace(",", "").replace("\u2212", "-").strip("$€£¥% ")
    if not re.fullmatch(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})", cleaned):
        return None
    return float(cleaned)


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Pass@1, with the shares of programs that ran and of charts that were read, and by type."""
    n = max(1, len(results))
    by_type: dict[str, list[float]] = {}
    for item, result in zip(items, results):
        by_type.setdefault(str(chart_type(item)), []).append(result["score"])
    not_run = ("unparsed", "not-drawn", "raised", "limit")
    return {
        "value": sum(r["score"] for r in results) / n,
        "submetrics": {
            "executed": sum(r["error"] not in not_run for r in results) / n,
            "parsed": sum(r["parsed"] is not None for r in results) / n,
            **{f"passAt1/{kind}": sum(s) / len(s) for kind, s in sorted(by_type.items())},
        },
    }
