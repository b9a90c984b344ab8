"""
Takes from a job in a container the few system calls by which it could freeze or rewrite its guard,
which runs as the same user: SIGSTOP to anybody, tracing, writing into another process.
"""

import ctypes
import platform
import struct

from launch import prctl

PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
ALLOW = 0x7FFF0000
REFUSE = 0x00050000 | 1  # EPERM
SIGSTOP = 19
F_SETSIG = 10

# Of the kernel's filter machine: load a word, jump if equal, jump if greater or equal, return.
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in its data

# Per machine: its audit number; calls that take a signal, with the argument that holds it; fcntl;
# calls that are refused whatever they ask for.
MACHINES = {
    "x86_64": (
        0xC000003E,
        {62: 1, 200: 1, 234: 2, 129: 1, 297: 2, 424: 1},
        72,
        (101, 311),
    ),
    "aarch64": (
        0xC00000B7,
        {129: 1, 130: 1, 131: 2, 138: 1, 240: 2, 424: 1},
        25,
        (117, 271),
    ),
}
X32_CALLS = 0x40000000


def program(machine: str) -> bytes:
    """The filter for a machine, in the kernel's encoding."""
    audit, signals, fcntl, refused = MACHINES[machine]
    steps = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, audit),
        (RETURN, 0, 0, REFUSE),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32_CALLS),
        (RETURN, 0, 0, REFUSE),
    ]
    for number in refused:
        steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE)]
    for number, argument, value in [
        *((number, argument, SIGSTOP) for number, argument in signals.items()),
        (fcntl, 1, F_SETSIG),
    ]:
        steps += [
            (EQUAL, 0, 4, number),
            (LOAD, 0, 0, ARGUMENTS + 8 * argument),
            (EQUAL, 0, 1, value),
            (RETURN, 0, 0, REFUSE),
            (RETURN, 0, 0, ALLOW),
        ]
    steps.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def confine() -> None:
    """From here on, and in everything that is started from here. Nothing on a machine unknown."""
    if platform.machine() not in MACHINES:
        return
    code = program(platform.machine())
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    steps = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(steps))
    where = ctypes.create_string_buffer(header, len(header))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(where))
