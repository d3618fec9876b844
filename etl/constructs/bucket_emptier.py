"""Empties the buckets when the stack is deleted, so that nothing is left behind (requirement X7)."""

from collections.abc import Mapping
from typing import cast

from aws_cdk import Aws, CustomResource, Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from etl.constructs.function import FunctionBasis, PipelineFunction
from etl.constructs.shared import allow
from etl.names import REGION

_PURPOSE = "empty-buckets"


class BucketEmptier(Construct):
    """A custom resource per bucket that deletes every version and delete marker before the bucket goes.

    It does so only while the stack itself is deleted, or its creation rolled back: CloudFormation sends Delete also
    for a resource that an update drops. It asks for the status of this stack, and may ask for no other.

    CDK's own switch for this brings a Node.js function outside every rule of this stack, and a log group that
    survives the stack.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        basis: FunctionBasis,
        *,
        buckets: Mapping[str, s3.IBucket],
    ) -> None:
        super().__init__(scope, construct_id)
        function_name = basis.names.physical_name("lambda", _PURPOSE)
        itself = f"arn:{Aws.PARTITION}:lambda:{REGION}:{Aws.ACCOUNT_ID}:function:{function_name}"
        emptier = PipelineFunction(
            self,
            "EmptyBuckets",
            basis,
            purpose=_PURPOSE,
            description="Deletes all object versions when the stack is deleted",
            statements=[
                allow(
                    ["s3:ListBucketMultipartUploads", "s3:ListBucketVersions"],
                    [bucket.bucket_arn for bucket in buckets.values()],
                ),
                allow(
                    ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"],
                    [bucket.arn_for_objects("*") for bucket in buckets.values()],
                ),
                allow(["cloudformation:DescribeStacks"], [Aws.STACK_ID]),
                # It continues itself when five minutes are not enough.
                allow(["lambda:InvokeFunction"], [itself]),
            ],
            environment={},
        )
        self.function = emptier.function
        # Lambda ends a loop of 16 calls otherwise, after 80 minutes (Lambda developer guide, recursive loop detection).
        resource = cast("lambda_.CfnFunction", emptier.function.node.default_child)
        resource.recursive_loop = "Allow"
        for name, bucket in buckets.items():
            CustomResource(
                self,
                f"Emptied{name}",
                service_token=emptier.function.function_arn,
                resource_type="Custom::EmptiedBucket",
                properties={"BucketName": bucket.bucket_name},
                service_timeout=Duration.hours(1),
            )
