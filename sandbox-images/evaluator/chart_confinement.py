"""Takes from a process what a plotting program does not need: starting processes, signals, tracing,
sockets, and writing outside its own folder.

Seccomp for the calls, Landlock for the folder; on a machine or kernel that has neither, nothing is
taken. It comes on top of the sandbox around the whole job and keeps the programs of one job, which
run as one user, away from each other and from the process that collects their results.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct

PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 22, 38
SECCOMP_MODE_FILTER = 2
ALLOW, EPERM, ENOSYS = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38
CLONE_THREAD = 0x00010000
X32_CALLS = 0x40000000

# The kernel's filter machine: load a word, jump if equal, at least or bits set, return.
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in its data

# Per machine: audit number; clone; prlimit64; calls that are refused whatever they ask for: fork,
# vfork, execve, execveat, kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo, ptrace,
# process_vm_readv, process_vm_writev, kcmp, setpriority, sched_setaffinity, sched_setscheduler,
# sched_setparam, sched_setattr, ioprio_set, unshare, setns, mount, socket, socketpair, userfaultfd,
# bpf, perf_event_open, add_key, request_key, keyctl.
MACHINES: dict[str, tuple[int, int, int, tuple[int, ...]]] = {
    "x86_64": (
        0xC000003E,
        56,
        302,
        (57, 58, 59, 322, 62, 200, 234, 129, 297, 101, 310, 311, 312, 141, 203, 144, 142, 314, 251)
        + (272, 308, 165, 41, 53, 323, 321, 298, 248, 249, 250),
    ),
    "aarch64": (
        0xC00000B7,
        220,
        261,
        (221, 281, 129, 130, 131, 138, 240, 117, 270, 271, 272, 140, 122, 119, 118, 274, 30)
        + (97, 268, 40, 198, 199, 282, 280, 241, 217, 218, 219),
    ),
}
# The same number everywhere: pidfd_send_signal, io_uring_setup, pidfd_open, pidfd_getfd,
# process_madvise.
EVERYWHERE = (424, 425, 434, 438, 440)
CLONE3 = 435

LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
WRITE_FILE, TRUNCATE, REFER = 1 << 1, 1 << 14, 1 << 13
CHANGES = WRITE_FILE | sum(1 << bit for bit in range(4, 13))

libc = ctypes.CDLL(None, use_errno=True)


def protect_collector() -> None:
    """Keeps the memory and the files of this process and its children from others of its user."""
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def confine(folder: str) -> None:
    """From here on this process writes below `folder` alone and starts nothing."""
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    confine_writing(folder)
    refuse_calls()


def confine_writing(folder: str) -> None:
    """Landlock, as much of it as the kernel has."""
    version = libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    rights = CHANGES | (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    scopes = 3 if version >= 6 else 0  # abstract sockets and signals
    attributes = struct.pack("=QQQ", rights, 0, scopes)
    size = 24 if version >= 6 else 8
    rules = libc.syscall(LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), 0)
    if rules < 0:
        return
    try:
        writing = WRITE_FILE | (TRUNCATE if version >= 3 else 0)
        for path, allowed in ((folder, rights), ("/dev/null", writing)):
            target = os.open(path, os.O_PATH)
            try:
                rule = struct.pack("=Qi", allowed, target)
                libc.syscall(LANDLOCK_ADD, rules, 1, rule, 0)
            finally:
                os.close(target)
        libc.syscall(LANDLOCK_RESTRICT, rules, 0)
    finally:
        os.close(rules)


def seccomp_filter(machine: str) -> bytes:
    """The filter of a machine, in the kernel's encoding."""
    audit, clone, prlimit, refused = MACHINES[machine]
    steps = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, audit),
        (RETURN, 0, 0, EPERM),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32_CALLS),
        (RETURN, 0, 0, EPERM),
        # The C library then takes clone, whose flags can be read here.
        (EQUAL, 0, 1, CLONE3),
        (RETURN, 0, 0, ENOSYS),
    ]
    for number in (*refused, *EVERYWHERE):
        steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, EPERM)]
    steps += [
        (EQUAL, 0, 4, clone),
        (LOAD, 0, 0, ARGUMENTS),
        (ANY_BIT, 1, 0, CLONE_THREAD),
        (RETURN, 0, 0, EPERM),
        (RETURN, 0, 0, ALLOW),
        # Its own limits, and no other's.
        (EQUAL, 0, 4, prlimit),
        (LOAD, 0, 0, ARGUMENTS),
        (EQUAL, 1, 0, 0),
        (RETURN, 0, 0, EPERM),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def refuse_calls() -> None:
    """Seccomp; nothing on a machine that is not listed."""
    if platform.machine() not in MACHINES:
        return
    code = seccomp_filter(platform.machine())
    steps = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(steps))
    where = ctypes.create_string_buffer(header, len(header))
    libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.c_void_p(ctypes.addressof(where)), 0, 0)
