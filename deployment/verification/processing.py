"""Checks on files that are processed: events, routes, exact figures, and the rows that are published."""

import json
from collections.abc import Iterator
from typing import Any, Final

from deployment.pipeline import Upload
from deployment.verification.check import Check, Finding, judge
from deployment.verification.files import SampleFile
from deployment.verification.scenario import PART_BYTES
from deployment.verification.subject import Subject
from etl.workflow.definition import BATCH, DIRECT
from pipeline.audit_row import AuditRow

_AUDIT: Final = "etl audit FILE_ID shows what became of a file; UNKNOWN_PARTNER: deploy this version first"


def _events(subject: Subject) -> Finding:
    rows = subject.scenario.rows()

    def problems() -> Iterator[str]:
        for name, upload in subject.scenario.uploads().items():
            announced = _announced(subject, rows[name], upload)
            if announced is None:
                yield f"{name}: no event of {rows[name].execution} has the version id {upload.version_id}"
            elif not announced.get("sequencer"):
                yield f"{name}: its event has no sequencer"

    return judge(
        problems(),
        proof=f"{len(rows)} events with the version ids that S3 had answered, and with sequencers",
        cure="see whether the raw bucket is versioned, and sends its events to EventBridge",
    )


def _announced(subject: Subject, row: AuditRow, upload: Upload) -> dict[str, Any] | None:
    """Find what an execution was told of an upload, by its key and version id."""
    described = subject.client("stepfunctions").describe_execution(executionArn=row.execution)
    objects: list[dict[str, Any]] = [entry["object"] for entry in json.loads(described["input"])["files"]]
    versions = (found for found in objects if found["key"] == upload.key)
    return next((found for found in versions if found.get("version-id") == upload.version_id), None)


def _routes(subject: Subject) -> Finding:
    large = subject.scenario.files.large.name
    rows = subject.scenario.rows()
    taken = {name: subject.pipeline.route(row.execution) for name, row in rows.items()}
    batches = len({row.execution for name, row in rows.items() if taken[name] == BATCH})
    wrong = (
        f"{name}: took the route {route}"
        for name, route in taken.items()
        if route != (DIRECT if name == large else BATCH)
    )
    return judge(
        wrong,
        proof=f"1 file of {rows[large].size} bytes direct, {len(rows) - 1} small ones in {batches} batches",
        cure="compare the patterns of rule-direct and rule-batch with directThresholdBytes",
    )


def _multipart(subject: Subject) -> Finding:
    file = subject.scenario.files.large
    upload = subject.scenario.uploads()[file.name]
    row = subject.scenario.rows()[file.name]
    announced = _announced(subject, row, upload) or {}
    parts = -(-len(file.content) // PART_BYTES)

    def problems() -> Iterator[str]:
        if announced.get("size") != len(file.content):
            yield f"the event says {announced.get('size')} bytes, {len(file.content)} were uploaded"
        if not str(announced.get("etag", "")).endswith(f"-{parts}"):
            yield f"the ETag {announced.get('etag')} is not that of {parts} parts"
        if row.attempts > 1:
            yield f"the file was claimed {row.attempts} times"

    return judge(problems(), proof=f"{parts} parts, one event of {len(file.content)} bytes, claimed once", cure=_AUDIT)


def _exact(subject: Subject) -> Finding:
    rows = subject.scenario.rows()
    files = subject.scenario.files.sent
    problems = [problem for file in files for problem in _differences(file, rows[file.name])]
    accepted = sum(row.rows_accepted for row in rows.values())
    return judge(
        problems,
        proof=f"{len(files)} files: every status, count and sum as known, {accepted} rows accepted",
        cure=_AUDIT,
    )


def _differences(file: SampleFile, row: AuditRow) -> Iterator[str]:
    expected = (file.status, len(file.bookings), file.rejected, file.totals)
    seen = (row.status, row.rows_accepted, row.rows_rejected, row.sums)
    for what, known, found in zip(("status", "accepted", "rejected", "sums"), expected, seen, strict=True):
        if known != found:
            yield f"{file.name} ({row.file_id}): {what} {_text(found)}, known to be {_text(known)}"


def _text(value: object) -> str:
    return ", ".join(f"{key} {item}" for key, item in value.items()) if isinstance(value, dict) else str(value)


def _map_runs(subject: Subject) -> Finding:
    client = subject.client("stepfunctions")
    rows = subject.scenario.rows()
    batches = {row.execution for row in rows.values() if subject.pipeline.route(row.execution) == BATCH}
    runs = [run["mapRunArn"] for arn in batches for run in client.list_map_runs(executionArn=arn)["mapRuns"]]
    described = [client.describe_map_run(mapRunArn=run) for run in runs]
    problems = [
        f"{run['mapRunArn']}: {run['status']}, {run['itemCounts']['failed']} items failed"
        for run in described
        if run["status"] != "SUCCEEDED" or run["itemCounts"]["failed"]
    ]
    if len(runs) != len(batches):
        problems.append(f"{len(batches)} batches made {len(runs)} map runs")
    items = sum(run["itemCounts"]["succeeded"] for run in described)
    return judge(
        problems,
        proof=f"{len(runs)} map runs, {items} children succeeded",
        cure="see the permissions of role-state-machine on its own executions",
    )


def _stored(subject: Subject) -> Finding:
    raw, processed = subject.pipeline.outputs["RawBucket"], subject.pipeline.outputs["ProcessedBucket"]
    scenario = subject.scenario
    places = [
        {"Bucket": raw, "Key": upload.key, "VersionId": upload.version_id} for upload in scenario.uploads().values()
    ]
    rows = scenario.rows().values()
    places += [{"Bucket": processed, "Key": item.path} for row in rows for item in subject.pipeline.objects(row)]
    s3 = subject.client("s3")

    def problems() -> Iterator[str]:
        for place in places:
            head = s3.head_object(**place)
            if head.get("SSEKMSKeyId") != subject.key_arn:
                yield f"s3://{place['Bucket']}/{place['Key']}: {head.get('SSEKMSKeyId', 'another encryption')}"

    return judge(
        problems(),
        proof=f"{len(places)} objects of both buckets under the stack's key",
        cure="deploy again, which sets the buckets' default encryption; upload the file again",
    )


CHECKS: Final = (
    Check(name="events", claim="S3's events carry version ids and sequencers", look=_events),
    Check(name="routes", claim="Large files go directly, small ones in batches", look=_routes),
    Check(name="multipart", claim="An upload in parts is one event and one file", look=_multipart),
    Check(
        name="figures",
        claim="Every file has its status, its counts and its exact sums",
        look=_exact,
        disturbs="one alert 'rows rejected' (info) for partner etl-verify",
    ),
    Check(name="map-runs", claim="The batch's Distributed Map starts and follows its children", look=_map_runs),
    Check(
        name="objects-encrypted",
        claim="Every object is stored under the stack's key",
        look=_stored,
        only_aws="the embedded AWS encrypts nothing",
    ),
)
