"""The command line in this process, as a shell runs it."""

from typing import NamedTuple

from typer.testing import CliRunner

from cli.failures import explain
from cli.main import app


class Answer(NamedTuple):
    """What a command has printed, and its exit code."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """All that was printed."""
        return self.stdout + self.stderr


def etl(*arguments: object, given: str | bytes | None = None) -> Answer:
    """Run a command with ``given`` on standard input; an error ends it as it ends ``cli.main.main``."""
    result = CliRunner().invoke(app, list(map(str, arguments)), input=given)
    if isinstance(result.exception, Exception):
        failure = explain(result.exception)
        return Answer(failure.code, result.stdout, f"{result.stderr}error: {failure.line}\n")
    return Answer(result.exit_code, result.stdout, result.stderr)
