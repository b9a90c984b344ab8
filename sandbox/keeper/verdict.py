"""How a job ended, from what the kernel and bubblewrap tell."""

import json
import os
import signal

# A process sends these to itself by crashing; the others come from outside.
CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS", "SIGPIPE")


class Ending:
    """What is known when everything has ended."""

    def __init__(
        self,
        status: int,
        wrapped: bool,
        reported: dict,
        stderr_tail: str,
        stopping: str | None,
        broken: tuple[str, str] | None,
    ) -> None:
        self.status = status  # as waitpid gives it
        self.wrapped = wrapped
        self.reported = reported  # bubblewrap's status documents, merged
        self.stderr_tail = stderr_tail
        self.stopping = stopping  # `request`, `shutdown`
        self.broken = broken  # limit and figures

    def bubblewrap_failed(self) -> bool:
        """It gives no exit code when it could not start the job, or when its init was killed."""
        return (
            self.wrapped
            and "exit-code" not in self.reported
            and os.WIFEXITED(self.status)
            and self.stderr_tail.startswith("bwrap: ")
        )

    def code_and_signal(self) -> tuple[int | None, str | None]:
        """Exit code or signal name. bubblewrap tells a signal as 128 + n, as a shell does."""
        if os.WIFSIGNALED(self.status):
            return None, signal_name(os.WTERMSIG(self.status))
        code = os.WEXITSTATUS(self.status)
        if self.bubblewrap_failed():
            return code, None
        if self.wrapped and "exit-code" not in self.reported:
            return None, "SIGKILL"
        if self.wrapped and code - 128 in set(signal.Signals):
            return None, signal_name(code - 128)
        return code, None


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def verdict(ending: Ending) -> dict:
    """The fields outcome, exitCode, signal, limit and detail of the exit record."""
    code, name = ending.code_and_signal()

    def ended(outcome: str, detail: str, limit: str | None = None) -> dict:
        return {
            "outcome": outcome,
            "exitCode": code,
            "signal": name,
            "limit": limit,
            "detail": detail,
        }

    if ending.broken is not None:
        return ended("limit", ending.broken[1], ending.broken[0])
    if ending.stopping == "request":
        return ended("stopped", "stopped on request")
    if ending.stopping == "shutdown":
        return ended("killed", "ended because its keeper was asked to: the host went down?")
    if name == "SIGXCPU":
        return ended("limit", "used up its CPU time", "cpu")
    if name == "SIGXFSZ":
        return ended("limit", "wrote a file that is too large", "output")
    if ending.bubblewrap_failed():
        return ended("lost", f"bubblewrap: {ending.stderr_tail[-300:].strip()}")
    if name in CRASHES:
        return ended("exited", f"crashed with {name}")
    if name is not None:
        return ended("killed", f"killed by {name}")
    return ended("exited", f"ended with exit code {code}")


def read_status(descriptor: int) -> dict:
    """bubblewrap's status documents, one a line, merged."""
    merged: dict = {}
    with os.fdopen(descriptor, "rb") as pipe:
        for line in pipe.read().splitlines():
            try:
                merged.update(json.loads(line))
            except ValueError:
                continue
    return merged
