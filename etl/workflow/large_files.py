"""Files that outgrow a function: the state machine for large files runs them as a job of AWS Glue (decision 0047).

``LargeFileSteps`` are the states by which a file gets there. The other steps are those of its chain there: they run the
job where the other chains call a function, and have that function collect the job's answer in its own shape.
"""

from collections.abc import Sequence
from typing import Any, Final

from etl.workflow.asl import (
    ERROR_KEY,
    EVALUATION_ERROR,
    Resources,
    State,
    States,
    catch_with,
    compute,
    jsonata_task,
    query,
    service,
)
from etl.workflow.inspection import InspectionSteps
from etl.workflow.steps import Steps
from etl.workflow.transformation import TransformationSteps
from pipeline.constants import ANSWERS, FileStatus

LARGE_FILES: Final = "large files"
"""The label of the chain that runs files as a job, and the route of its executions."""

ALREADY_STARTED: Final = "StepFunctions.ExecutionAlreadyExistsException"

WORKER_TYPE: Final = "G.1X"
"""Four processors and 16 GB each: one data processing unit (DPU)."""
FEWEST_WORKERS: Final = 2
"""Glue's least: a driver and a worker."""
MOST_WORKERS: Final = 3
"""The two beside the driver have eight processors, and one reader does not keep more of them busy (decision 0046)."""
BYTES_A_WORKER: Final = 2 * 1024**3
"""For each so many bytes of the file, beyond the first, there is a worker more."""

JOB_TIMEOUT_MINUTES: Final = 90
"""Of a run. A file has two: with them, its other states have an hour of the execution's four."""
_STATE_TIMEOUT_SECONDS: Final = (JOB_TIMEOUT_MINUTES + 10) * 60
"""Glue's own limit does not count the start of the workers."""

NOT_STARTED: Final = (
    "Glue.AWSGlueException",
    "Glue.InternalServiceException",
    "Glue.OperationTimeoutException",
    "Glue.SdkClientException",
    EVALUATION_ERROR,
)
"""Errors of a run that did not start, and is started again. One that failed is not: each run is paid for."""

JOB_FAILURE: Final = "RunFailedError"
"""What the job raises (``pipeline.large_files``); the name of the error follows, and nothing of the file."""

_EXECUTION_NAME_DIGITS: Final = 15
"""After the file's id and a hyphen, so many fit into the 80 characters of an execution's name (Step Functions)."""

_WORKERS: Final = (
    f"$min([{MOST_WORKERS}, $max([{FEWEST_WORKERS}, $ceil($states.input.file.size / {BYTES_A_WORKER}) + 1])])"
)


class LargeFileSteps(Steps):
    """From ``Large file?`` to ``Start a large run``: a large file's execution ends here, and another one begins.

    A file that a function could not process for time or memory is handed over once: the large run hands nothing over.
    """

    def __init__(self, resources: Resources, *, label: str, timeout: int, failure: str, threshold_bytes: int) -> None:
        super().__init__(resources, label=label, timeout=timeout, failure=failure)
        self._threshold_bytes = threshold_bytes

    def states(self) -> States:
        """Make the states, in the order a file meets them."""
        return self._named(
            {
                "Large file?": {
                    "Type": "Choice",
                    "Choices": [
                        {
                            "Variable": "$.file.size",
                            "NumericGreaterThan": self._threshold_bytes,
                            "Next": self.name("Start a large run"),
                        },
                    ],
                    "Default": self.name("Claim"),
                },
                "Hand over to a large run": self._hand_over(),
                "Start a large run": self._start(),
            }
        )

    def _hand_over(self) -> State:
        """Let the file be claimed by the large run. Until it is, this run answers for it."""
        return self._finish(
            FileStatus.RECEIVED,
            detail={"S.$": f"States.Format('handed over to a large run: {{}}', $.{ERROR_KEY}.Error)"},
            facts={},
            following="Start a large run",
        )

    def _start(self) -> State:
        """Start the file's execution, whose name follows from the file and this execution: one, however often tried."""
        digest = f"$substring($hash($states.input.file.execution, 'SHA-256'), 0, {_EXECUTION_NAME_DIGITS})"
        return jsonata_task(
            service("states:startExecution"),
            {
                "StateMachineArn": self._resources.large_files_machine,
                "Name": query(f"$states.input.file.file_id & '-' & {digest}"),
                "Input": {"route": LARGE_FILES, "files": [query("$states.input.file.event")]},
            },
            output="$states.input",
            following=self.name("Done"),
            catches=[
                {"ErrorEquals": [ALREADY_STARTED], "Output": query("$states.input"), "Next": self.name("Done")},
                catch_with(self._failure, ERROR_KEY),
            ],
            unless=[ALREADY_STARTED],
        )


class LargeInspectionSteps(InspectionSteps):
    """From ``Claim`` to ``Newer file?``, where a job validates the file."""

    def _validate(self) -> tuple[str, States]:
        run, collect = self.name("Validate at scale"), self.name("Collect the validation")
        return run, {
            run: _run(self._resources, "validate", layout="-", following=collect),
            collect: self._call_validate({"answer.$": "$.answer"}),
        }


class LargeTransformationSteps(TransformationSteps):
    """From ``Claim the content`` to ``Reconcile``, where a job transforms the file."""

    transform = "Transform at scale"

    def _transform(self) -> States:
        return {
            self.transform: _run(
                self._resources,
                "transform",
                layout=query("$states.input.inspected.validation.layout"),
                following=self.name("Collect the transformation"),
                catches=[catch_with(self._failure, ERROR_KEY)],
            ),
            "Collect the transformation": self._call_transform({"answer": query("$states.input.answer")}),
        }


def _run(
    resources: Resources, step: str, *, layout: str, following: str, catches: Sequence[dict[str, Any]] = ()
) -> State:
    """Run the job for one step, and add the key of its answer to the state's input."""
    key = f"'{ANSWERS}' & $states.input.file.file_id & '/' & $states.context.Execution.Name & '-{step}.json'"
    return jsonata_task(
        service("glue:startJobRun.sync"),
        {
            "JobName": resources.large_files_job,
            "Arguments": {
                "--step": step,
                # In ASCII: Java may lose other characters of an argument.
                "--file": query("$encodeUrlComponent($string($states.input.file))"),
                "--layout": layout,
                "--answer": query(key),
            },
            "WorkerType": WORKER_TYPE,
            "NumberOfWorkers": query(_WORKERS),
            "Timeout": JOB_TIMEOUT_MINUTES,
        },
        output=f"$merge([$states.input, {{'answer': {key}}}])",
        following=following,
        catches=catches,
        only=NOT_STARTED,
        timeout_seconds=_STATE_TIMEOUT_SECONDS,
    )


def name_job_error(*, label: str, following: str) -> tuple[str, States]:
    """Build the state that reads from a failed run of the job what failed: the name of the exception's class.

    Step Functions gives the run as the cause of a ``States.TaskFailed``. Any other error stays as it is.

    Returns
    -------
    tuple
        The name of the first state, and the states.
    """
    first = f"Read the job's error ({label})"
    name = f"$match($string($states.input.error.Cause), /{JOB_FAILURE}: ([A-Za-z_]+)/)[0].groups[0]"
    error = f"$exists({name}) ? {name} : $states.input.error.Error"
    # Not its cause, which is the whole run.
    output = query(f"$merge([$states.input, {{'error': {{'Error': {error}}}}}])")
    return first, {
        first: compute(f"Work out the job's error ({label})", output, following=following, failing=following),
    }
