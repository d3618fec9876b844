"""The results of ``etl verify``: as a document for programs, as a table, and as a page."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Final

import msgspec
from rich.console import Console
from rich.text import Text

from cli.tables import counted, make_table
from deployment.verification.check import Check, Finding, Verdict
from transactions.reports.page import document

STYLES: Final = {Verdict.PROVED: "green", Verdict.REFUTED: "bold red", Verdict.NOT_CHECKABLE: "yellow"}


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One check, as ``--json`` prints it."""

    name: str
    claim: str
    verdict: Verdict
    found: str
    cure: str


class VerificationReport(msgspec.Struct, frozen=True, kw_only=True):
    """A run: its name, the stack that it verified, whether that is in the embedded AWS, and the results."""

    run: str
    stack: str
    account: str
    embedded: bool
    verified_at: datetime
    results: tuple[CheckResult, ...]

    @property
    def verdicts(self) -> Counter[Verdict]:
        """Count the results by verdict."""
        return Counter(result.verdict for result in self.results)


def result_of(check: Check, finding: Finding) -> CheckResult:
    """Join a check with its finding."""
    return CheckResult(
        name=check.name, claim=check.claim, verdict=finding.verdict, found=finding.found, cure=finding.cure
    )


def summary(report: VerificationReport) -> str:
    """Sum up in one line."""
    verdicts = report.verdicts
    return f"{counted(len(report.results), 'check')}: " + ", ".join(
        f"{verdicts[verdict]} {verdict}" for verdict in Verdict
    )


def show_result(console: Console, result: CheckResult, seconds: float) -> None:
    """Print a line for a check that was made."""
    verdict = Text(f"{result.verdict:<13}", style=STYLES[result.verdict])
    console.print(verdict, Text(result.name, style="bold"), Text(f"{result.claim} ({seconds:.0f} s)"), soft_wrap=True)


def show(console: Console, report: VerificationReport) -> None:
    """Print the results as a table."""
    table = make_table("", "check", "found", "to do")
    for result in report.results:
        verdict = Text(result.verdict, style=STYLES[result.verdict])
        table.add_row(verdict, Text(result.name), Text(result.found), Text(result.cure))
    console.print(table)
    console.print(summary(report))


def page(report: VerificationReport) -> str:
    """Write the results as an HTML document that loads nothing."""
    template = Template(_read("page.html"))
    refuted = report.verdicts[Verdict.REFUTED]
    body = template.substitute(
        stack=escape(report.stack),
        place="the embedded AWS" if report.embedded else f"AWS account {escape(report.account)}",
        run=escape(report.run),
        verified_at=f"{report.verified_at.astimezone(UTC):%d %B %Y, %H:%M} UTC",
        kind="REJECTED" if refuted else "VALID",
        words="Refuted" if refuted else "Nothing is refuted",
        summary=escape(summary(report)),
        sections="".join(_section(verdict, report.results) for verdict in _ORDER),
    )
    return document(f"{report.stack}: {'refuted' if refuted else 'nothing refuted'}", body, _read("page.css"))


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


_ORDER: Final = (Verdict.REFUTED, Verdict.NOT_CHECKABLE, Verdict.PROVED)


def _section(verdict: Verdict, results: Sequence[CheckResult]) -> str:
    chosen = [result for result in results if result.verdict is verdict]
    rows = "\n".join(_row(result) for result in chosen)
    head = "<thead><tr><th>check</th><th>claim</th><th>found</th><th>to do</th></tr></thead>"
    table = f'<table class="checks">\n{head}\n<tbody>\n{rows}\n</tbody>\n</table>'
    title = f"{verdict.capitalize()}: {len(chosen)}"
    return f"<section>\n<h2>{title}</h2>\n{table}\n</section>\n" if chosen else ""


def _row(result: CheckResult) -> str:
    # A narrow window has no head of the table: what is not clear by itself names its column.
    return (
        f'<tr><th scope="row"><code>{escape(result.name)}</code></th><td>{escape(result.claim)}</td>'
        f'<td data-heading="found">{escape(result.found)}</td><td data-heading="to do">{escape(result.cure)}</td></tr>'
    )
