"""From the claim of a file to its verdict: nobody else processes it, it is validated, and no newer version stands."""

from etl.workflow import audit
from etl.workflow.asl import State, States, catch, jsonata_task, query, service, task
from etl.workflow.steps import VALIDATION, Steps, item
from pipeline.constants import FileStatus


class InspectionSteps(Steps):
    """From ``Claim`` to ``Verdict``. A claim is a lease, taken by one conditional write."""

    def states(self) -> States:
        """Make the states, in the order a file meets them."""
        return self._named(
            {
                "Claim": self._claim(),
                "Read the current claim": self._read_current_claim(),
                "Still being processed?": {
                    "Type": "Choice",
                    "Choices": [
                        {
                            "Variable": "$.holder.status",
                            "StringEquals": FileStatus.PROCESSING,
                            "Next": self.name("Retry after the lease"),
                        },
                    ],
                    "Default": self.name("Done"),
                },
                "Retry after the lease": self._retry_after_lease(),
                "First attempt?": self._is_first_attempt(),
                "Clear an earlier attempt": self._withdraw(following="Inspect"),
                "Inspect": self._inspect(),
                "Verdict": self._verdict(),
            }
        )

    def _claim(self) -> State:
        return self._task(
            audit.UPDATE,
            audit.claim(self._resources),
            result_path="$.file.attempt",
            result_selector={"number.$": "$.Attributes.attempts.N"},
            following="First attempt?",
            unless={audit.CONDITION_FAILED: "Read the current claim"},
        )

    def _read_current_claim(self) -> State:
        return self._read(
            self._resources.audit_table,
            {"file_id": audit.text("$.file.file_id")},
            result_path="$.holder",
            result_selector={"status.$": "$.Item.status.S"},
            following="Still being processed?",
        )

    def _retry_after_lease(self) -> State:
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
        """Validate the file while it is looked up whether a newer version of its key is published."""
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
        return {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": self.name("Which format?"), "States": validate},
                {
                    "StartAt": self.name("Check for a newer version"),
                    "States": {self.name("Check for a newer version"): self._check_for_newer_version()},
                },
            ],
            "ResultSelector": {"validation.$": "$[0]", "overtaken.$": "$[1]"},
            "ResultPath": "$.inspected",
            "Catch": [catch(self._failure)],
            "Next": self.name("Verdict"),
        }

    def _check_for_newer_version(self) -> State:
        """Ask whether a newer version of the key has been published."""
        key = {"entry": {"S": query("'key#' & $states.input.file.object_key")}}
        latest = "$states.result.Item.latest.S"
        return jsonata_task(
            service("dynamodb:getItem"),
            item(self._resources.registry_table, key),
            output=f"$exists({latest}) and {latest} > $states.input.file.sequencer",
            following=None,
        )

    def _verdict(self) -> State:
        return {
            "Type": "Choice",
            "Choices": [
                {
                    "Variable": f"{VALIDATION}.verdict",
                    "StringEquals": "REJECTED",
                    "Next": self.name("Record rejection"),
                },
                {
                    "Variable": "$.inspected.overtaken",
                    "BooleanEquals": True,
                    "Next": self.name("Record superseded"),
                },
            ],
            "Default": self.name("Claim the content"),
        }
