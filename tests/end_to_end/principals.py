"""Principals of the emulated account, with the rights that a test gives them and no others."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.exceptions import ClientError

from etl.names import REGION
from local.emulator import Emulator

REFUSALS = {"403", "AccessDenied", "AccessDeniedException", "AuthorizationError"}


def allow(actions: Sequence[str], *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def is_refused(call: Callable[..., object], *arguments: object, **request: Any) -> bool:
    """Make a call, and tell whether IAM refused it."""
    try:
        call(*arguments, **request)
    except ClientError as error:
        # The answer to a HEAD request has no body to name the error.
        return error.response["Error"]["Code"] in REFUSALS
    return False


class Principal:
    """Somebody with credentials, who reaches the emulator as the root user's session does."""

    def __init__(self, emulator: Emulator, credentials: Mapping[str, str]) -> None:
        self._emulator = emulator
        self.credentials = credentials
        self._session = boto3.Session(
            region_name=REGION,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials.get("SessionToken"),
        )

    def client(self, service: str, *, endpoint: str | None = None) -> Any:
        client: Any = self._session.client
        return client(service, endpoint_url=endpoint or self._emulator.endpoint, verify=str(self._emulator.ca_bundle))

    def assume(self, role_arn: str) -> "Principal":
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")
        return Principal(self._emulator, answer["Credentials"])


@contextmanager
def user(emulator: Emulator, name: str, *statements: dict[str, Any]) -> Iterator[Principal]:
    """Make a user with these rights, and remove it after the block."""
    iam: Any = emulator.session.client("iam")
    iam.create_user(UserName=name)
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    try:
        yield Principal(emulator, key)
    finally:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName=name, PolicyName="rights")
        iam.delete_user(UserName=name)
