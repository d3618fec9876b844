"""Publishing shows a file's rows in place of its older versions', and may run any number of times."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from pipeline.manifests import manifest_key, staged_key
from pipeline.partitions import PARTITION_LIMIT, PartitionError, Partitions
from pipeline.publisher import DELETE_LIMIT, RESERVE, DeadlineError, Publisher, PublishError
from tests.unit.functions.fakes import FakeGlue, FakeS3
from tests.unit.functions.samples import PROCESSED, listed, staged, written

Stage = Callable[..., None]

DELIVERY = "key#bucket/incoming/alpine/november.csv"


@pytest.fixture
def s3() -> FakeS3:
    return FakeS3()


@pytest.fixture
def glue() -> FakeGlue:
    return FakeGlue()


@pytest.fixture
def stage_file(s3: FakeS3, tmp_path: Path) -> Stage:
    def stage(file_id: str, *dates: str, rejected: tuple[str, ...] = ()) -> None:
        transactions = written(file_id, dates=list(dates))
        quarantine = written(file_id, dates=list(rejected), table="quarantine")
        staged(s3, tmp_path, file_id, [*transactions, *quarantine])

    return stage


@dataclass
class FakeOwners:
    """The registry's entry of one delivery, which names its newest file; no entry unless ``newest`` is set."""

    newest: str = ""

    def get_item(self, **_request: Any) -> Any:
        return {"Item": {"file_id": {"S": self.newest}}} if self.newest else {}


@dataclass
class InterruptedS3(FakeS3):
    """Lets something else happen once, after so many copies."""

    after: int = 0
    interrupt: Callable[[], None] = lambda: None
    copies: Iterator[int] = field(default_factory=itertools.count)

    def copy_object(self, **request: Any) -> Any:
        if next(self.copies) == self.after:
            self.interrupt()
        super().copy_object(**request)


def _publisher(
    s3: FakeS3, glue: FakeGlue, *, registry: FakeOwners | None = None, seconds_left: float = 60
) -> Publisher:
    return Publisher(
        s3=s3,
        partitions=Partitions(glue=glue, bucket=PROCESSED, database="database_transactions_test"),
        dynamodb=registry or FakeOwners(),
        bucket=PROCESSED,
        registry="table-registry-test",
        deadline=datetime.now(UTC) + timedelta(seconds=seconds_left),
    )


def _visible(s3: FakeS3) -> dict[str, str]:
    """Read what a reader sees: the objects of the tables, and whose rows they hold."""
    return {
        key: content.decode() for key, content in s3.objects.items() if key.startswith(("transactions/", "quarantine/"))
    }


def _path(date: str, file_id: str) -> str:
    return f"transactions/partner=alpine/booking_date={date}/{file_id}.parquet"


def test_publishing_makes_rows_and_partitions_visible(s3: FakeS3, glue: FakeGlue, stage_file: Stage) -> None:
    stage_file("new", "2025-11-01", "2025-11-02", rejected=("2025-11-03",))
    assert _visible(s3) == {}

    _publisher(s3, glue).publish("new", ["new"], delivery=DELIVERY)

    quarantined = "quarantine/partner=alpine/received_date=2025-11-03"
    assert set(_visible(s3)) == {
        _path("2025-11-01", "new"),
        _path("2025-11-02", "new"),
        f"{quarantined}/new.parquet",
    }
    assert glue.partitions == {
        (
            "transactions",
            "alpine",
            "2025-11-01",
        ): f"s3://{PROCESSED}/transactions/partner=alpine/booking_date=2025-11-01/",
        (
            "transactions",
            "alpine",
            "2025-11-02",
        ): f"s3://{PROCESSED}/transactions/partner=alpine/booking_date=2025-11-02/",
        ("quarantine", "alpine", "2025-11-03"): f"s3://{PROCESSED}/{quarantined}/",
    }


def test_publishing_again_changes_nothing(s3: FakeS3, glue: FakeGlue, stage_file: Stage) -> None:
    stage_file("old", "2025-11-01")
    stage_file("new", "2025-11-01", "2025-11-02")
    publisher = _publisher(s3, glue)
    publisher.publish("new", ["old", "new"], delivery=DELIVERY)
    objects, partitions = dict(s3.objects), dict(glue.partitions)

    publisher.publish("new", ["old", "new"], delivery=DELIVERY)

    assert s3.objects == objects
    assert glue.partitions == partitions


@given(
    old=st.sets(st.sampled_from(["2025-11-01", "2025-11-02", "2025-11-03"])),
    new=st.sets(st.sampled_from(["2025-11-01", "2025-11-02", "2025-11-03"])),
)
def test_only_the_rows_of_the_newer_version_are_visible(
    tmp_path_factory: pytest.TempPathFactory, old: set[str], new: set[str]
) -> None:
    s3, glue, folder = FakeS3(), FakeGlue(), tmp_path_factory.mktemp("staging")
    staged(s3, folder, "old", written("old", dates=sorted(old)))
    staged(s3, folder, "new", written("new", dates=sorted(new)))
    publisher = _publisher(s3, glue)
    publisher.publish("old", ["old"], delivery=DELIVERY)

    publisher.publish("new", ["old", "new"], delivery=DELIVERY)

    assert _visible(s3) == {_path(date, "new"): "new" for date in new}


def test_rows_of_another_file_in_the_same_partition_stay(s3: FakeS3, glue: FakeGlue, stage_file: Stage) -> None:
    publisher = _publisher(s3, glue)
    for file_id in ("other", "old", "new"):
        stage_file(file_id, "2025-11-01")
    publisher.publish("other", ["other"], delivery=DELIVERY)
    publisher.publish("old", ["old"], delivery=DELIVERY)

    publisher.publish("new", ["new", "old"], delivery=DELIVERY)

    assert set(_visible(s3).values()) == {"other", "new"}


def test_withdrawing_twice_removes_the_rows_not_the_manifest(s3: FakeS3, glue: FakeGlue, stage_file: Stage) -> None:
    stage_file("old", "2025-11-01", rejected=("2025-11-03",))
    publisher = _publisher(s3, glue)
    publisher.publish("old", ["old"], delivery=DELIVERY)

    publisher.withdraw("old")
    publisher.withdraw("old")

    assert _visible(s3) == {}
    assert len(listed(s3, "old")) == 2


def test_withdrawing_a_file_that_was_never_staged_does_nothing(s3: FakeS3, glue: FakeGlue) -> None:
    _publisher(s3, glue).withdraw("never staged")

    assert s3.objects == {}


def test_a_newer_version_without_rows_withdraws_the_older(s3: FakeS3, glue: FakeGlue, stage_file: Stage) -> None:
    stage_file("old", "2025-11-01")
    publisher = _publisher(s3, glue)
    publisher.publish("old", ["old"], delivery=DELIVERY)

    publisher.retire("duplicate", ["old", "duplicate"])

    assert _visible(s3) == {}


def test_publishing_a_withdrawn_file_restores_its_rows(s3: FakeS3, glue: FakeGlue, stage_file: Stage) -> None:
    stage_file("file", "2025-11-01")
    publisher = _publisher(s3, glue)
    publisher.publish("file", ["file"], delivery=DELIVERY)
    before = _visible(s3)
    publisher.withdraw("file")

    publisher.publish("file", ["file"], delivery=DELIVERY)

    assert _visible(s3) == before


def test_many_objects_are_published_and_withdrawn_in_full_calls(s3: FakeS3, glue: FakeGlue, stage_file: Stage) -> None:
    many = DELETE_LIMIT + 1
    stage_file("file", *(f"date-{number}" for number in range(many)))
    publisher = _publisher(s3, glue)

    publisher.publish("file", ["file"], delivery=DELIVERY)
    publisher.withdraw("file")

    assert (DELETE_LIMIT, PARTITION_LIMIT) == (1000, 100)
    assert glue.calls == [PARTITION_LIMIT] * 10 + [1]
    assert s3.deletes == [DELETE_LIMIT, 1]
    assert len(glue.partitions) == many
    assert _visible(s3) == {}


def test_an_existing_partition_is_no_error(s3: FakeS3, glue: FakeGlue, stage_file: Stage) -> None:
    stage_file("file", "2025-11-01", "2025-11-02")
    glue.partitions["transactions", "alpine", "2025-11-01"] = "s3://made/by/the/crawler/"

    _publisher(s3, glue).publish("file", ["file"], delivery=DELIVERY)

    assert glue.partitions["transactions", "alpine", "2025-11-01"] == "s3://made/by/the/crawler/"
    assert len(_visible(s3)) == 2


def test_a_catalog_that_refuses_leaves_every_row_untouched(s3: FakeS3, stage_file: Stage) -> None:
    stage_file("old", "2025-11-01")
    stage_file("new", "2025-11-02")
    _publisher(s3, FakeGlue()).publish("old", ["old"], delivery=DELIVERY)
    before = _visible(s3)

    with pytest.raises(PartitionError, match="ResourceNumberLimitExceededException"):
        _publisher(s3, FakeGlue(error="ResourceNumberLimitExceededException")).publish(
            "new", ["old", "new"], delivery=DELIVERY
        )

    assert _visible(s3) == before


def test_a_failed_deletion_stops_before_rows_are_doubled(s3: FakeS3, glue: FakeGlue, stage_file: Stage) -> None:
    stage_file("old", "2025-11-01")
    stage_file("new", "2025-11-01")
    publisher = _publisher(s3, glue)
    publisher.publish("old", ["old"], delivery=DELIVERY)
    s3.locked = {_path("2025-11-01", "old")}

    with pytest.raises(PublishError, match="AccessDenied"):
        publisher.publish("new", ["old", "new"], delivery=DELIVERY)

    assert set(_visible(s3).values()) == {"old"}


def test_publishing_without_a_manifest_fails(s3: FakeS3, glue: FakeGlue) -> None:
    with pytest.raises(ClientError, match="NoSuchKey"):
        _publisher(s3, glue).publish("file", ["file"], delivery=DELIVERY)


def test_staged_rows_are_invisible_and_the_manifest_comes_last(s3: FakeS3, tmp_path: Path) -> None:
    objects = staged(s3, tmp_path, "file", written("file", dates=["2025-11-01", "2025-11-02"]))

    assert listed(s3, "file") == objects
    assert set(s3.writes[:-1]) == {staged_key("file", item.path) for item in objects}
    assert s3.writes[-1] == manifest_key("file")
    assert _visible(s3) == {}


@pytest.mark.parametrize("copied", [0, 1, 2])
def test_rows_copied_after_a_newer_file_came_are_taken_away(glue: FakeGlue, tmp_path: Path, copied: int) -> None:
    """The state machine has given up the older file's call, which goes on after the newer file is published."""
    dates = ["2025-11-01", "2025-11-02", "2025-11-03"]
    registry, s3 = FakeOwners("old"), InterruptedS3(after=copied)

    def publish_newer() -> None:
        registry.newest = "new"
        _publisher(s3, glue, registry=registry).publish("new", ["old", "new"], delivery=DELIVERY)

    s3.interrupt = publish_newer
    for file_id in ("old", "new"):
        staged(s3, tmp_path, file_id, written(file_id, dates=dates))

    _publisher(s3, glue, registry=registry).publish("old", ["old"], delivery=DELIVERY)

    assert _visible(s3) == {_path(date, "new"): "new" for date in dates}


@pytest.mark.parametrize("seconds_left", [-1, RESERVE.total_seconds() - 1])
def test_a_call_that_was_given_up_changes_nothing(
    s3: FakeS3, glue: FakeGlue, stage_file: Stage, seconds_left: float
) -> None:
    for file_id in ("old", "file"):
        stage_file(file_id, "2025-11-01")
    _publisher(s3, glue).publish("old", ["old"], delivery=DELIVERY)
    before = _visible(s3)
    late = _publisher(s3, glue, seconds_left=seconds_left)

    calls: list[Callable[[], None]] = [
        lambda: late.publish("file", ["file"], delivery=DELIVERY),
        lambda: late.publish("file", ["old", "file"], delivery=DELIVERY),
        lambda: late.retire("file", ["old"]),
        lambda: late.withdraw("old"),
    ]
    for call in calls:
        with pytest.raises(DeadlineError, match="waits until"):
            call()

    assert _visible(s3) == before


def test_rows_copied_before_the_deadline_go_if_a_newer_file_came(s3: FakeS3, glue: FakeGlue, stage_file: Stage) -> None:
    stage_file("old", "2025-11-01", "2025-11-02")
    _publisher(s3, glue).publish("old", ["old"], delivery=DELIVERY)
    late = _publisher(s3, glue, registry=FakeOwners("new"), seconds_left=-1)

    with pytest.raises(DeadlineError):
        late.publish("old", ["old"], delivery=DELIVERY)

    assert _visible(s3) == {}
