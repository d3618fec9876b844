"""The emulator's application, with what the pipeline needs and the emulator lacks.

The emulator has no public hooks, so its functions are wrapped. Each wrapper adds what AWS does, and nothing else:

- An Object Created event of a versioned bucket contains the version. The emulator's S3 knows it; its event omits it.
- A failed function reports the name of its exception. The emulator reports Runtime.HandlerError for all of them.
- An event source mapping delivers up to its batch size. The emulator delivers ten messages at most.
- Step Functions' ``sns:publish`` takes message attributes as JSON. The emulator reads them from a query string only.
- A function writes logs only if its log group exists. The emulator creates one, also for a call that outlives its
  stack; on AWS the functions' roles do not allow it.
- A wildcard in a policy matches every character. The emulator's wildcards do not match a line break, which a key can
  contain.

In addition, the calls of its services with a role are authorized (``local/enforcement.py``), permission to use the key
is required as on AWS (``local/keys.py``), a deletion that fails can be run again (``local/deletion.py``), keys are
encoded in listings (``local/listing.py``), versions are read in ranges (``local/ranges.py``), DynamoDB's writes are
serialized (``local/writing.py``), Athena reads views (``local/views.py``), answers SHOW and DESCRIBE
(``local/catalog_statements.py``), and puts its answers where it says (``local/answers.py``), calls about a query are
authorized for its workgroup (``local/queries.py``), the event on an execution's status has no input under a
customer-managed key (``local/status_events.py``), a stream's batch whose retries are exhausted goes to the queue of
failures (``local/streams.py``), a stopped execution makes no more calls (``local/executions.py``), the alerts that an
execution or an alarm sends leave their traces (``local/execution_log.py``, ``local/alarm_actions.py``), and a Glue job
runs (``local/glue_jobs.py``). Functions take turns on this machine's processors (``local/processors.py``). For speed,
all environments of a function share one unpacked package (``local/shared_code.py``).
"""

import json
import re
import types
import zipfile
from contextvars import ContextVar
from typing import Any

from ministack.app import app
from ministack.core import iam_evaluator, lambda_runtime
from ministack.services import cloudwatch_logs, eventbridge, lambda_svc, s3, sqs, stepfunctions

from local import (
    alarm_actions,
    answers,
    catalog_statements,
    deletion,
    enforcement,
    execution_log,
    executions,
    glue_jobs,
    keys,
    listing,
    processors,
    queries,
    ranges,
    status_events,
    streams,
    views,
    writing,
)
from local.shared_code import SharedZipFile

__all__ = ["app", "error_type", "query_attributes"]

_ANY_EXCEPTION = "Runtime.HandlerError"

alarm_actions.install()
answers.install()
catalog_statements.install()
deletion.install()
enforcement.install()
keys.install()
listing.install()
processors.install()
glue_jobs.install()
queries.install()
ranges.install()
status_events.install()
streams.install()
views.install()
writing.install()
executions.install()


_version_id: ContextVar[str | None] = ContextVar("version_id", default=None)
_fire = s3._fire_s3_event  # noqa: SLF001
_dispatch = eventbridge._dispatch_event  # noqa: SLF001
_log = lambda_svc._emit_lambda_logs  # noqa: SLF001
_execute = lambda_svc._execute_function_warm  # noqa: SLF001
_receive = sqs._receive_messages_for_esm  # noqa: SLF001
_compile = iam_evaluator._fnmatch_compile  # noqa: SLF001
_publish = stepfunctions._SERVICE_DISPATCH[execution_log.PUBLISH]  # noqa: SLF001


def error_type(log: str, message: str) -> str | None:
    """Read the exception's class name from a log that ends with a traceback; None if it does not."""
    last_line = log.rstrip().removesuffix(message.rstrip()).rstrip(": \n").rpartition("\n")[2]
    name = last_line.rpartition(".")[2]
    return name if name.isidentifier() else None


def query_attributes(attributes: dict[str, dict[str, str]]) -> dict[str, str]:
    """Write message attributes as the parameters of SNS's query protocol."""
    query: dict[str, str] = {}
    for number, (name, attribute) in enumerate(attributes.items(), start=1):
        entry = f"MessageAttributes.entry.{number}"
        query[f"{entry}.Name"] = name
        query |= {f"{entry}.Value.{field}": value for field, value in attribute.items()}
    return query


def _fire_with_version(*arguments: Any, version_id: str | None = None, **options: Any) -> None:
    # Called by this function in the same thread, the next one delivers the event.
    token = _version_id.set(version_id)
    try:
        _fire(*arguments, version_id=version_id, **options)
    finally:
        _version_id.reset(token)


def _dispatch_with_version(event: dict[str, Any], *arguments: Any) -> Any:
    version_id = _version_id.get()
    if version_id is not None and event.get("Source") == "aws.s3":
        detail = json.loads(event["Detail"])
        detail["object"]["version-id"] = version_id
        event = event | {"Detail": json.dumps(detail)}
    return _dispatch(event, *arguments)


def _execute_with_error_type(*arguments: Any, **options: Any) -> Any:
    result = _execute(*arguments, **options)
    body = result.get("body")
    if result.get("error") and isinstance(body, dict) and body.get("errorType") == _ANY_EXCEPTION:
        name = error_type(result.get("log", ""), body["errorMessage"])
        body["errorType"] = name or _ANY_EXCEPTION
    return result


def _log_where_a_group_is(function: dict[str, Any], *arguments: Any, **options: Any) -> None:
    config = function.get("config") or function
    group = config.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
    if group in cloudwatch_logs._log_groups:  # noqa: SLF001
        _log(function, *arguments, **options)


def _receive_whole_batch(queue_url: str, batch_size: int) -> list[dict[str, Any]]:
    batch: list[dict[str, Any]] = []
    while len(batch) < batch_size and (received := _receive(queue_url, batch_size - len(batch))):
        batch += received
    return batch


def _publish_with_attributes(resource: str, parameters: dict[str, Any]) -> Any:
    return _publish(resource, parameters | query_attributes(parameters.get("MessageAttributes", {})))


def _compile_for_every_character(pattern: str, ignore_case: bool) -> re.Pattern[str]:  # noqa: FBT001 its signature
    compiled = _compile(pattern, ignore_case)
    return re.compile(compiled.pattern, compiled.flags | re.DOTALL)


s3._fire_s3_event = _fire_with_version  # noqa: SLF001
eventbridge._dispatch_event = _dispatch_with_version  # noqa: SLF001
iam_evaluator._fnmatch_compile = _compile_for_every_character  # noqa: SLF001
lambda_svc._emit_lambda_logs = _log_where_a_group_is  # noqa: SLF001
lambda_svc._execute_function_warm = _execute_with_error_type  # noqa: SLF001
sqs._receive_messages_for_esm = _receive_whole_batch  # noqa: SLF001
lambda_runtime.zipfile = types.SimpleNamespace(**(vars(zipfile) | {"ZipFile": SharedZipFile}))
stepfunctions._SERVICE_DISPATCH[execution_log.PUBLISH] = _publish_with_attributes  # noqa: SLF001
execution_log.install()
