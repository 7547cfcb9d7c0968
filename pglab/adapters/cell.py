"""The cell in which strangers' files are parsed: a process without rights for each, and the program that starts it.

Imported by the programs `inspector_child.py` and `renderer_child.py`, and of the product by nothing else. A program
loads its parsers, forks for each file that comes down its line, and leaves when nothing came for a minute. A fork gives
up every right it does not need before it parses a byte: no path and no socket (no free descriptor, Landlock, no
network), no other process, another user when started by root, little memory and a few seconds of processor. Nothing of
the product but this is loaded there, so that there is nothing to give away.
"""

import ctypes
import os
import resource
import select
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 8
INPUT_BYTES = 110_000_000
WISH_BYTES = 64
IDLE_SECONDS = 60
NOBODY = 65_534
FIRST_OWN_USER = 1_900_000_000
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
# Which version of Landlock knows ports, and which keeps signals inside.
PORTS_SINCE, SCOPES_SINCE = 4, 6
SYS_LANDLOCK_CREATE_RULESET, SYS_LANDLOCK_RESTRICT_SELF = 444, 446
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38

# What a program does with one file: (its bytes, what is wished of it) -> the bytes of the answer.
Work = Callable[[bytes, bytes], bytes]


def give_up_rights(answer_bytes: int) -> None:
    """Leave this process nothing but its three open streams and the memory it computes in."""
    libc = ctypes.CDLL(None, use_errno=True)
    as_root = os.geteuid() == 0
    # A kernel that forbids namespaces answers with an error: the descriptor limit below still keeps the network away.
    libc.unshare(CLONE_NEWNET if as_root else CLONE_NEWUSER | CLONE_NEWNET)
    if as_root:
        become_nobody()
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    close_the_file_system(libc)
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: answer_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 3,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def become_nobody() -> None:
    """Another user than any, also than that of the next file's process, which it could end otherwise. Where only a few
    users exist (a container without privileges) all share one."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    own = FIRST_OWN_USER + os.getpid()
    try:
        os.setresuid(own, own, own)
    except OSError:
        os.setresuid(NOBODY, NOBODY, NOBODY)


def close_the_file_system(libc: ctypes.CDLL) -> None:
    """Forbid every path (Landlock, Linux 5.13), also to a parser that frees a descriptor for itself; every port of this
    machine (6.7), and every signal to others (6.12).

    The rule set names all rights that the kernel knows of these and grants none. Where the kernel lacks it, the other
    user and the descriptor limit remain.
    """
    version = libc.syscall(SYS_LANDLOCK_CREATE_RULESET, None, 0, 1)
    known = 3 if version >= SCOPES_SINCE else 2 if version >= PORTS_SINCE else 1
    handled = (ctypes.c_uint64 * known)(*((1 << 13) - 1, 0b11, 0b11)[:known])
    ruleset = libc.syscall(SYS_LANDLOCK_CREATE_RULESET, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    if ruleset >= 0:
        libc.syscall(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)
        os.close(ruleset)


class Fork(NamedTuple):
    """A process that looks into one file, when it must have ended, and where its end is told."""

    pid: int
    until: float
    told: int


def serve(work: Work, seconds: float, *, answer_bytes: int) -> None:
    """Start a fork for each file that comes down the line (standard input), end it after so many seconds, and tell how
    it ended."""
    line = socket.socket(fileno=0)
    running: dict[Any, Fork] = {}
    while True:
        patience = min((fork.until for fork in running.values()), default=time.monotonic() + IDLE_SECONDS)
        ready = select.select([line, *running], [], [], max(0.0, patience - time.monotonic()))[0]
        for watch in [one for one in running if one in ready or time.monotonic() > running[one].until]:
            end(running.pop(watch))
            os.close(watch)
        if line in ready:
            wish, given, _, _ = socket.recv_fds(line, WISH_BYTES, 3)
            if not given:  # nobody is left to ask
                break
            pid = os.fork()
            if pid == 0:
                work_alone(work, wish, given[0], given[1], answer_bytes)
            running[os.pidfd_open(pid)] = Fork(pid, time.monotonic() + seconds, given[2])
            for each in given[:2]:
                os.close(each)
        elif not ready and not running:
            break
    for fork in running.values():
        end(fork)


def end(fork: Fork) -> None:
    """Kill whatever is left of a fork; 0 is told when it had come to its own good end."""
    with suppress(ProcessLookupError):
        os.killpg(fork.pid, signal.SIGKILL)
    _, status = os.waitpid(fork.pid, 0)
    with suppress(BrokenPipeError):
        os.write(fork.told, b"\0" if status == 0 else b"\1")
    os.close(fork.told)


def work_alone(work: Work, wish: bytes, content_file: int, answer_file: int, answer_bytes: int) -> NoReturn:
    """A fork's whole life: give up the rights, read, work, answer."""
    try:
        program = os.getsid(0)  # it was started as the first of its session
        os.setsid()
        os.dup2(content_file, 0)
        os.dup2(answer_file, 1)
        os.closerange(3, 65_536)
        give_up_rights(answer_bytes)
        if os.getppid() != program:  # it ended before we could ask to end with it
            os._exit(1)
        content = os.fdopen(0, "rb", closefd=False).read(INPUT_BYTES)
        with os.fdopen(1, "wb", closefd=False) as answer:
            answer.write(work(content, wish))
        os._exit(0)
    finally:
        os._exit(1)
