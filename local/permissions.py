"""Remove a permission from a deployed role for a while, without any hook in the deployment."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class ChangesRoles(Protocol):
    """The part of the IAM client that changes a role's policies."""

    def put_role_policy(self, **request: Any) -> object:
        """Add an inline policy."""

    def delete_role_policy(self, **request: Any) -> object:
        """Remove an inline policy."""


@contextmanager
def taken_away(iam: ChangesRoles, role: str, action: str, resource: str = "*") -> Iterator[None]:
    """Deny a role one action on one resource while the block runs; its own policies stay as they are."""
    name = f"taken-away-{uuid.uuid4()}"
    statement = {"Effect": "Deny", "Action": action, "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
