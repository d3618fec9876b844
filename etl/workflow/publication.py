"""Makes a file the newest of its delivery, shows its rows in place of older ones, and records the outcome."""

from etl.workflow import audit
from etl.workflow.asl import (
    ANY_ERROR,
    ERROR_KEY,
    EVALUATION_ERROR,
    State,
    States,
    catch,
    catch_with,
    query,
    retry,
    service,
    task,
)
from etl.workflow.failure import INCOMPLETE_PATH
from etl.workflow.steps import DELIVERY_ENTRY, DELIVERY_ORDER, RETIRE, VALIDATION, WITHDRAW, Steps, item
from pipeline.constants import FileStatus


class PublicationSteps(Steps):
    """From ``Claim the delivery`` to the recorded outcome, which may be a rejection or SUPERSEDED without a claim."""

    def states(self) -> States:
        """Make the states, in the order a file meets them."""
        return self._named(
            {
                "Claim the delivery": self._claim_delivery(),
                "Supersede": self._supersede(),
                "Publish": self._publish(),
                "Published or retired?": {
                    "Type": "Choice",
                    "Choices": [
                        {"Variable": "$.action", "StringEquals": RETIRE, "Next": self.name("Record duplicate")},
                    ],
                    "Default": self.name("Complete"),
                },
                "Complete": self._end_as_newest(
                    FileStatus.COMPLETED,
                    detail=audit.text(f"{VALIDATION}.verdict"),
                    facts={"manifest": audit.text("$.transformation.manifest")},
                    following="Send event",
                ),
                "Record duplicate": self._end_as_newest(
                    FileStatus.DUPLICATE,
                    detail=audit.text("$.content.owner"),
                    facts={"duplicate_of": audit.text("$.content.owner")},
                    following="Done",
                ),
                "Record rejection": self._finish(
                    FileStatus.REJECTED,
                    detail=audit.text(f"{VALIDATION}.reason_code"),
                    facts={**self._figures(), "reason": audit.text(f"{VALIDATION}.reason")},
                    following="Count rejection alerts",
                    caught={ANY_ERROR: "Read the recorded outcome"},
                ),
                "Read the recorded outcome": self._read_recorded_outcome(),
                "Which outcome?": self._which_outcome(),
                "Read the delivery's owner": self._read_delivery_owner(),
                "Newer file of the delivery?": {
                    "Type": "Choice",
                    "Choices": [
                        {
                            "Variable": "$.holder.Item.file_id.S",
                            "StringEqualsPath": "$.file.file_id",
                            "Next": self.name("Withdraw after failure"),
                        }
                    ],
                    "Default": self.name("Withdraw"),
                },
                "Withdraw": self._withdraw(following="Record superseded"),
                "Withdraw after failure": self._withdraw_after_failure(),
                "Record superseded": self._finish(
                    FileStatus.SUPERSEDED,
                    detail={"S": "a newer file of the delivery came first"},
                    facts={**self._figures(), "delivery": audit.text(DELIVERY_ENTRY)},
                    following="Done",
                ),
            }
        )

    def _claim_delivery(self) -> State:
        """Become the newest file of the delivery, and learn which files of it may have published rows."""
        return self._task(
            audit.UPDATE,
            {
                "TableName": self._resources.registry_table,
                "Key": {"entry": audit.text(DELIVERY_ENTRY)},
                "UpdateExpression": (
                    "SET latest = :order, file_id = :file_id,"
                    " published = list_append(if_not_exists(published, :none), :file_ids)"
                ),
                "ConditionExpression": "attribute_not_exists(entry) OR latest <= :order",
                "ExpressionAttributeValues": {
                    ":order": audit.text(DELIVERY_ORDER),
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
            # The map's own expressions; its task retries by itself.
            "Retry": retry(only=(EVALUATION_ERROR,)),
            "Catch": [catch_with(self._failure, ERROR_KEY)],
            "Next": self.name("Publish"),
        }

    def _publish(self) -> State:
        return self._call_publish(
            {
                "action": query("$states.input.action"),
                "published": query("[$states.input.versions.published]"),
                "delivery": query("$states.input.inspected.delivery.entry"),
            },
            following=self.name("Published or retired?"),
            caught=catch_with(self.name("Withdraw after failure"), ERROR_KEY),
        )

    def _end_as_newest(
        self,
        status: FileStatus,
        *,
        detail: dict[str, str],
        facts: dict[str, dict[str, str]],
        following: str,
    ) -> State:
        """End the file's chain, if this run still holds the file and it is still the newest of its delivery."""
        ended = audit.finish(
            self._resources,
            status,
            detail=detail,
            facts={**self._figures(), **facts, "delivery": audit.text(DELIVERY_ENTRY)},
        )
        return self._task(
            service("aws-sdk:dynamodb:transactWriteItems"),
            {
                "TransactItems": [
                    {"Update": ended},
                    {
                        "Update": {
                            "TableName": self._resources.registry_table,
                            "Key": {"entry": audit.text(DELIVERY_ENTRY)},
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
            caught={ANY_ERROR: "Read the recorded outcome"},
        )

    def _read_recorded_outcome(self) -> State:
        """Read the row before anything else is done: a write may have succeeded although no response arrived.

        If even the row cannot be read, the published rows stay as they are, for the next attempt to clear if it may;
        and the execution fails, so that a recorded outcome is notified when its files are settled.
        """
        return task(
            service("dynamodb:getItem"),
            item(self._resources.audit_table, {"file_id": audit.text("$.file.file_id")}),
            result_path="$.recorded",
            result_selector={"status.$": "$.Item.status.S", "claim.$": "$.Item.claim.S"},
            following=self.name("Which outcome?"),
            catches=[catch(self._failure, result_path=INCOMPLETE_PATH)],
        )

    def _which_outcome(self) -> State:
        """Go on as the row says. Without an outcome, the file fails, unless its delivery has a newer one by now."""
        recorded = {
            FileStatus.COMPLETED: "Send event",
            FileStatus.REJECTED: "Count rejection alerts",
            FileStatus.DUPLICATE: "Done",
            FileStatus.SUPERSEDED: "Done",
        }
        another_run = {"Not": {"Variable": "$.recorded.claim", "StringEqualsPath": "$.file.claim"}}
        return {
            "Type": "Choice",
            "Choices": [
                # It has taken the file over, and answers for it.
                another_run | {"Next": self.name("Done")},
                *(
                    {"Variable": "$.recorded.status", "StringEquals": status, "Next": self.name(step)}
                    for status, step in recorded.items()
                ),
                # The delivery was claimed, so there may be rows.
                {"Variable": "$.versions", "IsPresent": True, "Next": self.name("Read the delivery's owner")},
            ],
            "Default": self._failure,
        }

    def _read_delivery_owner(self) -> State:
        return task(
            service("dynamodb:getItem"),
            item(self._resources.registry_table, {"entry": audit.text(DELIVERY_ENTRY)}),
            result_path="$.holder",
            following=self.name("Newer file of the delivery?"),
            catches=[catch(self.name("Withdraw after failure"))],
        )

    def _withdraw_after_failure(self) -> State:
        """Take the rows of a file that fails after it was published away from the readers, as far as that works."""
        return self._call_publish(
            {"action": WITHDRAW}, following=self._failure, caught=catch_with(self._failure, "not_withdrawn")
        )
