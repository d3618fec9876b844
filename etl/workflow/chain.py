"""The way of one file, from its claim to its published rows. Both routes run it."""

from typing import Any, Final

from etl.workflow import audit
from etl.workflow.asl import (
    ANY_ERROR,
    ERROR_KEY,
    Resources,
    State,
    States,
    catch,
    catch_with,
    jsonata_task,
    query,
    service,
    task,
)
from etl.workflow.claim import ClaimSteps
from etl.workflow.content import ContentSteps
from etl.workflow.failure import incomplete_end
from etl.workflow.identity import identify
from etl.workflow.publication import PUBLISH, PublicationSteps
from etl.workflow.steps import VALIDATION, Steps, item
from etl.workflow.telling import telling_path
from pipeline.constants import FileStatus

RECONCILIATION: Final = "Pipeline.Unreconciled"


def file_chain(
    resources: Resources, *, label: str, function_timeout_seconds: int, lease_seconds: int
) -> dict[str, Any]:
    """Build the chain of one file.

    Input: what ``identify`` takes. The chain ends with the file's ``$.number``, unless something could not be done.

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
    kinds: tuple[type[Steps], ...] = (ClaimSteps, _Chain, ContentSteps, PublicationSteps)
    parts = [
        kind(resources, label=label, timeout=function_timeout_seconds, lease_seconds=lease_seconds) for kind in kinds
    ]
    lease_ended = f"$fromMillis($toMillis($states.context.State.EnteredTime) - {lease_seconds * 1000})"
    first, states = identify(
        label=label,
        following=parts[0].name("Claim"),
        # Its execution settles it afterwards, as any file whose way does not come to its end.
        failing=incomplete_end(label),
        also={"lease_ended": query(lease_ended), "action": PUBLISH},
    )
    for part in parts:
        states |= part.states()
    return {"StartAt": first, "States": states}


class _Chain(Steps):
    """What is neither claim nor publication: the file is inspected, transformed and reconciled."""

    def states(self) -> States:
        """Make the states, in the order a file meets them."""
        steps: dict[str, State] = {
            "Inspect": self._inspect(),
            "Verdict": self._verdict(),
            "Record rejection": self._finish(
                FileStatus.REJECTED,
                detail=audit.text(f"{VALIDATION}.reason_code"),
                facts={**self._figures(), "reason": audit.text(f"{VALIDATION}.reason")},
                following="Count alerts of rejection",
                caught={ANY_ERROR: "Was the outcome recorded?"},
            ),
            "Transform": self._transform(),
            "Reconcile": self._reconcile(),
            "Unreconciled": {
                "Type": "Pass",
                "Result": {"Error": RECONCILIATION, "Cause": "validate and transform disagree on counts or totals"},
                "ResultPath": "$.error",
                "Next": self._failure,
            },
        }
        return self._named(steps) | telling_path(self._resources, label=self._label) | self._failure_states

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
                {"StartAt": self.name("Look up the key"), "States": {self.name("Look up the key"): self._overtaken()}},
            ],
            "ResultSelector": {"validation.$": "$[0]", "overtaken.$": "$[1]"},
            "ResultPath": "$.inspected",
            "Catch": [catch(self._failure)],
            "Next": self.name("Verdict"),
        }

    def _overtaken(self) -> State:
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

    def _transform(self) -> State:
        """Transform the file, and compare what came of it.

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
            },
            output=output,
            following=self.name("Reconcile"),
            catches=[catch_with(self._failure, ERROR_KEY)],
            timeout_seconds=self._timeout,
        )

    def _reconcile(self) -> State:
        return {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.reconciled", "BooleanEquals": True, "Next": self.name("Claim the key")},
            ],
            "Default": self.name("Unreconciled"),
        }
