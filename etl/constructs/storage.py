"""Where files live: a bucket for partners' uploads and one for what the pipeline makes of them."""

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from etl.names import Names
from pipeline.constants import ANSWERS, INCOMING, QUERY_RESULTS, STAGING

_ARCHIVE_AFTER = Duration.days(90)
_ENCRYPTION = "x-amz-server-side-encryption"
_KEY_ID = "x-amz-server-side-encryption-aws-kms-key-id"


def uploads_of(partner: str) -> str:
    """Return the prefix of a partner's uploads."""
    return f"{INCOMING}/{partner}/"


class DataBuckets(Construct):
    """The raw and the processed bucket.

    Both are private, TLS-only, versioned, encrypted with the stack's key and no other, and archived after 90 days: raw
    files of any size to Glacier Flexible Retrieval, processed ones to Glacier Instant Retrieval, the one Glacier class
    that Athena reads; those below 128 KB stay, as there they would cost more (requirement S4). Versions of processed
    objects that were overwritten or deleted go for good after ``noncurrent_days``.
    Names carry the account, because bucket names are shared by the whole world.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, key: kms.IKey, noncurrent_days: int
    ) -> None:
        super().__init__(scope, construct_id)
        self.raw = _bucket(
            self,
            "Raw",
            name=names.physical_name("bucket", f"raw-{Aws.ACCOUNT_ID}"),
            key=key,
            rules=[_archive(s3.StorageClass.GLACIER)],
            # Without it, S3 archives no object below 128 KB.
            smallest_archived=s3.TransitionDefaultMinimumObjectSize.VARIES_BY_STORAGE_CLASS,
        )
        self.processed = _bucket(
            self,
            "Processed",
            name=names.physical_name("bucket", f"processed-{Aws.ACCOUNT_ID}"),
            key=key,
            rules=[
                _archive(s3.StorageClass.GLACIER_INSTANT_RETRIEVAL),
                _expire("expire-staging", STAGING, days=2),
                _expire("expire-answers", ANSWERS, days=7),
                _expire("expire-query-results", QUERY_RESULTS, days=7),
                _expire_noncurrent(days=noncurrent_days),
            ],
            smallest_archived=s3.TransitionDefaultMinimumObjectSize.ALL_STORAGE_CLASSES_128_K,
        )
        _announce_objects(self.raw)


def _bucket(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    key: kms.IKey,
    rules: list[s3.LifecycleRule],
    smallest_archived: s3.TransitionDefaultMinimumObjectSize,
) -> s3.Bucket:
    bucket = s3.Bucket(
        scope,
        construct_id,
        bucket_name=name,
        versioned=True,
        encryption=s3.BucketEncryption.KMS,
        encryption_key=key,
        bucket_key_enabled=True,
        enforce_ssl=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        lifecycle_rules=[*rules, _abandon_uploads()],
        transition_default_minimum_object_size=smallest_archived,
        removal_policy=RemovalPolicy.DESTROY,
    )
    for sid, header, allowed in (
        ("NoOtherEncryption", _ENCRYPTION, "aws:kms"),
        ("NoOtherKey", _KEY_ID, key.key_arn),
        ("NoKeyOfTheClient", "x-amz-server-side-encryption-customer-algorithm", ""),
    ):
        # An upload without the header takes the bucket's default.
        other = {"Null": {f"s3:{header}": "false"}, "StringNotEquals": {f"s3:{header}": allowed}}
        bucket.add_to_resource_policy(_refuse_uploads(sid, bucket, conditions=other))
    # For an upload with KMS and no key, S3 takes the account's aws/s3 and not the bucket's default (S3 API, PutObject).
    no_key = {f"s3:{_ENCRYPTION}": "false", f"s3:{_KEY_ID}": "true"}
    bucket.add_to_resource_policy(_refuse_uploads("NoKeyLeftOpen", bucket, conditions={"Null": no_key}))
    return bucket


def _refuse_uploads(sid: str, bucket: s3.IBucket, *, conditions: dict[str, dict[str, str]]) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=["s3:PutObject"],
        resources=[bucket.arn_for_objects("*")],
        conditions=conditions,
    )


def _archive(storage_class: s3.StorageClass) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        id="archive",
        transitions=[s3.Transition(storage_class=storage_class, transition_after=_ARCHIVE_AFTER)],
        noncurrent_version_transitions=[
            s3.NoncurrentVersionTransition(storage_class=storage_class, transition_after=_ARCHIVE_AFTER)
        ],
    )


def _expire(rule_id: str, prefix: str, *, days: int) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        id=rule_id,
        prefix=prefix,
        expiration=Duration.days(days),
        noncurrent_version_expiration=Duration.days(1),
    )


def _expire_noncurrent(*, days: int) -> s3.LifecycleRule:
    """Delete versions for good that were overwritten or deleted, and the delete markers that then hide nothing."""
    return s3.LifecycleRule(
        id="expire-noncurrent",
        noncurrent_version_expiration=Duration.days(days),
        expired_object_delete_marker=True,
    )


def _abandon_uploads() -> s3.LifecycleRule:
    return s3.LifecycleRule(id="abandon-uploads", abort_incomplete_multipart_upload_after=Duration.days(7))


def _announce_objects(bucket: s3.Bucket) -> None:
    """Send the bucket's events to EventBridge.

    Set on the CloudFormation resource: CDK's own switch adds a custom resource that may change the notifications of
    every bucket in the account.
    """
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)  # noqa: S101 - narrows the type of CDK's escape hatch
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    )
