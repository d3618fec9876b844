"""Glue is asked for the partitions that nobody has seen yet, and for all of them again after an hour."""

import pytest

from pipeline.partitions import PartitionError, Partitions
from tests.unit.functions.fakes import FakeGlue
from tests.unit.functions.samples import written

DATES = ["2025-11-01", "2025-11-02", "2025-11-03"]


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def _partitions(glue: FakeGlue, clock: Clock) -> Partitions:
    return Partitions(glue=glue, bucket="bucket-processed-test", database="database_transactions_test", now=clock)


def test_a_thousand_files_of_the_same_dates_are_two_calls() -> None:
    """Before, it was two calls for each file and table: 2,000."""
    glue = FakeGlue()
    partitions = _partitions(glue, Clock())

    for number in range(1000):
        partitions.register(written(f"file-{number}", dates=DATES))

    assert (glue.described, glue.calls) == (1, [3])


def test_a_new_date_is_asked_for_alone() -> None:
    glue = FakeGlue()
    partitions = _partitions(glue, Clock())
    partitions.register(written("one", dates=DATES[:2]))

    partitions.register(written("two", dates=DATES))

    assert glue.calls == [2, 1]
    assert len(glue.partitions) == 3


@pytest.mark.parametrize(("seconds", "calls"), [(3599, [3]), (3600, [3, 3])])
def test_a_partition_is_taken_for_granted_for_an_hour(seconds: int, calls: list[int]) -> None:
    glue, clock = FakeGlue(), Clock()
    partitions = _partitions(glue, clock)
    partitions.register(written("one", dates=DATES))
    glue.partitions.clear()

    clock.seconds = seconds
    partitions.register(written("two", dates=DATES))

    assert glue.calls == calls


def test_what_glue_refused_is_not_known() -> None:
    glue = FakeGlue(error="InternalServiceException")
    partitions = _partitions(glue, Clock())
    with pytest.raises(PartitionError, match="InternalServiceException"):
        partitions.register(written("one", dates=DATES))

    glue.error = ""
    partitions.register(written("one", dates=DATES))

    assert len(glue.partitions) == 3


def test_two_tables_have_partitions_of_the_same_date() -> None:
    glue = FakeGlue()
    objects = [*written("one", dates=DATES), *written("one", dates=DATES, table="quarantine")]

    _partitions(glue, Clock()).register(objects)

    assert len(glue.partitions) == 6
