"""A deployed stack as CloudFormation describes it, so that its names are written nowhere else."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import boto3

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One deployed resource."""

    logical_id: str
    physical_id: str
    resource_type: str


class DeployedStack:
    """Outputs and resources of one stack, read on first use."""

    def __init__(self, session: boto3.Session, name: str) -> None:
        self.session = session
        self.name = name

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        return {output["OutputKey"]: output["OutputValue"] for output in self._description.get("Outputs", [])}

    @property
    def id(self) -> str:
        """The stack's id, which no other stack of the same name has."""
        return self._description["StackId"]

    @property
    def account(self) -> str:
        """The account's twelve digits, from the stack's id."""
        return self.id.split(":")[4]

    @property
    def created_at(self) -> datetime:
        """When the stack was deployed first."""
        return self._description["CreationTime"]

    @cached_property
    def embedded(self) -> bool:
        """Whether this is the embedded AWS."""
        host = urlsplit(self.session.client("sts").meta.endpoint_url).hostname or ""
        return not host.endswith(_AWS)

    @cached_property
    def _description(self) -> "StackTypeDef":
        (stack,) = self.session.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        return stack

    @cached_property
    def resources(self) -> list[Resource]:
        """The stack's resources."""
        pages = self.session.client("cloudformation").get_paginator("list_stack_resources")
        return [
            Resource(
                logical_id=summary["LogicalResourceId"],
                physical_id=summary["PhysicalResourceId"],
                resource_type=summary["ResourceType"],
            )
            for page in pages.paginate(StackName=self.name)
            for summary in page["StackResourceSummaries"]
        ]

    def physical_ids(self, resource_type: str) -> list[str]:
        """Return the physical ids of all resources of a type."""
        return [resource.physical_id for resource in self.resources if resource.resource_type == resource_type]

    def physical_id(self, resource_type: str, purpose: str = "") -> str:
        """Return the physical id of the one resource of a type whose logical id names this purpose.

        Raises
        ------
        LookupError
            There is none, or more than one.
        """
        found = [
            resource
            for resource in self.resources
            if resource.resource_type == resource_type and purpose.lower() in resource.logical_id.lower()
        ]
        if len(found) != 1:
            names = ", ".join(resource.logical_id for resource in found) or "none"
            raise LookupError(f"one {resource_type} of purpose {purpose!r} wanted, found: {names}")
        return found[0].physical_id
