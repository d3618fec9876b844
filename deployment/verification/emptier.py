"""Checks that call the function which empties buckets: it must refuse, and an error must bear its name."""

import json
from typing import Final

from botocore.config import Config

from deployment.verification.check import Check, Finding, judge, not_checkable
from deployment.verification.subject import STABLE, Subject
from pipeline.constants import QUERY_RESULTS

_ANSWER_SECONDS: Final = 600


def _refuses(subject: Subject) -> Finding:
    """Send the event of a dropped resource, about a bucket that does not exist: not even a fault could harm data.

    CloudFormation's own answer address is a presigned one of S3; here it is one in the results of queries, which S3
    deletes after some days if this check is interrupted.
    """
    [stack] = subject.client("cloudformation").describe_stacks(StackName=subject.stack.id)["Stacks"]
    if stack["StackStatus"] not in STABLE:
        return not_checkable(f"the stack is {stack['StackStatus']}", "run it again when that has ended")
    run = subject.scenario.files.run
    place = {"Bucket": subject.pipeline.outputs["ProcessedBucket"], "Key": f"{QUERY_RESULTS}etl-verify/{run}"}
    s3 = subject.client("s3", config=Config(signature_version="s3v4"))
    event = {
        "RequestType": "Delete",
        "ResponseURL": s3.generate_presigned_url("put_object", Params=place, ExpiresIn=_ANSWER_SECONDS),
        "StackId": subject.stack.id,
        "RequestId": run,
        "ResourceType": "Custom::EmptiedBucket",
        "LogicalResourceId": "Verification",
        "PhysicalResourceId": run,
        "ResourceProperties": {"BucketName": f"no-such-bucket-{run}"},
    }
    called = subject.client("lambda").invoke(
        FunctionName=subject.function("empty-buckets"), Payload=json.dumps(event).encode()
    )
    if "FunctionError" in called:
        return judge(["the function failed"], proof="", cure="see the log of lambda-empty-buckets")
    try:
        answer = json.loads(s3.get_object(**place)["Body"].read())
    except s3.exceptions.NoSuchKey:
        return judge(["the function gave no answer"], proof="", cure="see the log of lambda-empty-buckets")
    s3.delete_object(**place)
    # Had it tried to empty that bucket, it would have answered FAILED.
    refused = (answer["Status"], answer["RequestId"]) == ("SUCCESS", run)
    return judge(
        [] if refused else [f"it answered {answer['Status']} {answer.get('Reason', '')}: it tried to empty a bucket"],
        proof=f"the stack is {stack['StackStatus']}: it answered SUCCESS, and touched no bucket",
        cure="do not update the stack; deploy a version with decision 0034 first",
    )


def _error_names(subject: Subject) -> Finding:
    """Call it with an event that lacks everything: it fails at its first line, before it could touch anything."""
    called = subject.client("lambda").invoke(FunctionName=subject.function("empty-buckets"), Payload=b"{}")
    name = json.loads(called["Payload"].read() or b"{}").get("errorType")
    failed = "FunctionError" in called
    return judge(
        [] if failed and name == KeyError.__name__ else [f"the function answered {name or 'no error'}"],
        proof=f"the error is named {name}",
        cure="the state machine tells errors apart by their names: see docs/replaying.md",
    )


CHECKS: Final = (
    Check(name="emptier", claim="An update that drops a bucket's resource empties nothing", look=_refuses),
    Check(
        name="error-names",
        claim="A failed function reports the name of its exception",
        look=_error_names,
        disturbs="one error in the log and the metrics of lambda-empty-buckets, too few for its alarm",
    ),
)
