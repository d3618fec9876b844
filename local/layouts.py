"""Adds one more layout to the packages of a deployment's functions, and to the wheels of its job."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from deployment.stack import DeployedStack
from etl.wheels import write_wheel, write_zip_of_wheels
from local.spark import WHEELS

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


@contextmanager
def with_layout_of_job(stack: DeployedStack, name: str, text: str) -> Iterator[None]:
    """Add a layout to the job for large files while the block runs, in the one object that its role may read.

    Parameters
    ----------
    name, text
        The layout's file.
    """
    s3: Any = stack.session.client("s3")
    glue: Any = stack.session.client("glue")
    job = glue.get_job(JobName=stack.physical_id("AWS::Glue::Job"))["Job"]
    bucket, _, key = job["DefaultArguments"][WHEELS].removeprefix("s3://").partition("/")
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        package, changed, layout = folder / "package.zip", folder / "changed.zip", folder / name
        s3.download_file(bucket, key, str(package))
        layout.write_text(text, encoding="utf-8")
        with zipfile.ZipFile(package) as archive:
            members = [member for member in archive.namelist() if member.endswith(".whl")]
            wheels = [Path(archive.extract(member, folder)) for member in members]
        wheels.append(write_wheel(folder, "one_more_layout", "0", {f"layouts/{name}": layout}))
        write_zip_of_wheels(changed, wheels)
        s3.upload_file(str(changed), bucket, key)
        try:
            yield
        finally:
            s3.upload_file(str(package), bucket, key)


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
