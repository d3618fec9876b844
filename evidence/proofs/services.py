"""What the policies of resources allow to AWS services, and for whose sake: the conditions on the source of a call."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from etl.synthesis.template import Statement, Template

_SOURCES: Final = re.compile(r"aws:Source(Arn|Account)|kms:EncryptionContext:.+")
"""Condition keys that tell one customer's call by a service from another's."""

_TRUST: Final = "sts:AssumeRole"


@dataclass(frozen=True, kw_only=True)
class ServiceGrant:
    """What a policy allows to a service.

    Attributes
    ----------
    where
        The resource whose policy it is.
    sources
        The conditions on the source, by condition key.
    """

    where: str
    service: str
    actions: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class AnySource:
    """Grants to a service that have no condition on the source, and why. ``where`` is a regular expression."""

    where: str
    service: str
    actions: tuple[str, ...]
    reason: str

    def covers(self, grant: ServiceGrant) -> bool:
        """Whether the grant has no condition for this reason."""
        of_this = re.fullmatch(self.where, grant.where) and re.fullmatch(self.service, grant.service)
        return bool(of_this) and grant.actions == self.actions


ANY_SOURCE: Final = (
    AnySource(
        where="EncryptionKey.*",
        service=r"events\.amazonaws\.com",
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        reason="EventBridge supports no such condition with encrypted topics "
        "(https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html), and would drop events. The key "
        "serves it only for messages to the queues, whose policies name the rules, and to the topic",
    ),
    AnySource(
        where="topic-alerts-.*",
        service=r"events\.amazonaws\.com",
        actions=("sns:Publish",),
        reason="EventBridge supports no conditions in a topic's policy "
        "(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html): events would be "
        "dropped. It can send messages to the topic, and read none",
    ),
    AnySource(
        where="role-.*",
        service=r"(events|glue|lambda|states)\.amazonaws\.com",
        actions=(_TRUST,),
        reason="a role can be passed to a service only within its own account "
        "(https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html): no resource of another "
        "account can make a service assume it",
    ),
)


def service_grants(template: Template) -> list[ServiceGrant]:
    """List what policies of resources, those of roles' trust and of functions included, allow to services."""
    of_policies = (grant for statement in template.statements() for grant in _of_statement(statement))
    of_functions = (
        ServiceGrant(
            where=str(permission["FunctionName"]).removesuffix(".Arn"),
            service=permission["Principal"],
            actions=(permission["Action"],),
            sources=(("aws:SourceArn", permission["SourceArn"]),) if "SourceArn" in permission else (),
        )
        for permission in template.of_type("AWS::Lambda::Permission").values()
    )
    return [*of_policies, *of_functions]


def of_any_source(grant: ServiceGrant) -> str | None:
    """Return why a grant has no condition on the source; None if it has no reason."""
    return next((entry.reason for entry in ANY_SOURCE if entry.covers(grant)), None)


def is_trust(grant: ServiceGrant) -> bool:
    """Whether it lets a service assume a role."""
    return grant.actions == (_TRUST,)


def _of_statement(statement: Statement) -> Iterator[ServiceGrant]:
    principal = json.loads(statement.principal) if statement.principal.startswith("{") else {}
    services = principal.get("Service", ())
    for service in (services,) if isinstance(services, str) else services:
        [where] = set(statement.resources) - {"*"} or {statement.where}
        yield ServiceGrant(
            where=where.removesuffix(".Arn"), service=service, actions=statement.actions, sources=_sources(statement)
        )


def _sources(statement: Statement) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, str(value))
        for operator in statement.conditions.values()
        for key, value in operator.items()
        if _SOURCES.fullmatch(key)
    )
