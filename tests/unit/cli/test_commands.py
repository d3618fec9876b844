"""The command line itself."""

import re
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from cli import main
from cli.exit_codes import ExitCode

ROOT = Path(__file__).resolve().parents[3]


def test_help_lists_every_command_with_what_it_does() -> None:
    answer = CliRunner().invoke(main.app, ["--help"], env={"COLUMNS": "100"})
    assert answer.exit_code == 0
    for words in ("demo", "Deploy to the embedded AWS", "status", "Show the files of a deployment"):
        assert words in answer.output


COMMANDS = [command.callback.__name__ for command in main.app.registered_commands if command.callback]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_answers_programs(command: str) -> None:
    answer = CliRunner().invoke(main.app, [command, "--help"], env={"COLUMNS": "100"})
    assert answer.exit_code == 0
    # The demonstration is for people alone
    assert ("--json" in answer.output) == (command != "demo")


def test_commands_use_the_deployment_dev_by_default() -> None:
    group = get_command(main.app)
    assert isinstance(group, TyperGroup)
    suffixes = {
        name: option.default
        for name, command in group.commands.items()
        for option in command.params
        if option.name == "suffix"
    }
    commands = (
        "submit",
        "status",
        "audit",
        "logs",
        "report",
        "replay",
        "withdraw",
        "overview",
        "query",
        "info",
        "alerts",
        "doctor",
        "verify",
    )
    assert suffixes == dict.fromkeys(commands, "dev")


def test_the_page_lists_every_command_and_every_exit_code() -> None:
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `etl (\w+)", page, flags=re.MULTILINE)) == {*COMMANDS, "layout"}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, flags=re.MULTILINE)} == {*ExitCode, 130}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_whole_in_a_narrow_terminal(command: str) -> None:
    shown = CliRunner().invoke(main.app, [command, "--help"], env={"COLUMNS": "60"}).output

    assert "…" not in shown
    assert "<bool>" not in shown


@pytest.mark.parametrize("arguments", [[], ["layout"]], ids=["etl", "layout"])
def test_a_group_alone_shows_its_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["etl", *arguments])

    with pytest.raises(SystemExit) as ended:
        main.main()

    captured = capsys.readouterr()
    assert ended.value.code == ExitCode.USAGE
    assert "Usage: etl" in captured.out
    assert captured.err == ""


def test_the_version_is_that_of_the_package() -> None:
    assert CliRunner().invoke(main.app, ["--version"]).output == f"etl {version('transaction-pipeline')}\n"
