"""Functions take turns on this machine, and wait before their time begins."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from ministack.services import stepfunctions

import local.server  # noqa: F401 installs what is tested
from local import processors
from local.processors import PLACES


class Calls:
    """Counts the calls that run at once; each waits until as many run as there are places."""

    def __init__(self) -> None:
        self.most = 0
        self._running = 0
        self._lock = threading.Lock()
        self._full = threading.Barrier(PLACES)

    def __call__(self, _resource: str, _input: object) -> str:
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
        self._full.wait()
        with self._lock:
            self._running -= 1
        return "answer"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    calls = Calls()
    monkeypatch.setattr(stepfunctions, "_invoke_resource", calls)
    yield calls
    calls._full.abort()  # noqa: SLF001 a call that still waits must not keep the test


def test_calls_beyond_the_places_wait_and_are_all_answered(
    calls: Calls,
) -> None:
    wanted = 4 * PLACES

    with ThreadPoolExecutor(max_workers=wanted) as executor:
        answers = list(
            executor.map(lambda _: stepfunctions._invoke_resource_with_timeout("function", {}, 60), range(wanted))  # noqa: SLF001
        )

    assert answers == ["answer"] * wanted
    assert calls.most == PLACES


def test_a_deadline_moves_by_the_time_that_a_call_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a call that waits for four seconds and a half
    clock = iter((10.0, 14.5))
    monkeypatch.setattr(processors, "monotonic", lambda: next(clock))
    monkeypatch.setattr(stepfunctions, "_invoke_resource", lambda _resource, parameters: parameters)

    parameters = {"deadline": "2025-10-06T08:00:00.000Z", "action": "publish"}
    told = stepfunctions._invoke_resource_with_timeout("function", parameters, 60)  # noqa: SLF001

    assert told == {"deadline": "2025-10-06T08:00:04.500000+00:00", "action": "publish"}
