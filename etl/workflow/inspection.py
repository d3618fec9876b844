"""From the claim of a file to its verdict: nobody else processes it, it is validated, and no newer one is published."""

from collections.abc import Mapping
from typing import Final

from etl.workflow import audit
from etl.workflow.asl import ERROR_KEY, State, States, catch, catch_with, jsonata_task, query, service, task
from etl.workflow.steps import DELIVERY_PREFIX, OUTGROWN, VALIDATION, Steps, item, key_entry
from pipeline.constants import LEASE, FileStatus

_KEY: Final = key_entry("$states.input.file.object_key")
_DELIVERY: Final = (
    f"'{DELIVERY_PREFIX}' & $states.input.file.partner & '#' & $states.input.inspected.validation.delivery_id"
)
"""The registry's entry of the files that take each other's place: those under a key, or of a delivery that the layout
declares (decision 0028)."""

_VERSION: Final = "$states.input.file.sequencer"
_ORDER: Final = (
    "$pad($string($toMillis($states.input.file.uploaded_at)), -16, '0') & '#' & $states.input.file.sequencer"
)
"""Where a file stands among those: S3's sequencers order the versions of one key, times of upload those of several."""


class InspectionSteps(Steps):
    """From ``Claim`` to ``Newer file?``. A claim is a lease, taken by one conditional write."""

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
                "Check for a newer file": self._check_for_newer(_DELIVERY, _ORDER, following="Newer file?"),
                "Newer file?": {
                    "Type": "Choice",
                    "Choices": [
                        {
                            "Variable": "$.inspected.delivery.overtaken",
                            "BooleanEquals": True,
                            "Next": self.name("Record superseded"),
                        },
                    ],
                    "Default": self.name("Claim the content"),
                },
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
        """Put the event off, to take the file over should the other run have died.

        It asks again until that run's claim has ended: a claim may hold for longer than SQS can delay a message.
        """
        return self._task(
            service("sqs:sendMessage"),
            {
                "QueueUrl": self._resources.batching_queue_url,
                "MessageBody.$": "States.JsonToString($.file.event)",
                "DelaySeconds": int(LEASE.total_seconds()),
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
        validating, validation = self._validate()
        version = self._check_for_newer(_KEY, _VERSION)
        return {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": validating, "States": validation},
                {
                    "StartAt": self.name("Check for a newer version"),
                    "States": {self.name("Check for a newer version"): version},
                },
            ],
            "ResultSelector": {"validation.$": "$[0]", "delivery.$": "$[1].inspected.delivery"},
            "ResultPath": "$.inspected",
            "Catch": [
                *([catch(self._outgrown, *OUTGROWN)] if self._outgrown else ()),
                catch(self._failure),
            ],
            "Next": self.name("Verdict"),
        }

    def _validate(self) -> tuple[str, States]:
        """Make the states that validate the file, and name the first."""
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
            validate[self.name(step)] = self._call_validate({})
        return self.name("Which format?"), validate

    def _call_validate(self, parameters: Mapping[str, str]) -> State:
        return task(
            self._resources.validate_function,
            {"file.$": "$.file", **parameters},
            result_path="$",
            following=None,
            unless=self._unrepeated,
            timeout_seconds=self._timeout,
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
                    "Not": {"Variable": f"{VALIDATION}.delivery_id", "StringEquals": ""},
                    "Next": self.name("Check for a newer file"),
                },
            ],
            "Default": self.name("Newer file?"),
        }

    def _check_for_newer(self, entry: str, order: str, *, following: str | None = None) -> State:
        """Say which delivery the file is, where it stands in its order, and whether a newer file is published."""
        latest = "$states.result.Item.latest.S"
        output = f"""(
            $order := {order};
            $delivery := {{
                'entry': {entry}, 'order': $order, 'overtaken': $exists({latest}) and {latest} > $order
            }};
            $merge([$states.input, {{'inspected': $merge([$states.input.inspected, {{'delivery': $delivery}}])}}])
        )"""
        return jsonata_task(
            service("dynamodb:getItem"),
            item(self._resources.registry_table, {"entry": {"S": query(entry)}}),
            output=output,
            following=self.name(following) if following else None,
            catches=[catch_with(self._failure, ERROR_KEY)] if following else (),
        )
