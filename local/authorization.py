"""Authorizes what the emulator's services do on behalf of a role, with the emulator's own IAM engine.

The emulator authorizes the calls that arrive over HTTP: those of the functions and of people. The calls of Step
Functions with the state machine's role, the deliveries of EventBridge, and the calls of a queue's poller with its
function's role happen inside its process and are not authorized. ``local/enforcement.py`` calls this module first.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import sns, sqs

from local.keys import key_uses

EVENTS: Final = "events.amazonaws.com"

_INTEGRATION: Final = "arn:aws:states:::"
_SDK: Final = "aws-sdk:"
_PREFIXES: Final = {"sfn": "states"}
"""Services whose actions have another name in IAM than in a state's ``Resource``."""

_SYNC: Final = ".sync"
_WATCHES: Final = {"glue:StartJobRun": "glue:GetJobRun"}
"""What a task that waits for the end of its job must be allowed besides the start of the job."""

_DENIED: Final = {
    "lambda": "Lambda.AWSLambdaException",
    "dynamodb": "DynamoDB.AmazonDynamoDBException",
    "glue": "Glue.AccessDeniedException",
    "aws-sdk:dynamodb": "DynamoDb.DynamoDbException",
    "aws-sdk:sfn": "Sfn.SfnException",
    "events": "EventBridge.AmazonEventBridgeException",
    "sns": "SNS.AmazonSNSException",
    "sqs": "SQS.AmazonSQSException",
    "states": "StepFunctions.AWSStepFunctionsException",
}
"""Step Functions' name of a denial: the SDK's class if it has one, or that of all errors of the service."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One action on one resource."""

    action: str
    resource: str


def task_calls(resource: str, parameters: Mapping[str, Any]) -> list[Call]:
    """List the calls of a task for which IAM must be asked.

    Parameters
    ----------
    resource
        The state's ``Resource``: a function's ARN, or that of a service integration.
    parameters
        What the task passes to the service.
    """
    if not resource.startswith(_INTEGRATION):
        return [Call(action="lambda:InvokeFunction", resource=resource)]
    waits = resource.endswith(_SYNC)
    service, operation = resource.removeprefix(_INTEGRATION).removeprefix(_SDK).removesuffix(_SYNC).split(":")
    service = _PREFIXES.get(service, service)
    action = f"{service}:{operation[0].upper()}{operation[1:]}"
    body = json.dumps(parameters).encode()
    transaction = iam_actions.dynamodb_transaction_checks(action, body, get_region(), get_account_id())
    if transaction:
        return [Call(action=item_action, resource=table) for item_action, table in transaction]
    actions = [action, _WATCHES[action]] if waits else [action]
    return [Call(action=each, resource=name) for name in _resources(service, body, parameters) for each in actions]


def _resources(service: str, body: bytes, parameters: Mapping[str, Any]) -> Iterator[str]:
    region, account = get_region(), get_account_id()
    if service == "dynamodb":
        yield from iam_actions.dynamodb_resource_arns(body, region, account)
    elif service == "states":
        yield parameters["StateMachineArn"] if "StateMachineArn" in parameters else parameters["ExecutionArn"]
    elif service == "events":
        yield from iam_actions.eventbridge_resource_arns(body, region, account)
    else:
        yield iam_actions.extract_resource_arn(service, "POST", "/", {}, body, dict(parameters), region, account)


def denied_error(resource: str) -> str:
    """Name the error that a task of this ``Resource`` fails with when IAM refuses its call."""
    if not resource.startswith(_INTEGRATION):
        return _DENIED["lambda"]
    return _DENIED[resource.removeprefix(_INTEGRATION).rpartition(":")[0]]


def role_denial(role_arn: str, call: Call) -> str | None:
    """Authorize a role's call by the policies of the role, the resource and the key.

    Returns
    -------
    str or None
        AWS's message if the call is denied; None if it is allowed.
    """
    uses = key_uses(call.action, call.resource, get_region())
    denials = [
        _denial(role_arn, call, {}),
        *(_denial(role_arn, Call(action=use.action, resource=use.key), use.conditions) for use in uses),
    ]
    return next((denial for denial in denials if denial), None)


def _denial(role_arn: str, call: Call, conditions: Mapping[str, str]) -> str | None:
    account, role = get_account_id(), role_arn.rpartition("/")[2]
    context = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{role}/service",
        principal_type="AssumedRole",
        principal_account=account,
        action=call.action,
        resource_arn=call.resource,
        region=get_region(),
        # Services call each other over TLS.
        secure_transport=True,
        service_context={name.lower(): value for name, value in conditions.items()},
    )
    result = iam_evaluator.evaluate(context, iam_evaluator._gather_role_policies(role, account))  # noqa: SLF001
    service = call.action.partition(":")[0]
    policy = iam_evaluator._resource_policy(service, call.resource)  # noqa: SLF001
    if policy is not None:
        required = service in iam_evaluator._POLICY_REQUIRED  # noqa: SLF001
        result = iam_evaluator.combine_resource_policy(result, context, *policy, required=required)
    if result.decision == "Allow":
        return None
    explicit = result.decision == "Deny"
    message: str = iam_actions.identity_denial_message(call.action, context.principal_arn, call.resource, explicit)
    return message


def target_denial(target: Mapping[str, Any], rule_arn: str) -> str | None:
    """Authorize a delivery of EventBridge: a state machine by the target's role, other targets by their policies.

    Returns
    -------
    str or None
        Why the delivery is denied; None if it is allowed.
    """
    arn = str(target["Arn"])
    service = arn.split(":")[2]
    if service == "states":
        return role_denial(target.get("RoleArn", ""), Call(action="states:StartExecution", resource=arn))
    allows = {"sqs": sqs.queue_policy_allows, "sns": sns.topic_policy_allows}.get(service)
    if allows is None or allows(arn, EVENTS, rule_arn, get_account_id()):
        return None
    return f"the policy of {arn} does not allow {EVENTS} to deliver for {rule_arn}"
