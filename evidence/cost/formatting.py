"""How the page writes tables and figures."""

from collections.abc import Iterable, Iterator


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Write a table as Markdown, with an empty line behind it."""
    cells = list(head)
    yield f"| {' | '.join(cells)} |"
    yield f"|{'---|' * len(cells)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def dollars(amount: float) -> str:
    """Write a price to a hundredth of a cent."""
    return f"{amount:.4f}"


def money(amount: float) -> str:
    """Write an amount of dollars: three digits and more without cents."""
    return f"{amount:,.0f}".replace(",", " ") if amount >= 100 else f"{amount:.2f}"  # noqa: PLR2004 - three digits


def count(number: int) -> str:
    """Write a number, its thousands apart."""
    return f"{number:,}".replace(",", " ")


def percent(share: float) -> str:
    """Write a share in percent."""
    return f"{share:.0%}" if share >= 0.01 else "under 1%"  # noqa: PLR2004 - one percent
