"""``make local`` twice starts one emulator; ``make local-down`` ends it, and is harmless without one."""

from pathlib import Path

import pytest

from deployment.stack import DeployedStack
from local import __main__ as program
from local.cdk import CdkError
from local.emulator import Emulator


class FakeEmulators:
    """Starts, deploys to and stops emulators that exist on paper."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[Emulator] = []
        self.deployed: list[str] = []
        self.failure: CdkError | None = None

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

    def stop(self, emulator: Emulator) -> None:
        self.running.remove(emulator)


@pytest.fixture
def emulators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEmulators:
    fakes = FakeEmulators(tmp_path)
    monkeypatch.setattr(program, "STATE", tmp_path / ".local" / "emulator.json")
    monkeypatch.setattr(program, "start", fakes.start)
    monkeypatch.setattr(program, "deploy", fakes.deploy)
    monkeypatch.setattr(program, "stop", fakes.stop)
    monkeypatch.setattr(Emulator, "alive", property(lambda emulator: emulator in fakes.running))
    return fakes


def test_up_prints_what_a_shell_must_export(emulators: FakeEmulators, capsys: pytest.CaptureFixture[str]) -> None:
    program.main(["up"])

    (emulator,) = emulators.running
    exported = capsys.readouterr().out.splitlines()
    assert exported == [f"export {name}={value}" for name, value in emulator.environment.items()]


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
