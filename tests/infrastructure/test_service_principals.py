"""AWS's services act on the stack's resources for the stack's own sake, and for nobody else's."""

from fnmatch import fnmatchcase

import pytest

from etl.synthesis.template import Template
from evidence.proofs.services import ANY_SOURCE, ServiceGrant, of_any_source, service_grants

EVENTS = "events.amazonaws.com"
ALARMS = "cloudwatch.amazonaws.com"
ACCOUNT = "123456789012"


def _of(template: Template, where: str, service: str) -> list[dict[str, str]]:
    """Return the conditions of each grant to a service."""
    return [
        dict(grant.sources)
        for grant in service_grants(template)
        if grant.where.startswith(where) and grant.service == service
    ]


@pytest.mark.requirement("P1")
def test_each_service_is_held_to_a_source_or_has_a_reason(template: Template) -> None:
    grants = service_grants(template)

    assert {grant.service for grant in grants} >= {EVENTS, ALARMS, "delivery.logs.amazonaws.com"}
    assert [grant for grant in grants if not grant.sources and of_any_source(grant) is None] == []
    assert [entry for entry in ANY_SOURCE if not any(entry.covers(grant) for grant in grants)] == []


@pytest.mark.parametrize("actions", [("sqs:SendMessage",), ("sns:Publish", "sns:Subscribe")])
def test_an_added_grant_without_a_source_has_no_reason(actions: tuple[str, ...]) -> None:
    grant = ServiceGrant(where="topic-alerts-test", service=EVENTS, actions=actions, sources=())

    assert of_any_source(grant) is None


@pytest.mark.requirement("P1")
def test_each_source_is_of_this_account_and_deployment(template: Template) -> None:
    for grant in service_grants(template):
        for key, value in grant.sources:
            if value.startswith("arn:"):
                assert value.split(":")[4] == ACCOUNT, grant
            if key == "aws:SourceArn":
                assert value.removesuffix(".Arn").endswith("-test"), grant


@pytest.mark.requirement("P1", "O1")
def test_no_condition_keeps_a_rule_from_the_key(template: Template) -> None:
    # One that EventBridge does not meet drops its events in silence
    assert _of(template, "EncryptionKey", EVENTS) == [{}]


@pytest.mark.requirement("P1", "O1")
@pytest.mark.parametrize("where", ["EncryptionKey", "topic-alerts"])
def test_each_alarm_reaches_the_topic_and_no_foreign_one(template: Template, where: str) -> None:
    [sources] = _of(template, where, ALARMS)

    assert sources["aws:SourceAccount"] == ACCOUNT
    alarms = [alarm["AlarmName"] for alarm in template.of_type("AWS::CloudWatch::Alarm").values()]
    assert alarms
    for name in alarms:
        assert fnmatchcase(f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:{name}", sources["aws:SourceArn"])
