"""``etl replay``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from cli.console import make_console
from cli.exit_codes import ExitCode
from cli.finding import as_given, find_ids
from cli.options import AsJson, Suffix, UsageError, print_json
from cli.partners import PartnerFilter, require_partner
from cli.tables import counted, file_text, make_table, short_id
from deployment.archive import Readability
from deployment.connection import connect
from deployment.dead_letters import DeadLetter
from deployment.pipeline import Pipeline
from pipeline.audit_row import AuditRow


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """One message to move, as ``--json`` prints it; file id, key and partner are empty if the message has none."""

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
    archived: tuple[str, ...]
    """Ids of files that do not move, as their uploads must be restored first."""
    restoring: tuple[str, ...]
    """Ids of files that do not move, as their uploads are being restored."""
    without_message: tuple[str, ...]
    """What was given by ``--file-id`` and fits no message."""


@dataclass(frozen=True, kw_only=True)
class _Moved:
    """The messages that moved, and those that stay as their uploads cannot be read yet."""

    letters: list[DeadLetter]
    archived: list[DeadLetter]
    restoring: list[DeadLetter]
    others: int
    """How many messages were not asked for."""

    @property
    def file_ids(self) -> set[str]:
        """The files of all these messages."""
        return {letter.file_id for letter in (*self.letters, *self.archived, *self.restoring)}


class Resent(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--outcomes --json`` prints: the files whose outcome is recorded again."""

    dry_run: bool
    file_ids: tuple[str, ...]


def replay(
    files: Annotated[
        list[str] | None,
        typer.Option(
            "--file-id",
            metavar="FILE",
            help="Only this file: its id or 6 digits of it, its key or name. Can be given several times.",
        ),
    ] = None,
    partner: PartnerFilter = None,
    reason: Annotated[str | None, typer.Option(help="Only files that failed with this error.")] = None,
    *,
    lost: Annotated[
        bool,
        typer.Option("--lost", help="Also files without a message: it expired, could not be sent, or never came."),
    ] = False,
    outcomes: Annotated[
        bool,
        typer.Option("--outcomes", help="Instead of files: record outcomes again that could not be recorded."),
    ] = False,
    restore: Annotated[
        bool,
        typer.Option("--restore", help="Instead of moving: have S3 restore the archived uploads among the files."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be moved, and move nothing.")] = False,
    suffix: Suffix = "dev",
    as_json: AsJson = False,
) -> None:
    """Move failed files from the dead-letter queue back to the batching queue: all, or those that match every option.

    Fix the cause first. A replayed file is processed as any other, and counted once however often it is replayed.

    \b
    # show the files and their errors
    etl replay --dry-run
    # one partner's files, or those with one error
    etl replay --partner alpine
    etl replay --reason States.Timeout
    # all files in the queue, and those without a message
    etl replay
    etl replay --lost
    # restore archived uploads; hours later: etl replay --lost
    etl replay --lost --restore
    # record outcomes again that the tables lack
    etl replay --outcomes
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    pipeline = connect(suffix)
    if outcomes:
        if files or partner or reason or lost or restore:
            raise UsageError("--outcomes takes no choice of files: leave out the other options")
        _print_resent(pipeline.unrecorded.resend(dry_run=dry_run), dry_run=dry_run, as_json=as_json)
        return
    require_partner(pipeline, partner)
    file_ids = {file: find_ids(pipeline, file) for file in files or ()}
    asked = frozenset[str]().union(*file_ids.values())

    def wanted(letter: DeadLetter) -> bool:
        return (
            (not files or letter.file_id in asked)
            and (partner is None or letter.partner == partner)
            and (reason is None or letter.reason == reason)
        )

    moved = _move(pipeline, wanted, lost=lost, restore=restore, dry_run=dry_run)
    without = [file for file, ids in file_ids.items() if not ids & moved.file_ids]
    if as_json:
        print_json(
            Replay(
                dry_run=dry_run,
                messages=tuple(map(_replayed, moved.letters)),
                archived=tuple(letter.file_id for letter in moved.archived),
                restoring=tuple(letter.file_id for letter in moved.restoring),
                without_message=tuple(without),
            )
        )
    else:
        _show(moved, restore=restore, dry_run=dry_run)
    for file in without:
        further = "" if lost else "; --lost looks for it beyond the queue"
        typer.echo(f"no message of {as_given(file)} fits{further}: see 'etl audit {as_given(file)}'", err=True)
    raise typer.Exit(ExitCode.NOTICE if without else ExitCode.OK)


def _move(
    pipeline: Pipeline, wanted: Callable[[DeadLetter], bool], *, lost: bool, restore: bool, dry_run: bool
) -> _Moved:
    """Move the wanted messages whose uploads can be read, or have those restored that cannot."""
    unreadable: dict[Readability, list[DeadLetter]] = {Readability.ARCHIVED: [], Readability.RESTORING: []}

    others = list[DeadLetter]()

    def moves(letter: DeadLetter) -> bool:
        if not wanted(letter):
            others.append(letter)
            return False
        readability = pipeline.archive.readability(letter)
        if readability in unreadable:
            unreadable[readability].append(letter)
        return readability not in unreadable and not restore

    found = pipeline.lost_files.letters() if lost else ()
    letters = pipeline.dead_letters.replay(moves, dry_run=dry_run, lost=found)
    archived, restoring = unreadable[Readability.ARCHIVED], unreadable[Readability.RESTORING]
    if restore and not dry_run:
        for letter in archived:
            pipeline.archive.restore(letter)
        return _Moved(letters=letters, archived=[], restoring=[*archived, *restoring], others=len(others))
    return _Moved(letters=letters, archived=archived, restoring=restoring, others=len(others))


def _show(moved: _Moved, *, restore: bool, dry_run: bool) -> None:
    console = make_console()
    if moved.letters:
        console.print(_table(moved.letters))
    verb = "would move" if dry_run else "moved"
    others = f"; {counted(moved.others, 'other message')} not asked for" if moved.others else ""
    if not restore:
        console.print(f"{counted(len(moved.letters), 'message')} {verb} to the batching queue{others}")
    elif not (moved.archived or moved.restoring):
        console.print(f"no upload to restore: none of the files is archived{others}")
    if moved.archived:
        restoring = "would be restored" if restore else "use --restore, and replay some hours later"
        console.print(f"{_files(moved.archived)} in the archive: {restoring}")
    if moved.restoring:
        console.print(f"{_files(moved.restoring)} being restored, which takes 3 to 5 hours: replay then")


def _files(letters: list[DeadLetter]) -> str:
    return "1 file is" if len(letters) == 1 else f"{len(letters)} files are"


def _print_resent(rows: list[AuditRow], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json(Resent(dry_run=dry_run, file_ids=tuple(row.file_id for row in rows)))
        return
    subject, verb = ("outcome", "is") if len(rows) == 1 else ("outcomes", "are")
    make_console().print(f"{len(rows)} {subject} {'would be' if dry_run else verb} recorded again")


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
            file_text(letter.key or "no file of its own", short_id(letter.file_id)),
            letter.partner,
            letter.reason,
            str(letter.attempt or ""),
        )
    return table
