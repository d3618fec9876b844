"""A file's way begins with its identity: by the formula, for any key, the same wherever it is worked out."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from unicodedata import bidirectional, category

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.synthesis.template import Template
from etl.workflow.definition import BATCH, DIRECT
from etl.workflow.settling import EVERY_FILE, LEFT_BEHIND
from pipeline.events import read_file
from pipeline.uploads import File
from tests.support.events import load_event, transform_event
from tests.support.names import NAMES
from tests.workflow.machine import Machine
from transactions.masking import masked_name

# The machine keeps nothing of one example that the next could see.
LAW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:files:one"

BREAKS = {"Cc", "Zl", "Zp"}
REORDERS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Unicode's categories, and its directions, of characters that steer how others are shown."""

STEERING = st.sampled_from("\x1b\x7f\x9b\n\r\u2028\u2029\u202a\u202e\u2066\u2069")
KEYS = st.text(STEERING | st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
SEQUENCERS = st.text("0123456789ABCDEF", min_size=1, max_size=32)
VERSIONS = st.one_of(st.none(), st.just(""), st.text("abcXYZ019._", min_size=1, max_size=32))


def _event(key: str, *, version_id: str | None = "v1", sequencer: str = "00AB", bucket: str = "raw") -> dict[str, Any]:
    announced: dict[str, Any] = {"key": key, "size": 7, "etag": "e", "sequencer": sequencer}
    if version_id is not None:
        announced["version-id"] = version_id
    return {"bucket": bucket, "object": announced, "uploaded_at": "2025-11-03T14:05:12.123Z"}


def _identify(machine: Machine, event: dict[str, Any], *, label: str = BATCH) -> dict[str, Any]:
    item = {"event": event, "number": 3, "execution": EXECUTION}
    file: dict[str, Any] = machine.try_state(f"Work out the identity ({label})", item)["file"]
    return file


@LAW
@given(key=KEYS, version_id=VERSIONS, sequencer=SEQUENCERS)
def test_the_file_id_is_the_hash_of_bucket_key_and_version(
    machine: Machine, key: str, version_id: str | None, sequencer: str
) -> None:
    file = _identify(machine, _event(key, version_id=version_id, sequencer=sequencer))

    assert file["file_id"] == sha256(f"raw\n{key}\n{version_id or sequencer}".encode()).hexdigest()
    assert file["object_key"] == f"raw/{key}"
    assert file["event"]["object"]["key"] == key
    assert file["claim"] == f"{file['execution']}#{file['file_id']}"


@LAW
@given(key=KEYS)
def test_the_functions_can_read_a_file_of_any_key(machine: Machine, key: str) -> None:
    file = _identify(machine, _event(key))

    read = msgspec.convert(file, File)

    assert (read.key, read.version_id, read.etag, read.size) == (key, "v1", "e", 7)
    assert read.uploaded_at.tzinfo is not None


@LAW
@given(key=KEYS)
def test_a_displayed_key_has_no_control_character(machine: Machine, key: str) -> None:
    file = _identify(machine, _event(key))

    steering = [sign for sign in file["display_key"] if category(sign) in BREAKS or bidirectional(sign) in REORDERS]
    assert steering == []


@LAW
@given(name=NAMES)
def test_a_displayed_key_has_no_account_number(machine: Machine, name: str) -> None:
    file = _identify(machine, _event(f"incoming/alpine/{name}.csv"))

    assert file["display_key"] == masked_name(file["key"])


@LAW
@given(first=SEQUENCERS, second=SEQUENCERS)
def test_padded_sequencers_compare_as_s3_defines(machine: Machine, first: str, second: str) -> None:
    files = [_identify(machine, _event("a", sequencer=sequencer)) for sequencer in (first, second)]

    longest = max(len(first), len(second))
    padded = [file["sequencer"] for file in files]
    assert (padded[0] < padded[1]) == (first.ljust(longest, "0") < second.ljust(longest, "0"))
    assert len(padded[0]) == len(padded[1])


@pytest.mark.parametrize("label", [DIRECT, BATCH, LEFT_BEHIND, EVERY_FILE])
def test_an_upload_has_the_same_id_wherever_it_is_identified(machine: Machine, label: str) -> None:
    event = _event("incoming/alpine/a.csv")

    assert _identify(machine, event, label=label) == _identify(machine, event)


@pytest.mark.parametrize(
    ("key", "partner", "file_format", "file_name", "display_key"),
    [
        ("incoming/alpine/2025/a b+c%.csv", "alpine", "csv", "a b+c%.csv", "incoming/alpine/2025/a b+c%.csv"),
        ("incoming/dkb-2/Umsätze.JSON", "dkb-2", "json", "Umsätze.JSON", "incoming/dkb-2/Umsätze.JSON"),
        ("incoming/Alpine/a.csv", "unknown", "csv", "a.csv", "incoming/Alpine/a.csv"),
        ("incoming/-x/a.csv", "unknown", "csv", "a.csv", "incoming/-x/a.csv"),
        ("incoming//a.csv", "unknown", "csv", "a.csv", "incoming//a.csv"),
        ("incoming/a.csv", "unknown", "csv", "a.csv", "incoming/a.csv"),
        ("other/alpine/a.csv", "unknown", "csv", "a.csv", "other/alpine/a.csv"),
        ("a.json", "unknown", "json", "a.json", "a.json"),
        ("incoming/alpine\n/a.csv", "unknown", "csv", "a.csv", "incoming/alpine?/a.csv"),
        ("incoming/\nalpine/a.csv", "unknown", "csv", "a.csv", "incoming/?alpine/a.csv"),
        ("incoming/alpine/a.json\n", "alpine", "csv", "a.json\n", "incoming/alpine/a.json?"),
        (".json", "unknown", "json", ".json", ".json"),
        ("json", "unknown", "csv", "json", "json"),
        ("incoming/obie/my.json.csv", "obie", "csv", "my.json.csv", "incoming/obie/my.json.csv"),
        (
            "incoming/dkb/DE89370400440532013000_12345678.csv",
            "dkb",
            "csv",
            "DE89370400440532013000_12345678.csv",
            "incoming/dkb/DE********************_********.csv",
        ),
    ],
)
def test_partner_format_and_names_follow_from_the_key(  # noqa: PLR0917 a table
    machine: Machine, key: str, partner: str, file_format: str, file_name: str, display_key: str
) -> None:
    file = _identify(machine, _event(key))

    found = (file["partner"], file["format"], file["file_name"], file["display_key"])
    assert found == (partner, file_format, file_name, display_key)


@pytest.mark.requirement("E3")
@pytest.mark.parametrize("event_name", ["s3-object-created", "s3-object-created-unversioned"])
def test_an_event_of_s3_is_identified_by_the_direct_rule(machine: Machine, template: Template, event_name: str) -> None:
    [target] = template.one("AWS::Events::Rule", Name="rule-direct-test")["Targets"]
    event = load_event(event_name)
    announced = event["detail"]["object"]

    document = transform_event(event, target)
    [announcing] = document["files"]
    file = _identify(machine, announcing, label=DIRECT)

    assert document["route"] == DIRECT
    assert (file["key"], file["size"], file["etag"]) == (announced["key"], announced["size"], announced["etag"])
    assert file["version_id"] == announced.get("version-id", "")
    assert file["uploaded_at"] == event["time"]


@pytest.mark.parametrize("route", [DIRECT, BATCH])
@pytest.mark.parametrize(
    ("step", "facts"),
    [
        ("Validate CSV", {}),
        ("Validate JSON", {}),
        ("Transform", {"validation": {"layout": "alpine-2025"}}),
        ("Publish", {"action": "publish", "published": ["a", "b"], "delivery": "key#bucket/incoming/alpine/a.csv"}),
        ("Withdraw", {"action": "withdraw"}),
        ("Withdraw after failure", {"action": "withdraw"}),
        ("Clear an earlier attempt", {"action": "withdraw"}),
    ],
)
def test_a_function_finds_all_parameters_it_reads(
    machine: Machine, route: str, step: str, facts: dict[str, Any]
) -> None:
    file = _identify(machine, _event("incoming/alpine/a.csv"))
    document = {
        "file": file,
        "action": "publish",
        "inspected": {
            "validation": {"layout": "alpine-2025"},
            "delivery": {"entry": "key#bucket/incoming/alpine/a.csv"},
        },
        "versions": {"published": ["a", "b"]},
    }

    parameters = machine.parameters_of(f"{step} ({route})", document)

    assert read_file(parameters).file_id == file["file_id"]
    assert {name: value for name, value in parameters.items() if name not in {"file", "deadline"}} == facts


@pytest.mark.parametrize(("route", "seconds"), [(DIRECT, 300), (BATCH, 60)])
@pytest.mark.parametrize("step", ["Publish", "Withdraw", "Withdraw after failure", "Clear an earlier attempt"])
def test_publish_knows_when_its_call_is_given_up(machine: Machine, route: str, seconds: int, step: str) -> None:
    document = {
        "file": _identify(machine, _event("incoming/alpine/a.csv")),
        "action": "publish",
        "inspected": {"delivery": {"entry": "key#bucket/incoming/alpine/a.csv"}},
        "versions": {"published": ["a"]},
    }
    before = datetime.now(UTC) - timedelta(milliseconds=1)

    deadline = datetime.fromisoformat(machine.parameters_of(f"{step} ({route})", document)["deadline"])

    assert before <= deadline - timedelta(seconds=seconds) <= datetime.now(UTC)
