"""The partners and layouts that a command may name."""

from typing import Annotated, Protocol

import typer

from cli.options import UsageError
from transactions.layouts.catalog import shipped_layouts
from transactions.layouts.suggestions import suggested


class KnowsUploads(Protocol):
    """The part of a deployment that knows who has uploaded."""

    def has_uploads(self, partner: str) -> bool:
        """Whether anything was ever uploaded for a partner."""


def partners() -> list[str]:
    """Name the partners that have a layout."""
    return sorted({layout.partner for layout in shipped_layouts()})


def complete_partner(incomplete: str) -> list[str]:
    """Complete a partner in the shell."""
    return [partner for partner in partners() if partner.startswith(incomplete)]


def complete_layout(incomplete: str) -> list[tuple[str, str]]:
    """Complete a layout in the shell."""
    return [(layout.name, layout.title) for layout in shipped_layouts() if layout.name.startswith(incomplete)]


PartnerFilter = Annotated[
    str | None, typer.Option("--partner", help="Only this partner's files.", autocompletion=complete_partner)
]


def require_partner(uploads: KnowsUploads, partner: str | None) -> None:
    """Refuse a partner of whom there is neither a layout nor an upload: most likely a typing error.

    Raises
    ------
    UsageError
        If the partner is not known.
    """
    if partner is None or partner in partners() or uploads.has_uploads(partner):
        return
    raise UsageError(_unknown(partner))


def require_layout_of(partner: str) -> None:
    """Refuse a partner that has no layout.

    Raises
    ------
    UsageError
        If there is none.
    """
    if partner not in partners():
        raise UsageError(_unknown(partner))


def _unknown(partner: str) -> str:
    """Say that a partner is not known, and which one was probably meant."""
    nearest = suggested(partner, partners())
    meant = f"did you mean {nearest}? " if nearest else ""
    return f"no partner {partner!r} is known: {meant}'etl layout list' names those that have a layout"
