"""Whether a stack comes to its end: the only time at which its data may be deleted."""

from typing import TYPE_CHECKING, Final, Protocol, Unpack

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import DescribeStacksInputTypeDef, DescribeStacksOutputTypeDef

STATUSES_OF_THE_END: Final = frozenset({"DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"})
"""The stack is being deleted, or its creation is being rolled back (CloudFormation user guide, stack status codes).

CloudFormation also deletes single resources: those that an update has dropped or replaced, while the status is
``UPDATE_COMPLETE_CLEANUP_IN_PROGRESS``, and those that a failed update had made, in ``UPDATE_ROLLBACK_...``.
"""


class DescribesStacks(Protocol):
    """The part of the CloudFormation client that tells a stack's status."""

    def describe_stacks(self, **request: "Unpack[DescribeStacksInputTypeDef]") -> "DescribeStacksOutputTypeDef":
        """Describe a stack."""


def status_of(cloudformation: DescribesStacks, stack_id: str) -> str:
    """Return a stack's status; by its id, which no other stack of the same name shares."""
    [stack] = cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
    return stack["StackStatus"]
