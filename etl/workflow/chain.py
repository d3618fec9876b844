"""The way of one file, from its claim to its published rows. Both routes run it."""

from typing import Any, Final

from etl.statuses import FileStatus
from etl.workflow import audit
from etl.workflow.asl import ANY_ERROR, Resources, State, States, catch, query, task
from etl.workflow.claim import ClaimSteps
from etl.workflow.content import ContentSteps
from etl.workflow.publication import PublicationSteps
from etl.workflow.steps import VALIDATION, Steps
from etl.workflow.telling import telling_path

RECONCILIATION: Final = "Pipeline.Unreconciled"


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
    kinds: tuple[type[Steps], ...] = (ClaimSteps, _Chain, ContentSteps, PublicationSteps)
    parts = [
        kind(resources, label=label, timeout=function_timeout_seconds, lease_seconds=lease_seconds) for kind in kinds
    ]
    states = {name: state for part in parts for name, state in part.states().items()}
    return {"StartAt": parts[0].name("Claim"), "States": states}


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

    def _transform(self) -> State:
        return self._task(
            self._resources.transform_function,
            {"file.$": "$.file", "validation.$": VALIDATION},
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
