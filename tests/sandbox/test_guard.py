"""What the guard of a container measures and forbids, without a container."""

import subprocess
import sys
from pathlib import Path

import pytest

KEEPER = Path(__file__).parents[2] / "sandbox" / "keeper"
sys.path.insert(0, str(KEEPER))

import cgroup_meter  # noqa: E402
import confine  # noqa: E402

LIMITS = {
    "memoryBytes": 2**26,
    "cpuSeconds": 5,
    "processes": 8,
    "outputBytes": 2**20,
    "deadlineMs": 60_000,
}
VERSION_1 = {
    "cpuacct/cpuacct.usage": "7000000000\n",
    "memory/memory.stat": "cache 900\nrss 1000\ntotal_rss 30000000\ntotal_shmem 10000000\n",
    "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n",
    "memory/memory.max_usage_in_bytes": "66060288\n",
    "pids/pids.events": "max {refused}\n",
    "pids/pids.max": "96\n",
}
VERSION_2 = {
    "cpu.stat": "usage_usec 7000000\nuser_usec 6000000\n",
    "memory.stat": "anon 30000000\nfile 900\nshmem 10000000\n",
    "memory.events": "low 0\nmax 3\noom 1\noom_kill {kills}\n",
    "memory.peak": "66060288\n",
    "pids.events": "max {refused}\n",
    "pids.max": "96\n",
}


@pytest.fixture(params=[VERSION_1, VERSION_2], ids=["cgroup v1", "cgroup v2"])
def settled(request, tmp_path, monkeypatch):
    """Settles a job whose control group says `kills` and `refused`; gives the meter and its verdict."""
    monkeypatch.setattr(cgroup_meter, "ROOT", str(tmp_path / "cgroup"))
    # The guard's own CPU time is taken off; that of these tests is of any size.
    monkeypatch.setattr(cgroup_meter.time, "process_time", lambda: 0.5)
    out = tmp_path / "out"
    out.mkdir()

    def settle(kills=0, refused=0, limits=LIMITS):
        for name, text in request.param.items():
            path = tmp_path / "cgroup" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.format(kills=kills, refused=refused))
        meter = cgroup_meter.CgroupMeter(limits, str(out))
        return meter, meter.settle()

    return settle


def test_memory_and_cpu_time_come_from_the_control_group(settled):
    meter, broken = settled(limits={**LIMITS, "cpuSeconds": 100})
    assert broken is None
    assert meter.cpu_seconds == 6.5  # less the guard's own
    assert meter.max_memory >= 40_000_000


def test_a_kill_for_want_of_memory_has_its_figures(settled):
    assert settled(kills=1)[1] == ("memory", "killed at 63.0 MiB of 64.0 MiB")


def test_processes_that_the_kernel_refused_count_although_nobody_saw_them(settled):
    limit, detail = settled(refused=4)[1]
    assert limit == "processes"
    assert "96 processes and threads, of 8 processes" in detail


def test_cpu_time_beyond_the_limit_is_told_with_its_figures(settled):
    limit, detail = settled()[1]
    assert limit == "cpu"
    assert detail.endswith("of 5 s of CPU time")


PROGRAM = """
import fcntl, os, signal, sys, threading
sys.path.insert(0, sys.argv[1])
from confine import confine
confine()
refused = []
for name, attempt in {
    "stop": lambda: os.kill(os.getppid(), signal.SIGSTOP),
    "stop a thread": lambda: signal.pthread_kill(threading.get_ident(), signal.SIGSTOP),
    "stop by a descriptor": lambda: signal.pidfd_send_signal(os.pidfd_open(os.getppid()), signal.SIGSTOP),
    "stop by a file": lambda: fcntl.fcntl(0, 10, signal.SIGSTOP),
    "ask": lambda: os.kill(os.getppid(), 0),
    "lock": lambda: fcntl.fcntl(0, fcntl.F_GETFD),
    "another process": lambda: os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0),
}.items():
    try:
        attempt()
    except PermissionError:
        refused.append(name)
print(",".join(refused))
os.kill(os.getpid(), signal.SIGTERM)
"""


@pytest.mark.skipif(
    confine.platform.machine() not in confine.MACHINES, reason="no filter for this machine"
)
def test_a_job_can_stop_nobody_and_do_everything_else():
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(KEEPER)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    assert ended.stdout.strip() == "stop,stop a thread,stop by a descriptor,stop by a file"
    assert ended.returncode == -15
