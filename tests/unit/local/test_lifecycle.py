"""An emulator that was started ends, whatever happens, with everything that it started."""

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from local.emulator import Emulator
from local.lifecycle import EmulatorError, start, stop

# Stands for the emulator: starts a child, as the emulator does for functions, writes both ids, and waits.
PARENT = """
import os, pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("pids").write_text(f"{os.getpid()} {child.pid}")
time.sleep(600)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + PARENT


def server(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def has_pids(emulator: Emulator) -> bool:
    file = emulator.folder / "pids"
    return file.exists() and len(file.read_text().split()) == 2


def pids(emulator: Emulator) -> list[int]:
    return [int(pid) for pid in (emulator.folder / "pids").read_text().split()]


def runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("program", [PARENT, STUBBORN], ids=["obeys", "ignores SIGTERM"])
def test_stopping_ends_the_process_group_and_removes_the_folder(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a running emulator that started a process of its own
    monkeypatch.setattr("local.lifecycle.STOP_SECONDS", 0.5)
    emulator = start(server(program), is_ready=has_pids)
    started = pids(emulator)
    assert all(runs(pid) for pid in started)

    # When it is stopped
    stop(emulator)

    # Then nothing of it is left
    assert not any(runs(pid) for pid in started)
    assert not emulator.folder.exists()


def test_stopping_twice_is_harmless() -> None:
    emulator = start(server(PARENT), is_ready=has_pids)

    stop(emulator)
    stop(emulator)

    assert not emulator.alive


def test_another_process_with_the_same_id_is_left_alone(tmp_path: Path) -> None:
    # Given what is known of an emulator that ended, whose process id another program has by now
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    emulator = Emulator(pid=stranger.pid, port=1, folder=tmp_path / "gone", ca_bundle=tmp_path / "gone.pem")

    # When it is stopped
    stop(emulator)

    # Then the stranger lives on
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_an_emulator_that_ends_at_once_is_reported_with_its_log(temporary_folder: Path) -> None:
    with pytest.raises(EmulatorError, match=r"exit code 3:\nno port for me"):
        start(server("import sys; print('no port for me', flush=True); sys.exit(3)"), is_ready=lambda _emulator: False)

    assert list(temporary_folder.iterdir()) == []


@pytest.mark.parametrize("failure", [EmulatorError, KeyboardInterrupt], ids=["too late", "Ctrl-C"])
def test_a_failed_start_leaves_nothing(failure: type[BaseException], temporary_folder: Path) -> None:
    started: list[int] = []

    def check(emulator: Emulator) -> bool:
        if has_pids(emulator):
            started.extend(pids(emulator))
            if failure is KeyboardInterrupt:
                raise KeyboardInterrupt
        return False

    with pytest.raises(failure):
        start(server(PARENT), is_ready=_until_seen(check, started), patience=0 if failure is EmulatorError else 60)

    assert not any(runs(pid) for pid in started)
    assert list(temporary_folder.iterdir()) == []


def _until_seen(check: Callable[[Emulator], bool], started: list[int]) -> Callable[[Emulator], bool]:
    """Ask until the processes are known, so that the test knows what must be gone."""

    def ask(emulator: Emulator) -> bool:
        while not started:
            check(emulator)
        return False

    return ask


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_the_program_ends_its_emulator(signal_number: int, tmp_path: Path) -> None:
    # Given a program that runs an emulator
    program = textwrap.dedent("""
        import pathlib, signal, sys, time
        from local import lifecycle
        from tests.unit.local import test_lifecycle as fake
        # A shell's background job, as this test run may be one, starts with Ctrl-C ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        start = lifecycle.start
        lifecycle.start = lambda _server: start(fake.server(fake.PARENT), fake.has_pids)
        with lifecycle.running() as emulator:
            print(emulator.folder, *fake.pids(emulator), flush=True)
            time.sleep(600)
    """)
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    running = subprocess.Popen(server(program), stdout=subprocess.PIPE, text=True, env=environment)
    assert running.stdout is not None
    folder, *started = running.stdout.readline().split()

    # When it gets the signal
    running.send_signal(signal_number)
    running.wait(timeout=60)
    running.stdout.close()

    # Then its emulator has ended too
    assert not any(runs(int(pid)) for pid in started)
    assert not Path(folder).exists()


def test_an_emulator_is_found_again_from_what_was_written_down(tmp_path: Path) -> None:
    emulator = Emulator(pid=1, port=4566, folder=tmp_path, ca_bundle=tmp_path / "certificate.pem")

    assert Emulator.from_json(emulator.to_json()) == emulator


def test_sessions_reach_the_emulator_whatever_the_shell_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a shell that points at another endpoint
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://elsewhere.example")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://elsewhere.example")
    emulator = Emulator(pid=1, port=4566, folder=tmp_path, ca_bundle=tmp_path / "certificate.pem")

    # When clients and resources are made
    client = emulator.session.client("s3")
    resource = emulator.session.resource("s3")

    # Then they reach the emulator
    assert client.meta.endpoint_url == emulator.endpoint
    assert resource.meta.client.meta.endpoint_url == emulator.endpoint
