"""A job's records on disk and the identity of processes: shared by everything that keeps jobs."""

import fcntl
import json
import os

SAFE = os.O_CLOEXEC | os.O_NOFOLLOW


def write_json(path: str, value: dict, durable: bool = False) -> None:
    """Replaces `path` in one step; `durable` also survives a power cut."""
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(value, file)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    os.rename(temporary, path)
    if durable:
        folder = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(folder)
        os.close(folder)


def read_json(path: str) -> dict | None:
    """The object in `path`; None where it is missing or torn."""
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
    except (FileNotFoundError, ValueError):
        return None
    return value if isinstance(value, dict) else None


class JobFiles:
    """Where the records of one job lie. None of it is visible to the job."""

    def __init__(self, jobs: str, name: str) -> None:
        self.name = name
        self.folder = os.path.join(jobs, "records", name)
        self.out = os.path.join(jobs, "out", name)
        self.temporary = os.path.join(jobs, "tmp", name)
        self.lock = os.path.join(jobs, "locks", f"{name}.lock")

    def path(self, record: str) -> str:
        return os.path.join(self.folder, record)

    def read(self, record: str, incarnation: int | None = None) -> dict | None:
        """A record; None where it belongs to another incarnation than the one asked for."""
        value = read_json(self.path(record))
        if value is not None and incarnation is not None:
            return value if value.get("incarnation") == incarnation else None
        return value


def boot_id() -> str:
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


def start_time(pid: int) -> int | None:
    """Clock ticks since boot at which the process started; None without one, or its zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def identity(pid: int) -> dict:
    """What tells this process from any other that gets the same pid, in this boot or another."""
    return {"pid": pid, "startTime": start_time(pid), "bootId": boot_id()}


def alive(who: dict | None) -> bool:
    return (
        who is not None
        and who["bootId"] == boot_id()
        and who["startTime"] is not None
        and start_time(who["pid"]) == who["startTime"]
    )


def open_lock(path: str, mode: int, flags: int) -> int | None:
    """Takes the lock file `path`; None when it is held and `flags` says not to wait."""
    while True:
        try:
            lock = os.open(path, os.O_RDWR | SAFE)
        except FileNotFoundError:
            # Two steps: another user's file in a shared folder may not be opened with O_CREAT.
            lock = os.open(path, os.O_RDWR | os.O_CREAT | SAFE, mode)
            os.fchmod(lock, mode)
        try:
            fcntl.flock(lock, flags)
        except BlockingIOError:
            os.close(lock)
            return None
        except BaseException:
            os.close(lock)
            raise
        # The holder before may have removed the file: then we hold the lock of nothing.
        try:
            there = os.stat(path, follow_symlinks=False)
            if there.st_ino == os.fstat(lock).st_ino:
                return lock
        except FileNotFoundError:
            pass
        os.close(lock)
