"""Claims a file for one run: a lease, taken by one conditional write."""

from etl.workflow import audit
from etl.workflow.asl import State, States, service
from etl.workflow.steps import Steps
from pipeline.constants import FileStatus


class ClaimSteps(Steps):
    """From the claim to ``Inspect``: another run's file is looked at again later, and another attempt begins clean."""

    def states(self) -> States:
        """Make the states, in the order a file meets them."""
        return self._named(
            {
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
            }
        )

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
        return self._read(
            self._resources.audit_table,
            {"file_id": audit.text("$.file.file_id")},
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
