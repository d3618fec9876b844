"""How partners reach the raw bucket: a role for each, which may put files under the partner's own prefix only."""

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from etl.constructs.shared import READ_WITH_KEY, WRITE_WITH_KEY
from etl.constructs.storage import uploads_of
from etl.names import REGION, Names


class PartnerAccess(Construct):
    """A role for each partner, which principals of the partner's own account may assume.

    It goes with the stack, and no credentials of this account are handed out. Who may assume it there is for the
    partner's administrators to say.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        key: kms.IKey,
        raw: s3.IBucket,
        accounts: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        for partner, account in accounts.items():
            iam.Role(
                self,
                partner,
                role_name=names.physical_name("role", f"partner-{partner}"),
                description=f"Uploads of {partner}",
                assumed_by=iam.AccountPrincipal(account),
                inline_policies={"uploads": upload_policy(partner, raw=raw, key=key)},
            )


def upload_policy(partner: str, *, raw: s3.IBucket, key: kms.IKey) -> iam.PolicyDocument:
    """Allow to put files under the partner's prefix, over TLS, and to use the key for just that.

    Without a right to read an object, ``kms:Decrypt`` through S3 shows nothing: S3 asks for it when the parts of a
    large upload are put together (S3 user guide, "Multipart upload and permissions"). With a bucket key, the
    encryption context that S3 sends is the bucket's ARN.
    """
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                sid="PutFilesUnderTheOwnPrefix",
                actions=["s3:PutObject"],
                resources=[raw.arn_for_objects(f"{uploads_of(partner)}*")],
                conditions={"Bool": {"aws:SecureTransport": "true"}},
            ),
            iam.PolicyStatement(
                sid="EncryptThemThroughS3",
                actions=[*READ_WITH_KEY, *WRITE_WITH_KEY],
                resources=[key.key_arn],
                conditions={
                    "StringEquals": {
                        "kms:ViaService": f"s3.{REGION}.amazonaws.com",
                        "kms:EncryptionContext:aws:s3:arn": raw.bucket_arn,
                    }
                },
            ),
        ]
    )
