"""Measures a job in a container against its limits, from the container's own control group."""

import os
import resource
import time

from meter import Meter, gib
from processes import snapshot

# Version 2 has one folder, version 1 one for each controller.
ROOT = "/sys/fs/cgroup"


def read(path: str) -> str:
    try:
        with open(f"{ROOT}/{path}", encoding="ascii") as file:
            return file.read()
    except OSError:
        return ""


def number(*paths: str) -> int | None:
    """The number in the first of these files that there is."""
    for path in paths:
        text = read(path).strip()
        if text.isdigit():
            return int(text)
    return None


def field(name: str, *paths: str) -> int:
    """The value of `name` in a file of lines `name value`; 0 where there is none."""
    for path in paths:
        for line in read(path).splitlines():
            key, _, value = line.partition(" ")
            if key == name and value.isdigit():
                return int(value)
    return 0


class CgroupMeter(Meter):
    """
    Memory and processes are limited by the kernel; this tells when it did. CPU time, output and
    deadline are watched. `logged`: bytes that the job wrote to stdout and stderr, kept by the guard.
    """

    def __init__(self, limits: dict, out: str) -> None:
        super().__init__(limits, out, ("", ""), wrapped=False)
        self.logged = 0
        self.before = 0.0

    def begin(self) -> None:
        """What was used until now is the engine's and the guard's."""
        self.started = time.monotonic()
        self.before = self.container_cpu()

    def container_cpu(self) -> float:
        """CPU seconds of the container, less the guard's."""
        used = field("usage_usec", "cpu.stat") / 1e6
        used = used or (number("cpuacct/cpuacct.usage", "cpu,cpuacct/cpuacct.usage") or 0) / 1e9
        return used - time.process_time()

    def log_bytes(self) -> int:
        return self.logged

    def poll(self, monitor: int) -> tuple[str, str] | None:
        """The first limit that is broken now, with the figures; None when all hold."""
        self.measure()
        count = sum(1 for pid in snapshot() if pid not in (1, os.getpid()))
        if count > self.limits["processes"]:
            return "processes", f"killed at {count} of {self.limits['processes']} processes"
        wall = time.monotonic() - self.started
        if wall * 1000 > self.limits["deadlineMs"]:
            allowed = self.limits["deadlineMs"] / 1000
            return "deadline", f"killed after {wall:.1f} s of {allowed:.1f} s"
        return self.broken_by_kernel() or self.broken_cpu() or self.broken_output(final=False)

    def settle(self) -> tuple[str, str] | None:
        """The same once everything has ended, from the kernel's own sums."""
        self.measure()
        waited = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.max_memory = max(self.max_memory, waited.ru_maxrss * 1024)
        return self.broken_by_kernel() or self.broken_cpu() or self.broken_output(final=True)

    def measure(self) -> None:
        self.cpu_seconds = max(self.cpu_seconds, self.container_cpu() - self.before)
        statistics = ("memory.stat", "memory/memory.stat")
        # What can't be given back: no file pages, but those of memory file systems.
        own = field("anon", statistics[0]) or field("total_rss", statistics[1])
        shared = field("shmem", statistics[0]) or field("total_shmem", statistics[1])
        self.max_memory = max(self.max_memory, own + shared)

    def broken_by_kernel(self) -> tuple[str, str] | None:
        if field("oom_kill", "memory.events", "memory/memory.oom_control") > 0:
            limit = self.limits["memoryBytes"]
            peak = number("memory.peak", "memory/memory.max_usage_in_bytes") or limit
            self.max_memory = max(self.max_memory, peak)
            return "memory", f"killed at {gib(peak)} of {gib(limit)}"
        if field("max", "pids.events", "pids/pids.events") > 0:
            limit = self.limits["processes"]
            most = number("pids.max", "pids/pids.max")
            return (
                "processes",
                f"killed at {most} processes and threads, of {limit} processes allowed",
            )
        return None
