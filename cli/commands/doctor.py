"""``etl doctor``."""

import typer
from rich.text import Text

from cli.console import make_console
from cli.doctor.checks import examine
from cli.exit_codes import ExitCode
from cli.options import AsJson, Suffix, print_json
from cli.tables import make_table
from deployment.connection import deployed_stack
from deployment.pipeline import Pipeline


def doctor(suffix: Suffix = "dev", *, as_json: AsJson = False) -> None:
    """Check the health of a deployment: everything that a person on call would look at.

    Checks the stack, the alert subscriptions, dead letters, unrecorded outcomes, files not yet compared with others,
    conflicts, files that hang or lack a row or an event, alarms, the crawler, the tables, Lake Formation, and the
    account's relevant quotas. Changes nothing.

    Exit code 0: no findings. 1: something needs attention; each finding says what to do.
    """
    stack = deployed_stack(suffix)
    findings = list(examine(stack, Pipeline(stack)))
    if as_json:
        print_json(findings)
    else:
        table = make_table("", "what", "seen", "to do")
        for finding in findings:
            mark = Text("ok", style="green") if finding.well else Text("look", style="yellow")
            table.add_row(mark, finding.subject, Text(finding.seen), Text(finding.advice))
        make_console().print(table)
    raise typer.Exit(ExitCode.OK if all(finding.well for finding in findings) else ExitCode.NOTICE)
