"""Every message to people has its words in a file, and nothing else sends one."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from etl.synthesis.template import Template, states_in
from pipeline.constants import FileStatus

TOPIC = "topic-alerts-test"
WORDS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in (Path(__file__).parents[1] / "workflow" / "alerts").glob("*.txt")
}
JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
STATUS = re.compile(rf"\b(?:{'|'.join(FileStatus)})\b")
"""A limit is reached for each status in the same words."""


def _alerts(template: Template) -> Iterator[tuple[str, str]]:
    """Yield subject and closing words of each alert of the state machine."""
    for _, state in states_in(template.definitions()):
        if str(state.get("Resource")).endswith("sns:publish"):
            arguments = state["Arguments"]
            for closing in JSON_STRING.findall(arguments["Message"]):
                yield arguments["Subject"], json.loads(closing)


def test_each_alert_of_the_state_machine_has_its_words_file(template: Template) -> None:
    alerts = set(_alerts(template))
    written = [STATUS.sub("", words) for words in WORDS.values()]

    without = [
        (subject, closing)
        for subject, closing in alerts
        if not any(
            words.startswith(f"Subject: {subject}\n") and f"\n\n{STATUS.sub('', closing)}\n" in words
            for words in written
        )
    ]

    assert alerts
    assert without == []


def test_each_rule_that_sends_a_message_has_its_words_file(template: Template) -> None:
    sent = {
        rule["Name"]: json.loads(target["InputTransformer"]["InputTemplate"])
        for rule in template.of_type("AWS::Events::Rule").values()
        for target in rule["Targets"]
        if target["Arn"] == TOPIC
    }

    assert sent == {"rule-crawler-failed-test": WORDS["crawler-failed"].removesuffix("\n")}


def test_no_other_role_may_send_a_message(template: Template) -> None:
    senders = {
        statement.where
        for statement in template.statements()
        if statement.effect == "Allow" and "sns:Publish" in statement.actions and statement.where.startswith("role-")
    }

    # The message of the last is file-missing.txt, which the test of its function holds.
    assert senders == {"role-state-machine-test", "role-large-files-test", "role-check-arrivals-test"}
