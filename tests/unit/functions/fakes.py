"""AWS in memory, as far as the functions' Protocols ask for it; each fake can also fail."""

import io
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import quote_plus

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError


def client_error(code: str, operation: str = "Operation") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)


def content(body: bytes | BinaryIO) -> bytes:
    """Read what a client is given to write: bytes, or an open file."""
    return body if isinstance(body, bytes) else body.read()


@dataclass
class FakeStepFunctions:
    """Executions by name. Fails with the ``errors`` first, one for each call."""

    errors: list[str] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)

    def start_execution(self, **request: Any) -> Any:
        if self.errors:
            raise client_error(self.errors.pop(0))
        if request["name"] in self.inputs:
            raise client_error("ExecutionAlreadyExists")
        self.inputs[request["name"]] = request["input"]
        return {"executionArn": f"{request['stateMachineArn']}:{request['name']}"}


@dataclass
class FakeS3:
    """One bucket's objects by key, and the size of each delete call. Refuses to delete the ``locked`` keys."""

    objects: dict[str, bytes] = field(default_factory=dict)
    locked: Collection[str] = ()
    deletes: list[int] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)

    def get_object(self, **request: Any) -> Any:
        if request["Key"] not in self.objects:
            raise client_error("NoSuchKey", "GetObject")
        return {"Body": io.BytesIO(self.objects[request["Key"]])}

    def put_object(self, **request: Any) -> Any:
        self.objects[request["Key"]] = content(request["Body"])
        self.writes.append(request["Key"])

    def copy_object(self, **request: Any) -> Any:
        self.objects[request["Key"]] = self.objects[request["CopySource"]["Key"]]

    def delete_objects(self, **request: Any) -> Any:
        keys = [item["Key"] for item in request["Delete"]["Objects"]]
        self.deletes.append(len(keys))
        refused = [key for key in keys if key in self.locked]
        for key in keys:
            if key not in refused:
                self.objects.pop(key, None)
        return {"Errors": [{"Key": key, "Code": "AccessDenied"} for key in refused]} if refused else {}


@dataclass
class FakeGlue:
    """Partitions by table and values, and the size of each call. Answers every new partition with ``error``, if any."""

    error: str = ""
    described: int = 0
    partitions: dict[tuple[str, ...], str] = field(default_factory=dict)
    calls: list[int] = field(default_factory=list)

    def get_table(self, **request: Any) -> Any:
        self.described += 1
        return {"Table": {"StorageDescriptor": {"Location": f"s3://anywhere/{request['Name']}/", "Compressed": False}}}

    def batch_create_partition(self, **request: Any) -> Any:
        given = request["PartitionInputList"]
        self.calls.append(len(given))
        errors = []
        for partition in given:
            place = (request["TableName"], *partition["Values"])
            code = "AlreadyExistsException" if place in self.partitions else self.error
            if code:
                detail = {"ErrorCode": code, "ErrorMessage": "a message"}
                errors.append({"PartitionValues": partition["Values"], "ErrorDetail": detail})
            else:
                self.partitions[place] = partition["StorageDescriptor"]["Location"]
        return {"Errors": errors}


@dataclass
class FakeRegistry:
    """Arrivals by entry. Takes a write only if it is newer than what is there, and fails with ``error``, if any."""

    error: str = ""
    arrivals: dict[str, str] = field(default_factory=dict)

    def update_item(self, **request: Any) -> Any:
        if self.error:
            raise client_error(self.error)
        entry, arrived = request["Key"]["entry"]["S"], request["ExpressionAttributeValues"][":at"]["S"]
        if arrived <= self.arrivals.get(entry, ""):
            raise client_error("ConditionalCheckFailedException")
        self.arrivals[entry] = arrived


@dataclass
class FakeVersionedBucket:
    """A versioned bucket that lists and deletes a thousand at a time, as S3 does. It is ``busy`` at some deletions."""

    versions: list[dict[str, str]] = field(default_factory=list)
    markers: list[dict[str, str]] = field(default_factory=list)
    uploads: list[dict[str, str]] = field(default_factory=list)
    locked: Collection[str] = ()
    busy: int = 0
    deletes: list[int] = field(default_factory=list)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def list_object_versions(self, **request: Any) -> Any:
        everything = [("Versions", item) for item in self.versions] + [("DeleteMarkers", item) for item in self.markers]
        places = [(item["Key"], item["VersionId"]) for _, item in everything]
        place = (request.get("KeyMarker"), request.get("VersionIdMarker"))
        start = places.index(place) + 1 if place in places else 0
        listed: dict[str, Any] = {}
        for kind, item in everything[start : start + 1000]:
            listed.setdefault(kind, []).append(item)
        if start + 1000 < len(everything):
            key, version = places[start + 999]
            listed |= {"IsTruncated": True, "NextKeyMarker": key, "NextVersionIdMarker": version}
        return listed

    def delete_objects(self, **request: Any) -> Any:
        wanted = request["Delete"]["Objects"]
        with self._one_at_a_time:
            self.deletes.append(len(wanted))
            if self.busy:
                self.busy -= 1
                return {"Errors": [item | {"Code": "SlowDown"} for item in wanted]}
            gone = [item for item in wanted if item["Key"] not in self.locked]
            self.versions = [item for item in self.versions if item not in gone]
            self.markers = [item for item in self.markers if item not in gone]
        refused = [item for item in wanted if item not in gone]
        return {"Errors": [item | {"Code": "AccessDenied"} for item in refused]} if refused else {}

    def delete_object(self, **request: Any) -> Any:
        self.deletes.append(1)
        self.versions.remove({"Key": request["Key"], "VersionId": request["VersionId"]})

    def list_multipart_uploads(self, **request: Any) -> Any:
        assert request["EncodingType"] == "url"
        listed = [upload | {"Key": quote_plus(upload["Key"], safe="/")} for upload in self.uploads[:1000]]
        return {"Uploads": listed} if listed else {}

    def abort_multipart_upload(self, **request: Any) -> Any:
        self.uploads.remove({"Key": request["Key"], "UploadId": request["UploadId"]})


@dataclass
class FakeLambda:
    """The calls that were made."""

    calls: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, **request: Any) -> Any:
        self.calls.append(request)
        return {"StatusCode": 202}


@dataclass
class FakeCloudFormation:
    """The status of each stack, by its id. Nobody may ask for any other."""

    statuses: dict[str, str]

    def describe_stacks(self, **request: Any) -> Any:
        if request["StackName"] not in self.statuses:
            raise client_error("AccessDenied", "DescribeStacks")
        return {"Stacks": [{"StackStatus": self.statuses[request["StackName"]]}]}


class FakeContext(LambdaContext):
    """A call of a function. The milliseconds that remain are read from ``remaining``, and then are plenty."""

    def __init__(self, remaining: Iterable[int] = ()) -> None:
        self._function_name = "lambda-test"
        self._memory_limit_in_mb = 3072
        self._invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:lambda-test"
        self._aws_request_id = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"
        self._log_stream_name = "2025/11/03/[$LATEST]abc"
        self._remaining = iter(remaining)

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override] # static in the library
        return next(self._remaining, 300_000)
