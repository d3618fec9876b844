"""``etl verify``: exit codes, what is printed, and the page."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.commands import verify as command
from cli.exit_codes import ExitCode
from cli.main import app
from deployment.verification.check import Check, Finding, not_checkable, proved, refuted
from deployment.verification.subject import Subject

HOSTILE = "<script>alert(1)</script>"


@dataclass
class _Made:
    """The checks that were made, in order."""

    names: list[str] = field(default_factory=list)


class _Files:
    run = "20260301T120000-abcd"


class _Subject:
    embedded = False
    account = "111122223333"
    scenario = type("Scenario", (), {"files": _Files})

    def __init__(self, stack: Any, _: Any) -> None:
        self.stack = stack


class _Stack:
    name = "etl-pipeline-test"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> _Made:
    """Given a deployment whose checks a test chooses."""
    monkeypatch.setattr(command, "deployed_stack", lambda _: _Stack())
    monkeypatch.setattr(command, "Pipeline", lambda _: None)
    monkeypatch.setattr(command, "Subject", _Subject)
    return _Made()


def _run(
    monkeypatch: pytest.MonkeyPatch, made: _Made, findings: dict[str, Finding | BaseException], *arguments: str
) -> Result:
    def check(name: str, finding: Finding | BaseException, disturbs: str = "") -> Check:
        def look(_: Subject) -> Finding:
            made.names.append(name)
            if isinstance(finding, BaseException):
                raise finding
            return finding

        return Check(name=name, claim=f"{name} holds", look=look, disturbs=disturbs)

    checks = tuple(check(name, finding, "an alert 'file failed'") for name, finding in findings.items())
    monkeypatch.setattr(command, "CHECKS", checks)
    monkeypatch.setattr(command, "LAST", (check("withdrawn", proved("nothing is left")),))
    return CliRunner().invoke(app, ["verify", *arguments], env={"COLUMNS": "200"})


@pytest.mark.parametrize(
    ("finding", "code"),
    [
        (proved("it is so"), ExitCode.OK),
        (not_checkable("not allowed"), ExitCode.OK),
        (refuted("it is not", "mend it"), ExitCode.NOTICE),
    ],
)
def test_the_exit_code_says_whether_something_is_refuted(
    monkeypatch: pytest.MonkeyPatch, made: _Made, finding: Finding, code: ExitCode
) -> None:
    ended = _run(monkeypatch, made, {"one": finding, "two": proved("well")})

    assert ended.exit_code == code
    assert finding.found in ended.output
    assert finding.cure in ended.output


def test_disturbances_are_announced_before_anything_is_done(monkeypatch: pytest.MonkeyPatch, made: _Made) -> None:
    output = _run(monkeypatch, made, {"one": proved("well")}).output

    assert output.index("an alert 'file failed'") < output.index("one holds")


def test_programs_get_json_alone(monkeypatch: pytest.MonkeyPatch, made: _Made) -> None:
    ended = _run(monkeypatch, made, {"one": refuted("it is not", "mend it")}, "--json")

    report = json.loads(ended.stdout)
    assert (report["run"], report["stack"], report["embedded"]) == (_Files.run, "etl-pipeline-test", False)
    assert report["results"][0] == {
        "name": "one",
        "claim": "one holds",
        "verdict": "refuted",
        "found": "it is not",
        "cure": "mend it",
    }


def test_the_page_escapes_what_was_found(monkeypatch: pytest.MonkeyPatch, made: _Made, tmp_path: Path) -> None:
    page = tmp_path / "page.html"

    _run(monkeypatch, made, {"one": refuted(HOSTILE, "mend it"), "two": not_checkable("why")}, "--out", str(page))

    text = page.read_text(encoding="utf-8")
    assert HOSTILE not in text
    assert "&lt;script&gt;" in text
    assert text.index("Refuted: 1") < text.index("Not checkable: 1") < text.index("Proved: 1")
    assert "body {" in text
    # In a narrow window, where the table has no head
    assert text.count('data-heading="found"') == text.count('data-heading="to do"') == text.count('<th scope="row">')


def test_an_interrupted_run_withdraws_its_rows(monkeypatch: pytest.MonkeyPatch, made: _Made) -> None:
    ended = _run(monkeypatch, made, {"one": KeyboardInterrupt(), "two": proved("well")})

    assert made.names == ["one", "withdrawn"]
    assert ended.exit_code != ExitCode.OK


def test_a_list_makes_no_check(monkeypatch: pytest.MonkeyPatch, made: _Made) -> None:
    ended = _run(monkeypatch, made, {"one": proved("well")}, "--list", "--json")

    assert made.names == []
    assert [check["name"] for check in json.loads(ended.stdout)] == ["one", "withdrawn"]
    assert CliRunner().invoke(app, ["verify", "--list"], env={"COLUMNS": "200"}).exit_code == ExitCode.OK
