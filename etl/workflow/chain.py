"""The way of one file, from its claim to its published rows. Both routes run it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from etl.statuses import FileStatus
from etl.workflow import audit, messages
from etl.workflow.alerting import alert_path
from etl.workflow.asl import ANY_ERROR, ERROR_PATH, Resources, State, States, catch, query, service, task
from etl.workflow.failure import failure_path

RECONCILIATION: Final = "Pipeline.Unreconciled"
PROCESSED_EVENT: Final = "Transaction File Processed"
TRANSACTION_CANCELED: Final = "DynamoDb.TransactionCanceledException"

PUBLISH: Final = "publish"
RETIRE: Final = "retire"
WITHDRAW: Final = "withdraw"
"""What the publish function is asked for: see its handler."""

_VALIDATION: Final = "$.inspected.validation"


def file_chain(
    resources: Resources, *, label: str, function_timeout_seconds: int, lease_seconds: int
) -> dict[str, Any]:
    """Build the chain of one file.

    Input: ``$.file`` as the definition's first state identified it, ``$.lease_ended``, and ``$.action``, PUBLISH.

    Parameters
    ----------
    label
        The route's name, which makes the states' names unique.
    function_timeout_seconds
        How long one call of a function may take on this route.
    lease_seconds
        How long a claim holds.

    Returns
    -------
    dict
        ``StartAt`` and ``States``, for a Map's item processor.
    """
    chain = _Chain(resources, label=label, timeout=function_timeout_seconds, lease_seconds=lease_seconds)
    return {"StartAt": chain.name("Claim"), "States": chain.states()}


class _Chain:
    """The chain's states. Each method makes one, in the order a file meets them."""

    def __init__(self, resources: Resources, *, label: str, timeout: int, lease_seconds: int) -> None:
        self._resources = resources
        self._label = label
        self._timeout = timeout
        self._lease_seconds = lease_seconds
        self._failure, self._failure_states = failure_path(resources, label=label)

    def name(self, step: str) -> str:
        return f"{step} ({self._label})"

    def states(self) -> States:
        steps: dict[str, State] = {
            "Claim": self._claim(),
            "Who has the file?": self._who_has_the_file(),
            "Is it in process?": {
                "Type": "Choice",
                "Choices": [
                    {
                        "Variable": "$.holder.status",
                        "StringEquals": FileStatus.PROCESSING,
                        "Next": self.name("Look again after the lease"),
                    },
                ],
                "Default": self.name("Done"),
            },
            "Look again after the lease": self._look_again(),
            "Is it the first attempt?": self._is_first_attempt(),
            "Clear an earlier attempt": self._withdraw(following="Inspect"),
            "Inspect": self._inspect(),
            "Verdict": self._verdict(),
            "Record rejection": self._finish(
                FileStatus.REJECTED,
                detail=audit.text(f"{_VALIDATION}.reason_code"),
                facts={**self._figures(), "reason": audit.text(f"{_VALIDATION}.reason")},
                following="Count alerts of rejection",
            ),
            "Claim the content": self._claim_content(),
            "Find who owns the content": self._find_content_owner(),
            "Find the first file": self._find_first_file(),
            "Find the first file's key": self._find_first_files_key(),
            "Does the first file stand?": self._does_first_file_stand(),
            "Take the content over": self._take_content_over(),
            "Publish nothing": {
                "Type": "Pass",
                "Result": RETIRE,
                "ResultPath": "$.action",
                "Next": self.name("Claim the key"),
            },
            "Transform": self._transform(),
            "Reconcile": self._reconcile(),
            "Unreconciled": {
                "Type": "Pass",
                "Result": {"Error": RECONCILIATION, "Cause": "validate and transform disagree on counts or totals"},
                "ResultPath": "$.error",
                "Next": self._failure,
            },
            "Claim the key": self._claim_key(),
            "Supersede": self._supersede(),
            "Publish": self._publish(),
            "Is it published?": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.action", "StringEquals": RETIRE, "Next": self.name("Record duplicate")},
                ],
                "Default": self.name("Complete"),
            },
            "Complete": self._end_as_newest(
                FileStatus.COMPLETED,
                detail=audit.text(f"{_VALIDATION}.verdict"),
                facts={"manifest": audit.text("$.transformation.manifest")},
                following="Announce",
            ),
            "Record duplicate": self._end_as_newest(
                FileStatus.DUPLICATE,
                detail=audit.text("$.content.owner"),
                facts={"duplicate_of": audit.text("$.content.owner")},
                following="Done",
            ),
            "Who holds the key?": self._look_up_key(
                result_path="$.holder", following="Has a newer version come?", failing="Take back"
            ),
            "Has a newer version come?": self._has_newer_version_come(),
            "Withdraw": self._withdraw(following="Record superseded"),
            "Take back": self._take_back(),
            "Record superseded": self._finish(
                FileStatus.SUPERSEDED,
                detail={"S": "a newer version of the key came first"},
                facts=self._figures(),
                following=None,
            ),
            "Announce": self._announce(),
            "Are there rejected rows?": {
                "Type": "Choice",
                "Choices": [
                    {
                        "Variable": f"{_VALIDATION}.counts.rejected",
                        "NumericGreaterThan": 0,
                        "Next": self.name("Count alerts of rejected rows"),
                    },
                ],
                "Default": self.name("Done"),
            },
            "Done": {"Type": "Succeed", "OutputPath": "$.file.file_id"},
        }
        return {self.name(step): state for step, state in steps.items()} | self._alerts() | self._failure_states

    def _claim(self) -> State:
        return self._task(
            audit.UPDATE,
            audit.claim(self._resources),
            result_path="$.file.attempt",
            result_selector={"number.$": "$.Attributes.attempts.N"},
            following="Is it the first attempt?",
            unless={audit.CONDITION_FAILED: "Who has the file?"},
        )

    def _who_has_the_file(self) -> State:
        return self._task(
            service("dynamodb:getItem"),
            {
                "TableName": self._resources.audit_table,
                "Key": {"file_id": audit.text("$.file.file_id")},
                "ConsistentRead": True,
            },
            result_path="$.holder",
            result_selector={"status.$": "$.Item.status.S"},
            following="Is it in process?",
        )

    def _look_again(self) -> State:
        """Put the event off until the other run's claim has ended, to take the file over should that run have died."""
        return self._task(
            service("sqs:sendMessage"),
            {
                "QueueUrl": self._resources.batching_queue_url,
                "MessageBody.$": "States.JsonToString($.file.event)",
                "DelaySeconds": self._lease_seconds,
            },
            following="Done",
        )

    def _is_first_attempt(self) -> State:
        """Begin every other attempt without rows: whatever it ends in, none of an attempt that died may stay."""
        return {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.file.attempt.number", "StringEquals": "1", "Next": self.name("Inspect")},
            ],
            "Default": self.name("Clear an earlier attempt"),
        }

    def _inspect(self) -> State:
        """Validate the file while its key's published version is looked up."""
        by_format = {"csv": "Validate CSV", "json": "Validate JSON"}
        validate: States = {
            self.name("Which format?"): {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.file.format", "StringEquals": file_format, "Next": self.name(step)}
                    for file_format, step in by_format.items()
                ],
                "Default": self.name("Validate CSV"),
            }
        }
        for step in by_format.values():
            validate[self.name(step)] = task(
                self._resources.validate_function,
                {"file.$": "$.file"},
                result_path="$",
                following=None,
                timeout_seconds=self._timeout,
            )
        look_up = self._look_up_key(result_path="$", following=None)
        return {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": self.name("Which format?"), "States": validate},
                {"StartAt": self.name("Look up the key"), "States": {self.name("Look up the key"): look_up}},
            ],
            "ResultSelector": {"validation.$": "$[0]", "published.$": "$[1]"},
            "ResultPath": "$.inspected",
            "Catch": [catch(self._failure)],
            "Next": self.name("Verdict"),
        }

    def _verdict(self) -> State:
        latest = "$states.input.inspected.published.Item.latest.S"
        return {
            "Type": "Choice",
            "QueryLanguage": "JSONata",
            "Choices": [
                {
                    "Condition": query("$states.input.inspected.validation.verdict = 'REJECTED'"),
                    "Next": self.name("Record rejection"),
                },
                {
                    "Condition": query(f"$exists({latest}) and {latest} > $states.input.file.sequencer"),
                    "Next": self.name("Record superseded"),
                },
            ],
            "Default": self.name("Claim the content"),
        }

    def _claim_content(self) -> State:
        return self._task(
            service("dynamodb:putItem"),
            {
                "TableName": self._resources.registry_table,
                "Item": self._content_entry(),
                "ConditionExpression": "attribute_not_exists(entry) OR file_id = :file_id",
                "ExpressionAttributeValues": {":file_id": audit.text("$.file.file_id")},
            },
            following="Transform",
            unless={audit.CONDITION_FAILED: "Find who owns the content"},
        )

    def _find_content_owner(self) -> State:
        return self._task(
            service("dynamodb:getItem"),
            {
                "TableName": self._resources.registry_table,
                "Key": {"entry": self._content_entry()["entry"]},
                "ConsistentRead": True,
            },
            result_path="$.content",
            result_selector={"owner.$": "$.Item.file_id.S"},
            following="Find the first file",
        )

    def _find_first_file(self) -> State:
        return self._task(
            service("dynamodb:getItem"),
            {
                "TableName": self._resources.audit_table,
                "Key": {"file_id": audit.text("$.content.owner")},
                "ConsistentRead": True,
            },
            result_path="$.first",
            result_selector={
                "status.$": "$.Item.status.S",
                "object_key.$": "$.Item.object_key.S",
                "sequencer.$": "$.Item.sequencer.S",
            },
            following="Find the first file's key",
        )

    def _find_first_files_key(self) -> State:
        return self._task(
            service("dynamodb:getItem"),
            {
                "TableName": self._resources.registry_table,
                "Key": {"entry": {"S.$": "States.Format('key#{}', $.first.object_key)"}},
                "ConsistentRead": True,
            },
            result_path="$.first.key",
            following="Does the first file stand?",
        )

    def _does_first_file_stand(self) -> State:
        """Ask whether the content is taken: under another key by a file that has rows or may get some.

        A failed or superseded file without rows has set the content free. Of two versions of one key the newer has it.
        """
        first = "$states.input.first"
        same_key = f"{first}.object_key = $states.input.file.object_key"
        gone = ", ".join(f"'{status}'" for status in (FileStatus.FAILED, FileStatus.SUPERSEDED))
        has_rows = f"$states.input.content.owner in {first}.key.Item.published.L.S"
        return {
            "Type": "Choice",
            "QueryLanguage": "JSONata",
            "Choices": [
                {
                    "Condition": query(f"{first}.status in [{gone}] and $not({has_rows})"),
                    "Next": self.name("Take the content over"),
                },
                {
                    "Condition": query(f"{same_key} and {first}.sequencer <= $states.input.file.sequencer"),
                    "Next": self.name("Take the content over"),
                },
                {"Condition": query(same_key), "Next": self.name("Record superseded")},
            ],
            "Default": self.name("Publish nothing"),
        }

    def _take_content_over(self) -> State:
        """Become the content's owner, if the first file still is and no replay has changed its status since."""
        return self._task(
            service("aws-sdk:dynamodb:transactWriteItems"),
            {
                "TransactItems": [
                    {
                        "Put": {
                            "TableName": self._resources.registry_table,
                            "Item": self._content_entry(),
                            "ConditionExpression": "file_id = :owner OR file_id = :file_id",
                            "ExpressionAttributeValues": {
                                ":owner": audit.text("$.content.owner"),
                                ":file_id": audit.text("$.file.file_id"),
                            },
                        }
                    },
                    {
                        "ConditionCheck": {
                            "TableName": self._resources.audit_table,
                            "Key": {"file_id": audit.text("$.content.owner")},
                            "ConditionExpression": "#status = :seen",
                            "ExpressionAttributeNames": {"#status": "status"},
                            "ExpressionAttributeValues": {":seen": audit.text("$.first.status")},
                        }
                    },
                ]
            },
            following="Transform",
            unless={TRANSACTION_CANCELED: "Find who owns the content"},
        )

    def _transform(self) -> State:
        return self._task(
            self._resources.transform_function,
            {"file.$": "$.file", "validation.$": _VALIDATION},
            result_path="$.transformation",
            following="Reconcile",
            timeout_seconds=self._timeout,
        )

    def _reconcile(self) -> State:
        """Three sets of figures must agree: validate's, transform's, and those read back from the written files."""
        return {
            "Type": "Choice",
            "QueryLanguage": "JSONata",
            "Choices": [
                {
                    "Condition": query("""(
                        $v := $states.input.inspected.validation;
                        $t := $states.input.transformation;
                        $v.counts = $t.counts and $v.totals = $t.totals
                        and $t.written.count = $t.counts.accepted and $t.written.totals = $t.totals
                        and $v.counts.read = $v.counts.accepted + $v.counts.rejected + $v.counts.dropped
                    )"""),
                    "Next": self.name("Claim the key"),
                }
            ],
            "Default": self.name("Unreconciled"),
        }

    def _claim_key(self) -> State:
        """Become the newest version of the key, and learn which versions may have published rows."""
        return self._task(
            audit.UPDATE,
            {
                "TableName": self._resources.registry_table,
                "Key": {"entry": self._key_entry()},
                "UpdateExpression": (
                    "SET latest = :sequencer, file_id = :file_id,"
                    " published = list_append(if_not_exists(published, :none), :file_ids)"
                ),
                "ConditionExpression": "attribute_not_exists(entry) OR latest <= :sequencer",
                "ExpressionAttributeValues": {
                    ":sequencer": audit.text("$.file.sequencer"),
                    ":file_id": audit.text("$.file.file_id"),
                    ":file_ids": {"L": [audit.text("$.file.file_id")]},
                    ":none": {"L": []},
                },
                "ReturnValues": "ALL_NEW",
            },
            result_path="$.versions",
            result_selector={"published.$": "$.Attributes.published.L[*].S"},
            following="Supersede",
            unless={audit.CONDITION_FAILED: "Record superseded"},
        )

    def _publish(self) -> State:
        return self._task(
            self._resources.publish_function,
            {"action.$": "$.action", "file.$": "$.file", "published.$": "$.versions.published"},
            following="Is it published?",
            caught={ANY_ERROR: "Take back"},
            timeout_seconds=self._timeout,
        )

    def _withdraw(self, *, following: str) -> State:
        return self._task(
            self._resources.publish_function,
            {"action": WITHDRAW, "file.$": "$.file"},
            following=following,
            timeout_seconds=self._timeout,
        )

    def _take_back(self) -> State:
        """Take the rows of a file that fails after it was published away from the readers, as far as that works."""
        return task(
            self._resources.publish_function,
            {"action": WITHDRAW, "file.$": "$.file"},
            following=self._failure,
            catches=[catch(self._failure, result_path="$.not_taken_back")],
            timeout_seconds=self._timeout,
        )

    def _end_as_newest(
        self,
        status: FileStatus,
        *,
        detail: dict[str, str],
        facts: dict[str, dict[str, str]],
        following: str,
    ) -> State:
        """End the file's way, if this run still holds the file and the file is still the newest version of its key."""
        ended = audit.finish(self._resources, status, detail=detail, facts={**self._figures(), **facts})
        return self._task(
            service("aws-sdk:dynamodb:transactWriteItems"),
            {
                "TransactItems": [
                    {"Update": ended},
                    {
                        "Update": {
                            "TableName": self._resources.registry_table,
                            "Key": {"entry": self._key_entry()},
                            "UpdateExpression": "SET published = :file_ids",
                            "ConditionExpression": "file_id = :file_id",
                            "ExpressionAttributeValues": {
                                ":file_id": audit.text("$.file.file_id"),
                                ":file_ids": {"L": [audit.text("$.file.file_id")]},
                            },
                        }
                    },
                ]
            },
            following=following,
            caught={TRANSACTION_CANCELED: "Who holds the key?", ANY_ERROR: "Take back"},
        )

    def _has_newer_version_come(self) -> State:
        """Either this run lost its claim on the file, and who took it over goes on; or the key has a newer version."""
        return {
            "Type": "Choice",
            "Choices": [
                {
                    "Variable": "$.holder.Item.file_id.S",
                    "StringEqualsPath": "$.file.file_id",
                    "Next": self.name("Done"),
                }
            ],
            "Default": self.name("Withdraw"),
        }

    def _supersede(self) -> State:
        """Say so in the rows of the older versions, before Publish removes their objects: COMPLETED has its rows."""
        step = self.name("Record superseded version")
        others = "$filter($states.input.versions.published, function($id) { $id != $states.input.file.file_id })"
        return {
            "Type": "Map",
            "QueryLanguage": "JSONata",
            "Items": query(f"[{others}]"),
            "ItemSelector": {
                "file": query("$states.input.file"),
                "older": query("$states.context.Map.Item.Value"),
            },
            "MaxConcurrency": 1,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": step,
                "States": {
                    step: task(
                        audit.UPDATE,
                        audit.supersede(self._resources),
                        following=None,
                        unless=[audit.CONDITION_FAILED],
                        # It was FAILED or SUPERSEDED already, and stays so.
                        catches=[catch(self.name("Not completed"), audit.CONDITION_FAILED)],
                    ),
                    self.name("Not completed"): {"Type": "Succeed"},
                },
            },
            "Output": query("$states.input"),
            "Catch": [
                {
                    "ErrorEquals": [ANY_ERROR],
                    "Output": query("$merge([$states.input, {'error': $states.errorOutput}])"),
                    "Next": self._failure,
                }
            ],
            "Next": self.name("Publish"),
        }

    def _announce(self) -> State:
        return self._task(
            service("events:putEvents"),
            {
                "Entries": [
                    {
                        "Source": self._resources.event_source,
                        "DetailType": PROCESSED_EVENT,
                        "EventBusName": "default",
                        "Detail": {
                            "file_id.$": "$.file.file_id",
                            "partner.$": "$.file.partner",
                            "bucket.$": "$.file.bucket",
                            "key.$": "$.file.key",
                            "version_id.$": "$.file.version_id",
                            "layout.$": f"{_VALIDATION}.layout",
                            "counts.$": f"{_VALIDATION}.counts",
                            "totals.$": f"{_VALIDATION}.totals",
                        },
                    }
                ]
            },
            following="Are there rejected rows?",
            caught={ANY_ERROR: "Are there rejected rows?"},
        )

    def _alerts(self) -> States:
        """Alert after the outcome is recorded; an alert that cannot be sent must not undo it, and fails loudly."""
        kinds = {
            "rejection": (FileStatus.REJECTED, messages.rejected(self._resources)),
            "rejected rows": (FileStatus.COMPLETED, messages.rows_rejected(self._resources)),
        }
        states: States = {}
        for kind, (status, message) in kinds.items():
            _, path = alert_path(
                self._resources,
                kind=kind,
                label=self._label,
                status=status,
                message=message,
                following=self.name("Done"),
            )
            states |= path
        return states

    def _look_up_key(self, *, result_path: str, following: str | None, failing: str | None = None) -> State:
        return task(
            service("dynamodb:getItem"),
            {
                "TableName": self._resources.registry_table,
                "Key": {"entry": self._key_entry()},
                "ConsistentRead": True,
            },
            result_path=result_path,
            following=self.name(following) if following else None,
            catches=[catch(self.name(failing))] if failing else [],
        )

    def _finish(
        self,
        status: FileStatus,
        *,
        detail: dict[str, str],
        facts: dict[str, dict[str, str]],
        following: str | None,
    ) -> State:
        return self._task(
            audit.UPDATE,
            audit.finish(self._resources, status, detail=detail, facts=facts),
            following=following or "Done",
            unless={audit.CONDITION_FAILED: "Done"},
        )

    def _task(
        self,
        resource: str,
        parameters: dict[str, Any],
        *,
        following: str,
        unless: Mapping[str, str] = MappingProxyType({}),
        caught: Mapping[str, str] = MappingProxyType({}),
        result_path: str | None = None,
        result_selector: dict[str, Any] | None = None,
        timeout_seconds: int | None = None,
    ) -> State:
        """Make a task of the chain: errors ``unless`` are answers and not retried, others end in the failure path."""
        answers = {**unless, **caught}
        catches = [
            catch(self.name(step), error, result_path=ERROR_PATH if error == ANY_ERROR else "$.answer")
            for error, step in answers.items()
        ]
        if ANY_ERROR not in answers:
            catches.append(catch(self._failure))
        return task(
            resource,
            parameters,
            following=self.name(following),
            catches=catches,
            unless=list(unless),
            result_path=result_path,
            result_selector=result_selector,
            timeout_seconds=timeout_seconds,
        )

    @staticmethod
    def _figures() -> dict[str, dict[str, str]]:
        """List what the audit row keeps of a validation: what was counted and found, and the report."""
        counts = {
            f"rows_{count}": audit.number(f"{_VALIDATION}.counts.{count}")
            for count in ("read", "accepted", "rejected", "dropped")
        }
        return {
            "sha256": audit.text(f"{_VALIDATION}.sha256"),
            "layout": audit.text(f"{_VALIDATION}.layout"),
            "totals": {"S.$": f"States.JsonToString({_VALIDATION}.totals)"},
            "errors": {"S.$": f"States.JsonToString({_VALIDATION}.errors)"},
            "warnings": {"S.$": f"States.JsonToString({_VALIDATION}.warnings)"},
            "report": audit.text(f"{_VALIDATION}.report"),
            **counts,
        }

    def _content_entry(self) -> dict[str, dict[str, str]]:
        """One content of one partner: two partners may send the same bytes and mean different accounts."""
        return {
            "entry": {"S.$": f"States.Format('content#{{}}#{{}}', $.file.partner, {_VALIDATION}.sha256)"},
            "file_id": audit.text("$.file.file_id"),
        }

    @staticmethod
    def _key_entry() -> dict[str, str]:
        return {"S.$": "States.Format('key#{}', $.file.object_key)"}
