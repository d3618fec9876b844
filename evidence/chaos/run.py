"""Runs scenarios one after the other on one deployment, and hands each one's remains to the model."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from deployment.dead_letters import DeadLetter
from deployment.pipeline import Pipeline
from deployment.waiting import PATIENCE_SECONDS, NotInTimeError, wait_until
from etl.config import LARGE_THRESHOLD
from etl.workflow.definition import LEASE_SECONDS
from etl.workflow.requeueing import FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS
from evidence.chaos import model
from evidence.chaos.faults import Faults
from evidence.chaos.scenario import Content, Scenario, Withdrawal, renamed
from evidence.chaos.state import QUEUES, Observer, State
from evidence.chaos.uploaded import Uploaded
from local.announcements import Announcements
from local.layouts import with_layout, with_layout_of_job
from local.lifecycle import running
from local.session import LocalPipeline, deployed_pipeline
from pipeline.constants import LARGE_LEASE, FileStatus

CONTEXT: Final = {"directThresholdBytes": "1024", "batchWindowSeconds": "1", "batchSize": "10"}
LAYOUT: Final = Path(__file__).with_name("brook-2025.yaml")
"""A layout with sections and deliveries, which no layout that ships has yet."""
_READERS: Final = ("Validate", "Transform")
"""The functions that read files by their layouts."""
SHORT_LEASE_SECONDS: Final = 20
"""Longer than any run of these small files, and short enough to wait for."""
SHORT_LARGE_LEASE_SECONDS: Final = 240
"""The same, where the job reads them: it starts Spark twice for each."""
LARGE_BYTES: Final = 400
"""Files of more bytes are the job's, in runs with the job. Deployments allow no threshold below a megabyte."""

_LONGEST_WAIT_SECONDS: Final = 4
"""Of a file whose calls were throttled; it begins with a second."""
_VISIBILITY_SECONDS: Final = 3
_REPLAYS: Final = 4
_STORM_SECONDS: Final = 12.0
"""How long a storm lasts at most, after the last upload."""
_STORM_SECONDS_WITH_JOB: Final = 60.0
_PATIENCE_SECONDS_WITH_JOB: Final = 4 * PATIENCE_SECONDS

_CALM_SECONDS: Final = 0.4
"""Longer than an event takes from the end of one execution to the start of the next."""


@dataclass(kw_only=True)
class ScenarioResult:
    """How a scenario went: what differs from the model, and how much happened; ``runs`` are the states of the job's."""

    scenario: Scenario
    permission: str
    differences: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    replayed: int = 0
    seconds: float = 0.0


class Storms:
    """Runs scenarios on one deployment."""

    def __init__(self, pipeline: LocalPipeline, *, with_job: bool) -> None:
        session: Any = pipeline.stack.session
        outputs = pipeline.stack.outputs
        self._pipeline = pipeline
        self._outputs = outputs
        self._s3: Any = session.client("s3")
        self._sqs: Any = session.client("sqs")
        self._glue: Any = session.client("glue")
        self._job = pipeline.stack.physical_id("AWS::Glue::Job")
        users = Pipeline(pipeline.stack)
        self._users = users
        self._observer = Observer(session, outputs, users.athena)
        self._announcements = Announcements(session, source=pipeline.stack.name)
        self._faults = Faults(pipeline.emulator, pipeline.stack, with_job=with_job)
        self._storm_seconds = _STORM_SECONDS_WITH_JOB if with_job else _STORM_SECONDS
        self._patience = _PATIENCE_SECONDS_WITH_JOB if with_job else PATIENCE_SECONDS
        self._dead_letters = users.dead_letters
        self._lost_files = replace(users.lost_files, lease_seconds=SHORT_LEASE_SECONDS)
        self._shorten(session, with_job=with_job)

    def run(self, scenario: Scenario) -> ScenarioResult:
        """Let a storm rage over a scenario's uploads, calm it, replay what failed, and compare."""
        began = time.monotonic()
        outcome = ScenarioResult(scenario=scenario, permission=str(self._faults.permission(scenario.storm) or ""))
        runs_before = self._runs().keys()
        try:
            self._run(scenario, outcome)
        except NotInTimeError as error:
            outcome.differences.append(str(error))
        self._observer.forget()
        outcome.runs = [state for run, state in self._runs().items() if run not in runs_before]
        outcome.seconds = time.monotonic() - began
        return outcome

    def _run(self, scenario: Scenario, outcome: ScenarioResult) -> None:
        ended_before = self._observer.ended_badly()
        alerts_before = len(self._pipeline.alerts.received())

        def look() -> State:
            alerts = self._pipeline.alerts.received()[alerts_before:]
            announced = (event["file_id"] for event in self._announcements.received())
            return self._observer.look(alerts, announced, ended_before)

        def wanted(letter: DeadLetter) -> bool:
            # Executions of earlier scenarios failed too, and their files are no concern of this one.
            return letter.file_id in {"", *(upload.file_id for upload in uploads)}

        with self._faults.raging(scenario.storm, scenario.seed):
            uploads = self._upload(scenario)
            time.sleep(scenario.storm.delay)
            # Without the right to take messages, say, the queue would never be empty.
            with suppress(NotInTimeError):
                self._wait_until_quiet(patience=self._storm_seconds)
        self._wait_until_quiet(calm=scenario.storm.delay)
        state = look()
        outcome.differences += model.unkept(uploads, state)
        for _ in range(_REPLAYS):
            if not model.unfinished(uploads, state):
                break
            self._wait_for_leases(state)
            outcome.replayed += len(self._dead_letters.replay(wanted, lost=self._lost_files.letters()))
            self._wait_until_quiet()
            state = look()
        if scenario.withdrawal and not model.unfinished(uploads, state):
            uploads = self._withdraw(scenario.withdrawal, uploads, state)
            state = look()
        outcome.differences += model.differences(uploads, state)
        outcome.statuses = [row.status for row in state.rows.values()]

    def _runs(self) -> dict[str, str]:
        return {run["Id"]: run["JobRunState"] for run in self._glue.get_job_runs(JobName=self._job)["JobRuns"]}

    def _upload(self, scenario: Scenario) -> list[Uploaded]:
        uploads = list[Uploaded]()
        for planned in scenario.uploads:
            time.sleep(planned.pause)
            uploads.append(self._put(planned.key, planned.content))
        return uploads

    def _put(self, key: str, content: Content) -> Uploaded:
        bucket = self._outputs["RawBucket"]
        answer = self._s3.put_object(Bucket=bucket, Key=key, Body=content.encode())
        return Uploaded(bucket=bucket, key=key, version_id=answer["VersionId"], content=content)

    def _withdraw(self, withdrawal: Withdrawal, uploads: list[Uploaded], state: State) -> list[Uploaded]:
        """Take a completed file back, and submit it again if asked; return the uploads as they are then."""
        completed = [upload for upload in uploads if state.rows[upload.file_id].status == FileStatus.COMPLETED]
        if not completed:
            return uploads
        chosen = completed[withdrawal.number % len(completed)]
        self._users.withdrawals.withdraw(self._users.audit.get([chosen.file_id])[chosen.file_id], "chaos")
        after = [replace(upload, withdrawn=upload == chosen) for upload in uploads]
        if withdrawal.again:
            again = self._put(renamed(chosen.key, "-again"), chosen.content)
            after.append(replace(again, after_withdrawal=True))
        self._wait_until_quiet()
        return after

    def _wait_until_quiet(self, calm: float = 0.0, patience: float | None = None) -> None:
        """Wait until no message waits and no execution runs, and after ``calm`` seconds still none does."""
        while True:
            wait_until(
                "the queues are empty and no execution runs",
                self._open_work,
                lambda work: work == (0, 0),
                patience=patience or self._patience,
            )
            time.sleep(calm + _CALM_SECONDS)
            if self._open_work() == (0, 0):
                return

    def _open_work(self) -> tuple[int, int]:
        return (sum(map(self._observer.messages, QUEUES)), len(self._observer.executions("RUNNING")))

    def _wait_for_leases(self, state: State) -> None:
        """Wait as a person does who replays a file whose run has died: until its claim has ended."""
        held = [row.held_until for row in state.rows.values() if row.status == "PROCESSING" and row.held_until]
        if held:
            time.sleep(max(0.0, (max(held) - datetime.now(UTC)).total_seconds()) + _CALM_SECONDS)

    def _shorten(self, session: Any, *, with_job: bool) -> None:
        """Shorten the leases, the delay of throttled files, and how long the queues hide what failed.

        With the job, the size of files that are the job's is lowered as well.
        """
        states = session.client("stepfunctions")
        # A definition says its lease in milliseconds, and as the delay of a message.
        shorter = (
            (rf"\b{LEASE_SECONDS}000\b", f"{SHORT_LEASE_SECONDS}000"),
            (rf'(?<="DelaySeconds":) ?{LEASE_SECONDS}\b', str(SHORT_LEASE_SECONDS)),
            (rf"\$min\(\[{LONGEST_DELAY_SECONDS}, {FIRST_DELAY_SECONDS}\b", f"$min([{_LONGEST_WAIT_SECONDS}, 1"),
        )
        lowered = ((rf'(?<="NumericGreaterThan":) ?{LARGE_THRESHOLD.default}\b', str(LARGE_BYTES)),)
        large_lease = ((rf"\b{LARGE_LEASE // timedelta(milliseconds=1)}\b", f"{SHORT_LARGE_LEASE_SECONDS}000"),)
        changes = {
            "StateMachine": shorter + (lowered if with_job else ()),
            "LargeFilesStateMachine": shorter + large_lease,
        }
        for output, patterns in changes.items():
            machine = self._outputs[output]
            definition = states.describe_state_machine(stateMachineArn=machine)["definition"]
            for pattern, short in patterns:
                definition, found = re.subn(pattern, short, definition)
                if not found:
                    raise LookupError(f"the definition says its lease, delays or threshold no more as {pattern}")
            states.update_state_machine(stateMachineArn=machine, definition=definition)
        for queue in QUEUES:
            self._sqs.set_queue_attributes(
                QueueUrl=self._outputs[queue], Attributes={"VisibilityTimeout": str(_VISIBILITY_SECONDS)}
            )


@contextmanager
def storms(*, with_job: bool = False) -> Iterator[Storms]:
    """Deploy to an embedded AWS with accidents, and end it with the block.

    ``with_job`` has the job for large files process most of the files, which otherwise has none.
    """
    layout = LAYOUT.read_text(encoding="utf-8")
    with (
        running("evidence.chaos.server") as emulator,
        deployed_pipeline(emulator, "chaos", context=CONTEXT) as pipeline,
        with_layout(pipeline.stack, _READERS, LAYOUT.name, layout),
        with_layout_of_job(pipeline.stack, LAYOUT.name, layout),
    ):
        yield Storms(pipeline, with_job=with_job)
