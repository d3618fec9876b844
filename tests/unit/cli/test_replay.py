"""``etl replay``: what is wanted moves, the rest stays, and nothing is lost on the way."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli import main
from cli.exit_codes import ExitCode
from cli.options import UsageError
from deployment.archive import Readability
from deployment.dead_letters import NOT_STARTED, DeadLetter, DeadLetterQueue, ReplayError, make_letter
from pipeline.audit_row import AuditRow
from tests.support.events import load_event
from tests.unit.cli.rows import audit_row

ID = "4711" * 16
DEAD, BATCHING = "dead-letters", "batching"


@dataclass
class FakeQueues:
    """Two queues. A message that was taken is hidden until it is given back; sends of ``refused`` bodies fail."""

    messages: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {DEAD: {}, BATCHING: {}})
    hidden: set[str] = field(default_factory=set)
    refused: frozenset[str] = frozenset()

    def put(self, body: str, **attributes: str) -> None:
        receipt = f"receipt-{len(self.messages[DEAD])}"
        self.messages[DEAD][receipt] = {
            "Body": body,
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
            "Attributes": {"SentTimestamp": "1762178712000"},
            "ReceiptHandle": receipt,
        }

    def receive_message(self, **request: Any) -> Any:
        found = [m for receipt, m in self.messages[request["QueueUrl"]].items() if receipt not in self.hidden]
        taken = found[: request["MaxNumberOfMessages"]]
        self.hidden |= {message["ReceiptHandle"] for message in taken}
        return {"Messages": taken} if taken else {}

    def send_message_batch(self, **request: Any) -> Any:
        assert len(request["Entries"]) <= 10
        taken = [entry for entry in request["Entries"] if entry["MessageBody"] not in self.refused]
        for entry in taken:
            self.messages[BATCHING][f"{len(self.messages[BATCHING])}"] = entry
        failed = [entry for entry in request["Entries"] if entry not in taken]
        return {
            "Successful": [{"Id": entry["Id"]} for entry in taken],
            "Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in failed],
        }

    def delete_message_batch(self, **request: Any) -> Any:
        for entry in request["Entries"]:
            del self.messages[request["QueueUrl"]][entry["ReceiptHandle"]]

    def change_message_visibility_batch(self, **request: Any) -> Any:
        assert len(request["Entries"]) <= 10
        self.hidden -= {entry["ReceiptHandle"] for entry in request["Entries"]}

    @property
    def kept(self) -> list[str]:
        return [message["Body"] for message in self.messages[DEAD].values()]

    @property
    def moved(self) -> list[str]:
        return [entry["MessageBody"] for entry in self.messages[BATCHING].values()]


def _queue(queues: FakeQueues) -> DeadLetterQueue:
    return DeadLetterQueue(sqs=queues, dead_letters=DEAD, batching=BATCHING)


def _all(_letter: DeadLetter) -> bool:
    return True


def _event(partner: str = "alpine", version: str = "v1") -> str:
    announced = {"key": f"incoming/{partner}/a.csv", "version-id": version, "sequencer": "1"}
    return json.dumps({"bucket": "raw", "object": announced, "uploaded_at": "2025-11-03T14:05:12Z"})


@pytest.mark.requirement("L2")
@given(partners=st.lists(st.sampled_from(["alpine", "dkb"]), max_size=35))
def test_replaying_one_partner_moves_only_its_messages(
    partners: list[str],
) -> None:
    queues = FakeQueues()
    for number, partner in enumerate(partners):
        queues.put(_event(partner, str(number)), reason="Disk.Full", attempt="1")
    before = queues.kept

    moved = _queue(queues).replay(lambda letter: letter.partner == "dkb")

    wanted = [body for body in before if "dkb" in body]
    assert [letter.body for letter in moved] == queues.moved == wanted
    assert queues.kept == [body for body in before if body not in wanted]
    assert not queues.hidden & queues.messages[DEAD].keys()
    assert all(
        entry["MessageAttributes"]["attempt"]["StringValue"] == "1" for entry in queues.messages[BATCHING].values()
    )


def test_a_dry_run_moves_and_hides_nothing() -> None:
    queues = FakeQueues()
    queues.put(_event())

    [letter] = _queue(queues).replay(_all, dry_run=True)

    assert (letter.partner, letter.reason) == ("alpine", NOT_STARTED)
    assert (len(queues.kept), queues.moved, queues.hidden) == (1, [], set())


def test_messages_that_the_queue_refuses_stay_and_are_reported() -> None:
    queues = FakeQueues(refused=frozenset({_event(version="2")}))
    for number in range(3):
        queues.put(_event(version=str(number)))

    with pytest.raises(ReplayError, match="1 messages stay"):
        _queue(queues).replay(_all)

    assert queues.kept == [_event(version="2")]
    assert len(queues.moved) == 2
    assert not queues.hidden & queues.messages[DEAD].keys()


def test_a_lost_file_is_sent_once_and_only_if_not_queued() -> None:
    queues = FakeQueues()
    queues.put(_event(version="1"), reason="Disk.Full", attempt="1")
    lost = [
        make_letter(json.loads(_event(version=version)), reason="E", attempt=1, kept_at=datetime.now(UTC))
        for version in ("1", "2", "2")
    ]

    moved = _queue(queues).replay(_all, lost=lost)

    assert queues.kept == []
    assert queues.moved == [_event(version="1"), _event(version="2")]
    assert [letter.reason for letter in moved] == ["Disk.Full", "E"]


def _bodies() -> Iterator[str]:
    event = load_event("s3-object-created")
    detail = event["detail"]
    named = {"bucket": detail["bucket"]["name"], "object": detail["object"], "uploaded_at": event["time"]}
    yield json.dumps(named)
    yield json.dumps(event)
    yield json.dumps({"route": "direct", "files": [named]})


@pytest.mark.parametrize("body", list(_bodies()), ids=["the batching rule's", "S3's own", "the direct rule's"])
def test_the_file_of_a_message_of_any_shape_is_known(body: str) -> None:
    queues = FakeQueues()
    queues.put(body, ERROR_CODE="NO_PERMISSIONS")

    [letter] = _queue(queues).replay(_all, dry_run=True)

    detail = load_event("s3-object-created")["detail"]
    key, version = detail["object"]["key"], detail["object"]["version-id"]
    assert letter.key == key
    assert letter.file_id == sha256(f"{detail['bucket']['name']}\n{key}\n{version}".encode()).hexdigest()
    assert letter.reason == "NO_PERMISSIONS"


@pytest.mark.parametrize("body", ["", "no JSON", "[]", "7", json.dumps(load_event("execution-timed-out"))])
def test_a_message_that_names_no_file_can_be_moved(body: str) -> None:
    queues = FakeQueues()
    queues.put(body)

    [letter] = _queue(queues).replay(_all)

    assert (letter.file_id, letter.key, letter.partner) == ("", "", "")
    assert queues.moved == [body]


@dataclass(frozen=True)
class _Deployed:
    outputs = {"RawBucket": "raw"}  # noqa: RUF012 - read only
    dead_letters: DeadLetterQueue
    archived: dict[str, Readability] = field(default_factory=dict)
    """By the file's id; every other one can be read."""
    restored: list[str] = field(default_factory=list)

    def has_uploads(self, partner: str) -> bool:
        return partner == "formerly"

    @property
    def archive(self) -> "_Deployed":
        return self

    def readability(self, letter: DeadLetter) -> Readability:
        return self.archived.get(letter.file_id, Readability.READABLE)

    def restore(self, letter: DeadLetter) -> None:
        self.restored.append(letter.file_id)


def test_the_command_shows_what_moves_and_answers_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    queues = FakeQueues()
    queues.put(_event(), reason="Disk.Full", attempt="2", file_id=ID)
    queues.put(_event("dkb"), reason="States.Timeout", attempt="1", file_id="4712")
    monkeypatch.setattr("cli.commands.replay.connect", lambda _suffix: _Deployed(_queue(queues)))

    shown = CliRunner().invoke(main.app, ["replay", "--partner", "alpine", "--dry-run"])
    answered = CliRunner().invoke(main.app, ["replay", "--reason", "Disk.Full", "--file-id", ID, "--json"])

    assert (shown.exit_code, answered.exit_code) == (0, 0)
    assert "Disk.Full" in shown.output
    assert "1 message would move to the batching queue; 1 other message not asked for" in shown.output
    [message] = json.loads(answered.output)["messages"]
    assert (message["file_id"], message["attempt"], message["partner"]) == (ID, 2, "alpine")
    assert queues.kept == [_event("dkb")]


def test_a_file_without_a_message_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    queues = FakeQueues()
    queues.put(_event(), reason="Disk.Full", attempt="2", file_id=ID)
    monkeypatch.setattr("cli.commands.replay.connect", lambda _suffix: _Deployed(_queue(queues)))

    answered = CliRunner().invoke(main.app, ["replay", "--file-id", ID, "--file-id", "0" * 64, "--dry-run"])

    assert answered.exit_code == ExitCode.NOTICE
    assert f"no message of {'0' * 12} fits; --lost looks for it" in answered.stderr
    assert "1 message would move" in answered.stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--file-id", "abc"], "no file abc: give a file id"),
        (["--partner", "alpin"], "did you mean alpine?"),
        (["--outcomes", "--lost"], "leave out the other options"),
    ],
)
def test_a_typing_error_moves_nothing_and_is_told(
    monkeypatch: pytest.MonkeyPatch, options: list[str], says: str
) -> None:
    queues = FakeQueues()
    queues.put(_event(), file_id=ID)
    monkeypatch.setattr("cli.commands.replay.connect", lambda _suffix: _Deployed(_queue(queues)))

    error = CliRunner().invoke(main.app, ["replay", *options]).exception

    assert isinstance(error, UsageError)
    assert says in str(error)
    assert queues.moved == []


def test_a_partner_without_a_layout_may_have_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.commands.replay.connect", lambda _suffix: _Deployed(_queue(FakeQueues())))

    assert CliRunner().invoke(main.app, ["replay", "--partner", "formerly"]).exit_code == ExitCode.OK


def test_archived_files_do_not_move_until_they_are_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a file in the archive, one that is being restored, one that can be read, and another partner's
    queues = FakeQueues()
    for file_id, partner in (("old", "alpine"), ("asked", "alpine"), ("new", "alpine"), ("theirs", "dkb")):
        queues.put(_event(partner, file_id), reason="UploadArchivedError", file_id=file_id)
    states = {"old": Readability.ARCHIVED, "asked": Readability.RESTORING, "theirs": Readability.ARCHIVED}
    deployed = _Deployed(_queue(queues), states)
    monkeypatch.setattr("cli.commands.replay.connect", lambda _suffix: deployed)

    def replay(*options: str) -> Any:
        result = CliRunner().invoke(main.app, ["replay", "--partner", "alpine", *options])
        assert result.exit_code == 0
        return json.loads(result.output) if "--json" in options else result.output

    # When a restore is tried dry, then nothing is asked for
    assert replay("--restore", "--dry-run", "--json")["archived"] == ["old"]
    assert deployed.restored == []
    assert replay("--restore", "--dry-run").startswith("1 file is in the archive: would be restored\n")
    # When it is asked for, then of that partner's archived file, and nothing moves
    answered = replay("--restore", "--json")
    assert (answered["messages"], answered["archived"], answered["restoring"]) == ([], [], ["old", "asked"])
    assert deployed.restored == ["old"]
    assert queues.moved == []
    # When the files are replayed, then the one that can be read moves, and the others are named
    shown = replay()
    assert "1 message moved" in shown
    assert "--restore" in shown
    assert "1 file is being restored" in shown
    assert queues.moved == [_event("alpine", "new")]
    # And once they are restored, they move too
    deployed.archived.clear()
    assert replay("--restore") == "no upload to restore: none of the files is archived; 1 other message not asked for\n"
    assert [message["file_id"] for message in replay("--json")["messages"]] == ["old", "asked"]


@dataclass
class _Unrecorded:
    dry_runs: list[bool] = field(default_factory=list)

    @property
    def unrecorded(self) -> "_Unrecorded":
        return self

    def resend(self, *, dry_run: bool) -> list[AuditRow]:
        self.dry_runs.append(dry_run)
        return [audit_row()]


def test_unrecorded_outcomes_are_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    deployed = _Unrecorded()
    monkeypatch.setattr("cli.commands.replay.connect", lambda _suffix: deployed)

    shown = CliRunner().invoke(main.app, ["replay", "--outcomes"])
    answered = CliRunner().invoke(main.app, ["replay", "--outcomes", "--dry-run", "--json"])
    refused = CliRunner().invoke(main.app, ["replay", "--outcomes", "--lost"])

    assert "1 outcome is recorded again" in shown.output
    assert json.loads(answered.output) == {"dry_run": True, "file_ids": [audit_row().file_id]}
    assert deployed.dry_runs == [False, True]
    assert isinstance(refused.exception, UsageError)
