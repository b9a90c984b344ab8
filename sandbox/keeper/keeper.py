"""
Starts, sweeps and removes jobs of the process sandbox.

    keeper.py start  --jobs DIR --name NAME < request.json
    keeper.py sweep  --jobs DIR --name NAME
    keeper.py remove --jobs DIR --name NAME

Everything is decided under a lock per job name, so that two workers can't start the same job twice.
`start` leaves a detached process, the keeper, which holds that lock for as long as the job lives.
Answers with one JSON object on stdout; exit code 1 and one line on stderr where it can't do what
was asked. Run with `python -I -S`: it needs the standard library alone, and starts fast.
"""

import fcntl
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from keep import Keeper, unmeasured  # noqa: E402
from launch import become_subreaper, close_all_but  # noqa: E402
from processes import kill_marked  # noqa: E402
from records import JobFiles, alive, identity, open_lock, write_json  # noqa: E402

# How long a predecessor may take to end: its grace, then the kill, then the kernel.
TAKE_OVER_SECONDS = 60.0
TAKE_OVER_GRACE_MS = 2000
KILL_SECONDS = 10.0


class Refused(Exception):
    pass


def try_lock(files: JobFiles) -> int | None:
    return open_lock(files.lock, 0o600, fcntl.LOCK_EX | fcntl.LOCK_NB)


def empty(folder: str) -> None:
    """Removes a folder with everything in it, also what its owner made unreadable."""
    import shutil  # slow to import, seldom needed

    def retry(function, path, _error):
        os.chmod(os.path.dirname(path), 0o700)
        if not os.path.islink(path):
            os.chmod(path, 0o700)
        function(path)

    if os.path.islink(folder):
        os.unlink(folder)
    elif os.path.lexists(folder):
        shutil.rmtree(folder, onerror=retry)


def is_final(ended: dict, request: dict) -> bool:
    """True where the result is the job's own, and not one that a second try could better."""
    if ended["outcome"] == "exited":
        return ended["exitCode"] == 0 or not request["rerunFailed"]
    return ended["outcome"] == "limit" and ended["limit"] != "deadline"


def end_leftovers(files: JobFiles, marker: str) -> None:
    if not kill_marked(marker.encode(), KILL_SECONDS):
        raise Refused(f"processes of job {files.name} can't be killed (uninterruptible?)")


def start(files: JobFiles, request: dict) -> dict:
    """Adopts, takes the result of, restarts or starts the job, whichever fits."""
    deadline = time.monotonic() + TAKE_OVER_SECONDS
    while (lock := try_lock(files)) is None:
        if time.monotonic() > deadline:
            raise Refused(f"job {files.name} should end (stopped, or another digest), but does not")
        record = files.read("spec.json")
        incarnation = record and record["incarnation"]
        keeper = record and files.read("keeper.json", incarnation)
        ending = record and any(files.read(end, incarnation) for end in ("stop.json", "exit.json"))
        if keeper and alive(keeper) and not ending:
            if record["digest"] == request["digest"]:
                return {"adopted": True, "incarnation": incarnation}
            write_json(
                files.path("stop.json"),
                {"incarnation": incarnation, "graceMs": TAKE_OVER_GRACE_MS},
            )
            os.kill(keeper["pid"], signal.SIGTERM)
        time.sleep(0.01)
    record = files.read("spec.json")
    same = record is not None and record["digest"] == request["digest"]
    incarnation = 1
    if record is not None:
        ended = files.read("exit.json", record["incarnation"])
        if same and ended is not None and is_final(ended, request):
            return {"adopted": True, "incarnation": record["incarnation"]}
        end_leftovers(files, record["marker"])
        if same:
            incarnation = record["incarnation"] + 1
    if not same:
        if record is not None:
            # First, so that what is cut off after it counts as rubbish and is emptied next time.
            os.unlink(files.path("spec.json"))
        empty(files.folder)
        empty(files.out)
    if os.path.islink(files.out):
        os.unlink(files.out)
    empty(files.temporary)
    for folder in (files.folder, files.out, files.temporary):
        os.makedirs(folder, mode=0o700, exist_ok=True)
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    record = {**request, "incarnation": incarnation, "startedAt": started}
    write_json(files.path("spec.json"), record, durable=True)
    detach(files, record, lock)
    return {"adopted": False, "incarnation": incarnation}


def detach(files: JobFiles, record: dict, lock: int) -> None:
    """Forks the keeper and returns when its own record is there."""
    ready_read, ready_write = os.pipe()
    if os.fork() != 0:
        os.close(ready_write)
        if os.read(ready_read, 1) != b"k":
            raise Refused(f"the keeper of job {files.name} died: see {files.path('keeper.log')}")
        return
    try:
        os.setsid()
        log = os.open(files.path("keeper.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        null = os.open("/dev/null", os.O_RDONLY)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        close_all_but([lock, ready_write])
        for number in (signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD, signal.SIGTERM])
        become_subreaper()
        keeper = {**identity(os.getpid()), "incarnation": record["incarnation"]}
        write_json(files.path("keeper.json"), keeper)
        os.write(ready_write, b"k")
        os.close(ready_write)
        Keeper(files, record).keep()
        empty(files.temporary)
    except BaseException:
        import traceback  # slow to import, seldom needed

        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def sweep(files: JobFiles) -> dict:
    """Ends what is left of a job whose keeper is gone, and records that it is lost."""
    lock = try_lock(files)
    record = files.read("spec.json")
    if lock is None or record is None:
        return {"swept": False}
    if files.read("exit.json", record["incarnation"]) is None:
        end_leftovers(files, record["marker"])
        detail = "it ended without an exit record: its keeper was killed or the host went down"
        Keeper(files, record).write_exit(unmeasured("lost", detail))
    return {"swept": True}


def remove(files: JobFiles) -> dict:
    deadline = time.monotonic() + KILL_SECONDS
    while (lock := try_lock(files)) is None:
        # Its keeper lets go a moment after it has written how the job ended.
        record = files.read("spec.json")
        ended = record and files.read("exit.json", record["incarnation"])
        if ended is None or time.monotonic() > deadline:
            raise Refused(f"job {files.name} has not ended: stop it first")
        time.sleep(0.01)
    record = files.read("spec.json")
    if record is not None:
        end_leftovers(files, record["marker"])
    for folder in (files.folder, files.out, files.temporary):
        empty(folder)
    os.unlink(files.lock)
    return {"removed": True}


def main() -> int:
    verb, jobs, name = sys.argv[1], sys.argv[3], sys.argv[5]
    files = JobFiles(jobs, name)
    os.umask(0o022)
    os.makedirs(os.path.dirname(files.lock), exist_ok=True)
    try:
        if verb == "start":
            answer = start(files, json.load(sys.stdin))
        else:
            answer = {"sweep": sweep, "remove": remove}[verb](files)
    except (Refused, OSError) as error:
        print(f"{error}", file=sys.stderr)
        return 1
    try:
        print(json.dumps(answer), flush=True)
    except BrokenPipeError:
        pass  # the worker that asked is gone; the job runs all the same
    return 0


if __name__ == "__main__":
    sys.exit(main())
