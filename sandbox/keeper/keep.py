"""Keeps one job: waits for its device, runs it, ends it, and records how it ended."""

import fcntl
import json
import os
import signal
import time

from launch import start_process
from meter import Meter
from processes import descendants, send
from records import JobFiles, identity, open_lock, write_json
from verdict import Ending, read_status, verdict

POLL_SECONDS = 0.25
# SIGTERM without a request comes from a host that shuts down: it waits longer before SIGKILL.
SHUTDOWN_GRACE_SECONDS = 5.0
STDERR_TAIL = 4000


class StopRequested(Exception):
    pass


class Keeper:
    def __init__(self, files: JobFiles, record: dict) -> None:
        self.files = files
        self.record = record
        self.launch = record["launch"]
        self.limits = record["limits"]
        self.incarnation = record["incarnation"]
        self.logs = (files.path("stdout.log"), files.path("stderr.log"))
        self.wrapped = self.launch["bubblewrap"] is not None
        self.job = 0
        self.status: int | None = None
        self.stopping: str | None = None  # `request`, `shutdown`

    def keep(self) -> None:
        """From start to exit record; what goes wrong in here is the host's fault: `lost`."""
        try:
            device = self.take_device()
            self.run(device)
        except StopRequested:
            self.write_exit(unmeasured("stopped", "stopped while it waited for its device"))
        except Exception as error:
            self.end_everything()
            self.write_exit(unmeasured("lost", f"the keeper failed: {error}"))
            raise

    def take_device(self) -> int | None:
        """Waits for the device's lock in the kernel's queue; a stop request ends the wait."""
        path = self.launch["deviceLock"]
        if path is None:
            return None
        lock = open_lock(path, 0o666, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if lock is None:
            self.write_state("waiting-for-device")
            signal.signal(signal.SIGTERM, self.interrupt)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
            try:
                lock = open_lock(path, 0o666, fcntl.LOCK_EX)
            finally:
                signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        os.ftruncate(lock, 0)
        os.write(lock, f"{json.dumps({'job': self.files.name, 'keeper': os.getpid()})}\n".encode())
        return lock

    def interrupt(self, _number: int, _frame: object) -> None:
        raise StopRequested

    def run(self, device: int | None) -> None:
        for log in self.logs:
            if os.path.exists(log):
                os.unlink(log)
        meter = Meter(self.limits, self.files.out, self.logs, self.wrapped)
        status_pipe = os.pipe()
        argv, inherited = self.arguments(device, status_pipe[1])
        outputs = (open_log(self.logs[0]), open_log(self.logs[1]))
        self.job = start_process(
            argv, self.launch["env"], self.launch["folder"], outputs, self.limits, inherited
        )
        for descriptor in (status_pipe[1], *outputs):
            os.close(descriptor)
        self.write_state("running")
        broken = self.watch(meter)
        self.end_everything()
        wall = time.monotonic() - meter.started
        ending = Ending(
            status=self.status or 0,
            wrapped=self.wrapped,
            reported=read_status(status_pipe[0]),
            stderr_tail=self.stderr_tail(),
            stopping=self.stopping,
            broken=broken or (None if self.stopping else meter.settle()),
        )
        self.write_exit(verdict(ending), wall, meter)

    def arguments(self, device: int | None, status: int) -> tuple[list[str], list[int]]:
        """The job's command line and the descriptors that it inherits."""
        held = [] if device is None else [device]
        if not self.wrapped:
            return self.launch["argv"], held
        # Its options go through a pipe: /proc/1/cmdline in the job would show the host's paths.
        options_read, options_write = os.pipe()
        options = "\0".join(self.launch["bubblewrapOptions"]).encode() + b"\0"
        fcntl.fcntl(options_write, fcntl.F_SETPIPE_SZ, max(len(options), 65536))
        os.write(options_write, options)
        os.close(options_write)
        argv = [self.launch["bubblewrap"], "--args", str(options_read)]
        argv += ["--json-status-fd", str(status)]
        if device is not None:
            # The namespace's init holds the device, where the job can't let go of it.
            argv += ["--sync-fd", str(device)]
            if self.launch["jobHoldsDevice"]:
                # That init lets go a moment before the rest of its namespace is gone; the job
                # itself lets go last.
                held = [device, os.dup(device)]
        return [*argv, "--", *self.launch["argv"]], [options_read, status, *held]

    def watch(self, meter: Meter) -> tuple[str, str] | None:
        """Until the job's main process has ended; returns the limit for which it was killed."""
        kill_at: float | None = None
        next_poll = 0.0
        while True:
            event = signal.sigtimedwait([signal.SIGCHLD, signal.SIGTERM], POLL_SECONDS)
            self.reap()
            if self.status is not None:
                return None
            now = time.monotonic()
            if self.stopping is None:
                grace = self.asked_to_stop(event is not None and event.si_signo == signal.SIGTERM)
                if grace is not None:
                    kill_at = now + grace
                    own = meter.own_processes(self.job, descendants(os.getpid()))
                    send([process.pid for process in own], signal.SIGTERM)
            if kill_at is not None and now >= kill_at:
                return None
            if now >= next_poll:
                next_poll = now + POLL_SECONDS / 2
                broken = meter.poll(self.job)
                if broken is not None:
                    return broken

    def asked_to_stop(self, signalled: bool) -> float | None:
        """Seconds from SIGTERM to SIGKILL where the job is to end now; None where it isn't."""
        request = self.files.read("stop.json", self.incarnation)
        if request is not None:
            self.stopping = "request"
            return request["graceMs"] / 1000
        if signalled:
            self.stopping = "shutdown"
            return SHUTDOWN_GRACE_SECONDS
        return None

    def reap(self) -> bool:
        """Collects what has ended; False when no child is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.job:
                self.status = status

    def end_everything(self) -> None:
        """
        Kills all that the job started, wherever it went; under bubblewrap the kernel helps: what is
        in the namespace goes with its init.
        """
        while self.reap():
            send([process.pid for process in descendants(os.getpid())], signal.SIGKILL)
            signal.sigtimedwait([signal.SIGCHLD], 0.02)

    def stderr_tail(self) -> str:
        try:
            with open(self.logs[1], "rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - 4 * STDERR_TAIL))
                return file.read().decode("utf-8", "replace")[-STDERR_TAIL:]
        except FileNotFoundError:
            return ""

    def write_state(self, state: str) -> None:
        job = identity(self.job) if self.job else None
        record = {"incarnation": self.incarnation, "state": state, "job": job}
        write_json(self.files.path("state.json"), record)

    def write_exit(self, verdict: dict, wall: float = 0.0, meter: Meter | None = None) -> None:
        record = {
            "incarnation": self.incarnation,
            **verdict,
            "wallSeconds": round(wall, 3),
            "cpuSeconds": round(meter.cpu_seconds, 3) if meter else 0,
            "maxMemoryBytes": meter.max_memory if meter else 0,
            "stderrTail": self.stderr_tail() if self.job else "",
            "protection": self.launch["protection"],
        }
        write_json(self.files.path("exit.json"), record, durable=True)


def open_log(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)


def unmeasured(outcome: str, detail: str) -> dict:
    """The verdict on a job that did not run, or of which nothing is known."""
    return {"outcome": outcome, "exitCode": None, "signal": None, "limit": None, "detail": detail}
