"""The stand-in for a stream's mapping: bounded tries, then the failing record goes aside and the others go on."""

from typing import Any

import pytest
from ministack.services import lambda_svc

from local import streams

STREAM = "arn:aws:dynamodb:us-east-1:123456789012:table/audit/stream/1"


class Mapped:
    """A function that fails on some records, behind a mapping with two retries; what it was given, what went aside."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, failing: set[str], whole: bool) -> None:
        self.failing = failing
        self.whole = whole
        self.given: list[list[str]] = []
        self.aside: list[str] = []
        mapping = {"EventSourceArn": STREAM, "MaximumRetryAttempts": 2}
        monkeypatch.setattr(lambda_svc, "_esms", {"mapping": mapping})
        monkeypatch.setattr(lambda_svc, "_send_ddb_stream_failure_record", self._put_aside)
        monkeypatch.setattr(streams, "_execute", self._execute)
        monkeypatch.setattr(streams, "_given_up", set())
        streams._tries.clear()  # noqa: SLF001

    def deliver(self, *numbers: str, source: str = "aws:dynamodb") -> bool:
        """Deliver a batch as the poller does; True when it goes on."""
        records = [
            {"eventSource": source, "eventSourceARN": STREAM, "dynamodb": {"SequenceNumber": number}}
            for number in numbers
        ]
        return not streams._execute_or_put_aside({}, {"Records": records}).get("error")  # noqa: SLF001

    def _execute(self, _function: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
        self.given.append(numbers)
        failed = [{"itemIdentifier": number} for number in numbers if number in self.failing]
        if failed and self.whole:
            return {"error": True, "body": {"errorType": "KeyError"}}
        return {"body": {"batchItemFailures": failed}}

    def _put_aside(self, _mapping: Any, _function: Any, records: list[Any], *_: Any) -> None:
        self.aside += [record["dynamodb"]["SequenceNumber"] for record in records]


def test_a_batch_without_failures_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    mapped = Mapped(monkeypatch, failing=set(), whole=False)

    assert mapped.deliver("1", "2")
    assert (mapped.given, mapped.aside) == ([["1", "2"]], [])


@pytest.mark.parametrize(("failing", "whole"), [("2", False), ("1", True)])
def test_a_failing_record_is_put_aside_after_its_tries(
    monkeypatch: pytest.MonkeyPatch, failing: str, *, whole: bool
) -> None:
    mapped = Mapped(monkeypatch, failing={failing}, whole=whole)

    assert [mapped.deliver("1", "2", "3") for _ in range(3)] == [False, False, True]

    assert mapped.aside == [failing]
    assert mapped.given[-1] == [number for number in ("1", "2", "3") if number != failing]


def test_a_record_that_was_put_aside_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    mapped = Mapped(monkeypatch, failing={"1"}, whole=False)
    while not mapped.deliver("1"):
        pass

    assert mapped.deliver("1", "2")
    assert mapped.given[-1] == ["2"]


def test_any_other_event_is_left_to_the_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    mapped = Mapped(monkeypatch, failing={"1"}, whole=True)

    assert [mapped.deliver("1", source="aws:kinesis") for _ in range(5)] == [False] * 5
    assert mapped.aside == []
