"""``etl verify``."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from cli.console import PrintableConsole, make_console
from cli.exit_codes import ExitCode
from cli.options import AsJson, Suffix, output_file_in, print_json
from cli.tables import make_table
from cli.verify.report import CheckResult, VerificationReport, page, result_of, show, show_result
from deployment.connection import deployed_stack
from deployment.pipeline import Pipeline
from deployment.verification.check import Check, Verdict, make
from deployment.verification.checks import CHECKS, LAST
from deployment.verification.permissions import policy
from deployment.verification.subject import Subject


class ListedCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check, as ``--list --json`` prints it."""

    name: str
    claim: str
    only_aws: str
    disturbs: str


def verify(
    out: Annotated[
        Path | None,
        typer.Option(dir_okay=False, callback=output_file_in(".html"), help="Write the report to this .html file."),
    ] = None,
    suffix: Suffix = "dev",
    *,
    list_only: Annotated[bool, typer.Option("--list", help="List the checks, and make none.")] = False,
    permissions: Annotated[
        bool, typer.Option("--permissions", help="Print the IAM policy that the command needs, and make no check.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Verify a deployment: prove or refute what only AWS can show.

    Sends files of its own partner etl-verify, aborts the execution of one of them, replays it, and withdraws every
    row. On AWS it takes some 20 minutes, and people on call receive alerts, which it announces. One run at a time.

    \b
    etl verify --list
    etl verify --suffix prod --out verification.html

    Exit code 0: nothing is refuted. 1: something is; each result says what to do.
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    if list_only:
        _list(as_json=as_json)
        return
    stack = deployed_stack(suffix)
    subject = Subject(stack, Pipeline(stack))
    if permissions:
        print_json(policy(subject))
        return
    console = PrintableConsole(stderr=True, highlight=False) if as_json else make_console()
    _announce(console, subject)
    report = VerificationReport(
        run=subject.scenario.files.run,
        stack=stack.name,
        account=subject.account,
        embedded=subject.embedded,
        verified_at=datetime.now(UTC),
        results=tuple(_make_all(console, subject)),
    )
    if out:
        out.write_text(page(report), encoding="utf-8")
    if as_json:
        print_json(report)
    else:
        show(console, report)
    raise typer.Exit(ExitCode.NOTICE if report.verdicts[Verdict.REFUTED] else ExitCode.OK)


def _make_all(console: Console, subject: Subject) -> list[CheckResult]:
    results: list[CheckResult] = []
    try:
        results.extend(_make(console, check, subject) for check in CHECKS)
    finally:
        # Also after Ctrl-C: no row of this run stays readable.
        results.extend(_make(console, check, subject) for check in LAST)
    return results


def _make(console: Console, check: Check, subject: Subject) -> CheckResult:
    began = time.monotonic()
    with console.status(check.claim):
        result = result_of(check, make(check, subject))
    show_result(console, result, time.monotonic() - began)
    return result


def _announce(console: Console, subject: Subject) -> None:
    console.print(f"Run {subject.scenario.files.run} on {subject.stack.name}. People on call will notice:")
    for check in (*CHECKS, *LAST):
        if check.disturbs and not (subject.embedded and check.only_aws):
            console.print(f"  {check.name}: {check.disturbs}", soft_wrap=True)
    console.print()


def _list(*, as_json: bool) -> None:
    checks = [
        ListedCheck(name=check.name, claim=check.claim, only_aws=check.only_aws, disturbs=check.disturbs)
        for check in (*CHECKS, *LAST)
    ]
    if as_json:
        print_json(checks)
        return
    table = make_table("check", "claim", "on the embedded AWS", "people on call notice")
    for check in checks:
        table.add_row(check.name, check.claim, f"no: {check.only_aws}" if check.only_aws else "yes", check.disturbs)
    make_console().print(table)
