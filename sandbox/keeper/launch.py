"""Starts the job's process: what it inherits, its limits, and that it dies with its keeper."""

import ctypes
import os
import resource
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# Where polling is late the kernel ends the process, this many CPU seconds after its limit.
CPU_SLACK_SECONDS = 10
RESET = [
    *(signal.SIGTERM, signal.SIGCHLD),
    *(signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP, signal.SIGINT),
    *(signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU),
]

libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int, argument: int = 0) -> None:
    word = ctypes.c_ulong
    if libc.prctl(option, word(value), word(argument), word(0), word(0)) != 0:
        raise OSError(ctypes.get_errno(), "prctl failed")


def become_subreaper() -> None:
    """Processes below this one that lose their parent come to this one, whatever their session."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def close_all_but(keep: list[int]) -> None:
    for entry in os.listdir("/proc/self/fd"):
        if int(entry) > 2 and int(entry) not in keep:
            try:
                os.close(int(entry))
            except OSError:
                pass


def limit(kind: int, soft: int, hard: int) -> None:
    ceiling = resource.getrlimit(kind)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))


def set_limits(limits: dict) -> None:
    """Per-process backstops of the limits that the keeper polls for the whole job."""
    limit(resource.RLIMIT_CORE, 0, 0)
    # One byte more than allowed, so that a file that was cut off shows as too large.
    limit(resource.RLIMIT_FSIZE, limits["outputBytes"] + 1, limits["outputBytes"] + 1)
    if limits["cpuSeconds"] is not None:
        seconds = int(limits["cpuSeconds"]) + CPU_SLACK_SECONDS
        limit(resource.RLIMIT_CPU, seconds, seconds + 1)


def start_process(
    argv: list[str],
    env: dict[str, str],
    folder: str,
    outputs: tuple[int, int],
    limits: dict,
    inherited: list[int],
    confine: Callable[[], None] = lambda: None,
) -> int:
    """
    Forks and executes `argv` in a session of its own and returns its pid. `outputs`: descriptors
    that become its stdout and stderr. `inherited`: descriptors that it keeps. `confine`: called
    last. A command that can't be executed ends with 127 and says why on its stderr.
    """
    keeper = os.getpid()
    pid = os.fork()
    if pid != 0:
        return pid
    try:
        os.setsid()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:
            os._exit(127)  # the keeper died before the line above could notice it
        null = os.open("/dev/null", os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(outputs[0], 1)
        os.dup2(outputs[1], 2)
        close_all_but(inherited)
        for descriptor in inherited:
            os.set_inheritable(descriptor, True)
        # What Python or the guard handles or ignores, what they start should not.
        for number in RESET:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        set_limits(limits)
        try:
            # Where memory runs out the kernel should take the job, not the keeper or the server.
            with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
                file.write("500")
        except OSError:
            pass
        os.chdir(folder)
        confine()
        os.execvpe(argv[0], argv, env)
    except BaseException as error:
        os.write(2, f"cannot start {argv[0]}: {error}\n".encode())
    finally:
        os._exit(127)
