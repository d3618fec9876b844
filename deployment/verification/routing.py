"""Checks by which services judge what they were given: the rules of uploads, and the state machine's definition."""

import json
from collections.abc import Iterator
from typing import Any, Final

from deployment.verification.check import Check, Finding, judge
from deployment.verification.files import PREFIX
from deployment.verification.subject import Subject

_GIGABYTE: Final = 10**9
_LARGEST_REQUEST: Final = 5 * _GIGABYTE
"""What the rules take of an upload in a single request; the sweep finds those of up to 5 GiB."""
_LARGEST_OBJECT: Final = 5 * 2**40

_SINGLE: Final = "PutObject"
_PARTS: Final = "CompleteMultipartUpload"
_RULES: Final = ("Direct", "Large", "Batch")


def _sizes(subject: Subject) -> Finding:
    client = subject.client("events")
    patterns = {purpose: json.dumps(subject.pattern(purpose)) for purpose in _RULES}

    def taken_by(size: int, reason: str) -> list[str]:
        event = json.dumps(_event(subject, size, reason))
        return [
            purpose
            for purpose, pattern in patterns.items()
            if client.test_event_pattern(EventPattern=pattern, Event=event)["Result"]
        ]

    threshold = subject.direct_threshold
    small = (0, threshold - 1, threshold, _GIGABYTE - 1, _GIGABYTE)
    beyond = (_GIGABYTE + 1, _LARGEST_REQUEST - 1, _LARGEST_REQUEST)
    lost: list[str] = []
    compared = 0
    for size in (*small, *beyond, _LARGEST_REQUEST + 1, _LARGEST_OBJECT):
        reasons = (_PARTS,) if size > _LARGEST_REQUEST else (_SINGLE, _PARTS)
        for reason in reasons:
            taken = taken_by(size, reason)
            expected = "Batch" if size < threshold else "Direct"
            if not taken:
                lost.append(f"no rule takes {size} bytes of {reason}")
            elif size in small and expected not in taken:
                lost.append(f"{size} bytes of {reason} are taken by {', '.join(taken)}, not by {expected}")
            if "Direct" in taken:
                compared = size
    return judge(
        lost,
        proof=f"every size up to {_LARGEST_OBJECT} bytes; sizes are compared up to {compared} bytes at least",
        cure="the sweep queues such uploads within half an hour; have partners upload in parts (docs/reliability.md)",
    )


def _event(subject: Subject, size: int, reason: str) -> dict[str, Any]:
    """Make S3's event of an upload, with the fields that EventBridge asks for."""
    bucket = subject.pipeline.outputs["RawBucket"]
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "123456789012",
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [f"arn:aws:s3:::{bucket}"],
        "detail": {"bucket": {"name": bucket}, "object": {"key": f"{PREFIX}size.csv", "size": size}, "reason": reason},
    }


def _definition(subject: Subject) -> Finding:
    client = subject.client("stepfunctions")
    machines = subject.pipeline.state_machines
    deployed = [client.describe_state_machine(stateMachineArn=machine) for machine in machines]
    answers = [
        client.validate_state_machine_definition(definition=machine["definition"], type=machine["type"])
        for machine in deployed
    ]

    def problems() -> Iterator[str]:
        for answer in answers:
            if answer["result"] != "OK":
                errors = [one for one in answer.get("diagnostics", []) if one["severity"] == "ERROR"]
                yield from (f"{one.get('location', '')} {one['code']}: {one['message']}" for one in errors)
                if not errors:
                    yield f"the result is {answer['result']}"

    warnings = sum(len(answer.get("diagnostics", [])) for answer in answers)
    return judge(
        problems(),
        proof=f"valid, {warnings} warnings",
        cure="correct the definition in etl/workflow/",
    )


CHECKS: Final = (
    Check(name="sizes", claim="A rule takes an upload of any size", look=_sizes),
    Check(
        name="definition",
        claim="Step Functions finds the definition valid",
        look=_definition,
        only_aws="the embedded AWS finds every definition valid",
    ),
)
