"""Simulates bursts: many small files at once, and an account that allows so many calls of functions at a time.

A file's chain calls validate, transform and publish, one after the other. A call beyond the account's concurrency is
throttled. It is tried three times more within 14 seconds; then the file waits, and is in a later batch again.
"""

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from etl.workflow.asl import MAX_ATTEMPTS as RETRIES
from etl.workflow.requeueing import FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS, MAX_ATTEMPTS

RESULTS: Final = Path(__file__).with_name("bursts.json")
"""What was simulated last, and on which assumptions: the large ones take a minute or two."""

FILES: Final = (10, 1_000, 10_000, 50_000, 100_000)
CONCURRENCY: Final = (10, 100, 1_000)
_FILES_FOR_EACH_CALL: Final = 1_000
"""Larger bursts take hours, and minutes to simulate."""
_FIRST_RETRY_SECONDS: Final = 2.0
_WINDOW_SECONDS: Final = 30.0
_SEED: Final = 1


class Assumptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a burst meets: the seconds of each call, those between two calls, and how batches are cut."""

    calls: tuple[float, ...]
    between: float
    batch_size: int
    map_concurrency: int


class Simulated(msgspec.Struct, frozen=True, kw_only=True):
    """The bursts of one set of assumptions."""

    assumptions: "Assumptions"
    bursts: "tuple[Burst, ...]"


class Burst(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a burst: the last outcome in seconds after it, and which files waited again, or failed."""

    files: int
    concurrency: int
    seconds: float
    waited_again: int
    failed: int


@dataclass(slots=True)
class _File:
    attempts: int = 0
    stage: int = 0
    tries: int = 0
    batch: "deque[_File] | None" = None
    """The files of its batch whose turn has not come."""


class _Simulation:
    def __init__(self, assumptions: Assumptions, concurrency: int) -> None:
        self._assumptions = assumptions
        self._free = concurrency
        self._random = random.Random(_SEED)  # noqa: S311 - no secret
        self._events: list[tuple[float, int, Callable[[_File], None], _File]] = []
        self._number = 0
        self._queue: list[_File] = []
        self._batch_due = False
        self.now = 0.0
        self.ended = 0.0
        self.failed = 0

    def run(self, files: Iterable[_File]) -> None:
        """Send all files at once, and go on until each has its outcome."""
        for file in files:
            self._enqueue(file)
        while self._events:
            self.now, _, event, file = heapq.heappop(self._events)
            event(file)

    def _after(self, seconds: float, event: Callable[[_File], None], file: _File) -> None:
        self._number += 1
        heapq.heappush(self._events, (self.now + seconds, self._number, event, file))

    def _enqueue(self, file: _File) -> None:
        self._queue.append(file)
        if len(self._queue) >= self._assumptions.batch_size:
            self._start_batch(file)
        elif not self._batch_due:
            self._batch_due = True
            self._after(_WINDOW_SECONDS, self._start_batch, file)

    def _start_batch(self, _: _File) -> None:
        self._batch_due = False
        batch = deque(self._queue)
        self._queue = []
        for _number in range(min(self._assumptions.map_concurrency, len(batch))):
            self._start_next(batch)

    def _start_next(self, batch: deque[_File]) -> None:
        if batch:
            file = batch.popleft()
            file.batch, file.stage, file.tries, file.attempts = batch, 0, 0, file.attempts + 1
            self._after(self._assumptions.between, self._call, file)

    def _call(self, file: _File) -> None:
        if self._free:
            self._free -= 1
            self._after(self._assumptions.calls[file.stage], self._answer, file)
        elif file.tries < RETRIES:
            longest = _FIRST_RETRY_SECONDS * 2**file.tries
            file.tries += 1
            self._after(self._random.uniform(0, longest), self._call, file)
        else:
            self._give_up(file)

    def _answer(self, file: _File) -> None:
        self._free += 1
        file.stage, file.tries = file.stage + 1, 0
        if file.stage < len(self._assumptions.calls):
            self._after(self._assumptions.between, self._call, file)
        else:
            self._end(file)

    def _give_up(self, file: _File) -> None:
        if file.attempts >= MAX_ATTEMPTS:
            self.failed += 1
            self._end(file)
            return
        delay = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (file.attempts - 1))
        self._after(delay * self._random.uniform(0.5, 1), self._enqueue, file)
        self._leave(file)

    def _end(self, file: _File) -> None:
        self.ended = self.now
        self._leave(file)

    def _leave(self, file: _File) -> None:
        if file.batch is not None:
            self._start_next(file.batch)


def simulate(assumptions: Assumptions, files: int, concurrency: int) -> Burst:
    """Simulate one burst; the same arguments give the same answer."""
    simulation, sent = _Simulation(assumptions, concurrency), [_File() for _ in range(files)]
    simulation.run(sent)
    return Burst(
        files=files,
        concurrency=concurrency,
        seconds=simulation.ended,
        waited_again=sum(file.attempts > 1 for file in sent),
        failed=simulation.failed,
    )


def load() -> Simulated:
    """Read what was simulated last."""
    return msgspec.json.decode(RESULTS.read_bytes(), type=Simulated)


def refresh(assumptions: Assumptions) -> None:
    """Simulate anew, if the assumptions are no longer those of the last time."""
    if RESULTS.exists() and load().assumptions == assumptions:
        return
    bursts = tuple(
        simulate(assumptions, files, concurrency)
        for files, concurrency in itertools.product(FILES, CONCURRENCY)
        if files <= _FILES_FOR_EACH_CALL * concurrency
    )
    document = msgspec.json.encode(Simulated(assumptions=assumptions, bursts=bursts))
    RESULTS.write_bytes(msgspec.json.format(document, indent=1) + b"\n")
