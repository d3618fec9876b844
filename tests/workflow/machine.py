"""Runs the deployed state machines on real tables, queue and topic, with scripted answers of the functions."""

import copy
import json
import ssl
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config

from deployment.stack import DeployedStack
from etl.synthesis.template import states_in
from etl.workflow.large_files import LARGE_FILES
from local.alerts import Alert, AlertInbox
from local.emulator import Emulator
from tests.workflow.changes import CAUSE, Change
from tests.workflow.files import Upload

PATIENCE_SECONDS = 60
_CASE = "scripted"
_ANY_ROLE = "arn:aws:iam::000000000000:role/any"
Script = Mapping[str, Mapping[str, Any]]
"""A state's name, and what happens in place of its task: made by ``returns`` or ``throws``."""


def returns(answer: Any) -> dict[str, Any]:
    return {"Return": answer}


def throws(error: str, cause: str = CAUSE) -> dict[str, Any]:
    """Fail with an error, at every attempt. The cause is what must never leave the state machine."""
    return {"Throw": {"Error": error, "Cause": cause}}


@dataclass(frozen=True, kw_only=True)
class Run:
    """One ended execution.

    ``errors`` holds the error of every attempt of a task that failed, retries included; ``entered`` the states around
    the files, in order.
    """

    arn: str
    status: str
    error: str | None
    errors: tuple[str, ...]
    entered: tuple[str, ...]
    children_failed: bool


class Machine:
    """The deployed state machines, and what they leave behind in the services that they use.

    An execution's route says which of them runs it: large files have one of their own.
    """

    def __init__(self, emulator: Emulator, stack: DeployedStack) -> None:
        self._emulator = emulator
        self.session = emulator.session
        # AWS answers TestState under a host name of its own.
        self._states = emulator.session.client("stepfunctions", config=Config(inject_host_prefix=False))
        self._dynamodb = emulator.session.client("dynamodb")
        self._sqs = emulator.session.client("sqs")
        self.iam: Any = emulator.session.client("iam")
        self._inbox = AlertInbox(stack)
        self._arn = stack.physical_id("AWS::StepFunctions::StateMachine", "WorkflowStateMachine")
        self._large_arn = stack.physical_id("AWS::StepFunctions::StateMachine", "WorkflowLargeFiles")
        self.role = stack.physical_id("AWS::IAM::Role", "WorkflowRole")
        self.large_role = stack.physical_id("AWS::IAM::Role", "WorkflowLargeFiles")
        self._dead_letter_queue = stack.physical_id("AWS::SQS::Queue", "DeadLetter")
        self._batching_queue = stack.physical_id("AWS::SQS::Queue", "Batching")
        self._audit = stack.physical_id("AWS::DynamoDB::Table", "audit")
        self._registry = stack.physical_id("AWS::DynamoDB::Table", "registry")
        self._dead_letters: list[dict[str, Any]] = []
        self.definition, self.large_definition = map(self._definition, (self._arn, self._large_arn))
        # Retries wait for nothing: the declared intervals are read from the definition, not from a clock.
        self._configure({"stepfunctions._SFN_WAIT_SCALE": 0})

    def run(self, document: Mapping[str, Any], script: Script, *, name: str = "") -> Run:
        self._configure({"stepfunctions._sfn_mock_config": self._mocks(script)})
        named = {"name": name} if name else {}
        machine = self._large_arn if document["route"] == LARGE_FILES else self._arn
        started = self._states.start_execution(
            stateMachineArn=f"{machine}#{_CASE}", input=json.dumps(document), **named
        )
        arn = started["executionArn"]
        ended = self._wait(arn)
        events = list(self._events(arn))
        return Run(
            arn=arn,
            status=ended["status"],
            error=ended.get("error"),
            errors=tuple(event["taskFailedEventDetails"]["error"] for event in events if event["type"] == "TaskFailed"),
            entered=tuple(
                event["stateEnteredEventDetails"]["name"] for event in events if event["type"].endswith("StateEntered")
            ),
            children_failed=self._children_failed(arn),
        )

    @contextmanager
    def changed(self, changes: Mapping[str, Change]) -> Iterator[None]:
        """Change states by their names, wherever they stand, while the block runs."""
        left = set(changes)
        deployed = {self._arn: self.definition, self._large_arn: self.large_definition}
        for arn, definition in deployed.items():
            changed = copy.deepcopy(definition)
            for name, state in states_in(changed):
                if name in changes:
                    changes[name](state)
                    left.discard(name)
            self._states.update_state_machine(stateMachineArn=arn, definition=json.dumps(changed))
        assert not left
        try:
            yield
        finally:
            for arn, definition in deployed.items():
                self._states.update_state_machine(stateMachineArn=arn, definition=json.dumps(definition))

    def states_of(self, label: str) -> set[str]:
        """Name the states of a label that are no tasks."""
        suffix = f" ({label})"
        return {
            name.removesuffix(suffix)
            for name, state in self.states().items()
            if state["Type"] != "Task" and name.endswith(suffix)
        }

    def states(self) -> dict[str, dict[str, Any]]:
        """All states of both state machines, by name; of those that both have, the ones that all files share."""
        return dict(states_in(self.large_definition)) | dict(states_in(self.definition))

    def execution(self, name: str, *, large: bool = False) -> str:
        """Return the ARN of an execution of a name, whether it has run or not."""
        return f"{(self._large_arn if large else self._arn).replace(':stateMachine:', ':execution:')}:{name}"

    def input_of(self, run: Run) -> str:
        return self._input(run.arn)

    def large_runs(self, upload: Upload) -> list[str]:
        """Wait for the executions of the state machine for large files that have an upload, and return their inputs."""
        listed = self._states.list_executions(stateMachineArn=self._large_arn)["executions"]
        found = [one["executionArn"] for one in listed if one["name"].startswith(upload.file_id)]
        for arn in found:
            self._wait(arn)
        return [self._input(arn) for arn in found]

    def row(self, upload: Upload) -> dict[str, Any] | None:
        """Read an upload's audit row."""
        return self._item(self._audit, {"file_id": upload.file_id})

    def put_row(self, **attributes: Any) -> None:
        self._put(self._audit, attributes)

    def entry(self, entry: str) -> dict[str, Any] | None:
        """Read an entry of the registry."""
        return self._item(self._registry, {"entry": entry})

    def put_entry(self, **attributes: Any) -> None:
        self._put(self._registry, attributes)

    def alerts(self, upload: Upload) -> list[Alert]:
        return [alert for alert in self._inbox.received() if upload.file_id in alert.message]

    def alerts_of_execution(self, arn: str) -> list[Alert]:
        return [alert for alert in self._inbox.received() if arn in alert.message]

    def alerts_of(self, partner: str) -> list[Alert]:
        return [alert for alert in self._inbox.received() if alert.attributes.get("partner") == partner]

    def forget_alerts(self) -> None:
        """Forget how many alerts of each kind have gone out."""
        for page in self._dynamodb.get_paginator("scan").paginate(TableName=self._registry):
            for item in page["Items"]:
                if item["entry"]["S"].startswith("alerts#"):
                    self._dynamodb.delete_item(TableName=self._registry, Key={"entry": item["entry"]})

    def dead_letters(self, upload: Upload) -> list[dict[str, Any]]:
        """Messages of the dead-letter queue about an upload: the body as JSON, and the attributes' values."""
        while messages := self._receive():
            for message in messages:
                attributes = {
                    name: attribute["StringValue"] for name, attribute in message["MessageAttributes"].items()
                }
                self._dead_letters.append({"body": json.loads(message["Body"]), **attributes})
                self._sqs.delete_message(QueueUrl=self._dead_letter_queue, ReceiptHandle=message["ReceiptHandle"])
        return [letter for letter in self._dead_letters if letter["body"] == upload.event]

    def queued(self) -> int:
        """Count the messages of the batching queue, those too that will come later."""
        names: list[Any] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
        answer = self._sqs.get_queue_attributes(QueueUrl=self._batching_queue, AttributeNames=names)
        return sum(int(count) for count in answer["Attributes"].values())

    def try_state(self, name: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Run one state by itself, wherever it stands, and return its output."""
        return self._try(self.states()[name], document)

    def _try(self, state: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._states.test_state(definition=json.dumps(state), input=json.dumps(document), roleArn=_ANY_ROLE)
        assert answer["status"] == "SUCCEEDED", answer.get("cause")
        output: dict[str, Any] = json.loads(answer["output"])
        return output

    def parameters_of(self, name: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Work out what a task, wherever it stands, hands to its service or function."""
        state = self.states()[name]
        if state.get("QueryLanguage") == "JSONata":
            # The emulator tries a task's arguments in JSONPath only.
            return self._try({"Type": "Pass", "QueryLanguage": "JSONata", "Output": state["Arguments"]}, document)
        answer = self._states.test_state(
            definition=json.dumps(state),
            input=json.dumps(document),
            roleArn=_ANY_ROLE,
            inspectionLevel="DEBUG",
            mock={"result": "{}"},
        )
        parameters: dict[str, Any] = json.loads(answer["inspectionData"]["afterParameters"])
        return parameters

    def _definition(self, arn: str) -> dict[str, Any]:
        document = self._states.describe_state_machine(stateMachineArn=arn)["definition"]
        definition: dict[str, Any] = json.loads(document)
        return definition

    def _input(self, arn: str) -> str:
        return str(self._states.describe_execution(executionArn=arn)["input"])

    def _wait(self, arn: str) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (described := self._states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            assert time.monotonic() < deadline, f"{arn} still runs after {PATIENCE_SECONDS} s"
            time.sleep(0.02)
        return described

    def _receive(self) -> list[Any]:
        received = self._sqs.receive_message(
            QueueUrl=self._dead_letter_queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return list(received.get("Messages", []))

    def _events(self, arn: str) -> Iterator[Any]:
        for page in self._states.get_paginator("get_execution_history").paginate(executionArn=arn):
            yield from page["events"]

    def _children_failed(self, arn: str) -> bool:
        runs = self._states.list_map_runs(executionArn=arn)["mapRuns"]
        described = [self._states.describe_map_run(mapRunArn=run["mapRunArn"]) for run in runs]
        return any(run["executionCounts"]["failed"] for run in described)

    def _mocks(self, script: Script) -> dict[str, Any]:
        """Write a script down in the format of AWS Step Functions Local, for any number of attempts."""
        case = {state: state for state in script}
        return {
            "StateMachines": {arn.split(":")[-1]: {"TestCases": {_CASE: case}} for arn in (self._arn, self._large_arn)},
            "MockedResponses": {state: {"0-9": answer} for state, answer in script.items()},
        }

    def _configure(self, settings: Mapping[str, Any]) -> None:
        request = urllib.request.Request(  # noqa: S310 https, own server
            f"{self._emulator.endpoint}/_ministack/config", data=json.dumps(settings).encode(), method="POST"
        )
        trust = ssl.create_default_context(cafile=str(self._emulator.ca_bundle))
        with urllib.request.urlopen(request, context=trust) as response:  # noqa: S310 https, own server
            assert set(json.load(response)["applied"]) == set(settings)

    def _item(self, table: str, key: Mapping[str, str]) -> dict[str, Any] | None:
        item = self._dynamodb.get_item(TableName=table, Key=_serialized(key), ConsistentRead=True).get("Item")
        return {name: TypeDeserializer().deserialize(value) for name, value in item.items()} if item else None

    def _put(self, table: str, attributes: Mapping[str, Any]) -> None:
        self._dynamodb.put_item(TableName=table, Item=_serialized(attributes))


def _serialized(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: TypeSerializer().serialize(value) for name, value in attributes.items()}
