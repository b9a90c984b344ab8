"""What a job's processes use, read from /proc, and how they are ended."""

import os
import signal
import time
from collections import namedtuple  # dataclasses take 10 ms to import, once per job

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


# cpu_seconds: its own and of children that it has waited for.
# memory_bytes: resident, file pages included.
Process = namedtuple("Process", ["pid", "parent", "cpu_seconds", "memory_bytes"])


def snapshot() -> dict[int, Process]:
    """All living processes that /proc shows, zombies left out."""
    found: dict[int, Process] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] in (b"Z", b"X"):
            continue
        cpu = sum(int(fields[index]) for index in (11, 12, 13, 14)) / TICKS
        pid = int(entry)
        found[pid] = Process(pid, int(fields[1]), cpu, int(fields[21]) * PAGE)
    return found


def descendants(root: int) -> list[Process]:
    """Everything below `root`, all of it where `root` is a subreaper."""
    everything = snapshot()
    children: dict[int, list[int]] = {}
    for process in everything.values():
        children.setdefault(process.parent, []).append(process.pid)
    below: list[Process] = []
    queue = list(children.get(root, []))
    while queue:
        pid = queue.pop()
        below.append(everything[pid])
        queue.extend(children.get(pid, []))
    return below


def marked(marker: bytes) -> list[int]:
    """Processes whose environment holds the variable `marker` (`NAME=value`)."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            with open(f"/proc/{entry}/environ", "rb") as file:
                if marker in file.read().split(b"\0"):
                    found.append(int(entry))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def send(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            pass


def kill_marked(marker: bytes, seconds: float) -> bool:
    """Kills what an earlier keeper left behind; True when nothing is left."""
    deadline = time.monotonic() + seconds
    while left := marked(marker):
        if time.monotonic() > deadline:
            return False
        send(left, signal.SIGKILL)
        time.sleep(0.01)
    return True


def folder_size(path: str) -> tuple[int, int]:
    """
    Bytes and entries below a folder; links are counted, never followed. Raises PermissionError on a
    folder that can't be looked into.
    """
    size = 0
    entries = 0
    queue = [path]
    while queue:
        try:
            with os.scandir(queue.pop()) as listing:
                for entry in listing:
                    entries += 1
                    try:
                        if entry.is_dir(follow_symlinks=False):
                            queue.append(entry.path)
                        else:
                            size += entry.stat(follow_symlinks=False).st_size
                    except FileNotFoundError:
                        continue
        except (FileNotFoundError, NotADirectoryError):
            continue
    return size, entries
