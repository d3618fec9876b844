"""The command line itself."""

import pytest
from botocore.exceptions import NoCredentialsError
from typer.testing import CliRunner

from cli import main


def test_help_lists_every_command_with_what_it_does() -> None:
    answer = CliRunner().invoke(main.app, ["--help"], env={"COLUMNS": "100"})
    assert answer.exit_code == 0
    for words in ("demo", "Deploy to the embedded AWS", "status", "Show the files of a deployment"):
        assert words in answer.output


@pytest.mark.parametrize("command", ["demo", "status"])
def test_every_command_explains_itself(command: str) -> None:
    answer = CliRunner().invoke(main.app, [command, "--help"], env={"COLUMNS": "100"})
    assert answer.exit_code == 0
    assert "AWS" in answer.output


def test_an_expected_failure_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise NoCredentialsError

    monkeypatch.setattr(main, "app", fail)
    with pytest.raises(SystemExit, match="error: Unable to locate credentials"):
        main.main()
