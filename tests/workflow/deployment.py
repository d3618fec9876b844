"""Deploys the state machine's part of the synthesized template: all that it refers to, and no function."""

import json
from collections.abc import Iterator
from typing import Any

from deployment.stack import DeployedStack
from etl.synthesis.template import Template
from local.emulator import Emulator

_FUNCTION = "AWS::Lambda::Function"
_STACK = "workflow"


def deploy_workflow(emulator: Emulator, template: Template) -> DeployedStack:
    # Through a bucket, because the definition alone outgrows what a request may carry.
    s3 = emulator.session.client("s3")
    s3.create_bucket(Bucket=_STACK)
    s3.put_object(Bucket=_STACK, Key=_STACK, Body=json.dumps(workflow_template(template)))
    cloudformation = emulator.session.client("cloudformation")
    cloudformation.create_stack(
        StackName=_STACK,
        TemplateURL=f"{emulator.endpoint}/{_STACK}/{_STACK}",
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=_STACK, WaiterConfig={"Delay": 1})
    return DeployedStack(emulator.session, _STACK)


def workflow_template(template: Template) -> dict[str, Any]:
    """Cut out the state machines and what they need. A function's ARN stays, of a function that does not exist."""
    functions = {name for name, resource in template.resources.items() if resource["Type"] == _FUNCTION}
    wanted: dict[str, Any] = {}
    pending = list(template.of_type("AWS::StepFunctions::StateMachine"))
    while pending:
        name = pending.pop()
        if name in template.resources and name not in functions and name not in wanted:
            resource = {key: value for key, value in template.resources[name].items() if key != "DependsOn"}
            pending.extend(_references(resource))
            wanted[name] = _without(resource, functions, template)
    return {"Resources": wanted}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item[0]
            else:
                yield from _references(item)


def _without(value: Any, functions: set[str], template: Template) -> Any:
    if isinstance(value, list):
        return [_without(item, functions, template) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("Fn::GetAtt")
    if reference and reference[0] in functions:
        return f"arn:aws:lambda:us-east-1:000000000000:function:{template.name_of(reference[0])}"
    return {key: _without(item, functions, template) for key, item in value.items()}
