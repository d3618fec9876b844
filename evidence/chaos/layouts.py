"""Puts a layout into a deployment's functions: one with sections and deliveries, which no shipped layout has yet."""

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from deployment.stack import DeployedStack
from local.session import LocalPipeline

LAYOUT: Final = Path(__file__).with_name("brook-2025.yaml")
_FUNCTIONS: Final = ("Validate", "Transform")
_CHANGED: Final = "package-with-another-layout"


def add_layout(pipeline: LocalPipeline) -> None:
    """Let the functions that read layouts have the one of the chaos runs too."""
    session: Any = pipeline.stack.session
    s3, functions = session.client("s3"), session.client("lambda")
    bucket, key = _package(session, pipeline.stack)
    with TemporaryDirectory() as folder:
        package = Path(folder) / "package.zip"
        s3.download_file(bucket, key, str(package))
        with zipfile.ZipFile(package, "a") as archive:
            archive.write(LAYOUT, f"layouts/{LAYOUT.name}")
        s3.upload_file(str(package), bucket, _CHANGED)
    for function in _FUNCTIONS:
        name = pipeline.stack.physical_id("AWS::Lambda::Function", function)
        functions.update_function_code(FunctionName=name, S3Bucket=bucket, S3Key=_CHANGED)


def _package(session: Any, stack: DeployedStack) -> tuple[str, str]:
    template = session.client("cloudformation").get_template(StackName=stack.name)["TemplateBody"]
    functions = (
        resource["Properties"]["Code"]["S3Key"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function" and _FUNCTIONS[0] in name
    )
    buckets = (bucket["Name"] for bucket in session.client("s3").list_buckets()["Buckets"])
    return next(name for name in buckets if "-assets-" in name), next(functions)
