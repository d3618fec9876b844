"""From a valid file to its reconciled rows: the content is claimed, so that none is published twice."""

from collections.abc import Mapping
from typing import ClassVar, Final

from etl.workflow import audit
from etl.workflow.asl import ERROR_KEY, ERROR_PATH, State, States, catch_with, jsonata_task, query, service
from etl.workflow.steps import (
    DELIVERY_ENTRY,
    DELIVERY_ORDER,
    OUTGROWN,
    RETIRE,
    TRANSACTION_CANCELED,
    VALIDATION,
    Steps,
    item,
    key_entry,
)
from pipeline.constants import FileStatus

RECONCILIATION: Final = "Pipeline.Unreconciled"

CONTENTION: Final = "Pipeline.ContentContended"
"""The error of a file whose content changed hands whenever it was to be taken over."""

MAX_LOOKS: Final = 5
"""At a content's owner. Each look after the first comes of a transaction that was cancelled: the owner had changed."""

_FREE: Final = "FREE"
_NEWER: Final = "OF A NEWER FILE"
_TAKEN: Final = "TAKEN"
"""What a content may be that another file has claimed before."""


class TransformationSteps(Steps):
    """From ``Claim the content`` to ``Reconcile``; a file whose content another delivery has is not transformed."""

    transform: ClassVar[str] = "Transform"
    """The first step that transforms the file."""

    def states(self) -> States:
        """Make the states, in the order a file meets them."""
        return self._named(
            {
                "Claim the content": self._claim_content(),
                "Read the content's owner": self._read_content_owner(),
                "Read the owner's audit row": self._read_owners_row(),
                "Check whether the content is free": self._check_content(),
                "Is the content free?": self._is_content_free(),
                "Take over the content": self._take_over_content(),
                "Content contended": self._fail_with(CONTENTION, "the content's owner changed at each look"),
                "Publish nothing": {
                    "Type": "Pass",
                    "Result": RETIRE,
                    "ResultPath": "$.action",
                    "Next": self.name("Claim the delivery"),
                },
                **self._transform(),
                "Reconcile": self._reconcile(),
                "Unreconciled": self._fail_with(RECONCILIATION, "validate and transform disagree on counts or totals"),
            }
        )

    def _fail_with(self, error: str, cause: str) -> State:
        return {
            "Type": "Pass",
            "Result": {"Error": error, "Cause": cause},
            "ResultPath": ERROR_PATH,
            "Next": self._failure,
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
            following=self.transform,
            unless={audit.CONDITION_FAILED: "Read the content's owner"},
        )

    def _read_content_owner(self) -> State:
        return self._read(
            self._resources.registry_table,
            {"entry": self._content_entry()["entry"]},
            result_path="$.content",
            result_selector={"owner.$": "$.Item.file_id.S", "entry.$": "$.Item"},
            following="Read the owner's audit row",
        )

    def _read_owners_row(self) -> State:
        """Read the owner's status, and what orders the versions of its key: its entry may be older than deliveries."""
        row = "$states.result.Item"
        output = f"""(
            $entry := $states.input.content.entry;
            $merge([$states.input, {{
                'first': {{
                    'status': {row}.status.S,
                    'delivery': $exists($entry.delivery) ? $entry.delivery.S : {key_entry(f"{row}.object_key.S")},
                    'order': $exists($entry.order) ? $entry.order.S : {row}.sequencer.S
                }}
            }}])
        )"""
        return jsonata_task(
            service("dynamodb:getItem"),
            item(self._resources.audit_table, {"file_id": {"S": query("$states.input.content.owner")}}),
            output=output,
            following=self.name("Check whether the content is free"),
            catches=[catch_with(self._failure, ERROR_KEY)],
        )

    def _check_content(self) -> State:
        """Find out whether the content is taken: in another delivery by a file that has rows or may get some.

        A failed, superseded or withdrawn file without rows has set the content free. Of two files of a delivery the
        newer has it.
        """
        gone = ", ".join(f"'{status}'" for status in (FileStatus.FAILED, FileStatus.SUPERSEDED, FileStatus.WITHDRAWN))
        output = f"""(
            $first := $states.input.first;
            $delivery := $states.input.inspected.delivery;
            $same := $first.delivery = $delivery.entry;
            $has_rows := $states.input.content.owner in $states.result.Item.published.L.S;
            $free := ($first.status in [{gone}] and $not($has_rows)) or ($same and $first.order <= $delivery.order);
            $merge([$states.input, {{
                'content_is': $free ? '{_FREE}' : $same ? '{_NEWER}' : '{_TAKEN}',
                'looks': $exists($states.input.looks) ? $states.input.looks + 1 : 1
            }}])
        )"""
        return jsonata_task(
            service("dynamodb:getItem"),
            item(self._resources.registry_table, {"entry": {"S": query("$states.input.first.delivery")}}),
            output=output,
            following=self.name("Is the content free?"),
            catches=[catch_with(self._failure, ERROR_KEY)],
        )

    def _is_content_free(self) -> State:
        steps = {_FREE: "Take over the content", _NEWER: "Record superseded"}
        return {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.looks", "NumericGreaterThan": MAX_LOOKS, "Next": self.name("Content contended")},
                *(
                    {"Variable": "$.content_is", "StringEquals": answer, "Next": self.name(step)}
                    for answer, step in steps.items()
                ),
            ],
            "Default": self.name("Publish nothing"),
        }

    def _take_over_content(self) -> State:
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
            following=self.transform,
            unless={TRANSACTION_CANCELED: "Read the content's owner"},
        )

    def _content_entry(self) -> dict[str, dict[str, str]]:
        """One content of one partner, with the file that has it; two partners may mean different accounts."""
        return {
            "entry": {"S.$": f"States.Format('content#{{}}#{{}}', $.file.partner, {VALIDATION}.content_id)"},
            "file_id": audit.text("$.file.file_id"),
            "delivery": audit.text(DELIVERY_ENTRY),
            "order": audit.text(DELIVERY_ORDER),
        }

    def _transform(self) -> States:
        """Make the steps that transform the file and compare what came of it."""
        return {self.transform: self._call_transform({})}

    def _call_transform(self, arguments: Mapping[str, str]) -> State:
        """Call the transform function, and compare what came of it.

        Three sets of figures must agree: validate's, transform's, and those read back from the written files.
        """
        output = """(
            $v := $states.input.inspected.validation;
            $t := $states.result;
            $merge([$states.input, {
                'transformation': $t,
                'reconciled': $v.counts = $t.counts and $v.totals = $t.totals
                    and $t.written.count = $t.counts.accepted and $t.written.totals = $t.totals
                    and $v.counts.read = $v.counts.accepted + $v.counts.rejected + $v.counts.dropped
            }])
        )"""
        return jsonata_task(
            self._resources.transform_function,
            {
                "file": query("$states.input.file"),
                "validation": query("$states.input.inspected.validation"),
                **arguments,
            },
            output=output,
            following=self.name("Reconcile"),
            catches=[
                *([catch_with(self._outgrown, ERROR_KEY, errors=OUTGROWN)] if self._outgrown else ()),
                catch_with(self._failure, ERROR_KEY),
            ],
            unless=self._unrepeated,
            timeout_seconds=self._timeout,
        )

    def _reconcile(self) -> State:
        return {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.reconciled", "BooleanEquals": True, "Next": self.name("Claim the delivery")},
            ],
            "Default": self.name("Unreconciled"),
        }
