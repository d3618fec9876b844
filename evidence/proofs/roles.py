"""What the roles of the template may do, grant by grant."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from etl.synthesis.synthesize import CONTEXT
from etl.synthesis.template import ACCOUNT, Template

_SUFFIX: Final = CONTEXT["environmentSuffix"]


class Grant(msgspec.Struct, frozen=True, order=True):
    """One action on one resource that a role's policy allows; names carry neither account nor suffix."""

    role: str
    action: str
    resource: str


class Place(msgspec.Struct, frozen=True):
    """Where a grant stands in its role's policy: the numbers of statement, action and resource."""

    statement: int
    action: int
    resource: int


def grants(template: Template) -> dict[Grant, tuple[str, list[Place]]]:
    """Every grant of every role, with the role's full name and where the grant stands."""
    found: dict[Grant, tuple[str, list[Place]]] = {}
    for role in template.of_type("AWS::IAM::Role").values():
        for grant, place in _grants_of(role):
            found.setdefault(grant, (role["RoleName"], []))[1].append(place)
    return found


def trusted(template: Template) -> dict[str, str]:
    """Who may assume each role."""
    return {
        plain(role["RoleName"]): _principal(role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"])
        for role in template.of_type("AWS::IAM::Role").values()
    }


def without(policy: dict[str, Any], places: list[Place]) -> dict[str, Any]:
    """Write a policy without the grants at these places; all others stay."""
    gone = {(place.statement, place.action, place.resource) for place in places}
    statements = [
        statement | {"Action": action, "Resource": resource}
        for number, statement in enumerate(policy["Statement"])
        for action_number, action in enumerate(_as_list(statement["Action"]))
        for resource_number, resource in enumerate(_as_list(statement["Resource"]))
        if (number, action_number, resource_number) not in gone
    ]
    return policy | {"Statement": statements}


def plain(name: str) -> str:
    """Take account, suffix and whatever CloudFormation makes up out of a name of the template."""
    name = re.sub(r"^arn:aws:[a-z]+:[a-z0-9-]*:\d*:", "", name).replace(".Arn", "")
    if re.fullmatch(r"EncryptionKey\w+", name):
        return "the stack's key"
    if name == "stack/itself/id":
        return "the stack itself"
    # An asset's key is the hash of its content.
    name = re.sub(r"cdk-\w+-assets-\d+-[a-z0-9-]+/[0-9a-f]{64}", "assets/HASH", name)
    return re.sub(rf"[-_]({ACCOUNT}[-_])?{_SUFFIX}(?![a-z0-9])", "", name)


def _grants_of(role: dict[str, Any]) -> Iterator[tuple[Grant, Place]]:
    for policy in role["Policies"]:
        for number, statement in enumerate(policy["PolicyDocument"]["Statement"]):
            for action_number, action in enumerate(_as_list(statement["Action"])):
                for resource_number, resource in enumerate(_as_list(statement["Resource"])):
                    grant = Grant(role=plain(role["RoleName"]), action=action, resource=plain(resource))
                    yield grant, Place(statement=number, action=action_number, resource=resource_number)


def _principal(principal: dict[str, str]) -> str:
    [(kind, name)] = principal.items()
    return name if kind == "Service" else "principals of the partner's account"


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
