"""Stand-in for the batching window of an SQS event source mapping, which the emulator ignores.

The emulator delivers every message as soon as it arrives. The stand-in disables the deployed mapping, and enables it
for each batch that is due according to the mapping's settings. The emulator's poller then receives the batch, with the
function's role and its partial failures.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from deployment.stack import DeployedStack

POLL_SECONDS = 0.1
_WAITING: Final = "ApproximateNumberOfMessages"


@dataclass
class Gate:
    """Decides when a mapping may take messages.

    Attributes
    ----------
    batch_size
        Number of messages at which a batch is due at once.
    window
        Seconds after which a batch of any size is due.
    """

    batch_size: int
    window: float
    _first_seen: float | None = None
    _open: bool = False

    def is_open(self, waiting: int, now: float) -> bool:
        """Whether `waiting` messages may be received at the time `now` (seconds); once open, until none is left."""
        if not waiting:
            self._first_seen, self._open = None, False
            return False
        if self._first_seen is None:
            self._first_seen = now
        self._open = self._open or waiting >= self.batch_size or now - self._first_seen >= self.window
        return self._open


class Mapping:
    """A deployed event source mapping, with its settings and its queue."""

    def __init__(self, stack: DeployedStack, mapping_id: str) -> None:
        self._lambda = stack.session.client("lambda")
        self._sqs = stack.session.client("sqs")
        self._id = mapping_id
        settings = self._lambda.get_event_source_mapping(UUID=mapping_id)
        self._queue = self._sqs.get_queue_url(QueueName=settings["EventSourceArn"].split(":")[-1])["QueueUrl"]
        self._enabled = True
        self.gate = Gate(batch_size=settings["BatchSize"], window=settings["MaximumBatchingWindowInSeconds"])

    def enable(self, *, enabled: bool) -> None:
        """Enable or disable the emulator's poller."""
        if enabled != self._enabled:
            self._lambda.update_event_source_mapping(UUID=self._id, Enabled=enabled)
            self._enabled = enabled

    def waiting(self) -> int:
        """Count the messages that could be received now."""
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=[_WAITING])["Attributes"]
        return int(attributes[_WAITING])


@contextmanager
def batching(stack: DeployedStack) -> Iterator[None]:
    """Stand in for the batching window of the queue's mapping while the block runs.

    Destroy the stack after the block, not in it.
    """
    mappings = [Mapping(stack, stack.physical_id("AWS::Lambda::EventSourceMapping", "BatchingQueue"))]
    for mapping in mappings:
        mapping.enable(enabled=False)
    ended = threading.Event()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="batching-window") as executor:
        watch = executor.submit(_watch, mappings, ended)
        try:
            yield
        finally:
            ended.set()
        watch.result()


def _watch(mappings: list[Mapping], ended: threading.Event) -> None:
    try:
        while True:
            for mapping in mappings:
                mapping.enable(enabled=mapping.gate.is_open(mapping.waiting(), time.monotonic()))
            if ended.wait(POLL_SECONDS):
                return
    finally:
        for mapping in mappings:
            mapping.enable(enabled=True)
