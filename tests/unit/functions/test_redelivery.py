"""Messages that could not be started come again soon, later each time, and however many there are."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from pipeline.redelivery import come_back_soon
from tests.unit.functions.conftest import LogLines
from tests.unit.functions.fakes import client_error


@dataclass
class FakeQueue:
    """Which message comes again after how many seconds. Answers with ``error``, if any."""

    error: str = ""
    delays: dict[str, int] = field(default_factory=dict)
    calls: list[int] = field(default_factory=list)

    def change_message_visibility_batch(self, **request: Any) -> Any:
        self.calls.append(len(request["Entries"]))
        if self.error:
            raise client_error(self.error)
        self.delays |= {entry["ReceiptHandle"]: entry["VisibilityTimeout"] for entry in request["Entries"]}
        return {}


def _record(number: int, received: int = 1) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": str(received)}
    return {"messageId": f"m{number}", "receiptHandle": f"r{number}", "attributes": attributes}


@pytest.mark.parametrize(("received", "seconds"), [(1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (6, 900), (99, 900)])
def test_a_message_waits_twice_as_long_each_time(received: int, seconds: int) -> None:
    queue = FakeQueue()

    come_back_soon(queue, "url", [_record(1, received), _record(2)], {"m1"})

    assert queue.delays == {"r1": seconds}


def test_a_message_comes_five_times_within_the_service_level() -> None:
    queue = FakeQueue()
    records = [_record(number, received=number) for number in range(1, 5)]

    come_back_soon(queue, "url", records, {record["messageId"] for record in records})

    assert sum(queue.delays.values()) < 15 * 60


@pytest.mark.parametrize(("failed", "calls"), [(0, []), (10, [10]), (11, [10, 1]), (100, [10] * 10)])
def test_ten_messages_go_into_one_call(failed: int, calls: list[int]) -> None:
    queue = FakeQueue()

    come_back_soon(queue, "url", [_record(n) for n in range(100)], {f"m{n}" for n in range(failed)})

    assert queue.calls == calls
    assert len(queue.delays) == failed


def test_a_queue_that_refuses_brings_them_back_by_itself(log_lines: LogLines) -> None:
    come_back_soon(FakeQueue("AccessDenied"), "url", [_record(1)], {"m1"})

    assert log_lines()[-1]["error"] == "AccessDenied"
