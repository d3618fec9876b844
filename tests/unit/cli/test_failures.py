"""No command ends in a traceback: one line that names the cure, and the documented exit code."""

import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, NoCredentialsError, ReadTimeoutError, SSLError

from cli import main
from cli.exit_codes import ExitCode
from cli.failures import explain
from cli.options import UsageError

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = str(ROOT / "layouts" / "alpine-2025.sample.csv")
COMMANDS = [command.callback.__name__ for command in main.app.registered_commands if command.callback]
ON_DEPLOYMENTS = {
    "submit": [SAMPLE, "--partner", "alpine"],
    "status": [],
    "audit": ["incoming/alpine/a.csv"],
    "logs": ["incoming/alpine/a.csv"],
    "report": ["incoming/alpine/a.csv"],
    "replay": [],
    "withdraw": ["incoming/alpine/a.csv", "--reason", "test"],
    "overview": ["--json"],
    "query": ["SELECT 1"],
    "alerts": [],
    "info": [],
    "doctor": [],
    "verify": [],
}
WITHOUT_AWS = {"demo", "check"}
NOWHERE = "/no/such/folder/out.html"


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take away every setting of AWS that this machine has."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def _ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[ExitCode, str]:
    """Run the command line as a shell does; return the exit code and the one line."""
    monkeypatch.setattr(sys, "argv", ["etl", *arguments])
    with pytest.raises(SystemExit) as ended:
        main.main()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert isinstance(ended.value.code, int)
    return ExitCode(ended.value.code), line


def test_every_command_is_tried() -> None:
    assert {*ON_DEPLOYMENTS, *WITHOUT_AWS} == set(COMMANDS)


@pytest.mark.parametrize("command", [[], *([one] for one in COMMANDS), ["layout"], ["layout", "lint"]], ids=str)
def test_an_unknown_option_is_incorrect_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    code, line = _ended(monkeypatch, capsys, *command, "--zzz")

    assert code is ExitCode.USAGE
    assert line.endswith(f"No such option: --zzz; see: {' '.join(['etl', *command])} --help")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["statsu"], "Did you mean 'status'?"),
        (["layout", "nosuch"], "see: etl layout --help"),
        (["layout", "list", "--partner", "alpin"], "did you mean alpine?"),
        (["layout", "lint", "nosuch.yaml"], "does not exist"),
        (["layout", "draft", str(ROOT)], "is a directory"),
        (["check", "nosuch.csv"], "there is no file nosuch.csv"),
        (["check", str(ROOT / "cli" / "demo")], "cli/demo: no file ends in .csv or .json: name a file"),
        (["check", SAMPLE, "--partner", "alpin"], "did you mean alpine?"),
        (["check", SAMPLE, "--layout", "alpine-2052"], "did you mean alpine-2025?"),
        (["check", SAMPLE, "--junit", NOWHERE], "mkdir -p /no/such/folder"),
        (["check", str(ROOT), "--nosuch"], "No such option"),
        (["submit", "nosuch.csv", "--partner", "alpine"], "does not exist"),
        (["submit", str(ROOT / "README.md"), "--partner", "alpine"], ".csv or .json"),
        (["submit", SAMPLE, "--partner", "alpine", "--folder", "../x"], "no folder below the partner's"),
        (["submit", SAMPLE], "Missing option '--partner'"),
        (["status", "--since", "5"], "write 90s, 15m, 24h or 7d"),
        (["status", "--status", "nosuch"], "for '--status': 'nosuch' is not one of 'received',"),
        (["status", "--limit", "0"], "greater than or equal to 1"),
        (["alerts", "--since", "5"], "write 90s, 15m, 24h or 7d"),
        (["alerts", "--since", "31d"], "give --since 30d, or less"),
        (["withdraw", "incoming/alpine/a.csv"], "Missing option '--reason'"),
        (["report", "a.csv", "--out", NOWHERE], "mkdir -p /no/such/folder"),
        (["verify", "--out", NOWHERE], "mkdir -p /no/such/folder"),
        (["demo", "--dashboard", "/no/such/folder/out.svg"], "mkdir -p /no/such/folder"),
        (["verify", "--out", "verification.txt"], "must end in .html"),
        (["report", "a.csv", "--out", "report.pdf"], "must end in .html"),
        (["report", "a.csv", "--rows", "rejected.xlsx"], "must end in .csv"),
        (["demo", "--dashboard", "dashboard.png"], "must end in .svg"),
        (["query", "nosuch"], "no saved query nosuch"),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, list) else "",
)
def test_bad_input_is_incorrect_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    code, line = _ended(monkeypatch, capsys, *arguments)

    assert code is ExitCode.USAGE
    assert says in line


@pytest.mark.parametrize("command", ON_DEPLOYMENTS)
def test_a_machine_without_credentials_is_told_the_cure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    code, line = _ended(monkeypatch, capsys, command, *ON_DEPLOYMENTS[command])

    assert code is ExitCode.FAILED
    assert "set AWS_PROFILE" in line


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"AWS_PROFILE": "nosuch"}, "set AWS_PROFILE to one of those"),
        ({"AWS_ENDPOINT_URL": "https://localhost:1"}, "the embedded AWS has ended"),
        ({"AWS_ENDPOINT_URL": "https://localhost:1", "AWS_CA_BUNDLE": "/nosuch.pem"}, "the embedded AWS has ended"),
    ],
    ids=["profile", "endpoint", "certificate"],
)
def test_settings_that_lead_nowhere_are_told_with_the_cure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: dict[str, str], says: str
) -> None:
    keys = {} if "AWS_PROFILE" in settings else {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    for name, value in (settings | keys).items():
        monkeypatch.setenv(name, value)

    code, line = _ended(monkeypatch, capsys, "status")

    assert code is ExitCode.FAILED
    assert says in line


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (NoCredentialsError(), ExitCode.FAILED, "aws sso login"),
        (ReadTimeoutError(endpoint_url="https://s3"), ExitCode.FAILED, "check the network"),
        (ConnectTimeoutError(endpoint_url="https://s3"), ExitCode.FAILED, "check the network"),
        (SSLError(endpoint_url="https://s3", error=Exception("x")), ExitCode.FAILED, "set AWS_CA_BUNDLE to"),
        (ClientError({"Error": {"Code": "ExpiredToken"}}, "Query"), ExitCode.FAILED, "does not accept the credentials"),
        (ClientError({"Error": {"Code": "AccessDenied"}}, "Query"), ExitCode.FAILED, "does not allow Query"),
        (UsageError("no file x"), ExitCode.USAGE, "no file x"),
        (FileNotFoundError(2, "No such file", "a/b"), ExitCode.USAGE, "a/b: No such file: give a path in a folder"),
        (PermissionError(13, "Permission denied", "a"), ExitCode.USAGE, "change its permissions"),
        (IsADirectoryError(21, "Is a directory", "a"), ExitCode.USAGE, "give another path"),
        (OSError(28, "No space left on device", "a"), ExitCode.FAILED, "free space"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_expected_error_names_its_cure(error: Exception, code: ExitCode, says: str) -> None:
    failure = explain(error)

    assert failure.code is code
    assert says in failure.line


@pytest.mark.parametrize(
    "error", [SSLError(endpoint_url="https://s3", error=Exception("x")), FileNotFoundError(2, "No file")]
)
def test_a_missing_certificate_is_told_with_the_cure(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nosuch.pem")

    assert "/nosuch.pem is missing" in explain(error).line
    assert "start it:" in explain(error).line


def test_a_defect_is_named_without_its_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_options: object) -> None:
        raise ValueError("DE89 3704 0044")

    monkeypatch.setattr(main, "app", fail)
    code, line = _ended(monkeypatch, capsys)

    assert code is ExitCode.FAILED
    assert "unexpected ValueError in test_failures.py" in line
    assert "3704" not in line
    # And whoever looks for its cause is shown all of it
    monkeypatch.setenv("ETL_TRACEBACK", "1")
    with pytest.raises(ValueError, match="3704"):
        main.main()
