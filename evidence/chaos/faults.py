"""Breaks a deployment from outside, as its surroundings would: permissions, processes, executions, accidents."""

import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deployment.stack import DeployedStack
from evidence.chaos.scenario import ACCIDENTS, Storm
from local.emulator import Emulator
from local.permissions import taken_away
from local.processes import members

_UNASKED: Final = ("logs:", "xray:", "states:DescribeExecution", "states:StopExecution")
"""Actions that the embedded AWS never checks: removing them would test nothing."""

_IDLE_ROLES: Final = ("emptybuckets", "emptier", "crawler")
"""Purposes, in their roles' logical ids, of what has no part in processing a file."""

_ROLES_WITH_JOB: Final = "large-files"
"""A part of the names of the roles of the job and of its state machine."""


_FUNCTION: Final = b"AWS_LAMBDA_FUNCTION_NAME="
_SPARK: Final = b"PYSPARK_SUBMIT_ARGS="
"""By these variables, a process of a function is known, and one of a run of the job."""

_ACCIDENTS: Final = ("duplicates", "delay", "failing", "lost", "throttled", "timed_out")


@dataclass(frozen=True, kw_only=True)
class Permission:
    """One action on one resource, as a deployed role has it."""

    role: str
    action: str
    resource: str

    def __str__(self) -> str:
        """Return the words for a table."""
        return f"{self.role.removeprefix('role-').rpartition('-')[0]} {self.action}"


def permissions(stack: DeployedStack) -> list[Permission]:
    """List what the deployed roles may do while a file is processed, in a fixed order."""
    iam: Any = stack.session.client("iam")
    found: list[Permission] = []
    for resource in stack.resources:
        if resource.resource_type != "AWS::IAM::Role" or any(
            purpose in resource.logical_id.lower() for purpose in _IDLE_ROLES
        ):
            continue
        role = resource.physical_id
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            found += [
                Permission(role=role, action=action, resource=target)
                for statement in document["Statement"]
                for action in _listed(statement["Action"])
                for target in _listed(statement["Resource"])
                if not action.startswith(_UNASKED)
            ]
    return sorted(found, key=lambda permission: (permission.role, permission.action, permission.resource))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@contextmanager
def accidents(emulator: Emulator, plan: Mapping[str, float]) -> Iterator[None]:
    """Let calls go wrong while the block runs, each kind at its share: see ``Storm``."""
    file = emulator.folder / ACCIDENTS
    written = file.with_suffix(".new")
    written.write_text(json.dumps(plan))
    written.replace(file)
    try:
        yield
    finally:
        file.unlink()


class Faults:
    """Brings a storm over one deployment."""

    def __init__(self, emulator: Emulator, stack: DeployedStack, *, with_job: bool) -> None:
        self._emulator = emulator
        self._iam: Any = stack.session.client("iam")
        self._step_functions: Any = stack.session.client("stepfunctions")
        self._glue: Any = stack.session.client("glue")
        self._state_machines = (stack.outputs["StateMachine"], stack.outputs["LargeFilesStateMachine"])
        self._job = stack.physical_id("AWS::Glue::Job")
        self._permissions = [
            permission for permission in permissions(stack) if _ROLES_WITH_JOB in permission.role or not with_job
        ]

    def permission(self, storm: Storm) -> Permission | None:
        """Return the permission that a storm takes away: one after the other, as seeds go up."""
        return None if storm.permission is None else self._permissions[storm.permission % len(self._permissions)]

    @contextmanager
    def raging(self, storm: Storm, seed: int) -> Iterator[None]:
        """Break things while the block runs. Everything is whole again afterwards."""
        plan = {name: getattr(storm, name) for name in _ACCIDENTS}
        permission = self.permission(storm)
        with ExitStack() as stack:
            stack.enter_context(accidents(self._emulator, plan))
            if permission:
                stack.enter_context(taken_away(self._iam, permission.role, permission.action, permission.resource))
            over = threading.Event()
            strikes = threading.Thread(target=self._strike, args=(storm, random.Random(seed), over))  # noqa: S311
            strikes.start()
            try:
                yield
            finally:
                over.set()
                strikes.join()

    def _strike(self, storm: Storm, dice: random.Random, over: threading.Event) -> None:
        began = time.monotonic()
        strikes = [(moment, self._kill) for moment in storm.kills]
        strikes += [(moment, self._kill_run) for moment in storm.killed_runs]
        strikes += [(moment, self._stop_run) for moment in storm.stopped_runs]
        if storm.abort is not None:
            strikes.append((storm.abort, self._abort))
        for moment, strike in sorted(strikes, key=lambda entry: entry[0]):
            if over.wait(max(0.0, began + moment - time.monotonic())):
                return
            strike(dice)

    def _kill(self, dice: random.Random) -> None:
        """Kill the process of one function, which may be at work."""
        self._kill_one(dice, _FUNCTION)

    def _kill_run(self, dice: random.Random) -> None:
        """Kill one process of a run of the job: its script, Spark, or what that has started."""
        self._kill_one(dice, _SPARK)

    def _kill_one(self, dice: random.Random, variable: bytes) -> None:
        found = sorted(_processes(self._emulator.pid, variable))
        if found:
            with suppress(ProcessLookupError):
                os.kill(dice.choice(found), signal.SIGKILL)

    def _stop_run(self, dice: random.Random) -> None:
        """Stop a run of the job, as a person may in the console."""
        runs = self._glue.get_job_runs(JobName=self._job)["JobRuns"]
        running = [run["Id"] for run in runs if run["JobRunState"] == "RUNNING"]
        if running:
            self._glue.batch_stop_job_run(JobName=self._job, JobRunIds=[dice.choice(running)])

    def _abort(self, dice: random.Random) -> None:
        """Stop one running execution, as a person may in the console."""
        running = [
            execution
            for machine in self._state_machines
            for execution in self._step_functions.list_executions(stateMachineArn=machine, statusFilter="RUNNING")[
                "executions"
            ]
        ]
        if running:
            with suppress(self._step_functions.exceptions.ClientError):
                self._step_functions.stop_execution(executionArn=dice.choice(running)["executionArn"])


def _processes(emulator: int, variable: bytes) -> Iterator[int]:
    """Find the processes that the emulator has started with an environment variable."""
    for pid in members(emulator):
        with suppress(OSError):
            if variable in Path(f"/proc/{pid}/environ").read_bytes():
                yield pid
