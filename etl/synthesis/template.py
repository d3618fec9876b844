"""Reads a CloudFormation template the way CloudFormation would, as far as tests and proofs need it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

FILES_MACHINE: Final = "state-machine-files"
LARGE_FILES_MACHINE: Final = "state-machine-large-files"
"""What the names of the two state machines begin with."""

ACCOUNT = "123456789012"
_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::StackId": f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/itself/id",
    "AWS::URLSuffix": "aws",
}
_NAME_PROPERTIES = (
    "AlarmName",
    "AliasName",
    "BucketName",
    "DashboardName",
    "FunctionName",
    "LogGroupName",
    "Name",
    "QueueName",
    "RoleName",
    "StateMachineName",
    "TableName",
    "TopicName",
)


@dataclass(frozen=True)
class Statement:
    """One policy statement, with the resource that it stands in."""

    where: str
    principal: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: dict[str, Any]


class Template:
    """A synthesized template whose references can be followed."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.resources: dict[str, dict[str, Any]] = document["Resources"]

    def of_type(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """Properties of all resources of a type, by logical id, with every reference resolved."""
        return {
            logical_id: self.resolve(resource.get("Properties", {}))
            for logical_id, resource in self.resources.items()
            if resource["Type"] == resource_type
        }

    def one(self, resource_type: str, **having: Any) -> dict[str, Any]:
        """Properties of the one resource of a type that has these properties.

        Raises
        ------
        LookupError
            There is none, or more than one.
        """
        found = [
            properties
            for properties in self.of_type(resource_type).values()
            if all(properties.get(key) == value for key, value in having.items())
        ]
        if len(found) != 1:
            raise LookupError(f"{len(found)} resources of type {resource_type} have {having}")
        return found[0]

    def name_of(self, logical_id: str) -> str | None:
        """Return the explicit name of a resource, or None where CloudFormation makes one up."""
        properties = self.resources[logical_id].get("Properties", {})
        for key in _NAME_PROPERTIES:
            if key in properties:
                return str(self.resolve(properties[key]))
        nested = properties.get("DatabaseInput") or properties.get("TableInput")
        return str(nested["Name"]) if nested else None

    def path_of(self, logical_id: str) -> str:
        """Return the path of a resource in the stack, such as ``Storage/Raw``."""
        path: str = self.resources[logical_id]["Metadata"]["aws:cdk:path"]
        return path.partition("/")[2].removesuffix("/Resource")

    def resolve(self, value: Any) -> Any:
        """Replace intrinsic functions: a reference becomes the name of what it refers to, ``.Arn`` its ARN."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, argument)] = value.items()
            if (text := self._value_of(function, argument)) is not None:
                return text
        return {key: self.resolve(item) for key, item in value.items()}

    def _value_of(self, function: str, argument: Any) -> str | None:
        """Evaluate an intrinsic function; None if it is none of those that the template uses."""
        match function:
            case "Ref":
                return str(_PSEUDO.get(argument) or self.name_of(argument) or argument)
            case "Fn::GetAtt":
                return f"{self.name_of(argument[0]) or argument[0]}.{argument[1]}"
            case "Fn::Sub":
                return re.sub(r"\$\{([^}]+)\}", lambda found: str(self.resolve({"Ref": found[1]})), argument)
            case "Fn::Join":
                return str(argument[0].join(str(self.resolve(part)) for part in argument[1]))
            case _:
                return None

    def definition(self, machine: str = FILES_MACHINE) -> dict[str, Any]:
        """Read the definition of the state machine whose name begins so."""
        document: dict[str, Any] = json.loads(self.state_machine(machine)["DefinitionString"])
        return document

    def definitions(self) -> list[dict[str, Any]]:
        """Read the definitions of both state machines."""
        return [self.definition(machine) for machine in (FILES_MACHINE, LARGE_FILES_MACHINE)]

    def state_machine(self, machine: str = FILES_MACHINE) -> dict[str, Any]:
        """Return the properties of the state machine whose name begins so."""
        machines = self.of_type("AWS::StepFunctions::StateMachine").values()
        (found,) = (properties for properties in machines if properties["StateMachineName"].startswith(f"{machine}-"))
        return found

    def statements(self) -> Iterator[Statement]:
        """Every policy statement of the template, wherever it stands."""
        for logical_id in self.resources:
            properties = self.resolve(self.resources[logical_id].get("Properties", {}))
            for statement in _statements_in(properties):
                yield Statement(
                    where=self.name_of(logical_id) or logical_id,
                    principal=json.dumps(statement.get("Principal", "the role")),
                    effect=statement["Effect"],
                    actions=_as_tuple(statement["Action"]),
                    resources=_as_tuple(statement.get("Resource", ())),
                    conditions=statement.get("Condition", {}),
                )


def _statements_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "Effect" in value and "Action" in value:
            yield value
        else:
            for item in value.values():
                yield from _statements_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _statements_in(item)


def _as_tuple(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def states_in(definition: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state of a definition, those inside maps and branches included."""
    if isinstance(definition, dict):
        yield from definition.get("States", {}).items()
        for item in definition.values():
            yield from states_in(item)
    elif isinstance(definition, list):
        for item in definition:
            yield from states_in(item)
