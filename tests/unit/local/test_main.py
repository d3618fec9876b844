"""``make local`` twice starts one emulator; ``make local-down`` ends it, and is harmless without one."""

import os
import signal
from pathlib import Path

import pytest

from deployment.stack import DeployedStack
from local import __main__ as program
from local.cdk import CdkError
from local.emulator import Emulator
from local.starting import Starting


class FakeEmulators:
    """Starts, deploys to and stops emulators that exist on paper."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[Emulator] = []
        self.deployed: list[str] = []
        self.failure: BaseException | None = None
        self.killed: list[int] = []

    def start(self) -> Emulator:
        number = len(self.running) + 1
        emulator = Emulator(pid=number, port=number, folder=self.folder, ca_bundle=self.folder / "certificate.pem")
        self.running.append(emulator)
        return emulator

    def deploy(self, emulator: Emulator, suffix: str, _email: str) -> DeployedStack:
        if self.failure:
            raise self.failure
        self.deployed.append(suffix)
        return DeployedStack(emulator.session, f"etl-{suffix}")

    def kill(self, pids: list[int]) -> None:
        self.killed += pids

    def stop(self, emulator: Emulator) -> None:
        self.running.remove(emulator)


@pytest.fixture
def emulators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEmulators:
    fakes = FakeEmulators(tmp_path)
    monkeypatch.setattr(program, "STATE", tmp_path / ".local" / "emulator.json")
    monkeypatch.setattr(program, "start", fakes.start)
    monkeypatch.setattr(program, "deploy", fakes.deploy)
    monkeypatch.setattr(program, "stop", fakes.stop)
    monkeypatch.setattr(program, "kill", fakes.kill)
    monkeypatch.setattr(program, "family", lambda pid: [pid, 4711])
    monkeypatch.setattr(Emulator, "alive", property(lambda emulator: emulator in fakes.running))
    return fakes


def test_up_prints_what_a_shell_must_export(emulators: FakeEmulators, capsys: pytest.CaptureFixture[str]) -> None:
    program.main(["up", "--suffix", "qa"])

    (emulator,) = emulators.running
    exported = capsys.readouterr().out.splitlines()
    variables = emulator.environment | {"ETL_SUFFIX": "qa"}
    assert exported == [f"export {name}={value}" for name, value in variables.items()]


def test_up_twice_keeps_the_emulator_and_deploys_again(emulators: FakeEmulators) -> None:
    program.main(["up"])
    program.main(["up", "--suffix", "two"])

    assert len(emulators.running) == 1
    assert emulators.deployed == ["dev", "two"]


def test_up_after_the_emulator_died_starts_another(emulators: FakeEmulators) -> None:
    program.main(["up"])
    emulators.running.clear()

    program.main(["up"])

    assert len(emulators.running) == 1


def test_down_ends_it_and_twice_is_harmless(emulators: FakeEmulators) -> None:
    program.main(["up"])

    program.main(["down"])
    program.main(["down"])

    assert emulators.running == []


def test_a_failed_deployment_keeps_the_emulator_running(
    emulators: FakeEmulators,
) -> None:
    emulators.failure = CdkError("cdk deploy failed with exit code 1")

    with pytest.raises(SystemExit, match=r"^error: cdk deploy failed"):
        program.main(["up"])

    assert len(emulators.running) == 1
    program.main(["down"])
    assert emulators.running == []


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), SystemExit(128 + signal.SIGTERM)])
def test_an_interrupted_start_leaves_no_emulator(emulators: FakeEmulators, interruption: BaseException) -> None:
    emulators.failure = interruption

    with pytest.raises(SystemExit):
        program.main(["up"])

    assert (emulators.running, emulators.killed) == ([], [4711])
    assert not program.STATE.exists()


def test_an_interrupted_update_keeps_the_emulator(emulators: FakeEmulators) -> None:
    program.main(["up"])
    emulators.failure = KeyboardInterrupt()

    with pytest.raises(SystemExit):
        program.main(["up"])

    assert len(emulators.running) == 1
    assert program.STATE.exists()


@pytest.mark.usefixtures("emulators")
def test_down_interrupts_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a start that ends when it is told to
    start = Starting(program.STATE.with_suffix(".lock"))
    start.__enter__()
    told: list[tuple[list[int], signal.Signals]] = []

    def send(pids: list[int], signal_number: signal.Signals) -> None:
        told.append((pids, signal_number))
        start.__exit__(None, None, None)

    monkeypatch.setattr(program, "send", send)

    program.main(["down"])

    assert told == [([os.getpid()], signal.SIGTERM)]
    assert Starting(program.STATE.with_suffix(".lock")).holder() is None
