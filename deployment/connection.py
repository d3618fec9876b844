"""Find a deployment: from its suffix to its stack, and from the stack's outputs to everything else."""

import boto3
from botocore.exceptions import ClientError

from deployment.pipeline import Pipeline
from deployment.stack import DeployedStack
from etl.names import REGION, Names


class StackNotFoundError(Exception):
    """There is no deployment with this suffix in the account that the environment's AWS settings point to."""


def deployed_stack(suffix: str) -> DeployedStack:
    """Return the stack with this suffix, in the account or the embedded AWS that the environment's settings point to.

    Raises
    ------
    StackNotFoundError
        If there is none.
    """
    stack = DeployedStack(boto3.Session(region_name=REGION), Names(suffix=suffix).stack)
    try:
        stack.outputs  # noqa: B018 - asks CloudFormation, so that a stack that is missing shows here
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise StackNotFoundError(
                f"no stack {stack.name} in {REGION}: deploy it, or name another --suffix"
            ) from error
        raise
    return stack


def connect(suffix: str) -> Pipeline:
    """Return the pipeline with this suffix; StackNotFoundError if there is none."""
    return Pipeline(deployed_stack(suffix))
