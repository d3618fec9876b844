"""What the emulator cannot create, and how it is omitted from the template: the one list, with reasons."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Template = dict[str, Any]


class OmissionError(Exception):
    """Something that stays in the template needs a resource that is omitted."""


@dataclass(frozen=True, kw_only=True)
class Omission:
    """Resources that the emulator refuses.

    Attributes
    ----------
    resource_type
        Their CloudFormation type.
    having
        Only those that have this property; all of the type when None.
    reason
        What the emulator lacks.
    """

    resource_type: str
    having: str | None = None
    reason: str

    def matches(self, resource: dict[str, Any]) -> bool:
        """Whether this resource is to be omitted."""
        if resource["Type"] != self.resource_type:
            return False
        return self.having is None or self.having in resource.get("Properties", {})


OMISSIONS = (
    Omission(
        resource_type="AWS::CloudWatch::Alarm",
        having="Metrics",
        reason="alarms on metric math are refused; alarms on one metric are created",
    ),
    Omission(resource_type="AWS::Athena::NamedQuery", reason="it has no such resource type"),
)


def omitted_resources(template: Template) -> dict[str, Omission]:
    """Return the resources of the template that are omitted, by logical id."""
    return {
        logical_id: omission
        for logical_id, resource in template.get("Resources", {}).items()
        for omission in OMISSIONS
        if omission.matches(resource)
    }


def without_omissions(template: Template) -> Template:
    """Return the template without the resources that the emulator cannot create, otherwise unchanged.

    References that only order or report are omitted with them: entries of DependsOn, outputs.

    Raises
    ------
    OmissionError
        A resource that stays refers to one that is omitted.
    """
    omitted = omitted_resources(template).keys()
    kept = {
        logical_id: _independent(resource, omitted)
        for logical_id, resource in template.get("Resources", {}).items()
        if logical_id not in omitted
    }
    for logical_id, resource in kept.items():
        if needed := _references(resource) & omitted:
            raise OmissionError(f"{logical_id} refers to {', '.join(sorted(needed))}, which the emulator cannot create")
    reduced = template | {"Resources": kept}
    if "Outputs" in template:
        outputs = template["Outputs"].items()
        reduced["Outputs"] = {name: output for name, output in outputs if not _references(output) & omitted}
    return reduced


def _independent(resource: dict[str, Any], omitted: Any) -> dict[str, Any]:
    if "DependsOn" not in resource:
        return resource
    depends_on = resource["DependsOn"]
    names = [depends_on] if isinstance(depends_on, str) else depends_on
    left = [name for name in names if name not in omitted]
    if left == names:
        return resource
    rest = {key: value for key, value in resource.items() if key != "DependsOn"}
    return rest | {"DependsOn": left} if left else rest


def _references(node: object) -> set[str]:
    """Collect the logical ids that Ref, Fn::GetAtt and Fn::Sub name anywhere below `node`."""
    return set(_walk(node))


def _walk(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _named_by(key, value)
            yield from _walk(value)


def _named_by(function: str, argument: Any) -> Iterator[str]:
    if function == "Ref":
        yield argument
    elif function == "Fn::GetAtt":
        yield argument[0] if isinstance(argument, list) else argument.split(".")[0]
    elif function == "Fn::Sub":
        text = argument if isinstance(argument, str) else argument[0]
        yield from (name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text))
