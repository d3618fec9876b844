"""The list of what the emulator cannot create takes away exactly that, and refuses to break what stays."""

import pytest

from local.omissions import OMISSIONS, OmissionError, Template, omitted_resources, without_omissions

MATH_ALARM = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": [{"Id": "rate"}]}}
PLAIN_ALARM = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "Errors"}}
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "queue-batching-dev"}}


def template(**resources: object) -> Template:
    return {"Description": "a stack", "Resources": resources}


def test_every_entry_says_why() -> None:
    assert all(omission.reason for omission in OMISSIONS)


def test_only_matching_resources_are_omitted() -> None:
    given = template(Math=MATH_ALARM, Plain=PLAIN_ALARM, Queue=QUEUE)

    reduced = without_omissions(given)

    assert reduced == template(Plain=PLAIN_ALARM, Queue=QUEUE)


def test_the_given_template_is_not_changed() -> None:
    given = template(Math=MATH_ALARM, Queue=QUEUE | {"DependsOn": ["Math"]})

    without_omissions(given)

    assert given == template(Math=MATH_ALARM, Queue=QUEUE | {"DependsOn": ["Math"]})


def test_a_template_without_such_resources_stays_as_it_is() -> None:
    given = template(Plain=PLAIN_ALARM, Queue=QUEUE | {"DependsOn": "Plain"}) | {"Outputs": {"Url": {"Value": "x"}}}

    assert without_omissions(given) == given
    assert omitted_resources(given) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [("Math", None), (["Math"], None), (["Math", "Plain"], ["Plain"]), (["Plain"], ["Plain"])],
)
def test_a_dependency_on_an_omitted_resource_is_dropped(before: object, after: object) -> None:
    given = template(Math=MATH_ALARM, Plain=PLAIN_ALARM, Queue=QUEUE | {"DependsOn": before})

    queue = without_omissions(given)["Resources"]["Queue"]

    assert queue.get("DependsOn") == after


def test_an_output_of_an_omitted_resource_is_dropped() -> None:
    given = template(Math=MATH_ALARM, Queue=QUEUE) | {
        "Outputs": {"Alarm": {"Value": {"Ref": "Math"}}, "Queue": {"Value": {"Ref": "Queue"}}}
    }

    assert list(without_omissions(given)["Outputs"]) == ["Queue"]


@pytest.mark.parametrize(
    "reference",
    [
        {"Ref": "Math"},
        {"Fn::GetAtt": ["Math", "Arn"]},
        {"Fn::GetAtt": "Math.Arn"},
        {"Fn::Sub": "alarm ${Math.Arn}"},
        {"Fn::Sub": ["alarm ${Math} ${x}", {"x": "y"}]},
        {"Fn::Join": ["", ["a", {"Ref": "Math"}]]},
    ],
)
def test_a_resource_that_needs_an_omitted_one_is_refused_by_name(reference: object) -> None:
    given = template(Math=MATH_ALARM, Board={"Type": "AWS::CloudWatch::Dashboard", "Properties": {"Body": reference}})

    with pytest.raises(OmissionError, match="Board refers to Math"):
        without_omissions(given)


def test_a_literal_dollar_brace_is_no_reference() -> None:
    given = template(Math=MATH_ALARM, Queue={"Type": "AWS::SQS::Queue", "Properties": {"x": {"Fn::Sub": "${!Math}"}}})

    assert list(without_omissions(given)["Resources"]) == ["Queue"]
