"""The end of a deployment, as far as its own rights go: the buckets are emptied on CloudFormation's request."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

from deployment.stack import DeployedStack

_BUCKETS: Final = ("RawBucket", "ProcessedBucket")


@dataclass(frozen=True, kw_only=True)
class Emptying:
    """Two versions, a delete marker and an unfinished upload in each bucket, and CloudFormation's Delete request."""

    stack: DeployedStack

    def prepare(self) -> None:
        """Empty the buckets of all that was before."""
        self.differences()

    def differences(self) -> list[str]:
        """Fill the buckets, have them emptied, and return what was answered and left."""
        return [
            difference
            for bucket in (self.stack.outputs[output] for output in _BUCKETS)
            for difference in self._differences(bucket)
        ]

    def _differences(self, bucket: str) -> Iterator[str]:
        client: Any = self.stack.session.client
        s3 = client("s3")
        s3.put_object(Bucket=bucket, Key="left/behind", Body=b"1")
        s3.put_object(Bucket=bucket, Key="left/behind", Body=b"2")
        s3.delete_object(Bucket=bucket, Key="left/behind")
        s3.create_multipart_upload(Bucket=bucket, Key="left/unfinished")
        with _answers() as (address, answers):
            client("lambda").invoke(
                FunctionName=self.stack.physical_id("AWS::Lambda::Function", "EmptyBuckets"),
                Payload=json.dumps(self._delete_request(bucket, address)),
            )
        if [answer["Status"] for answer in answers] != ["SUCCESS"]:
            yield f"{_kind(bucket)}: answered {[answer['Status'] for answer in answers]}, not SUCCESS"
        versions = s3.list_object_versions(Bucket=bucket)
        uploads = s3.list_multipart_uploads(Bucket=bucket)
        left = [kind for kind in ("Versions", "DeleteMarkers") if versions.get(kind)]
        left += ["Uploads"] if uploads.get("Uploads") else []
        if left:
            yield f"{_kind(bucket)}: {', '.join(left)} left"

    def _delete_request(self, bucket: str, address: str) -> dict[str, Any]:
        return {
            "RequestType": "Delete",
            "ResponseURL": address,
            "StackId": self.stack.id,
            "RequestId": "request",
            "LogicalResourceId": "Emptied",
            "PhysicalResourceId": "Emptied",
            "ResourceProperties": {"BucketName": bucket},
        }


def _kind(bucket: str) -> str:
    return "-".join(bucket.split("-")[:2])


@contextmanager
def _answers() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Listen where CloudFormation would; give the address, and what was answered there."""
    answers: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/answer", answers
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
