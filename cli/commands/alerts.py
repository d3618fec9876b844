"""``etl alerts``."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console, Group
from rich.text import Text

from cli.console import make_console
from cli.fitting import Name
from cli.options import AsJson, Suffix, UsageError, duration, print_json
from cli.partners import complete_partner, require_partner
from cli.tables import counted, make_table
from deployment.alerts import KEPT, SentAlert
from deployment.connection import connect

_LATELY: Final = timedelta(hours=24)
_SHORT_ID: Final = 8
"""Digits of an id that the list shows: those before its first hyphen."""
_LEAST_ID: Final = 6
_STYLES: Final = {"error": "bold red", "warning": "yellow", "info": "green"}
_COMMAND: Final = "    "
"""How a line of an alert begins that is a command to be copied."""


class ShownAlert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert, as ``--json`` prints it; ``at`` is in UTC."""

    id: str
    at: str
    subject: str
    severity: str
    status: str
    partner: str
    text: str


def alerts(
    alert: Annotated[
        str | None, typer.Argument(metavar="ALERT", help="Show this alert as it was sent: its id, or 6 digits or more.")
    ] = None,
    partner: Annotated[
        str | None, typer.Option(help="Only alerts on this partner's files.", autocompletion=complete_partner)
    ] = None,
    since: Annotated[
        timedelta | None,
        typer.Option(
            parser=duration,
            metavar="TIME",
            help=f"Only alerts sent within this time: 15m, 24h, 7d; by default 24h, at most {KEPT.days}d.",
        ),
    ] = None,
    suffix: Suffix = "dev",
    *,
    as_json: AsJson = False,
) -> None:
    """Show the alerts that were sent, the newest first: on files, on missing files, and of alarms.

    They are read from logs and from the alarms' history, which are kept for 30 days. A message that a crawl failed
    leaves no trace there: 'etl doctor' shows the latest crawl.

    \b
    etl alerts                      the last 24 hours
    etl alerts 5f70bf18             the text of one
    etl alerts --partner alpine --since 7d
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    time = since or _LATELY
    if time > KEPT:
        raise UsageError(f"what was sent is known for {KEPT.days} days: give --since {KEPT.days}d, or less")
    pipeline = connect(suffix)
    require_partner(pipeline, partner)
    now = datetime.now(UTC)
    sent = [one for one in pipeline.alerts.between(now - time, now) if partner in {None, one.partner}]
    if alert is not None:
        sent = [_only(alert, sent, now - time)]
    if as_json:
        print_json(list(map(_document, sent)))
    elif alert is not None:
        _show_text(make_console(), sent[0])
    else:
        _show_list(make_console(), sent, now - time)


def _only(beginning: str, sent: Iterable[SentAlert], first: datetime) -> SentAlert:
    if len(beginning) < _LEAST_ID:
        raise UsageError(f"{beginning!r} is too short for an alert's id: give its first {_LEAST_ID} digits or more")
    found = [one for one in sent if one.alert_id.startswith(beginning)]
    if not found:
        further = f"--since {KEPT.days}d looks through all that are known"
        raise UsageError(f"no alert {beginning!r} was sent since {first:%Y-%m-%d %H:%M} UTC; {further}")
    if len(found) > 1:
        raise UsageError(f"{beginning!r} fits {', '.join(one.alert_id for one in found)}: give one of these")
    return found[0]


def _show_list(console: Console, sent: Sequence[SentAlert], first: datetime) -> None:
    table = make_table("sent (UTC)", "id", "severity", "partner", "alert")
    table.columns[0].no_wrap = True
    for one in sent:
        beginning = " ".join(one.text.partition("\n")[0].split())
        table.add_row(
            f"{one.at:%m-%d %H:%M:%S}",
            one.alert_id[:_SHORT_ID],
            Text(one.severity, style=_STYLES.get(one.severity, "")),
            one.partner,
            Group(Text(one.subject), Name(beginning)),
        )
    if sent:
        console.print(table)
    console.print(f"{counted(len(sent), 'alert')} since {first:%Y-%m-%d %H:%M} UTC")


def _show_text(console: Console, sent: SentAlert) -> None:
    console.print(Text(f"Sent:    {sent.at:%Y-%m-%d %H:%M:%S} UTC"))
    console.print(Text(f"Subject: {sent.subject}", style="bold"))
    console.print()
    for line in sent.text.splitlines():
        # A command is printed on one line, so that it can be copied.
        console.print(Text(line), soft_wrap=line.startswith(_COMMAND))


def _document(sent: SentAlert) -> ShownAlert:
    return ShownAlert(
        id=sent.alert_id,
        at=sent.at.isoformat(),
        subject=sent.subject,
        severity=sent.severity,
        status=sent.status,
        partner=sent.partner,
        text=sent.text,
    )
