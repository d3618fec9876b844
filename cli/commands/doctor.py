"""``etl doctor``."""

from typing import Final

import typer
from rich.text import Text

from cli.console import make_console
from cli.doctor.checks import Level, examine
from cli.exit_codes import ExitCode
from cli.options import AsJson, Suffix, print_json
from cli.tables import make_table
from deployment.connection import deployed_stack
from deployment.pipeline import Pipeline

_STYLES: Final = {Level.OK: "green", Level.NOTE: "cyan", Level.PROBLEM: "bold yellow"}


def doctor(suffix: Suffix = "dev", *, as_json: AsJson = False) -> None:
    """Check the health of a deployment: everything that a person on call would look at.

    Checks the stack, the alert subscriptions, dead letters, unrecorded outcomes, files not yet compared with others,
    conflicts, files that hang or lack a row or an event, alarms, the crawler, the tables, Lake Formation, and the
    account's relevant quotas. Changes nothing.

    Exit code 0: all is well, though notes may stand beside it. 1: there is a problem; each finding says what to do.
    """
    stack = deployed_stack(suffix)
    findings = list(examine(stack, Pipeline(stack)))
    if as_json:
        print_json(findings)
    else:
        table = make_table("", "what", "seen", "to do")
        for finding in findings:
            mark = Text(finding.level, style=_STYLES[finding.level])
            table.add_row(mark, finding.subject, Text(finding.seen), Text(finding.advice))
        make_console().print(table)
    raise typer.Exit(ExitCode.NOTICE if any(finding.level is Level.PROBLEM for finding in findings) else ExitCode.OK)
