"""
Guards one job from inside its container: waits for its device, runs it, ends it at its limits, and
tells how it ended. Its deadline holds although no worker and no engine looks.

    guard.py '{"argv", "limits", "out", "lock": path or null, "jobHoldsDevice"}'

Tells one JSON object a line on stdout, which goes to the engine's log, where no job can change what
stands there. `waiting`, `running` (with the machine's uptime), last of all `ended`. A job could add
lines of its own through the init's descriptors, but none after the last, and the guard ends with
the status that its last line names, so that a line without that status counts for nothing.
What the job says goes to stderr, the first quarter of a megabyte of it.
"""

import fcntl
import json
import os
import select
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cgroup_meter import CgroupMeter  # noqa: E402
from confine import confine  # noqa: E402
from launch import prctl, start_process  # noqa: E402
from verdict import Ending, verdict  # noqa: E402

PR_SET_DUMPABLE = 4
POLL_SECONDS = 0.25
STDERR_TAIL = 4000
SHOWN_BYTES = 2**18
KILL_SECONDS = 10.0
TELL_SECONDS = 5.0
# The status with which the guard ends where the job has none of its own.
LIMIT_STATUS = 124
STOPPED_STATUS = 143


class StopRequested(Exception):
    pass


class Guard:
    def __init__(self, request: dict) -> None:
        self.request = request
        self.limits = request["limits"]
        self.meter = CgroupMeter(self.limits, request["out"])
        self.job = 0
        self.status: int | None = None
        self.stopping = False
        self.shown = 0
        self.tail = b""

    def guard(self) -> int:
        """Returns the status to end with."""
        try:
            device = self.take_device()
        except StopRequested:
            self.stopping = True
            detail = "stopped while it waited for its device"
            return self.end(
                {"outcome": "killed", "exitCode": None, "signal": "SIGTERM", "limit": None}
                | {"detail": detail},
                0.0,
                STOPPED_STATUS,
            )
        held = [] if device is None or not self.request["jobHoldsDevice"] else [device]
        woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self.asked_to_stop)
        pipes = [os.pipe2(os.O_CLOEXEC), os.pipe2(os.O_CLOEXEC)]
        self.tell({"event": "running"})
        self.meter.begin()
        self.job = start_process(
            self.request["argv"],
            dict(os.environ),
            self.request["out"],
            (pipes[0][1], pipes[1][1]),
            self.limits,
            held,
            confine_job,
        )
        for _, writer in pipes:
            os.close(writer)
        readers = [reader for reader, _ in pipes]
        for reader in readers:
            os.set_blocking(reader, False)
        broken = self.watch(woken, readers)
        wall = time.monotonic() - self.meter.started
        self.end_everything()
        for reader in readers:
            self.read(reader, reader == pipes[1][0])
        ending = Ending(
            status=self.status or 0,
            wrapped=False,
            reported={},
            stderr_tail="",
            stopping="shutdown" if self.stopping else None,
            broken=broken or (None if self.stopping else self.meter.settle()),
        )
        return self.end(verdict(ending), wall, self.own_status(ending))

    def own_status(self, ending: Ending) -> int:
        if ending.broken is not None:
            return LIMIT_STATUS
        if self.stopping:
            return STOPPED_STATUS
        if os.WIFSIGNALED(ending.status):
            return 128 + os.WTERMSIG(ending.status)
        return os.WEXITSTATUS(ending.status)

    def take_device(self) -> int | None:
        """Waits for the device's lock in the kernel's queue; a request to stop ends the wait."""
        if self.request["lock"] is None:
            return None
        lock = os.open(self.request["lock"], os.O_RDONLY | os.O_CLOEXEC)
        signal.signal(signal.SIGTERM, self.interrupt)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.tell({"event": "waiting"})
            fcntl.flock(lock, fcntl.LOCK_EX)
        return lock

    def interrupt(self, _number: int, _frame: object) -> None:
        raise StopRequested

    def asked_to_stop(self, _number: int, _frame: object) -> None:
        self.stopping = True
        send_all(signal.SIGTERM)

    def watch(self, woken: int, readers: list[int]) -> tuple[str, str] | None:
        """Until the job's main process has ended; returns the limit for which it is killed."""
        open_readers = list(readers)
        next_poll = 0.0
        while True:
            ready, _, _ = select.select([woken, *open_readers], [], [], POLL_SECONDS / 2)
            for reader in ready:
                if reader == woken:
                    os.read(woken, 4096)
                elif not self.read(reader, reader == readers[1]):
                    open_readers.remove(reader)
            self.reap()
            if self.status is not None:
                return None
            now = time.monotonic()
            if now >= next_poll:
                next_poll = now + POLL_SECONDS
                broken = self.meter.poll(self.job)
                if broken is not None:
                    return broken

    def read(self, reader: int, is_stderr: bool) -> bool:
        """Takes what is there; False where nothing will come any more."""
        for _ in range(64):
            try:
                chunk = os.read(reader, 65536)
            except BlockingIOError:
                return True
            if chunk == b"":
                return False
            self.meter.logged += len(chunk)
            if is_stderr:
                self.tail = (self.tail + chunk)[-4 * STDERR_TAIL :]
            if self.shown < SHOWN_BYTES:
                self.shown += len(chunk)
                show(chunk)
        return True

    def reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.job:
                self.status = status

    def end_everything(self) -> None:
        """Kills all that is in the container but its init and this."""
        deadline = time.monotonic() + KILL_SECONDS
        while send_all(signal.SIGKILL) and time.monotonic() < deadline:
            self.reap()
            time.sleep(0.005)
        self.reap()

    def end(self, how: dict, wall: float, status: int) -> int:
        self.tell(
            {
                "event": "ended",
                "status": status,
                "stopping": self.stopping,
                **how,
                "wallSeconds": round(wall, 3),
                "cpuSeconds": round(max(0.0, self.meter.cpu_seconds), 3),
                "maxMemoryBytes": self.meter.max_memory,
                "stderrTail": self.tail.decode("utf-8", "replace")[-STDERR_TAIL:],
            }
        )
        return status

    def tell(self, record: dict) -> None:
        record["uptime"] = round(time.clock_gettime(time.CLOCK_BOOTTIME), 3)
        text = b"\n" + json.dumps(record).encode() + b"\n"
        deadline = time.monotonic() + TELL_SECONDS
        while text and time.monotonic() < deadline:
            try:
                text = text[os.write(1, text) :]
            except BlockingIOError:
                time.sleep(0.01)


def confine_job() -> None:
    prctl(PR_SET_DUMPABLE, 1)
    confine()


def show(chunk: bytes) -> None:
    """Passes on what the job says; where nobody takes it, it is dropped."""
    try:
        os.write(2, chunk)
    except OSError:
        pass


def send_all(number: int) -> bool:
    """Sends a signal to all but the container's init and this; False where there is nobody."""
    try:
        os.kill(-1, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def main() -> int:
    # Nobody of the same user may look into this process or take its descriptors.
    prctl(PR_SET_DUMPABLE, 0)
    os.umask(0o022)
    for descriptor in (1, 2):
        os.set_blocking(descriptor, False)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        signal.signal(number, signal.SIG_IGN)
    return Guard(json.loads(sys.argv[1])).guard()


if __name__ == "__main__":
    sys.exit(main())
