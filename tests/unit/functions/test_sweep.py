"""What no event has brought is queued again: once, in its place among the versions, and nothing that came in time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import sweep
from pipeline.lost_uploads import LostUploads
from pipeline.queue_messages import EndedExecution, UploadMessage, read_delivery
from pipeline.raw_bucket import Version, identify
from pipeline.sweep import Listing, Sweep, read_progress
from tests.support.indexed_table import IndexedTable, indexed

BUCKET, AUDIT, REGISTRY = "bucket-raw-test", "table-audit-test", "table-registry-test"
NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)
LEASE = timedelta(minutes=15)


@dataclass
class FakeVersions:
    """A bucket's versions; lists so many at a time."""

    versions: list[Version] = field(default_factory=list)
    page_size: int = 1000
    pages: int = 0

    def list_object_versions(self, **request: Any) -> Any:
        self.pages += 1
        listed = sorted(self.versions, key=lambda found: (found.key, -self.versions.index(found)))
        listed = [found for found in listed if found.key.startswith(request["Prefix"])]
        place = (request.get("KeyMarker"), request.get("VersionIdMarker"))
        places = [(found.key, found.version_id) for found in listed]
        start = places.index(place) + 1 if place in places else 0
        page = listed[start : start + self.page_size]
        answer: dict[str, Any] = {
            "Versions": [
                {
                    "Key": found.key,
                    "VersionId": found.version_id,
                    "ETag": f'"{found.etag}"',
                    "Size": found.size,
                    "LastModified": found.modified,
                    "IsLatest": found.latest,
                }
                for found in page
            ]
        }
        if start + self.page_size < len(listed):
            answer |= {"IsTruncated": True, "NextKeyMarker": page[-1].key, "NextVersionIdMarker": page[-1].version_id}
        return answer


@dataclass
class FakeTables:
    """The audit table's rows by file id, and the registry's entries."""

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    entries: dict[str, Any] = field(default_factory=dict)
    at_once: int = 100

    def batch_get_item(self, **request: Any) -> Any:
        keys = request["RequestItems"][AUDIT]["Keys"]
        assert len(keys) <= 100
        read, left = keys[: self.at_once], keys[self.at_once :]
        ids = [key["file_id"]["S"] for key in read]
        found = [{"file_id": {"S": one}, **_as_item(self.rows[one])} for one in ids if one in self.rows]
        return {"Responses": {AUDIT: found}, "UnprocessedKeys": {AUDIT: {"Keys": left}} if left else {}}

    def get_item(self, **request: Any) -> Any:
        entry = request["Key"]["entry"]["S"]
        return {"Item": self.entries[entry]} if entry in self.entries else {}

    def put_item(self, **request: Any) -> Any:
        self.entries[request["Item"]["entry"]["S"]] = request["Item"]

    def query(self, **request: Any) -> Any:
        return self._indexed().query(**request)

    def _indexed(self) -> IndexedTable:
        return IndexedTable({file_id: _as_item(row) for file_id, row in self.rows.items()})


def _as_item(row: Mapping[str, str]) -> dict[str, Any]:
    item = {name: {"N" if name == "size" else "S": text} for name, text in row.items()}
    return indexed(item, at=row["updated_at"]) if "updated_at" in row else item


@dataclass
class FakeQueue:
    """The batching queue: what was sent, and how many messages wait."""

    bodies: list[str] = field(default_factory=list)
    waiting: int = 0

    def send_message(self, **request: Any) -> Any:
        self.bodies.append(request["MessageBody"])

    def get_queue_attributes(self, **_request: Any) -> Any:
        return {"Attributes": {"ApproximateNumberOfMessages": str(self.waiting)}}


@dataclass
class World:
    """A deployment, as far as the sweep sees it."""

    s3: FakeVersions = field(default_factory=FakeVersions)
    tables: FakeTables = field(default_factory=FakeTables)
    queue: FakeQueue = field(default_factory=FakeQueue)

    def sweep(self, now: datetime = NOW) -> sweep.Swept:
        return Sweep(
            s3=self.s3,
            dynamodb=self.tables,
            sqs=self.queue,
            bucket=BUCKET,
            audit_table=AUDIT,
            registry=REGISTRY,
            queue_url="queue",
        ).run(now)

    def upload(self, key: str, at: datetime, *, row: bool = False) -> Version:
        number = len(self.s3.versions)
        version = Version(key=key, version_id=f"v{number}", etag=f"e{number}", size=7, modified=at, latest=True)
        self.s3.versions = [_older(found) if found.key == key else found for found in self.s3.versions]
        self.s3.versions.append(version)
        if row:
            self.add_row(version, sequencer=f"00671A1B2C{number:04X}")
        return version

    def add_row(self, version: Version, **attributes: str) -> None:
        self.tables.rows[_id(version)] = attributes

    def queued(self) -> list[str]:
        """List the versions of the uploads that were queued."""
        found = [read_delivery(body) for body in self.queue.bodies]
        return [message.object.version_id for message in found if isinstance(message, UploadMessage)]


def _older(version: Version) -> Version:
    return Version(
        key=version.key,
        version_id=version.version_id,
        etag=version.etag,
        size=version.size,
        modified=version.modified,
        latest=False,
    )


def _id(version: Version) -> str:
    return identify(BUCKET, version.key, version.version_id)


@pytest.fixture
def world() -> World:
    return World()


def test_an_upload_without_a_row_is_queued_as_its_event_would(world: World) -> None:
    lost = world.upload("incoming/alpine/a b+é.csv", NOW - timedelta(hours=1))
    world.upload("incoming/alpine/b.JSON", NOW - timedelta(hours=1), row=True)

    swept = world.sweep()

    [body] = world.queue.bodies
    message = read_delivery(body)
    assert isinstance(message, UploadMessage)
    assert (message.bucket, message.uploaded_at) == (BUCKET, lost.modified)
    found = message.object
    assert (found.key, found.version_id, found.etag, found.size) == (lost.key, lost.version_id, lost.etag, lost.size)
    assert (swept.without_row, swept.requeued) == (1, 1)


@pytest.mark.parametrize(("minutes", "queued"), [(14, 0), (16, 1)])
def test_an_event_has_a_lease_of_15_minutes_to_come(world: World, minutes: int, queued: int) -> None:
    world.upload("incoming/alpine/a.csv", NOW - timedelta(minutes=minutes))

    world.sweep()

    assert len(world.queue.bodies) == queued


def test_what_stays_without_a_row_is_counted_but_not_requeued(world: World) -> None:
    world.upload("incoming/alpine/a.csv", NOW - timedelta(hours=1))
    world.sweep()

    swept = world.sweep(NOW + LEASE)

    assert (swept.without_row, swept.requeued, len(world.queue.bodies)) == (1, 0, 1)


@pytest.mark.parametrize(("waiting", "queued"), [(1000, 1), (1001, 0)])
def test_a_file_whose_turn_has_not_come_is_not_lost(world: World, waiting: int, queued: int) -> None:
    world.upload("incoming/alpine/a.csv", NOW - timedelta(hours=1))
    world.queue.waiting = waiting

    world.sweep()

    assert len(world.queue.bodies) == queued


def test_uploads_that_no_rule_takes_are_counted_and_named(world: World) -> None:
    for key in ("incoming/alpine/a.xlsx", "incoming/alpine/1234567890.csv.gz", "incoming/alpine/", "other/c.txt"):
        world.upload(key, NOW)
    world.upload("incoming/alpine/a.xlsx", NOW)

    world.sweep()

    finished = read_progress(world.tables, REGISTRY).finished
    assert finished is not None
    assert finished.ignored == 2
    assert set(finished.ignored_keys) == {"incoming/alpine/a.xlsx", "incoming/alpine/**********.csv.gz"}
    assert world.queue.bodies == []


def test_a_large_bucket_is_listed_over_several_calls(world: World) -> None:
    world.s3.page_size = 1
    lost = [world.upload(f"incoming/alpine/{number:03}.csv", NOW - timedelta(hours=1)) for number in range(45)]

    calls = [world.sweep(NOW + number * LEASE) for number in range(3)]

    assert [swept.without_row for swept in calls] == [20, 20, 5]
    assert world.queued() == [version.version_id for version in lost]
    assert read_progress(world.tables, REGISTRY).finished == Listing(
        began_at=NOW, looked_up_from=datetime(2000, 1, 1, tzinfo=UTC), without_row=45
    )


def test_a_pass_looks_up_what_came_since_the_one_before(world: World) -> None:
    """Rows of old files are not read again, but for uploads in parts, which bear the time of their beginning."""
    world.upload("incoming/alpine/old.csv", NOW - timedelta(days=2), row=True)
    world.sweep()
    world.tables.rows.clear()

    world.upload("incoming/alpine/in parts.csv", NOW - timedelta(hours=23))
    swept = world.sweep(NOW + LEASE)

    assert swept.without_row == 1
    assert world.queued() == ["v1"]


def test_replay_looks_through_the_whole_bucket(world: World) -> None:
    world.s3.page_size = 2
    for number in range(5):
        world.upload(f"incoming/alpine/{number}.csv", NOW + timedelta(minutes=number), row=number == 1)
    lost = LostUploads(s3=world.s3, dynamodb=world.tables, bucket=BUCKET, audit_table=AUDIT)

    found = [message.object.version_id for message in lost.until(NOW + timedelta(minutes=3))]

    assert found == ["v0", "v2", "v3"]


@given(
    rows=st.lists(st.booleans(), min_size=1, max_size=12),
    gaps=st.lists(st.integers(1, 2**40), min_size=12, max_size=12),
    digits=st.sampled_from([16, 18]),
)
def test_a_lost_version_keeps_its_place_among_the_versions(rows: list[bool], gaps: list[int], digits: int) -> None:
    world, real = World(), 0x0055AED6DCD90281
    sequencers: list[str] = []
    for number, (row, gap) in enumerate(zip(rows, gaps, strict=False)):
        real += gap
        version = world.upload("incoming/alpine/a.csv", NOW + timedelta(minutes=number))
        sequencers.append(f"{real:0{digits}X}".ljust(64, "0") if row else "")
        if row:
            world.add_row(version, sequencer=sequencers[-1])
    lost = LostUploads(s3=world.s3, dynamodb=world.tables, bucket=BUCKET, audit_table=AUDIT)

    for message in lost.among(world.s3.versions):
        sequencers[int(message.object.version_id[1:])] = message.object.sequencer

    assert sequencers == sorted(set(sequencers))
    assert {len(sequencer) for sequencer in sequencers} == {64}


@given(
    uploads=st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(-3000, 300), st.booleans()), max_size=30),
    page_size=st.integers(1, 4),
)
def test_each_lost_upload_is_queued_once_and_no_other(uploads: list[tuple[str, int, bool]], page_size: int) -> None:
    world = World(s3=FakeVersions(page_size=page_size), tables=FakeTables(at_once=3))
    pending = sorted(uploads, key=lambda upload: upload[1])
    lost: list[str] = []
    for minutes in range(0, 600, 15):
        now = NOW + timedelta(minutes=minutes)
        while pending and NOW + timedelta(minutes=pending[0][1]) <= now:
            name, at, row = pending.pop(0)
            version = world.upload(f"incoming/alpine/{name}.csv", NOW + timedelta(minutes=at), row=row)
            lost += [] if row else [version.version_id]
        world.sweep(now)

    assert sorted(world.queued()) == sorted(lost)


def _unfinished(version: Version, *, minutes: int) -> dict[str, str]:
    return {
        "file_id": _id(version),
        "status": "PROCESSING",
        "updated_at": f"{NOW - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}.000Z",
        "bucket": BUCKET,
        "key": version.key,
        "version_id": version.version_id,
        "sequencer": "00671A1B2C",
        "size": "7",
        "uploaded_at": "2025-11-03T11:00:00Z",
        "execution": "arn:aws:states:us-east-1:123456789012:execution:state-machine-files-test:1",
    }


@pytest.mark.parametrize(("minutes", "queued"), [(29, 0), (31, 1)])
def test_a_file_without_an_outcome_is_settled(world: World, minutes: int, queued: int) -> None:
    version = world.upload("incoming/alpine/a.csv", NOW - timedelta(hours=1))
    row = _unfinished(version, minutes=minutes)
    world.add_row(version, **row)

    swept = [world.sweep(), world.sweep()]

    assert [one.requeued for one in swept] == [queued, 0]
    assert [read_delivery(body) for body in world.queue.bodies] == [
        EndedExecution(execution_arn=row["execution"], input=_input(version))
    ] * queued


@pytest.mark.parametrize(("minutes", "queued"), [(14, 0), (15, 1)])
def test_a_claim_that_says_when_it_ends_is_left_alone(world: World, minutes: int, queued: int) -> None:
    version = world.upload("incoming/alpine/a.csv", NOW - timedelta(hours=5))
    ended = NOW - timedelta(minutes=minutes)
    world.add_row(version, **_unfinished(version, minutes=250), lease_ends=f"{ended:%Y-%m-%dT%H:%M:%S}.000Z")

    assert world.sweep().requeued == queued


def test_long_claims_leave_room_for_the_files_that_hang(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "ROWS_A_CALL", 1)
    held = world.upload("incoming/alpine/held.csv", NOW - timedelta(hours=5))
    world.add_row(held, **_unfinished(held, minutes=60), lease_ends=f"{NOW:%Y-%m-%dT%H:%M:%S}.000Z")
    hanging = world.upload("incoming/alpine/hanging.csv", NOW - timedelta(hours=1))
    world.add_row(hanging, **_unfinished(hanging, minutes=40))

    assert world.sweep().requeued == 1


def test_the_end_of_a_claim_that_was_given_back_is_void(world: World) -> None:
    version = world.upload("incoming/alpine/a.csv", NOW - timedelta(hours=1))
    waiting = _unfinished(version, minutes=60) | {"status": "RECEIVED", "execution": ""}
    world.add_row(version, **waiting, lease_ends=f"{NOW + timedelta(hours=3):%Y-%m-%dT%H:%M:%S}.000Z")

    assert world.sweep().requeued == 1


def test_a_file_whose_upload_is_gone_is_settled_too(world: World) -> None:
    version = world.upload("incoming/alpine/a.csv", NOW - timedelta(hours=1))
    world.add_row(version, **_unfinished(version, minutes=60))
    world.s3.versions.clear()

    assert world.sweep().requeued == 1


def test_a_file_that_hangs_again_is_settled_again(world: World) -> None:
    version = world.upload("incoming/alpine/a.csv", NOW - timedelta(hours=1))
    row = _unfinished(version, minutes=60)
    world.add_row(version, **row)
    world.sweep()

    world.add_row(version, **_unfinished(version, minutes=40))

    assert world.sweep().requeued == 1


@pytest.mark.parametrize(("waiting", "queued"), [(0, 1), (1001, 0)])
def test_a_throttled_file_without_a_message_is_queued_again(world: World, waiting: int, queued: int) -> None:
    """No execution answers for it, so that it is processed and not failed; unless others wait for their turn too."""
    version = world.upload("incoming/alpine/a.csv", NOW - timedelta(hours=1))
    world.add_row(version, **_unfinished(version, minutes=60) | {"status": "RECEIVED", "execution": ""})
    world.queue.waiting = waiting

    world.sweep()

    assert world.queued() == [version.version_id] * queued


def _input(version: Version) -> str:
    announced = {
        "key": version.key,
        "size": 7,
        "etag": version.etag,
        "sequencer": "00671A1B2C",
        "version-id": version.version_id,
    }
    files = [{"bucket": BUCKET, "object": announced, "uploaded_at": "2025-11-03T11:00:00Z"}]
    return json.dumps({"files": files}, separators=(",", ":"))
