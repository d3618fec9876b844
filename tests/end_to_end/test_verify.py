"""``etl verify`` on the embedded AWS, with the permissions that it asks for and no others."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.exit_codes import ExitCode
from cli.main import app
from deployment.verification.check import Verdict
from deployment.verification.checks import CHECKS, LAST
from pipeline.constants import VERIFICATION_PARTNER, FileStatus
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.principals import user

Etl = Callable[..., Result]


@pytest.fixture
def etl(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Etl]:
    """Run a command as a user that has the policy which ``--permissions`` prints."""
    for name, value in deployment.emulator.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ETL_SUFFIX", deployment.stack.name.rpartition("-")[2])

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, list(map(str, arguments)))

    policy = json.loads(run("verify", "--permissions").stdout)
    with user(deployment.emulator, "verifier", *map(_as_the_emulator_asks, policy["Statement"])) as verifier:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", verifier.credentials["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", verifier.credentials["SecretAccessKey"])
        yield run


def test_verify_proves_what_is_provable_here(etl: Etl, deployment: Deployment, tmp_path: Path) -> None:
    # When the deployment is verified
    page = tmp_path / "verification.html"
    ended = etl("verify", "--json", "--out", page)
    # Then everything that the embedded AWS can show is proved
    assert ended.stdout, ended.exception
    report = json.loads(ended.stdout)
    results = {result["name"]: result for result in report["results"]}
    expected = {check.name: Verdict.NOT_CHECKABLE if check.only_aws else Verdict.PROVED for check in (*CHECKS, *LAST)}
    assert {name: result["verdict"] for name, result in results.items()} == expected, _unlike(results, expected)
    assert ended.exit_code == ExitCode.OK
    # And people on call were told before, and got exactly these alerts
    assert "People on call will notice" in ended.stderr
    alerts = [alert.attributes["status"] for alert in _alerts(deployment)]
    assert sorted(alerts) == [FileStatus.COMPLETED, FileStatus.FAILED]
    # And a page has it all
    assert all(name in page.read_text() for name in results)
    # And the trail says who withdrew what, and why
    rows = [row for row in deployment.pipeline.audit.rows() if row.partner == VERIFICATION_PARTNER]
    assert not any(row.published for row in rows)
    withdrawn = [row for row in rows if row.status is FileStatus.WITHDRAWN]
    assert len(withdrawn) == 7
    assert all(report["run"] in row.history[-1].detail for row in withdrawn)


def _as_the_emulator_asks(statement: dict[str, Any]) -> dict[str, Any]:
    """Write a statement for the emulator where it asks IAM about another action or resource than AWS does."""
    actions = statement["Action"]
    batches = [f"{action}Batch" for action in actions if action.startswith("sqs:")]
    services = {action.partition(":")[0] for action in actions}
    unknown = services & {"events", "iam", "logs"} or "states:DescribeMapRun" in actions
    return statement | {"Action": [*actions, *batches]} | ({"Resource": "*"} if unknown else {})


def _alerts(deployment: Deployment) -> list[Any]:
    return [alert for alert in deployment.inbox.received() if alert.attributes.get("partner") == VERIFICATION_PARTNER]


def _unlike(results: dict[str, dict[str, str]], expected: dict[str, Verdict]) -> list[dict[str, str]]:
    return [result for name, result in results.items() if result["verdict"] != expected[name]]
