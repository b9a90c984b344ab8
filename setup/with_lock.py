"""Runs a command while holding a lock file: `with_lock.py LOCK COMMAND...`.

The kernel releases the lock when this process ends, so that a set-up that was killed never blocks the next one.
"""

import fcntl
import subprocess
import sys


def main() -> int:
    path, command = sys.argv[1], sys.argv[2:]
    with open(path, "a", encoding="utf8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("setup:   another set-up works on this; waiting for it", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main())
