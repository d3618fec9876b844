"""``etl replay``."""

from datetime import datetime
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from cli.console import make_console
from cli.options import AsJson, Suffix, print_json
from cli.tables import file_text, make_table
from deployment.connection import connect
from deployment.dead_letters import DeadLetter
from pipeline.audit_row import AuditRow


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """One message that moves, as ``--json`` prints it; file id, key and partner are empty where it names none."""

    file_id: str
    key: str
    partner: str
    reason: str
    attempt: int
    kept_at: datetime


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints."""

    dry_run: bool
    messages: tuple[Replayed, ...]


class Retold(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--outcomes --json`` prints: the files whose outcome is told again."""

    dry_run: bool
    file_ids: tuple[str, ...]


def replay(
    file_id: Annotated[list[str] | None, typer.Option(help="Only this file; may be given several times.")] = None,
    partner: Annotated[str | None, typer.Option(help="Only this partner's files.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only what failed with this error.")] = None,
    *,
    lost: Annotated[
        bool,
        typer.Option("--lost", help="Also files that have no message: it expired, could not be kept, or never came."),
    ] = False,
    outcomes: Annotated[
        bool,
        typer.Option("--outcomes", help="In place of files: outcomes that could not be recorded for analysts."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would move, and move nothing.")] = False,
    suffix: Suffix = "dev",
    as_json: AsJson = False,
) -> None:
    """Move failed files from the dead-letter queue back to the batching queue: all, or those that every option fits.

    Fix the cause first. A replayed file takes the same path as any other, and is counted once however often it moves.

    \b
    etl replay --dry-run                     what waits, and why
    etl replay --partner alpine              one partner's files
    etl replay --reason States.Timeout       what failed with one error
    etl replay                               everything in the queue
    etl replay --lost                        and what failed without a message there
    etl replay --outcomes                    outcomes that analysts were not told of
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character

    def wanted(letter: DeadLetter) -> bool:
        return (
            (not file_id or letter.file_id in file_id)
            and (partner is None or letter.partner == partner)
            and (reason is None or letter.reason == reason)
        )

    pipeline = connect(suffix)
    if outcomes:
        if file_id or partner or reason or lost:
            raise typer.BadParameter("--outcomes takes no choice of files")
        _retell(pipeline.unrecorded.retell(dry_run=dry_run), dry_run=dry_run, as_json=as_json)
        return
    found = pipeline.lost_files.letters() if lost else ()
    letters = pipeline.dead_letters.replay(wanted, dry_run=dry_run, lost=found)
    if as_json:
        print_json(Replay(dry_run=dry_run, messages=tuple(map(_replayed, letters))))
        return
    console = make_console()
    if letters:
        console.print(_table(letters))
    verb = "would move" if dry_run else "moved"
    console.print(f"{len(letters)} {'message' if len(letters) == 1 else 'messages'} {verb} to the batching queue")


def _retell(rows: list[AuditRow], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json(Retold(dry_run=dry_run, file_ids=tuple(row.file_id for row in rows)))
        return
    subject, verb = ("outcome", "is") if len(rows) == 1 else ("outcomes", "are")
    make_console().print(f"{len(rows)} {subject} {'would be' if dry_run else verb} told again")


def _replayed(letter: DeadLetter) -> Replayed:
    return Replayed(
        file_id=letter.file_id,
        key=letter.key,
        partner=letter.partner,
        reason=letter.reason,
        attempt=letter.attempt,
        kept_at=letter.kept_at,
    )


def _table(letters: list[DeadLetter]) -> Table:
    table = make_table("kept (UTC)", "file", "partner", "reason", "attempt", numbers=("attempt",))
    for letter in sorted(letters, key=lambda letter: letter.kept_at):
        table.add_row(
            f"{letter.kept_at:%m-%d %H:%M:%S}",
            file_text(letter.key or "no file of its own", letter.file_id),
            letter.partner,
            letter.reason,
            str(letter.attempt or ""),
        )
    return table
