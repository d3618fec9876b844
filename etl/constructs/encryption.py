"""The stack's own key. Every store of the pipeline is encrypted with it."""

from collections.abc import Mapping

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from etl.constructs.shared import READ_WITH_KEY, WRITE_WITH_KEY
from etl.names import REGION, Names

_USE = (*READ_WITH_KEY, *WRITE_WITH_KEY)
_ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
# What DynamoDB and CloudWatch Logs ask for beyond it, in their user guides, to set up encryption of a table or group.
_SET_UP = (
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


class EncryptionKey(Construct):
    """A customer-managed KMS key with an explicit policy.

    The AWS-managed keys would not do: CloudWatch alarms and EventBridge rules cannot publish to a topic or queue
    under them. What conditions the grants to services have, and why (decision 0038):

    - EventBridge: none. It does not support ``aws:SourceArn`` with encrypted topics (SNS developer guide, "Key
      management"), and a condition that it does not meet drops events in silence. The queues' policies name the rules.
    - CloudWatch to a topic: the alarms of this stack (same guide).
    - CloudWatch Logs: the log groups of this stack; and the delivery of the state machine's log, which reads what Step
      Functions has encrypted for it (Step Functions developer guide, "Data at rest encryption").
    """

    def __init__(self, scope: Construct, construct_id: str, *, names: Names) -> None:
        super().__init__(scope, construct_id)
        account = iam.AccountRootPrincipal()
        key = kms.Key(
            self,
            "Key",
            alias=f"alias/{names.physical_name('key', 'etl')}",
            description=f"Data at rest of {names.stack}",
            enable_key_rotation=True,
            pending_window=Duration.days(7),
            removal_policy=RemovalPolicy.DESTROY,
            policy=iam.PolicyDocument(
                statements=[
                    _statement("AccountAdministersTheKey", account, _ADMINISTRATION),
                    _statement("AccountDelegatesUseToIamPolicies", account, (*_USE, *_SET_UP, "kms:CreateGrant")),
                    _statement("RulesReachEncryptedTargets", iam.ServicePrincipal("events.amazonaws.com"), _USE),
                    _statement(
                        "AlarmsReachTheEncryptedTopic",
                        iam.ServicePrincipal("cloudwatch.amazonaws.com"),
                        _USE,
                        conditions=of_alarms(names),
                    ),
                    _statement(
                        "LogGroupsOfThisAccount",
                        iam.ServicePrincipal(f"logs.{REGION}.amazonaws.com"),
                        (*_USE, *_SET_UP),
                        conditions={
                            "ArnLike": {
                                # Those of a Glue job have a last part that Glue names.
                                "kms:EncryptionContext:aws:logs:arn": [
                                    _arn("logs", f"log-group:*-{names.suffix}"),
                                    _arn("logs", f"log-group:*-{names.suffix}/*"),
                                ]
                            }
                        },
                    ),
                    _statement(
                        "TheStateMachinesLogIsDelivered",
                        iam.ServicePrincipal("delivery.logs.amazonaws.com"),
                        READ_WITH_KEY,
                        # Step Functions writes this value, asterisk included.
                        conditions={"StringEquals": {"kms:EncryptionContext:SourceArn": _arn("logs", "*")}},
                    ),
                ]
            ),
        )
        # Handed out as an imported key: CDK would add statements with wildcards to the policy of its own.
        self.key = kms.Key.from_key_arn(self, "Policed", key.key_arn)


def of_alarms(names: Names) -> dict[str, dict[str, str]]:
    """Return the conditions under which CloudWatch acts for this stack's alarms and no others."""
    return {
        "ArnLike": {"aws:SourceArn": _arn("cloudwatch", f"alarm:alarm-*-{names.suffix}")},
        "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
    }


def _arn(service: str, resource: str) -> str:
    return f"arn:{Aws.PARTITION}:{service}:{REGION}:{Aws.ACCOUNT_ID}:{resource}"


def _statement(
    sid: str,
    principal: iam.IPrincipal,
    actions: tuple[str, ...],
    *,
    conditions: Mapping[str, Mapping[str, str | list[str]]] | None = None,
) -> iam.PolicyStatement:
    # In a key policy, Resource "*" means this key and nothing else (KMS developer guide, "Key policies").
    return iam.PolicyStatement(
        sid=sid, principals=[principal], actions=list(actions), resources=["*"], conditions=conditions
    )
