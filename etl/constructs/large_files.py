"""The job that processes large files: AWS Glue runs it, with Spark, for the state machine for large files."""

from pathlib import Path
from typing import Final

from aws_cdk import AssetStaging, Aws, CfnResource, FileAssetPackaging, Stack
from aws_cdk import aws_glue as glue
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from etl.constructs.shared import allow, make_log_group, make_role, read_with, write_log_streams, write_with
from etl.names import Names
from etl.package import build_job_package
from etl.workflow.large_files import FEWEST_WORKERS, JOB_TIMEOUT_MINUTES, WORKER_TYPE
from pipeline.constants import ANSWERS, MANIFESTS, STAGING

GLUE_VERSION: Final = "5.1"
"""Spark 3.5, Python 3.11, Java 17."""

SCRIPT: Final = Path(__file__).parents[2] / "glue" / "large_files.py"

MOST_RUNS: Final = 10
"""Runs at a time. A file beyond them waits for its turn, as one whose calls are throttled."""

_WHEELS_SUFFIX: Final = ".gluewheels"
"""Before ``.zip``, it tells Glue that an archive holds wheels (Glue developer guide, "Zip of wheels")."""


class LargeFilesJob(Construct):
    """The job with its own role and log groups. Each run says which file it has, and what it is to do with it.

    Glue writes what the driver and the workers print to the group ``output``, and what Spark has to say to ``error``.
    Both are encrypted by themselves: a security configuration would have Glue choose their names, outside the stack.

    CDK's ``PySparkEtlJob`` would add a policy with wildcards to the role, and one log group with a name of CDK's.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        key: kms.IKey,
        raw: s3.IBucket,
        processed: s3.IBucket,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = names.physical_name("job", "large-files")
        log_prefix = f"/aws-glue/jobs/{self.name}"
        log_groups = [
            make_log_group(self, f"{stream.title()}Logs", name=f"{log_prefix}/{stream}", key=key)
            for stream in ("output", "error")
        ]
        script = _upload(self, "Script", SCRIPT)
        wheels = _upload(self, "Wheels", build_job_package(), suffix=_WHEELS_SUFFIX)
        role = make_role(
            self,
            "Role",
            name=names.physical_name("role", "large-files-job"),
            service="glue",
            policy="job",
            statements=[
                allow(["s3:GetObject"], [_arn(script), _arn(wheels)]),
                # Of a versioned bucket, events name the version; nothing is read without it.
                allow(["s3:GetObjectVersion"], [raw.arn_for_objects("*")]),
                allow(
                    ["s3:PutObject"],
                    [processed.arn_for_objects(f"{prefix}*") for prefix in (ANSWERS, STAGING, MANIFESTS)],
                ),
                # Tasks leave files there for each other.
                allow(["s3:GetObject"], [processed.arn_for_objects(f"{STAGING}*")]),
                read_with(key),
                write_with(key),
                *(write_log_streams(group) for group in log_groups),
                # Glue asks for it before it writes (AWSGlueServiceRole), also where the group is there.
                allow(["logs:CreateLogGroup"], [group.log_group_arn for group in log_groups]),
            ],
        )
        job = glue.CfnJob(
            self,
            "Job",
            name=self.name,
            description="Validates or transforms a file that outgrows a function",
            role=role.role_arn,
            command=glue.CfnJob.JobCommandProperty(
                name="glueetl", python_version="3", script_location=f"s3://{script}"
            ),
            glue_version=GLUE_VERSION,
            worker_type=WORKER_TYPE,
            number_of_workers=FEWEST_WORKERS,
            timeout=JOB_TIMEOUT_MINUTES,
            # A run that fails is the file's failure: each run is paid for.
            max_retries=0,
            execution_property=glue.CfnJob.ExecutionPropertyProperty(max_concurrent_runs=MOST_RUNS),
            default_arguments={
                "--job-language": "python",
                "--processed_bucket": processed.bucket_name,
                "--additional-python-modules": f"s3://{wheels}",
                # The wheels are all: nothing is fetched from a package index.
                "--python-modules-installer-option": "--no-index",
                "--custom-logGroup-prefix": log_prefix,
                "--job-bookmark-option": "job-bookmark-disable",
            },
        )
        for group in log_groups:
            # Or Glue makes them itself, and nobody removes them.
            dependency = group.node.default_child
            assert isinstance(dependency, CfnResource)  # noqa: S101 - narrows the type of CDK's escape hatch
            job.add_resource_dependency(dependency)


def _upload(scope: Construct, construct_id: str, path: Path, *, suffix: str = "") -> str:
    """Have a file uploaded with the deployment, and return its bucket and key.

    CDK's ``Asset`` would keep no more of a file's name than its last ending.
    """
    stack = Stack.of(scope)
    staging = AssetStaging(scope, construct_id, source_path=str(path))
    location = stack.synthesizer.add_file_asset(
        source_hash=f"{staging.asset_hash}{suffix}",
        file_name=staging.relative_staged_path(stack),
        packaging=FileAssetPackaging.FILE,
    )
    return f"{location.bucket_name}/{location.object_key}"


def _arn(location: str) -> str:
    return f"arn:{Aws.PARTITION}:s3:::{location}"
