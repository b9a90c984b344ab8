"""Measures a job against its limits."""

import os
import resource
import time

from processes import Process, descendants, folder_size

MAX_OUTPUT_ENTRIES = 100_000


def gib(size: float) -> str:
    """Bytes in the unit that a reader expects: "3.9 GiB", "64.0 MiB"."""
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{size / 2**20:.1f} MiB"


class Meter:
    """Highest memory, CPU and output seen so far, and the first limit that was broken."""

    def __init__(self, limits: dict, out: str, logs: tuple[str, str], wrapped: bool) -> None:
        self.limits = limits
        self.out = out
        self.logs = logs
        self.wrapped = wrapped
        self.started = time.monotonic()
        self.cpu_seconds = 0.0
        self.max_memory = 0
        self.next_walk = 0.0

    def own_processes(self, monitor: int, below: list[Process]) -> list[Process]:
        """The job's own processes among those below the keeper: without bubblewrap's two."""
        if not self.wrapped:
            return below
        return [process for process in below if monitor not in (process.pid, process.parent)]

    def poll(self, monitor: int) -> tuple[str, str] | None:
        """The first limit that is broken now, with the figures; None when all hold."""
        below = descendants(os.getpid())
        jobs = self.own_processes(monitor, below)
        inits = [process.pid for process in below if self.wrapped and process.parent == monitor]
        memory = sum(process.memory_bytes for process in jobs)
        memory += sum(temporary_bytes(init) for init in inits)
        self.max_memory = max(self.max_memory, memory)
        waited = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = waited.ru_utime + waited.ru_stime + sum(process.cpu_seconds for process in below)
        self.cpu_seconds = max(self.cpu_seconds, cpu)
        if memory > self.limits["memoryBytes"]:
            return "memory", f"killed at {gib(memory)} of {gib(self.limits['memoryBytes'])}"
        if len(jobs) > self.limits["processes"]:
            return "processes", f"killed at {len(jobs)} of {self.limits['processes']} processes"
        wall = time.monotonic() - self.started
        if wall * 1000 > self.limits["deadlineMs"]:
            allowed = self.limits["deadlineMs"] / 1000
            return "deadline", f"killed after {wall:.1f} s of {allowed:.1f} s"
        return self.broken_cpu() or self.broken_output(final=False)

    def settle(self) -> tuple[str, str] | None:
        """
        The same once everything has ended, from the kernel's own sums: what polling was too slow to
        see counts too, so that a verdict does not hang on the moment of a poll.
        """
        waited = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu_seconds = max(self.cpu_seconds, waited.ru_utime + waited.ru_stime)
        self.max_memory = max(self.max_memory, waited.ru_maxrss * 1024)
        if self.max_memory > self.limits["memoryBytes"]:
            return "memory", f"used {gib(self.max_memory)} of {gib(self.limits['memoryBytes'])}"
        return self.broken_cpu() or self.broken_output(final=True)

    def broken_cpu(self) -> tuple[str, str] | None:
        allowed = self.limits["cpuSeconds"]
        if allowed is None or self.cpu_seconds <= allowed:
            return None
        return "cpu", f"used {self.cpu_seconds:.1f} s of {allowed:g} s of CPU time"

    def log_bytes(self) -> int:
        return sum(os.path.getsize(log) for log in self.logs if os.path.exists(log))

    def broken_output(self, final: bool) -> tuple[str, str] | None:
        now = time.monotonic()
        if not final and now < self.next_walk:
            return None
        try:
            size, entries = folder_size(self.out)
        except PermissionError:
            return "output", "made a folder of its output unreadable"
        size += self.log_bytes()
        # A folder that takes long to walk is walked less often: at most a tenth of the time.
        self.next_walk = now + 10 * (time.monotonic() - now)
        if size > self.limits["outputBytes"]:
            return "output", f"wrote {gib(size)} of {gib(self.limits['outputBytes'])}, log included"
        if entries > MAX_OUTPUT_ENTRIES:
            return "output", f"wrote more than {MAX_OUTPUT_ENTRIES} files"
        return None


def temporary_bytes(init: int) -> int:
    """Bytes in the memory file systems of a job under bubblewrap: memory that no process shows."""
    used = 0
    try:
        root = f"/proc/{init}/root"
        if os.stat(root).st_dev == os.stat("/").st_dev:
            return 0  # bubblewrap is still building: this is the host's root
        for folder in ("tmp", "dev/shm"):
            state = os.statvfs(f"{root}/{folder}")
            used += (state.f_blocks - state.f_bfree) * state.f_frsize
    except OSError:
        pass
    return used
