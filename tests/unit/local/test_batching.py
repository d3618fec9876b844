"""The stand-in for the batching window opens for a full batch, or when the window has passed."""

from hypothesis import given
from hypothesis import strategies as st

from local.batching import Gate


def test_an_empty_queue_never_opens_the_gate() -> None:
    gate = Gate(batch_size=1, window=0)

    assert not gate.is_open(waiting=0, now=1000)


def test_a_full_batch_opens_the_gate_at_once() -> None:
    gate = Gate(batch_size=3, window=30)

    assert not gate.is_open(waiting=2, now=0)
    assert gate.is_open(waiting=3, now=1)


def test_the_window_counts_from_the_first_message_seen() -> None:
    gate = Gate(batch_size=10, window=30)

    assert not gate.is_open(waiting=1, now=100)
    assert not gate.is_open(waiting=2, now=129)
    assert gate.is_open(waiting=2, now=130)


def test_the_gate_closes_on_an_empty_queue_for_a_new_window() -> None:
    # Given a gate that opened for a full batch
    gate = Gate(batch_size=2, window=30)
    assert gate.is_open(waiting=2, now=0)

    # When part of it is taken, it stays open; when all is taken, it closes
    assert gate.is_open(waiting=1, now=1)
    assert not gate.is_open(waiting=0, now=2)

    # Then the next message waits for its own window
    assert not gate.is_open(waiting=1, now=31)
    assert gate.is_open(waiting=1, now=61)


@given(
    counts=st.lists(st.integers(min_value=1, max_value=20)),
    batch_size=st.integers(min_value=1, max_value=20),
    window=st.integers(min_value=0, max_value=50),
)
def test_no_message_waits_longer_than_the_window(counts: list[int], batch_size: int, window: int) -> None:
    gate = Gate(batch_size=batch_size, window=window)

    opened = [gate.is_open(waiting, now) for now, waiting in enumerate(counts)]

    assert all(opened[window:])
