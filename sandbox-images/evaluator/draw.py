"""Runs the plotting programs in models' answers and writes what each of them drew.

    draw.py --predictions F --tables F --out DIR

Reads `{id, text}` and `{id, table}` lines, knows no answers, and writes `drawn.jsonl`, a line for
each prediction: `{id, ran, error, message, chart}`. `error` is null or one of ERRORS; `chart` is
what chart_reading.py found, or null. A program finds its table as table.csv in its folder.

Each program runs in a process of its own, forked from this one after the libraries were imported,
with limits of its own, and is confined as chart_confinement.py says: it starts no process, reaches
no other one, and writes in its folder alone. The figure is read in that very process by code that
was there before the program. So a program can't touch the result of another; but one that sets out
to deceive can put anything in the place of its own result. It gains nothing by that: it would have
to know the answer, and the answers are not here.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gc
import io
import json
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

os.environ["MPLBACKEND"] = "Agg"
if "MPLCONFIGDIR" not in os.environ:
    os.environ["MPLCONFIGDIR"] = tempfile.mkdtemp(prefix="matplotlib-")

import chart_confinement
import chart_programs
import chart_reading
import matplotlib
import matplotlib.figure
import matplotlib.pyplot as plt
import pandas as pd
from errors import BadInput, stop, write_atomically

ERRORS = ("no-program", "raised", "limit", "no-chart")
CPU_SECONDS = 10  # of one program, reading included
MEMORY_BYTES = 1_500_000_000  # of one program, beyond what the libraries take
FILE_BYTES = 20_000_000  # of one file
RESULT_BYTES = 4_000_000
IDLE_SECONDS = 5  # asleep without using any CPU: it waits for what never comes
MAX_MESSAGE = 300
PROGRESS_EVERY = 20


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file that has an `id` on each line."""
    found = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadInput(f"{path}:{number}: not JSON: {error}") from error
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise BadInput(f"{path}:{number}: no object with an id")
        found.append(row)
    return found


def as_csv(table: Any) -> str | None:
    """A table `{columns, data}` as CSV, missing cells empty; None where it is none."""
    if not isinstance(table, dict) or not isinstance(table.get("columns"), list):
        return None
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table["columns"])
    writer.writerows(row for row in table.get("data") or [] if isinstance(row, list))
    return text.getvalue()


class Watch:
    """Keeps the figures that a program makes, also those that it closes or clears, and its limit."""

    def __init__(self, cpu_seconds: int) -> None:
        self.cpu_seconds = cpu_seconds
        self.figures: list[matplotlib.figure.Figure] = []
        self.cleared: list[dict[str, Any]] = []
        begin, clear = matplotlib.figure.Figure.__init__, matplotlib.figure.Figure.clear

        def __init__(figure: Any, *args: Any, **options: Any) -> None:
            begin(figure, *args, **options)
            self.figures.append(figure)

        def clear_figure(figure: Any, *args: Any, **options: Any) -> None:
            if figure in self.figures:
                with contextlib.suppress(Exception):
                    chart = chart_reading.figure_chart(figure)
                    if chart is not None:
                        self.cleared.append(chart)
            clear(figure, *args, **options)

        matplotlib.figure.Figure.__init__ = __init__
        matplotlib.figure.Figure.clear = clear_figure
        matplotlib.figure.Figure.clf = clear_figure

    def chart(self) -> dict[str, Any] | None:
        """What the last figure shows; where all are empty, what was cleared last."""
        found = chart_reading.chart_of(self.figures)
        return found if found is not None or not self.cleared else self.cleared[-1]


def cpu_and_state(pid: int) -> tuple[int, str]:
    """CPU ticks that a process has used, and whether it sleeps."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]), fields[0]


def limit_and_confine(folder: str, cpu_seconds: int) -> None:
    """Limits of the program's process, and the folder that is all it may write."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    chart_confinement.confine(folder)


def run_here(program: str, folder: str, watch: Watch) -> dict[str, Any]:
    """In the program's process: runs it, then reads its figure."""
    limit_and_confine(folder, watch.cpu_seconds)
    os.chdir(folder)
    # A pause shows nothing here, and a window there is none to choose.
    time.sleep = lambda *_: None
    matplotlib.use = lambda *_, **__: None
    plt.switch_backend = lambda *_, **__: None
    warnings.simplefilter("ignore")
    try:
        exec(compile(program, "program.py", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        if end.code not in (None, 0):
            return failed("raised", f"SystemExit: {end.code}")
    except MemoryError:
        return failed("limit", f"more than {MEMORY_BYTES // 10**6} MB of memory")
    except BaseException as error:  # noqa: BLE001 whatever a program raises is its result
        return failed("raised", "".join(traceback.format_exception_only(error)).strip())
    try:
        chart = watch.chart()
    except Exception as error:  # noqa: BLE001 artists of a program's own may do anything
        return {**failed("no-chart", f"the figure can't be read: {error}"), "ran": True}
    if chart is None:
        return {**failed("no-chart", "no figure shows a chart that can be read"), "ran": True}
    return {"ran": True, "error": None, "message": None, "chart": chart}


def failed(error: str, message: str) -> dict[str, Any]:
    """A result without a chart."""
    return {"ran": False, "error": error, "message": message[:MAX_MESSAGE], "chart": None}


def child(program: str, folder: str, watch: Watch, pipe: int) -> None:
    """Becomes the program's process and never returns."""
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        os.closerange(3, pipe)
        os.closerange(pipe + 1, 4096)
        data = json.dumps(run_here(program, folder, watch)).encode()
        if len(data) > RESULT_BYTES:
            data = json.dumps({**failed("no-chart", "too much data"), "ran": True}).encode()
        while data:
            data = data[os.write(pipe, data) :]
    finally:
        os._exit(0)


def run(program: str, table: Any, watch: Watch) -> dict[str, Any]:
    """Runs one program in a process and a folder of its own."""
    folder = tempfile.mkdtemp(prefix="chart-")
    text = as_csv(table)
    if text is not None:
        Path(folder, "table.csv").write_text(text, encoding="utf-8", newline="")
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        child(program, folder, watch, writing)
    os.close(writing)
    try:
        data, idle = collect(pid, reading)
    finally:
        os.close(reading)
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        shutil.rmtree(folder, ignore_errors=True)
    return result_of(data, idle, status, watch.cpu_seconds)


def collect(pid: int, reading: int) -> tuple[bytes, bool]:
    """What the process says until it ends, and whether it fell asleep for good."""
    data, used, asleep = b"", -1, 0
    while len(data) <= RESULT_BYTES:
        ready, _, _ = select.select([reading], [], [], 1)
        if ready:
            part = os.read(reading, 1 << 16)
            if not part:
                return data, False
            data += part
            continue
        now, state = cpu_and_state(pid)
        asleep = asleep + 1 if state == "S" and now == used else 0
        used = now
        if asleep >= IDLE_SECONDS:
            return b"", True
    return b"", False


def result_of(data: bytes, idle: bool, status: int, cpu_seconds: int) -> dict[str, Any]:
    """The process's own word, as far as it has the right form; else how it ended."""
    if idle:
        return failed("limit", "it waits for something that never comes")
    with contextlib.suppress(ValueError, RecursionError):
        result = json.loads(data)
        if isinstance(result, dict) and set(result) == {"ran", "error", "message", "chart"}:
            return result
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL):
        return failed("limit", f"more than {cpu_seconds} s of CPU")
    return failed("raised", "the program ended its process")


def warm_up() -> None:
    """Draws once, so that fonts and the like are loaded before the first fork."""
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})
    frame.plot(x="a", y="b", kind="bar")
    plt.tight_layout()
    plt.gcf().canvas.draw()
    plt.close("all")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--predictions", required=True, type=Path)
    parser.add_argument("--tables", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--cpu-seconds", type=int, default=CPU_SECONDS, help="of one program")
    args = parser.parse_args()
    try:
        tables = {row["id"]: row.get("table") for row in lines_of(args.tables)}
        predictions = lines_of(args.predictions)
        for prediction in predictions:
            if prediction["id"] not in tables:
                raise BadInput(f"{args.predictions}: no table for the id {prediction['id']!r}")
    except (OSError, BadInput) as error:
        stop(BadInput(str(error)))
    chart_confinement.protect_collector()
    warm_up()
    watch = Watch(args.cpu_seconds)
    gc.collect()
    gc.freeze()
    drawn: list[dict[str, Any]] = []
    for prediction in predictions:
        text = prediction.get("text")
        program = chart_programs.program_of(text) if isinstance(text, str) else None
        if program is None:
            result = failed("no-program", "no Python program in the text")
        else:
            result = run(program, tables[prediction["id"]], watch)
        drawn.append({"id": prediction["id"], **result})
        if len(drawn) % PROGRESS_EVERY == 0:
            line = json.dumps({"done": len(drawn), "total": len(predictions)})
            with (args.out / "progress.jsonl").open("a") as file:
                file.write(line + "\n")
    ran = sum(record["ran"] is True for record in drawn)
    text = "".join(json.dumps(record) + "\n" for record in drawn)
    write_atomically(args.out / "drawn.jsonl", text)
    summary = {"ok": True, "programs": len(drawn), "ran": ran}
    write_atomically(args.out / "result.json", json.dumps(summary) + "\n")


if __name__ == "__main__":
    sys.setrecursionlimit(5_000)
    main()
