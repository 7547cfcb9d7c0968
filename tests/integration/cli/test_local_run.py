"""`make run` on one machine: ports, the lock, leftovers of a killed run, and what a person is told."""

import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from pglab.cli import upkeep
from pglab.cli.children import Child, end_leftovers, python_command, start_child, stop_children
from pglab.cli.run import CannotRunError, choose_port, show_new_lines, take_lock

SLEEP = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "


def sleeper(state: Path, code: str = "import time; time.sleep(60)") -> Child:
    return start_child("sleeper", python_command(state, 8000, "-c", code), state / "log" / "sleeper.log")


def wait_for_family(child: Child, size: int) -> list[psutil.Process]:
    """The child and what it started, once there are that many."""
    for _ in range(200):
        parent = psutil.Process(child.process.pid)
        family = [parent, *parent.children(recursive=True)]
        if len(family) == size:
            return family
        time.sleep(0.05)
    raise AssertionError(f"never {size} processes")


def test_a_taken_port_that_was_asked_for_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]

        with pytest.raises(CannotRunError, match=f"port {taken} is taken.* make run PORT={taken + 1}"):
            choose_port(taken, asked=True)


def test_a_port_from_the_settings_counts_as_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(CannotRunError):
        choose_port(other.getsockname()[1], asked=False)


def test_without_a_wish_the_next_free_port_is_taken_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        monkeypatch.setattr("pglab.cli.run.DEFAULT_PORT", taken)

        chosen = choose_port(taken, asked=False)

    assert taken < chosen < taken + 100
    assert capsys.readouterr().out == f"Port {taken} is taken by another program; using {chosen}.\n"


def test_one_folder_runs_once_and_the_second_is_told_where(tmp_path: Path) -> None:
    with take_lock(tmp_path) as held:
        assert upkeep.running_supervisor(tmp_path)
        with pytest.raises(CannotRunError, match=r"runs already \(process \d+\).*make stop"):
            take_lock(tmp_path)

    assert held.closed
    assert upkeep.running_supervisor(tmp_path) is None
    take_lock(tmp_path).close()


def test_leftovers_of_a_killed_run_end_with_their_children_and_nobody_else_does(tmp_path: Path) -> None:
    ours = sleeper(tmp_path, SLEEP + "time.sleep(60)")
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    theirs = sleeper(other_folder)
    family = wait_for_family(ours, 2)

    ended = end_leftovers(tmp_path)

    assert ended == 2
    ours.process.wait(timeout=5)
    assert not [process for process in family if process.is_running()]
    assert not theirs.has_ended
    stop_children([theirs])


def test_stopping_a_child_ends_what_it_started_too(tmp_path: Path) -> None:
    child = sleeper(tmp_path, SLEEP + "time.sleep(60)")
    family = wait_for_family(child, 2)

    stop_children([child])

    assert child.has_ended
    assert not [process for process in family if process.is_running()]


def test_a_child_that_ended_is_named_with_its_last_words(tmp_path: Path) -> None:
    child = sleeper(tmp_path, "import sys; print('the disk is full'); sys.exit(3)")
    child.process.wait(timeout=20)

    assert child.has_ended
    assert child.last_words() == (f"the sleeper ended with status 3. The end of {child.log}:\n    the disk is full")
    assert child.log.stat().st_mode & 0o077 == 0


def test_verbose_shows_only_what_is_new(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log = tmp_path / "web.log"
    log.write_text("before\n")
    seen = log.stat().st_size
    with log.open("a") as file:
        file.write("GET / 200\n")

    seen = show_new_lines(log, seen)

    assert (capfdbinary.readouterr().out, seen) == (b"GET / 200\n", log.stat().st_size)


def test_reset_keeps_everything_without_the_typed_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "state_folder", lambda: tmp_path)
    (tmp_path / "postgres").mkdir()

    answer = CliRunner().invoke(upkeep.main, ["reset"], input="yes\n")

    assert (answer.exit_code, (tmp_path / "postgres").is_dir()) == (1, True)
    assert "Nothing was dropped." in answer.output


def test_reset_drops_the_data_and_keeps_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "state_folder", lambda: tmp_path)
    for name in ("postgres", "store"):
        (tmp_path / name).mkdir()
    (tmp_path / "settings.env").write_text("SECRET_KEY=x\n")

    answer = CliRunner().invoke(upkeep.main, ["reset"], input="reset\n")

    assert answer.exit_code == 0
    assert [(tmp_path / name).exists() for name in ("postgres", "store", "settings.env")] == [False, False, True]


def test_make_help_lists_every_target_in_one_line() -> None:
    listed = subprocess.run(["make", "help"], capture_output=True, text=True, check=True).stdout.splitlines()  # noqa: S607 - whichever make the machine has

    names = [line.split()[1] for line in listed]
    assert {"run", "test", "trust", "check", "bench", "lock", "stop", "reset"} <= set(names)
    assert all(len(line) < 120 for line in listed)
