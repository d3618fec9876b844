"""The naming rule of every named resource, written once: ``{resource-type}-{purpose}-{environmentSuffix}``."""

from dataclasses import dataclass

REGION = "us-east-1"
STACK_PREFIX = "etl-pipeline"

KEY_INDEX = "index-object-key"
"""The audit table by the object's bucket and key, and the versions' order."""


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names of one deployment.

    Parameters
    ----------
    suffix
        The context key ``environmentSuffix``. It is the last part of every name, so that two deployments can
        live side by side in one account.
    """

    suffix: str

    @property
    def stack(self) -> str:
        """The CloudFormation stack's name."""
        return f"{STACK_PREFIX}-{self.suffix}"

    def physical_name(self, resource_type: str, purpose: str) -> str:
        """Name a resource, for example ``lambda-validate-dev``."""
        return f"{resource_type}-{purpose}-{self.suffix}"

    def identifier(self, resource_type: str, purpose: str) -> str:
        """Name a resource of a service that forbids hyphens (Glue, Athena): the same rule with underscores."""
        return self.physical_name(resource_type, purpose).replace("-", "_")
