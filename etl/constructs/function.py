"""One Lambda function of the pipeline, with everything that belongs to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from etl.config import Settings
from etl.constructs.shared import make_log_group, make_role, read_with, send_traces, write_log_streams
from etl.names import Names

TIMEOUT = Duration.minutes(5)
_LARGEST_TMP = Size.gibibytes(10)
_ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}


@dataclass(frozen=True, kw_only=True)
class FunctionBasis:
    """What all functions of an environment have in common."""

    names: Names
    settings: Settings
    code: lambda_.Code
    key: kms.IKey


class PipelineFunction(Construct):
    """A Python 3.11 function with its own log group and its own role.

    The role is written out: its only rights are its own log group's streams, traces, reading what is under the stack's
    key (its environment variables are), and the ``statements`` handed in. Name, handler module and log group all
    follow from ``purpose``.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        basis: FunctionBasis,
        *,
        purpose: str,
        description: str,
        statements: Sequence[iam.PolicyStatement],
        environment: Mapping[str, str],
        scratch_space: bool = False,
        reserved_concurrency: int | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        names, key = basis.names, basis.key
        function_name = names.physical_name("lambda", purpose)
        log_group = make_log_group(self, "Logs", name=f"/aws/lambda/{function_name}", key=key)
        role = make_role(
            self,
            "Role",
            name=names.physical_name("role", purpose),
            service="lambda",
            policy="function",
            statements=[write_log_streams(log_group), send_traces(), read_with(key), *statements],
        )
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=function_name,
            description=description,
            runtime=lambda_.Runtime.PYTHON_3_11,
            architecture=_ARCHITECTURES[basis.settings.architecture],
            handler=f"handlers.{purpose.replace('-', '_')}.handler",
            code=basis.code,
            memory_size=basis.settings.memory_mb,
            timeout=TIMEOUT,
            ephemeral_storage_size=_LARGEST_TMP if scratch_space else None,
            reserved_concurrent_executions=reserved_concurrency,
            log_group=log_group,
            role=role.without_policy_updates(),
            tracing=lambda_.Tracing.ACTIVE,
            environment={
                "POWERTOOLS_SERVICE_NAME": purpose,
                "POWERTOOLS_METRICS_NAMESPACE": names.stack,
                **environment,
            },
            environment_encryption=key,
        )
