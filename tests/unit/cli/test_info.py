"""``etl info``: where a deployment is."""

from dataclasses import dataclass, field

import pytest

from cli.commands.info import describe
from etl.names import Names

STACK_ID = "arn:aws:cloudformation:us-east-1:111122223333:stack/etl-pipeline-qa/1"
TOPIC = "arn:aws:sns:us-east-1:111122223333:topic-alerts-qa"


@dataclass(frozen=True)
class FakeStack:
    """A deployed stack."""

    embedded: bool
    outputs: dict[str, str] = field(default_factory=lambda: {"AlertTopic": TOPIC, "RawBucket": "bucket-raw-qa"})
    name: str = "etl-pipeline-qa"
    id: str = STACK_ID
    account: str = "111122223333"


def test_the_console_is_linked_with_the_dashboard_first() -> None:
    told = describe(FakeStack(embedded=False), Names(suffix="qa"))

    assert list(told.links) == ["Dashboard", "Alarms", "Stack", "RawBucket", "AlertTopic"]
    assert told.links["Dashboard"].endswith("#dashboards/dashboard/dashboard-pipeline-qa")
    assert told.links["Stack"].endswith(
        "stackId=arn%3Aaws%3Acloudformation%3Aus-east-1%3A111122223333%3Astack%2Fetl-pipeline-qa%2F1"
    )
    assert "bucket-raw-qa" in told.links["RawBucket"]


@pytest.mark.parametrize("embedded", [True, False])
def test_names_and_arns_are_those_of_the_stack(*, embedded: bool) -> None:
    told = describe(FakeStack(embedded=embedded), Names(suffix="qa"))

    assert (told.stack, told.stack_id, told.account) == ("etl-pipeline-qa", STACK_ID, "111122223333")
    assert told.outputs == {"AlertTopic": TOPIC, "RawBucket": "bucket-raw-qa"}
    assert (told.links == {}) == embedded
