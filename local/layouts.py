"""Adds one more layout to the packages of a deployment's functions."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from deployment.stack import DeployedStack

_CHANGED: Final = "package-with-another-layout"


@contextmanager
def with_layout(stack: DeployedStack, functions: Sequence[str], name: str, text: str) -> Iterator[None]:
    """Add a layout to functions while the block runs.

    Parameters
    ----------
    functions
        Parts of their logical ids.
    name, text
        The layout's file.
    """
    s3: Any = stack.session.client("s3")
    lambda_: Any = stack.session.client("lambda")
    names = [stack.physical_id("AWS::Lambda::Function", function) for function in functions]
    code = _code(stack, functions[0])
    bucket = code["S3Bucket"]
    with TemporaryDirectory() as folder:
        package = Path(folder) / "package.zip"
        s3.download_file(bucket, code["S3Key"], str(package))
        with zipfile.ZipFile(package, "a") as archive:
            archive.writestr(f"layouts/{name}", text)
        s3.upload_file(str(package), bucket, _CHANGED)
    for function in names:
        lambda_.update_function_code(FunctionName=function, S3Bucket=bucket, S3Key=_CHANGED)
    try:
        yield
    finally:
        for function in names:
            lambda_.update_function_code(FunctionName=function, **code)
        s3.delete_object(Bucket=bucket, Key=_CHANGED)


def _code(stack: DeployedStack, function: str) -> dict[str, str]:
    """Return the folder of the functions' package, which is the same for all."""
    template = stack.session.client("cloudformation").get_template(StackName=stack.name)["TemplateBody"]
    (key,) = {
        resource["Properties"]["Code"]["S3Key"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function" and function in name
    }
    buckets = (bucket["Name"] for bucket in stack.session.client("s3").list_buckets()["Buckets"])
    (bucket,) = (name for name in buckets if "-assets-" in name)
    return {"S3Bucket": bucket, "S3Key": key}
