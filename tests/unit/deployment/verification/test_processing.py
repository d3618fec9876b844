"""Files that came to something else than they should are refuted."""

import json
from decimal import Decimal
from typing import Any

import pytest

from deployment.verification import failures, processing
from deployment.verification.check import Finding, Verdict, make
from etl.workflow.settling import NO_OUTCOME
from pipeline.constants import FileStatus
from tests.unit.deployment.verification.account import KEY, Account
from tests.unit.deployment.verification.run import FILES, Run
from transactions.results import WrittenObject

LARGE = FILES.large
MAP_RUN = {"status": "SUCCEEDED", "mapRunArn": "map", "itemCounts": {"failed": 0, "succeeded": 7}}


class _Pipeline:
    outputs = {"RawBucket": "raw", "ProcessedBucket": "processed"}  # noqa: RUF012 - read only

    def route(self, execution: str) -> str:
        return execution

    def objects(self, _: Any) -> tuple[WrittenObject, ...]:
        return (WrittenObject(path="transactions/1", table="transactions", partition=(), rows=1, size=1),)


def _announced(name: str, **changed: Any) -> dict[str, Any]:
    [file] = [file for file in FILES.sent if file.name == name]
    known = {
        "key": file.key,
        "version-id": f"v-{name}",
        "sequencer": "00",
        "size": len(file.content),
        "etag": "abc-1",
    }
    return {name: value for name, value in (known | changed).items() if value is not None}


def _make(
    name: str,
    run: Run | None = None,
    *,
    events: dict[str, dict[str, Any]] | None = None,
    map_run: dict[str, Any] | None = None,
    key: str = KEY,
) -> Finding:
    objects = [_announced(file.name, **(events or {}).get(file.name, {})) for file in FILES.sent]
    states = {
        "describe_execution": {"input": json.dumps({"files": [{"object": found} for found in objects]})},
        "list_map_runs": {"mapRuns": [{"mapRunArn": "map"}]},
        "describe_map_run": MAP_RUN | (map_run or {}),
    }
    account = Account(
        resources={("AWS::KMS::Key", "Key"): ("1", {})},
        pipeline=_Pipeline(),
        services={"stepfunctions": states, "s3": {"head_object": {"SSEKMSKeyId": key} if key else {}}},
    )
    subject = account.subject()
    subject.__dict__["scenario"] = run or Run()
    [check] = [check for check in (*processing.CHECKS, *failures.CHECKS) if check.name == name]
    return make(check, subject)


@pytest.mark.parametrize(
    "name", ["events", "routes", "multipart", "figures", "map-runs", "objects-encrypted", "replay"]
)
def test_a_run_as_it_should_be_is_proved(name: str) -> None:
    assert _make(name).verdict is Verdict.PROVED


@pytest.mark.parametrize("changed", [{"version-id": None}, {"version-id": "another"}, {"sequencer": None}])
def test_an_event_without_its_version_is_refuted(changed: dict[str, Any]) -> None:
    assert _make("events", events={"statement": changed}).verdict is Verdict.REFUTED


@pytest.mark.parametrize("name", [LARGE.name, "statement"])
def test_a_file_on_the_other_route_is_refuted(name: str) -> None:
    other = "batch" if name == LARGE.name else "direct"

    assert _make("routes", Run({name: {"execution": other}})).verdict is Verdict.REFUTED


@pytest.mark.parametrize("changed", [{"size": 7}, {"etag": "abc"}, {"etag": "abc-2"}])
def test_parts_that_are_not_one_file_are_refuted(changed: dict[str, Any]) -> None:
    assert _make("multipart", events={LARGE.name: changed}).verdict is Verdict.REFUTED


def test_a_large_file_that_was_claimed_twice_is_refuted() -> None:
    assert _make("multipart", Run({LARGE.name: {"attempts": 2}})).verdict is Verdict.REFUTED


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("copy", {"status": FileStatus.COMPLETED}),
        ("statement", {"rows_accepted": 4}),
        ("bad-row", {"rows_rejected": 0}),
        ("overlap", {"totals": ()}),
    ],
)
def test_a_figure_that_differs_is_refuted_with_its_file(name: str, changed: dict[str, Any]) -> None:
    finding = _make("figures", Run({name: changed}))

    assert finding.verdict is Verdict.REFUTED
    assert finding.found.startswith(f"{name} (id-{name}): ")


@pytest.mark.parametrize("map_run", [{"status": "FAILED"}, {"itemCounts": {"failed": 1, "succeeded": 6}}])
def test_a_map_run_with_failed_children_is_refuted(map_run: dict[str, Any]) -> None:
    assert _make("map-runs", map_run=map_run).verdict is Verdict.REFUTED


@pytest.mark.parametrize("key", ["", "arn:aws:kms:us-east-1:111122223333:key/2"])
def test_an_object_under_another_key_is_refuted(key: str) -> None:
    assert _make("objects-encrypted", key=key).verdict is Verdict.REFUTED


@pytest.mark.parametrize(("error", "verdict"), [(NO_OUTCOME, Verdict.PROVED), ("States.Timeout", Verdict.REFUTED)])
def test_an_aborted_file_must_be_settled(error: str, verdict: Verdict) -> None:
    assert _make("settle", Run({"aborted": {"error": error}})).verdict is verdict


@pytest.mark.parametrize("changed", [{"attempts": 1}, {"attempts": 3}, {"rows_accepted": 1}, {"totals": ()}])
def test_a_replay_that_is_not_exact_is_refuted(changed: dict[str, Any]) -> None:
    assert _make("replay", Run({"replayed": changed})).verdict is Verdict.REFUTED


def test_sums_are_compared_to_the_last_digit() -> None:
    total = Run().rows()["statement"].totals[0]
    nearly = type(total)(currency=total.currency, count=total.count, sum=total.sum + Decimal("0.00001"))

    rest = Run().rows()["statement"].totals[1:]
    assert _make("figures", Run({"statement": {"totals": (nearly, *rest)}})).verdict is Verdict.REFUTED
