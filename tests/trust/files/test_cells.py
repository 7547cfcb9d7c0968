"""P18: what parses strangers' files can do nothing but think: no file, no network, no other process, little memory and
time; and its death hurts nothing.

Sample: each probe runs in both programs, in the place of the parser, as a file that took it over would. Had it worked,
the probe would say so in its answer.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pglab.adapters import cell, inspector, renderer
from pglab.adapters.program import ParsingProgram
from tests.support.files import make_pdf
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

PROGRAMS = {"inspector": inspector.PROGRAM, "renderer": renderer.PROGRAM}
LOADED = "import ctypes, fcntl, mmap, os, resource, signal, socket, subprocess, sys, threading, time\n"
ESCAPED = b"escaped"
# Each raises, or ends the process, where the cell holds; `HERE` is a file of ours, `PORT` a listening port, `PID` we.
PROBES = {
    # files
    "reads the accounts of the machine": "open('/etc/passwd').read()",
    "reads the host name": "open('/etc/hostname').read()",
    "reads its own memory map": "open('/proc/self/maps').read()",
    "reads our environment": "open('/proc/PID/environ').read()",
    "reads the settings": "open('HERE').read()",
    "lists the root": "os.listdir('/')",
    "lists temporary files": "os.listdir('/tmp')",
    "lists processes": "os.listdir('/proc')",
    "looks at descriptors": "os.listdir('/proc/self/fd')",
    "opens a directory": "os.open('/', os.O_RDONLY)",
    "opens a path without reading": "os.read(os.open('/etc/passwd', os.O_RDONLY), 1)",
    "reads through a freed descriptor": "os.close(0); os.read(os.open('/etc/passwd', os.O_RDONLY), 1)",
    "reads a device": "open('/dev/urandom', 'rb').read(1)",
    "opens the terminal": "open('/dev/tty')",
    "writes where it stands": "open('left', 'w').write('x')",
    "writes a temporary file": "open('/tmp/pglab-left', 'w').write('x')",
    "writes through a freed descriptor": "os.close(0); open('/tmp/pglab-left', 'w').write('x')",
    "makes a folder": "os.close(0); os.mkdir('/tmp/pglab-left')",
    "removes a file": "os.close(0); os.unlink('HERE')",
    "renames a file": "os.close(0); os.rename('HERE', 'HERE.old')",
    "makes a link": "os.close(0); os.symlink('/etc/passwd', '/tmp/pglab-left')",
    "makes a hard link": "os.close(0); os.link('HERE', '/tmp/pglab-left')",
    "makes a pipe with a name": "os.close(0); os.mkfifo('/tmp/pglab-left')",
    "makes a device": "os.close(0); os.mknod('/tmp/pglab-left', 0o020666, os.makedev(1, 8))",
    "cuts a file": "os.close(0); os.truncate('HERE', 0)",
    "changes who owns a file": "os.chown('HERE', 0, 0)",
    "changes the rights of a file": "os.chmod('HERE', 0o777)",
    "changes the root": "os.chroot('/tmp')",
    "mounts": "assert ctypes.CDLL(None).mount(b'none', b'/mnt', b'tmpfs', 0, None) == 0",
    "writes more than an answer": "os.write(1, b'x' * 9_000_000) == 9_000_000 or 1 / 0",
    # network
    "opens a socket": "socket.socket()",
    "opens a datagram socket": "socket.socket(type=socket.SOCK_DGRAM)",
    "opens a local socket": "socket.socket(socket.AF_UNIX)",
    "opens a pair of sockets": "socket.socketpair()",
    "listens": "os.close(0); socket.create_server(('127.0.0.1', 0))",
    "connects to this machine": "os.close(0); socket.socket().connect(('127.0.0.1', PORT))",
    "connects over IPv6": "os.close(0); socket.socket(socket.AF_INET6).connect(('::1', PORT))",
    "connects to the world": "os.close(0); socket.socket().connect(('192.0.2.1', 80))",
    "asks for a name": "socket.getaddrinfo('example.org', 80)[0][4][0].count('.') or 1 / 0",
    "connects to the database": "os.close(0); socket.socket(socket.AF_UNIX).connect('/tmp/.s.PGSQL.5432')",
    # other processes
    "forks": "os.fork()",
    "starts a program": "subprocess.run(['/bin/true'], check=True)",
    "becomes a program": "os.execv('/bin/true', ['true'])",
    "starts a thread": "t = threading.Thread(target=print); t.start(); t.join()",
    "signals us": "os.kill(PID, 0)",
    "kills us": "os.kill(PID, signal.SIGTERM)",
    "kills its own program": "os.kill(os.getppid(), signal.SIGKILL)",
    "traces us": "assert ctypes.CDLL(None).ptrace(16, PID, 0, 0) == 0",
    "traces its program": "assert ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0",
    "reads our memory": "open('/proc/PID/mem', 'rb')",
    "changes our priority": "os.setpriority(os.PRIO_PROCESS, PID, 19)",
    # rights and limits
    "becomes root": "os.setuid(0)",
    "becomes root by its group": "os.setgid(0)",
    "joins a group": "os.setgroups([0])",
    "raises how many files it may open": "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))",
    "raises how many processes it may start": "resource.setrlimit(resource.RLIMIT_NPROC, (64, 64))",
    "raises its memory": "resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))",
    "raises its time": "resource.setrlimit(resource.RLIMIT_CPU, (3600, 3600))",
    "raises how much it may write": "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 40, 1 << 40))",
    "duplicates a descriptor": "os.dup(0)",
    "opens a pipe": "os.pipe()",
    "asks for a better priority": "os.nice(-10)",
    "sets the clock": "time.clock_settime(time.CLOCK_REALTIME, time.time())",
    "changes the host name": "os.close(0); socket.sethostname('left')",
    # means
    "eats memory": "bytearray(900_000_000)",
    "maps memory": "mmap.mmap(-1, 900_000_000)",
    "goes on for ever": "while True: pass",
    "sleeps for ever": "time.sleep(600)",
}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A file of ours that a probe may try to read or change."""
    path = tmp_path / "ours"
    path.write_text("ours")
    return path


@pytest.fixture
def taken_over(tmp_path: Path) -> Iterator[Callable[..., ParsingProgram]]:
    """One of the programs with something else in the parser's place; `limits` off leaves it its rights."""
    made: list[ParsingProgram] = []

    def make(name: str, step: str, *, limits: bool = True) -> ParsingProgram:
        original = PROGRAMS[name]
        source = original.child.read_text(encoding="utf-8")
        lines = "".join(f"        {line}\n" for line in step.split("\n"))
        body = f"    try:\n{lines}    except BaseException:\n        return b''\n    return {ESCAPED!r}\n"
        work = f"def taken_over(content, wish):\n{body}\n\n"
        serving = "cell.serve(answer_about," if name == "inspector" else "cell.serve(draw,"
        free = "" if limits else "cell.give_up_rights = lambda _bytes: None\n"
        source = source.replace('if __name__ == "__main__":\n', f'{work}{free}\nif __name__ == "__main__":\n')
        child = tmp_path / f"{name}-{len(made)}.py"
        child.write_text(LOADED + source.replace(serving, "cell.serve(taken_over,"))
        program = ParsingProgram(child, answer_bytes=1024, at_once=1)
        program.seconds = 2
        made.append(program)
        return program

    yield make
    for program in made:
        program.stop()


def probe(step: str, target: Path, port: int) -> str:
    return step.replace("HERE", str(target)).replace("PORT", str(port)).replace("PID", str(os.getpid()))


def all_probes(target: Path, port: int) -> str:
    """One program that does the probe whose number is wished: starting one for each would take minutes."""
    lines = [f"if wish == b'{n}':\n    {probe(step, target, port)}" for n, step in enumerate(PROBES.values())]
    return "\n".join(lines)


@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_escapes(name: str, taken_over: Callable[..., ParsingProgram], target: Path, scored: Scores):
    path = target.with_name("file.pdf")
    path.write_bytes(make_pdf(1))
    escaped = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        program = taken_over(name, all_probes(target, listener.getsockname()[1]))
        assert program.ask(path, b"none of them") == ESCAPED, "a step that does nothing says so: the harness works"
        for number, what in enumerate(PROBES):
            if ESCAPED in program.ask(path, str(number).encode()):
                escaped.append(what)
    assert escaped == []
    assert target.read_text() == "ours"
    assert not Path("/tmp/pglab-left").exists()  # noqa: S108 - what the probes try to leave
    assert len(PROBES) >= 50
    scored("P18", what=f"probes inside the {name}, escaped", sample=len(PROBES))


HARMLESS = [
    *("reads the accounts of the machine", "lists the root", "opens a socket", "connects to this machine", "forks"),
    *("starts a program", "starts a thread", "signals us", "duplicates a descriptor", "opens a pipe", "eats memory"),
    *("reads our environment", "reads the settings", "opens a pair of sockets", "maps memory", "looks at descriptors"),
]


@pytest.mark.parametrize("name", PROGRAMS)
def test_without_the_limits_probes_escape(
    name: str, taken_over: Callable[..., ParsingProgram], target: Path, scored: Scores
):
    """Negative control: the same probes, those that do no harm, in a process that kept its rights."""
    path = target.with_name("file.pdf")
    path.write_bytes(make_pdf(1))
    numbers = list(PROBES)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        program = taken_over(name, all_probes(target, listener.getsockname()[1]), limits=False)
        escaped = [what for what in HARMLESS if ESCAPED in program.ask(path, str(numbers.index(what)).encode())]
    assert len(escaped) >= len(HARMLESS) - 2, set(HARMLESS) - set(escaped)
    scored("P18", control=f"with the limits off {len(escaped)} of {len(HARMLESS)} probes inside the {name} got out")


@pytest.mark.parametrize("step", ["os.abort()", "os.kill(os.getpid(), signal.SIGKILL)", "os.kill(0, signal.SIGKILL)"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_death_hurts_nothing(name: str, step: str, taken_over: Callable[..., ParsingProgram], target: Path):
    """Whatever ends a fork, the program goes on and the next file is looked into as before."""
    path = target.with_name("file.pdf")
    path.write_bytes(make_pdf(1))
    program = taken_over(name, f"if wish == b'die':\n    {step}")
    assert program.ask(path) == ESCAPED
    assert program.standing is not None
    before = program.standing.process.pid

    deaths = [program.ask(path, b"die") for _ in range(5)]

    assert deaths == [b""] * 5
    assert program.ask(path) == ESCAPED
    assert program.standing.process.pid == before


def test_the_time_of_a_fork_ends(taken_over: Callable[..., ParsingProgram], target: Path):
    path = target.with_name("file.pdf")
    path.write_bytes(make_pdf(1))
    program = taken_over("renderer", "time.sleep(600)")
    began = time.monotonic()
    assert program.ask(path) == b""
    assert time.monotonic() - began < cell.IDLE_SECONDS
