"""X2 and X4 to X8: region, names, tags, and a stack that leaves nothing behind."""

import json
import re

import pytest

from etl.stack import TAGS
from etl.synthesis.synthesize import synthesize
from etl.synthesis.template import Template

# CloudFormation types that have a name which this stack sets: all of them, but those that cannot be named.
UNNAMED = {
    "AWS::KMS::Key",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "Custom::EmptiedBucket",
}
# Tables are named by the data contract: analysts query "transactions" in every environment's own database.
NAMED_BY_CONTRACT = {"AWS::Glue::Table"}
# Types that CloudFormation gives tags to; the others have none.
UNTAGGABLE = UNNAMED - {"AWS::KMS::Key", "AWS::Lambda::EventSourceMapping"} | {
    "AWS::Athena::NamedQuery",
    "AWS::Glue::Database",
    "AWS::Glue::Table",
    "AWS::KMS::Alias",
}


@pytest.mark.requirement("X4", "X5")
def test_each_resource_is_named_by_type_purpose_and_suffix(template: Template) -> None:
    for logical_id, resource in template.resources.items():
        if resource["Type"] in UNNAMED | NAMED_BY_CONTRACT:
            continue
        name = template.name_of(logical_id)
        assert name is not None, f"{logical_id} has no name of its own"
        # Log groups and aliases carry the service's prefix, and those of a Glue job end as Glue says.
        own = re.sub(r"/(error|output)$", "", name).rsplit("/", 1)[-1]
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+-test|[a-z]+(_[a-z]+)+_test", own), name


@pytest.mark.requirement("X4")
def test_no_named_resource_is_shared_by_two_suffixes(
    template: Template, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = synthesize(tmp_path_factory.mktemp("cdk.out"), environmentSuffix="other")

    def names(of: Template) -> set[str | None]:
        named = {i for i, r in of.resources.items() if r["Type"] not in UNNAMED | NAMED_BY_CONTRACT}
        return {of.name_of(logical_id) for logical_id in named}

    assert names(template) & names(other) == set()


@pytest.mark.requirement("X6")
def test_each_taggable_resource_has_both_tags(
    template: Template,
) -> None:
    for logical_id, resource in template.resources.items():
        if resource["Type"] in UNTAGGABLE:
            continue
        tags = resource["Properties"].get("Tags")
        assert tags is not None, f"{logical_id} ({resource['Type']}) has no tags"
        found = tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}
        assert found.items() >= TAGS.items(), logical_id


@pytest.mark.requirement("X7")
def test_no_resource_is_retained_or_protected_on_deletion(template: Template) -> None:
    text = json.dumps(template.document)

    assert "Retain" not in text
    assert '"DeletionProtectionEnabled": true' not in text
    for resource in template.resources.values():
        assert resource.get("DeletionPolicy", "Delete") == "Delete"
        assert resource.get("UpdateReplacePolicy", "Delete") == "Delete"


@pytest.mark.requirement("X7")
def test_a_custom_resource_empties_each_bucket_before_deletion(
    template: Template,
) -> None:
    emptied = {properties["BucketName"] for properties in template.of_type("Custom::EmptiedBucket").values()}

    assert emptied == {bucket["BucketName"] for bucket in template.of_type("AWS::S3::Bucket").values()}


LOGICAL_IDS = {
    "AWS::DynamoDB::Table": {"TrackingAudit4B4B5AF2", "TrackingRegistryA03783FA"},
    "AWS::Glue::Database": {"CatalogDatabase44483CA3"},
    "AWS::KMS::Key": {"EncryptionKey3A692D6E"},
    "AWS::S3::Bucket": {"StorageProcessedA33E9072", "StorageRaw7E344C76"},
    "AWS::SNS::Subscription": {"AlertsEmailB049A31F"},
    "AWS::SNS::Topic": {"AlertsTopicCF7C81C9"},
    "AWS::SQS::Queue": {
        "AlertsDeadLetterQueueFD3BEF0F",
        "BatchingQueueE7C74143",
        "OverlapsDeadLetterQueueAEA3674F",
        "OverlapsQueueE51AB278",
        "RecordingFailuresBFD09FEF",
    },
    "Custom::EmptiedBucket": {"EmptierEmptiedProcessed422EE8C5", "EmptierEmptiedRaw28D6D709"},
}
"""Of all types that keep something which no deployment brings back: data, messages, a key, a confirmed address."""


CHANGED_ID = """
CloudFormation knows a resource by its logical id. With another id, the next update of a deployed stack makes a new
resource and deletes the old one with all that is in it; for an emptied bucket, functions from before decision 0034
delete every object. CDK makes the id from the path of the constructs: keep the path, or set the id with
override_logical_id. A new resource belongs into the list.
"""


@pytest.mark.parametrize("resource_type", LOGICAL_IDS)
def test_what_keeps_data_has_the_logical_ids_it_had(template: Template, resource_type: str) -> None:
    assert set(template.of_type(resource_type)) == LOGICAL_IDS[resource_type], CHANGED_ID


@pytest.mark.requirement("X7")
@pytest.mark.parametrize(("context", "protected"), [({}, False), ({"terminationProtection": "true"}, True)])
def test_the_stack_is_protected_only_on_request(
    tmp_path_factory: pytest.TempPathFactory, context: dict[str, str], *, protected: bool
) -> None:
    outdir = tmp_path_factory.mktemp("cdk.out")
    synthesize(outdir, **context)
    manifest = json.loads((outdir / "manifest.json").read_text(encoding="utf-8"))

    properties = manifest["artifacts"]["etl-pipeline-test"]["properties"]
    assert properties.get("terminationProtection", False) is protected


@pytest.mark.requirement("X2")
def test_the_region_of_the_stack_is_us_east_1(tmp_path_factory: pytest.TempPathFactory) -> None:
    outdir = tmp_path_factory.mktemp("cdk.out")
    synthesize(outdir)
    manifest = json.loads((outdir / "manifest.json").read_text(encoding="utf-8"))

    assert manifest["artifacts"]["etl-pipeline-test"]["environment"] == "aws://unknown-account/us-east-1"


@pytest.mark.requirement("X8")
def test_given_the_stack_when_it_is_read_then_there_is_no_vpc(template: Template) -> None:
    assert not any(resource["Type"].startswith("AWS::EC2::") for resource in template.resources.values())
    assert not any("VpcConfig" in f for f in template.of_type("AWS::Lambda::Function").values())
