"""What a layout bounds of a file as a whole: the share of rejected rows, the booking dates of the accepted ones."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

_REJECTED_SHARE = 0.5
_BOOKING_DATES = 1100

JUDGED_BY_ROWS = frozenset({"TOO_MANY_REJECTED", "TOO_MANY_DATES", "PERIOD_EXCEEDED"})
"""Codes that refuse a file for what its rows are, and not for what cannot be read."""


def exceeded(
    layout: Mapping[str, Any], *, read: int, rejected: int, dropped: int, days: Collection[date], received_on: date
) -> frozenset[str]:
    """Return the codes with one of which a file must be refused whose rows are these."""
    limits = layout.get("limits", {})
    kept, accepted = read - dropped, read - dropped - rejected
    share = rejected > limits.get("rejectedShare", _REJECTED_SHARE) * kept or (rejected > 0 and not accepted)
    many = len(set(days)) > limits.get("bookingDates", _BOOKING_DATES)
    apart = bool(days) and (max(days) - min(days)).days > limits.get("spanDays", float("inf"))
    old = bool(days) and (received_on - min(days)).days > limits.get("ageDays", float("inf"))
    broken = {"TOO_MANY_REJECTED": share, "TOO_MANY_DATES": many, "PERIOD_EXCEEDED": apart or old}
    return frozenset(code for code, holds in broken.items() if holds)
