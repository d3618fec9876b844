"""The deployment that is verified."""

import json
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from deployment.pipeline import Pipeline
from deployment.stack import DeployedStack
from deployment.verification.files import make_files, new_run
from deployment.verification.scenario import Scenario

STABLE: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"})
"""A stack's statuses when nothing is under way, and the last change has ended well or was undone."""


class Subject:
    """A deployed stack, its pipeline, and the files that this run sends through it."""

    def __init__(self, stack: DeployedStack, pipeline: Pipeline) -> None:
        self.stack = stack
        self.pipeline = pipeline

    def client(self, service: str, **options: Any) -> Any:
        """Make a client of a service; its answers are untyped documents here."""
        make: Any = self.stack.session.client
        return make(service, **options)

    @property
    def embedded(self) -> bool:
        """Whether this is the embedded AWS."""
        return self.stack.embedded

    @cached_property
    def template(self) -> dict[str, dict[str, Any]]:
        """The resources of the deployed template by logical id, each with its ``Type`` and ``Properties``."""
        body = self.client("cloudformation").get_template(StackName=self.stack.name, TemplateStage="Processed")
        resources: dict[str, dict[str, Any]] = body["TemplateBody"]["Resources"]
        return resources

    def declared(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """Return the declared properties of all resources of a type, by their physical ids."""
        return {
            resource.physical_id: self.template[resource.logical_id].get("Properties", {})
            for resource in self.stack.resources
            if resource.resource_type == resource_type
        }

    def function(self, purpose: str) -> str:
        """Return the name of a function by its purpose; LookupError if there is none."""
        names = self.stack.physical_ids("AWS::Lambda::Function")
        found = [name for name in names if name.startswith(f"lambda-{purpose}-")]
        if not found:
            raise LookupError(f"no function {purpose}")
        return found[0]

    @property
    def account(self) -> str:
        """The account's twelve digits, from the stack's id."""
        return self.stack.account

    @cached_property
    def key_arn(self) -> str:
        """The ARN of the stack's key."""
        key = self.stack.physical_id("AWS::KMS::Key")
        arn: str = self.client("kms").describe_key(KeyId=key)["KeyMetadata"]["Arn"]
        return arn

    @cached_property
    def direct_threshold(self) -> int:
        """The size in bytes from which a file takes the direct route, from the rule of large files."""
        threshold: int = self.pattern("Direct")["detail"]["object"]["size"][0]["numeric"][1]
        return threshold

    def pattern(self, purpose: str) -> dict[str, Any]:
        """Return the deployed pattern of a rule on uploads."""
        rule = self.stack.physical_id("AWS::Events::Rule", f"Ingestion{purpose}")
        pattern: dict[str, Any] = json.loads(self.client("events").describe_rule(Name=rule)["EventPattern"])
        return pattern

    @cached_property
    def scenario(self) -> Scenario:
        """The files of this run."""
        return Scenario(
            pipeline=self.pipeline,
            s3=self.client("s3"),
            step_functions=self.client("stepfunctions"),
            files=make_files(new_run(), threshold=self.direct_threshold, today=datetime.now(UTC).date()),
        )
