"""The command line itself."""

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from cli import main
from cli.exit_codes import ExitCode
from cli.options import OUTPUT_CLOSED

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
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", page, flags=re.MULTILINE)}
    assert codes == {*ExitCode, 130, OUTPUT_CLOSED}


@pytest.mark.parametrize("command", [*COMMANDS, "layout list", "layout lint", "layout draft"])
def test_help_is_whole_in_a_narrow_terminal(command: str) -> None:
    shown = CliRunner().invoke(main.app, [*command.split(), "--help"], env={"COLUMNS": "60"}).output

    assert "…" not in shown
    # No type by Python's name
    assert not re.search(r"<[a-zA-Z\[]", shown)
    # No argument marked as optional or repeated twice
    assert not re.search(r"\[\[|\]\]|\.\.\.}", shown)


@pytest.mark.parametrize("command", [*COMMANDS, "layout lint", "layout draft"])
def test_each_example_is_one_line_that_can_be_copied(command: str) -> None:
    found: Any = get_command(main.app)
    for name in command.split():
        found = found.commands[name]
    shown = CliRunner().invoke(main.app, [*command.split(), "--help"], env={"COLUMNS": "60"}).output

    examples = re.findall(r"^ *((?:etl|unzip|#) .*)$", found.help, flags=re.MULTILINE)

    assert examples or command in {"demo", "doctor"}
    assert set(examples) <= {line.strip() for line in shown.splitlines()}


@pytest.mark.parametrize("answer", [["layout", "list"], ["layout", "list", "--json"]], ids=["table", "JSON"])
def test_output_that_nobody_reads_ends_the_command(answer: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as output:
        call = [sys.executable, "-c", "from cli.main import main; main()", *answer]
        ended = subprocess.run(call, stdout=output, stderr=subprocess.PIPE, cwd=ROOT, check=False)

    assert (ended.returncode, ended.stderr) == (OUTPUT_CLOSED, b"")


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
