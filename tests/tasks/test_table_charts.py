"""table-charts: programs are run by draw.py, what they drew is read back and judged by score.py."""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from task_modules import ROOT, scorer_of

DRAW = ROOT / "sandbox-images" / "evaluator" / "draw.py"
TABLE = {
    "columns": ["city", "2019", "2020", "share"],
    "data": [
        ["Oslo", "1,200", "3", "20%"],
        ["Rome", "7.5", "4", "30%"],
        ["Bonn", "2", None, "50%"],
    ],
}
ROMAN = "y_references = [[1200, 7.5, 2]]"
TWO = "y_references = [[1, 2, 3], [4, 5, 6]]"
PLT = "import matplotlib.pyplot as plt\n"
DF = (
    "import pandas as pd\n"
    + PLT
    + "df = pd.read_csv('table.csv', thousands=',')\nplt.figure(figsize=(9, 4))\n"
)
ANGLES = "import numpy as np\nt = list(np.linspace(0, 2 * np.pi, 3, endpoint=False))\n"

# name: (chart type, gold, program, error class or None)
CASES: dict[str, tuple[str, str, str, str | None]] = {
    "pyplot bars": ("bar", ROMAN, PLT + "plt.bar(['Oslo', 'Rome', 'Bonn'], [1200, 7.5, 2])", None),
    "axes bars by keyword": (
        "bar",
        ROMAN,
        PLT + "f, ax = plt.subplots()\nax.bar(x=range(3), height=[1200, 7.5, 2])\nplt.show()",
        None,
    ),
    "pandas bars of a file": ("bar", ROMAN, DF + "df.plot(x='city', y='2019', kind='bar')", None),
    "series of pandas": ("bar", ROMAN, DF + "df.set_index('city')['2019'].plot.bar()", None),
    "a call for each bar": (
        "bar",
        ROMAN,
        PLT + "for n, v in (('a', 1200), ('b', 7.5), ('c', 2)):\n    plt.bar(n, v, label=n)",
        None,
    ),
    "bars in the order of their size": (
        "bar",
        ROMAN,
        DF + "d = df.sort_values('2019')\nplt.bar(d['city'], d['2019'])",
        None,
    ),
    "bars with a mean line": (
        "bar",
        ROMAN,
        PLT + "plt.bar(range(3), [1200, 7.5, 2])\nplt.axhline(403)\nplt.plot([0, 2], [403, 403])",
        None,
    ),
    "bars beside each other": (
        "bar",
        TWO,
        PLT + "plt.bar([0, 1, 2], [4, 5, 6], .4)\nplt.bar([.4, 1.4, 2.4], [1, 2, 3], .4)",
        None,
    ),
    "bars upon each other": (
        "bar",
        TWO,
        "import pandas as pd\npd.DataFrame({'a': [1, 2, 3], 'b': [4, 5, 6]}).plot.bar(stacked=True)",
        None,
    ),
    "a helper and names of its own": (
        "bar",
        ROMAN,
        PLT
        + "w = 2\ndef draw(v):\n    plt.bar(range(len(v)), [x for x in v if w])\ndraw([1200, 7.5, 2])",
        None,
    ),
    "prints, saves and closes": (
        "bar",
        ROMAN,
        PLT + "plt.bar(range(3), [1200, 7.5, 2])\nprint('done')\nplt.savefig('a.png')\nplt.close()",
        None,
    ),
    "saves and clears": (
        "bar",
        ROMAN,
        PLT + "plt.bar(range(3), [1200, 7.5, 2])\nplt.savefig('a.png')\nplt.clf()",
        None,
    ),
    "an empty figure at the end": (
        "bar",
        ROMAN,
        PLT + "plt.bar(range(3), [1200, 7.5, 2])\nplt.figure()",
        None,
    ),
    "another backend": (
        "bar",
        ROMAN,
        "import matplotlib\nmatplotlib.use('TkAgg')\n" + PLT + "plt.bar(range(3), [1200, 7.5, 2])",
        None,
    ),
    "a histogram's counts": (
        "bar",
        "y_references = [[2, 1, 1]]",
        PLT + "plt.hist([1, 1, 2, 3], bins=3)",
        None,
    ),
    "missing bars": (
        "bar",
        "y_references = [[3, 4, np.nan]]",
        DF + "df.plot(x='city', y='2020', kind='bar')",
        None,
    ),
    "missing rows dropped": (
        "bar",
        "y_references = [[3, 4, np.nan]]",
        DF + "d = df.dropna()\nplt.bar(d['city'], d['2020'])",
        None,
    ),
    "to two decimals": (
        "bar",
        "y_references = [33.33, 1.234, 2]",
        PLT + "plt.bar(range(3), [100 / 3, 1.2336, 2.0049])",
        None,
    ),
    "lying bars": ("hbar", ROMAN, PLT + "plt.barh(['a', 'b', 'c'], [1200, 7.5, 2])", None),
    "lying bars from the top": (
        "hbar",
        ROMAN,
        PLT + "plt.barh(['c', 'b', 'a'], [2, 7.5, 1200])",
        None,
    ),
    "lines": ("line", TWO, PLT + "plt.plot([1, 2, 3])\nplt.plot([4, 5, 6], 'o-')", None),
    "lines in another order": ("line", TWO, PLT + "plt.plot([4, 5, 6])\nplt.plot([1, 2, 3])", None),
    "lines of a frame": (
        "line",
        TWO,
        "import pandas as pd\npd.DataFrame({'a': [1, 2, 3], 'b': [4, 5, 6]}).plot()",
        None,
    ),
    "a line in each of two axes": (
        "line",
        TWO,
        PLT + "f, (a, b) = plt.subplots(2)\na.plot([1, 2, 3])\nb.plot([4, 5, 6])",
        None,
    ),
    "a twin axis": (
        "line",
        TWO,
        PLT + "f, a = plt.subplots()\na.plot([1, 2, 3])\na.twinx().plot([4, 5, 6])",
        None,
    ),
    "a line with points and error bars": (
        "line",
        "y_references = [[1, 2, 3]]",
        PLT
        + "plt.errorbar([0, 1, 2], [1, 2, 3], yerr=.1, capsize=3)\nplt.scatter([0, 1, 2], [1, 2, 3])",
        None,
    ),
    "a line with a band": (
        "line",
        "y_references = [[1, 2, 3]]",
        PLT + "plt.plot([1, 2, 3])\nplt.fill_between([0, 1, 2], [0, 1, 2], [2, 3, 4])",
        None,
    ),
    "a pie's shares": ("pie", "y_references = [20, 30, 50]", PLT + "plt.pie([2, 3, 5])", None),
    "a ring with a slice out": (
        "pie",
        "y_references = [[20, 30, 50]]",
        PLT + "plt.pie([.2, .3, .5], explode=[.1, 0, 0], shadow=True, wedgeprops={'width': .4})",
        None,
    ),
    "points": (
        "scatter",
        "y_references = [[3, 4.5]]",
        PLT
        + "p = plt.scatter([1, 2], [3, 4.5], c=[1, 2])\nplt.colorbar(p)\nplt.plot([0, 3], [0, 7])",
        None,
    ),
    "points by plot": (
        "scatter",
        "y_references = [[3, 4.5]]",
        PLT + "plt.plot([1, 2], [3, 4.5], 'o')",
        None,
    ),
    "points of two kinds in one call": (
        "scatter",
        "y_references = [[3, 4], [9]]",
        PLT + "plt.scatter([1, 2, 3], [3, 9, 4], c=['red', 'blue', 'red'])",
        None,
    ),
    "an area": (
        "area",
        "y_references = [[3, 0, 5]]",
        PLT + "plt.fill_between([1, 2, 3], [3, 0, 5])",
        None,
    ),
    "an area from zero": (
        "area",
        "y_references = [[3, 1, 5]]",
        PLT + "plt.fill_between([1, 2, 3], 0, [3, 1, 5])\nplt.plot([1, 2, 3], [3, 1, 5])",
        None,
    ),
    "areas upon each other": (
        "area",
        TWO,
        PLT + "plt.stackplot(range(3), [1, 2, 3], [4, 5, 6])",
        None,
    ),
    "areas of a frame": (
        "area",
        TWO,
        "import pandas as pd\npd.DataFrame({'a': [1, 2, 3], 'b': [4, 5, 6]}).plot.area()",
        None,
    ),
    "a closed radar": (
        "radar",
        "y_references = [[5, 6, 7]]",
        ANGLES
        + PLT
        + "ax = plt.subplot(polar=True)\nv = [5, 6, 7]\nax.plot(t + t[:1], v + v[:1])\n"
        + "ax.fill(t + t[:1], v + v[:1], alpha=.2)",
        None,
    ),
    "an open radar": (
        "radar",
        "y_references = [[5, 6, 7]]",
        ANGLES + PLT + "plt.subplot(polar=True).plot(t, [5, 6, 7])",
        None,
    ),
    "a waterfall with its total": (
        "waterfall",
        "y_references = [[10, -4, 3, 9]]",
        PLT + "plt.bar(range(4), [10, -4, 3, 9], bottom=[0, 10, 6, 0])",
        None,
    ),
    "a waterfall upon unseen bars": (
        "waterfall",
        "y_references = [[10, -4, 3]]",
        PLT
        + "plt.bar(range(3), [0, 6, 6], color='none')\nplt.bar(range(3), [10, 4, 3], bottom=[0, 6, 6])",
        None,
    ),
    "values of two lines swapped": (
        "line",
        TWO,
        PLT + "plt.plot([1, 5, 3])\nplt.plot([4, 2, 6])",
        "wrong",
    ),
    "values at other places": (
        "bar",
        ROMAN,
        PLT + "plt.bar(['Oslo', 'Rome', 'Bonn'], [7.5, 1200, 2])",
        "wrong",
    ),
    "another value": ("bar", ROMAN, PLT + "plt.bar(range(3), [1200, 7.52, 2])", "wrong"),
    "another sign": ("bar", ROMAN, PLT + "plt.bar(range(3), [1200, -7.5, 2])", "wrong"),
    "texts for values": ("bar", ROMAN, PLT + "plt.bar(range(3), ['1,200', '7.5', '2'])", "wrong"),
    "a value more": ("bar", ROMAN, PLT + "plt.bar(range(4), [1200, 7.5, 2, 1])", "wrong-count"),
    "a line more": (
        "line",
        TWO,
        PLT + "plt.plot([1, 2, 3])\nplt.plot([4, 5, 6])\nplt.plot([5, 7, 9])",
        "wrong-count",
    ),
    "bars for a line": ("line", ROMAN, PLT + "plt.bar(range(3), [1200, 7.5, 2])", "wrong-type"),
    "upright for lying": ("hbar", ROMAN, PLT + "plt.bar(range(3), [1200, 7.5, 2])", "wrong-type"),
    "bars for a waterfall": (
        "waterfall",
        "y_references = [[10, 4, 3]]",
        PLT + "plt.bar(range(3), [10, 4, 3])",
        "wrong-type",
    ),
    "a polygon on plain axes for a radar": (
        "radar",
        "y_references = [[5, 6, 7]]",
        PLT + "plt.plot([0, 1, 2, 0], [5, 6, 7, 5])",
        "wrong-type",
    ),
    "a chart of each type": (
        "pie",
        "y_references = [1, 3]",
        PLT + "f, (a, b) = plt.subplots(2)\na.pie([1, 3])\nb.bar([0, 1], [1, 3])",
        "wrong-type",
    ),
    "nothing drawn": ("bar", ROMAN, PLT + "plt.figure()", "no-chart"),
    "text alone": ("bar", ROMAN, PLT + "plt.text(0, 0, '[1200, 7.5, 2]')", "no-chart"),
    "an exception at the end": (
        "bar",
        ROMAN,
        PLT + "plt.bar(range(3), [1200, 7.5, 2])\nplt.foo()",
        "raised",
    ),
    "a failed exit": ("bar", ROMAN, "import sys\nsys.exit(3)", "raised"),
    "an end of its process": ("bar", ROMAN, "import os\nos._exit(0)", "raised"),
    "a question": ("bar", ROMAN, "input()", "raised"),
    "an endless loop": ("bar", ROMAN, "while True:\n    pass", "limit"),
    "too much memory": ("bar", ROMAN, "x = bytearray(4 * 10**9)", "limit"),
    "not Python": ("bar", ROMAN, "plt.bar([1, 2", "raised"),
    "a signal to others": ("bar", ROMAN, "import os\nos.kill(os.getppid(), 9)", "raised"),
    "a process": ("bar", ROMAN, "import subprocess\nsubprocess.run(['true'])", "raised"),
    "a fork": ("bar", ROMAN, "import os\nos.fork()", "raised"),
    "a socket": ("bar", ROMAN, "import socket\nsocket.socket()", "raised"),
    "a file elsewhere": ("bar", ROMAN, "open(OUTSIDE, 'w').write('x')", "raised"),
    "the results": ("bar", ROMAN, "open(RESULTS, 'w').write('x')", "raised"),
    "the collector's memory": (
        "bar",
        ROMAN,
        "import os\nopen(f'/proc/{os.getppid()}/mem', 'r+b')",
        "raised",
    ),
    "what an earlier program left": (
        "bar",
        ROMAN,
        "import os, matplotlib.pyplot as plt\nassert os.listdir() == ['table.csv']\n"
        + "assert not plt.get_fignums() and not hasattr(plt, 'spoiled')\nplt.bar(range(3), [1200, 7.5, 2])",
        None,
    ),
    "a change to the library": ("bar", ROMAN, PLT + "plt.spoiled = 1\nplt.bar = None", "no-chart"),
}


def item_of(kind: str, gold: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "subtask": "ChartGeneration",
        "input": {"table": TABLE, "question": "?", "chart_type": kind},
        "gold": gold,
        **more,
    }


def draw(folder: Path, texts: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What draw.py makes of texts."""
    out = folder / "out"
    out.mkdir()
    rows = {"predictions": [{"id": k, "text": v} for k, v in texts.items()]}
    rows["tables"] = [{"id": name, "table": TABLE} for name in texts]
    for name, lines in rows.items():
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = [sys.executable, str(DRAW), "--out", str(out), "--cpu-seconds", "2"]
    files = ["--predictions", str(folder / "predictions"), "--tables", str(folder / "tables")]
    subprocess.run([*command, *files], check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    lines = (out / "drawn.jsonl").read_text().splitlines()
    return {record["id"]: record for record in map(json.loads, lines)}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """All cases, run once; in an order that mixes harmless programs with the others."""
    folder = tmp_path_factory.mktemp("draw")
    places = f"OUTSIDE = {str(folder / 'outside')!r}\nRESULTS = {str(folder / 'out' / 'drawn.jsonl')!r}\n"
    texts = {name: f"```python\n{places}{case[2]}\n```" for name, case in CASES.items()}
    names = sorted(texts, key=lambda name: random.Random(name).random())
    found = draw(folder, {name: texts[name] for name in names})
    assert not (folder / "outside").exists()
    return found


@pytest.mark.parametrize("name", CASES)
def test_charts_are_judged_by_what_they_show(name: str, drawn: dict[str, dict[str, Any]]) -> None:
    kind, gold, _, error = CASES[name]
    result = scorer_of("table-charts").score_item(item_of(kind, gold, drawn=drawn[name]), "")
    assert result["error"] == error, drawn[name]
    assert result["score"] == (error is None)


BARS = PLT + "plt.bar(range(3), [1200, 7.5, 2])"


@pytest.mark.parametrize(
    ("text", "program"),
    [
        (f"```python\n{BARS}\n```", BARS),
        (f"```py\n{BARS}\n```", BARS),
        (f"```Python3 \r\n{BARS}\r\n```\r\n", BARS),
        (f"~~~python\n{BARS}\n~~~", BARS),
        (f"```\n{BARS}\n```", BARS),
        (f"row Oslo= 1. ```python\n{BARS}\n``` done", BARS),
        (f"```python\n{BARS}", BARS),
        (BARS, BARS),
        (f"```python\nx = 1\n```\nno:\n```python\n{BARS}\n```\n```text\n[1]\n```", BARS),
        (f"```python\n{BARS}\n```\n```python\nplt.bar([1\n```", BARS),
        (f"<think>```python\nx = 1\n```</think>```python\n{BARS}\n```", BARS),
        (f"```python\n%matplotlib inline\n{BARS}\n```", BARS),
        ("```python\nplt.bar([1\n```", "plt.bar([1"),
        (f"<think>```python\n{BARS}\n```", None),
        ("plt.bar draws bars", None),
        ("the answer is plt.bar(range(3), [1, 2, 3]).", None),
        ('```json\n{"a": 1}\n```', None),
        ("```\nOslo 1200\n```", None),
        ("", None),
        ("`" * 100_000, None),
        ("```x" * 20_000, None),
        ("```" + "a" * 100_000, None),
    ],
)
def test_the_program_is_the_last_valid_block(text: str, program: str | None) -> None:
    import chart_programs

    found = chart_programs.program_of(text)
    assert (None if found is None else found.strip()) == program


@pytest.mark.parametrize(
    ("gold", "value"),
    [
        ("y_references = [[1, 2.5], [-3, +4]]", [[1, 2.5], [-3, 4]]),
        ("y_references = [1, 2]", [1, 2]),
        ("[(1, 2), (3, 4)]", [[1, 2], [3, 4]]),
        ("y_references = [[1, np.nan, None]]", [[1, None, None]]),
        ("y_references = [['1,200', 1/4]]", [[1200, 0.25]]),
        ("y_references = []", None),
        ("y_references = [[1], 2]", None),
        ("y_references = [[[1]]]", None),
        ("y_references = [x]", None),
        ("y_references = __import__('os').system('true')", None),
        ("y_references = [1 / 0]", None),
        ("y_references = [True]", None),
        ("y_references = [[1]", None),
        ("print([1])", None),
        (None, None),
        ("[" * 10_000, None),
    ],
)
def test_golds_are_numbers_and_are_never_executed(gold: Any, value: Any) -> None:
    found = scorer_of("table-charts").gold_of(gold)
    plain = json.loads(json.dumps(found).replace("NaN", "null"))
    assert plain == value
    accepted = scorer_of("table-charts").check_item(item_of("bar", gold)) is None
    assert accepted == (value is not None)


def test_another_type_of_chart_than_the_benchmarks_is_bad_input() -> None:
    check = scorer_of("table-charts").check_item
    assert "chart_type" in check(item_of("map", ROMAN))
    assert check(item_of("Horizontal Bar Chart", ROMAN)) is None


def series(values: list[Any], **more: Any) -> dict[str, Any]:
    plain = {"positions": [float(i) for i in range(len(values))], "names": [""] * len(values)}
    return {"label": "", "values": values, "colours": None, **plain, **more}


def chart(kind: str, *values: list[Any]) -> dict[str, Any]:
    drawn = {"type": kind, "series": [series(v) for v in values], "also": []}
    return {"ran": True, "error": None, "message": None, "chart": drawn}


def test_series_may_come_in_any_order_but_keep_their_values() -> None:
    scorer, r = scorer_of("table-charts"), random.Random(0)
    for _ in range(200):
        rows = [
            [round(r.uniform(-9, 9), 3) for _ in range(r.randint(2, 5))]
            for _ in range(r.randint(1, 4))
        ]
        item = item_of("line", f"y_references = {rows}")
        shuffled = r.sample(rows, len(rows))
        right = scorer.score_item({**item, "drawn": chart("line", *shuffled)}, "")
        assert right["error"] is None
        k, at = r.randrange(len(rows)), r.randrange(len(rows[0]))
        changed = [row[:] for row in rows]
        changed[k][at % len(changed[k])] += 0.02
        wrong = scorer.score_item({**item, "drawn": chart("line", *changed)}, "")
        assert wrong["error"] == "wrong"


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"error": 7},
        {"error": None, "chart": []},
        {"error": None, "chart": {"type": "bar", "series": {}}},
        {"error": None, "chart": {"type": "bar", "series": [{"values": 1}]}},
        {"error": None, "chart": {"type": "bar", "series": [series(["x"])]}},
        {"error": None, "chart": {"type": "bar", "series": [series([1], names=[1])]}},
        {"error": None, "chart": {"type": "bar", "series": [series([1], colours=[])]}},
        {"error": None, "chart": {"type": ["bar"], "series": []}},
        {"error": None, "chart": {"type": "bar", "series": [], "also": [3]}},
        chart("bar", [True]),
    ],
)
def test_records_that_no_reading_would_give_are_wrong(record: dict[str, Any]) -> None:
    result = scorer_of("table-charts").score_item(item_of("bar", "[[1]]", drawn=record), "")
    assert result["score"] == 0 and result["error"] == "no-chart"


def test_infinite_and_huge_values_are_compared() -> None:
    scorer = scorer_of("table-charts")
    for values in ([math.inf, 1e308], [1e400], [None], []):
        result = scorer.score_item(item_of("bar", "[[1, 1e308]]", drawn=chart("bar", values)), "")
        assert result["score"] == 0


def test_the_scorer_alone_executes_nothing() -> None:
    scorer = scorer_of("table-charts")
    assert (
        scorer.score_item(item_of("bar", ROMAN), f"```python\n{BARS}\n```")["error"] == "not-drawn"
    )
    assert scorer.score_item(item_of("bar", ROMAN), "no program")["error"] == "unparsed"


def test_submetrics_say_how_many_ran_and_were_read() -> None:
    scorer = scorer_of("table-charts")
    records = [chart("bar", [1]), chart("bar", [2]), {"error": "raised"}, {"error": "no-program"}]
    items = [item_of("bar", "[[1]]", drawn=record) for record in records]
    total = scorer.aggregate(items, [scorer.score_item(item, "") for item in items])
    assert total == {
        "value": 0.25,
        "submetrics": {"executed": 0.5, "parsed": 0.5, "passAt1/bar": 0.25},
    }


def test_scoring_without_what_was_drawn_is_refused(tmp_path: Path) -> None:
    items, predictions = tmp_path / "items.jsonl", tmp_path / "predictions.jsonl"
    items.write_text(json.dumps(item_of("bar", ROMAN)) + "\n")
    predictions.write_text(json.dumps({"id": "1", "text": "x"}) + "\n")
    files = ["--items", str(items), "--predictions", str(predictions), "--out", str(tmp_path / "s")]
    task = ["--task-dir", str(ROOT / "tasks" / "table" / "table-charts")]
    done = subprocess.run(
        [sys.executable, str(DRAW.with_name("score.py")), *task, *files],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "dojo score" in done.stderr
