"""A function behind a DynamoDB stream may fail on a part of a batch, and a batch that fails for good is put aside.

The emulator takes every answer without an error for a success, and gives a batch that failed again without end. This
stands in for an event source mapping with ``ReportBatchItemFailures``, ``MaximumRetryAttempts`` and an on-failure
destination (Lambda developer guide, DynamoDB event source): the batch comes again until its first failing record has
used up its tries; then that record is put aside, and the others go on.
"""

from collections import Counter
from typing import Any, Final

from ministack.services import lambda_svc

_EXHAUSTED: Final = "RetryAttemptsExhausted"
_LIMIT: Final = "MaximumRetryAttempts"

_tries: Counter[str] = Counter()
_given_up: set[str] = set()
_execute = lambda_svc._execute_function  # noqa: SLF001


def install() -> None:
    """Take the place of the emulator's own function."""
    lambda_svc._execute_function = _execute_or_put_aside  # noqa: SLF001


def _execute_or_put_aside(function: dict[str, Any], event: dict[str, Any]) -> Any:
    mapping = _bounded_mapping(event)
    if mapping is None:
        return _execute(function, event)
    records = [record for record in event["Records"] if _sequence_number(record) not in _given_up]
    result: Any = {"body": None}
    while records:
        result = _execute(function, event | {"Records": records})
        failing = _failing(result, records)
        if failing is None:
            return result
        number = _sequence_number(failing)
        _tries[number] += 1
        if _tries[number] <= mapping[_LIMIT]:
            # The poller waits a second after an error, and then gives the batch again.
            return result | {"error": True}
        _given_up.add(number)
        source = mapping["EventSourceArn"]
        lambda_svc._send_ddb_stream_failure_record(mapping, function, [failing], source, result, _EXHAUSTED)  # noqa: SLF001
        records.remove(failing)
    return result | {"error": False}


def _bounded_mapping(event: dict[str, Any]) -> dict[str, Any] | None:
    """Find the mapping of a batch of a stream that is not to be tried for ever; None for any other event."""
    first: dict[str, Any] = next(iter(event.get("Records") or ()), {})
    mappings = lambda_svc._esms.values() if first.get("eventSource") == "aws:dynamodb" else ()  # noqa: SLF001
    return next(
        (each for each in mappings if each["EventSourceArn"] == first["eventSourceARN"] and each.get(_LIMIT, -1) >= 0),
        None,
    )


def _failing(result: dict[str, Any], records: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the first record that failed; of a call that failed as a whole, the first of the batch."""
    if result.get("error"):
        return records[0]
    body = result.get("body")
    failures = body.get("batchItemFailures", ()) if isinstance(body, dict) else ()
    failed = {failure["itemIdentifier"] for failure in failures}
    return next((record for record in records if _sequence_number(record) in failed), None)


def _sequence_number(record: dict[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])
