"""An account of AWS whose answers a test writes down."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployment.stack import DeployedStack
from deployment.verification.subject import Subject

STACK = "arn:aws:cloudformation:us-east-1:111122223333:stack/etl-pipeline-test/1"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1"
AWS = "https://sts.us-east-1.amazonaws.com"
EMBEDDED = "https://localhost:4566"

Answers = Mapping[str, Any]
"""What a client answers by its operations' names: a document, an error, or a function of the request."""


@dataclass(frozen=True)
class Meta:
    endpoint_url: str


@dataclass(frozen=True)
class Client:
    """A client of a service; a paginator answers with one page."""

    answers: Answers
    meta: Meta
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __getattr__(self, operation: str) -> Any:
        if operation.startswith("__"):
            raise AttributeError(operation)

        def call(**request: Any) -> Any:
            self.asked.append((operation, request))
            answer = self.answers[operation]
            if isinstance(answer, Exception):
                raise answer
            return answer(**request) if callable(answer) else answer

        return call

    def get_paginator(self, operation: str) -> "Pages":
        return Pages(self, operation)


@dataclass(frozen=True)
class Pages:
    client: Client
    operation: str

    def paginate(self, **request: Any) -> Iterator[Any]:
        yield getattr(self.client, self.operation)(**request)


@dataclass(frozen=True)
class Session:
    clients: dict[str, Client]

    def client(self, service: str, **_options: Any) -> Client:
        return self.clients[service]


@dataclass(kw_only=True)
class Account:
    """A deployed stack: its resources by type and logical id, each with its physical id and declared properties."""

    resources: Mapping[tuple[str, str], tuple[str, dict[str, Any]]]
    status: str = "UPDATE_COMPLETE"
    endpoint: str = AWS
    pipeline: Any = None
    services: Mapping[str, Answers] = field(default_factory=dict)

    def subject(self) -> Subject:
        stack = {"StackId": STACK, "StackStatus": self.status}
        summaries = [
            {"LogicalResourceId": logical_id, "PhysicalResourceId": physical_id, "ResourceType": resource_type}
            for (resource_type, logical_id), (physical_id, _) in self.resources.items()
        ]
        template = {
            logical_id: {"Type": resource_type, "Properties": properties}
            for (resource_type, logical_id), (_, properties) in self.resources.items()
        }
        answers: dict[str, Answers] = {
            "cloudformation": {
                "describe_stacks": {"Stacks": [stack]},
                "list_stack_resources": {"StackResourceSummaries": summaries},
                "get_template": {"TemplateBody": {"Resources": template}},
            },
            "sts": {"get_caller_identity": {"Arn": "arn:aws:iam::111122223333:role/engineer"}},
            "kms": {
                "describe_key": {"KeyMetadata": {"Arn": KEY}},
                "get_key_rotation_status": {"KeyRotationEnabled": True},
            },
        }
        meta = Meta(self.endpoint)
        clients = {service: Client(known, meta) for service, known in (answers | dict(self.services)).items()}
        session: Any = Session(clients)
        return Subject(DeployedStack(session, "etl-pipeline-test"), self.pipeline)
