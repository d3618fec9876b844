"""What a contender comes to: the same for each of them, or it did another job."""

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import msgspec


class ContenderResult(msgspec.Struct, frozen=True, kw_only=True):
    """Rows read, accepted, rejected; exact sums by currency; rejected rows by code. All zero where none is counted."""

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    totals: dict[str, str] = {}
    errors: dict[str, int] = {}

    @classmethod
    def from_counts(cls, accepted: int, sums: Mapping[str, Decimal], errors: Counter[str]) -> "ContenderResult":
        """Build the outcome of rows with one error each at most. Sums are written without their trailing zeros."""
        totals = {currency: plain(sums[currency]) for currency in sorted(sums)}
        rejected = errors.total()
        return cls(
            read=accepted + rejected,
            accepted=accepted,
            rejected=rejected,
            totals=totals,
            errors=dict(sorted(errors.items())),
        )

    def agrees(self, other: "ContenderResult") -> bool:
        """Whether both have the same result. Errors are compared only if both count them."""
        same_errors = self.errors == other.errors or not (self.errors and other.errors)
        return same_errors and (self.read, self.accepted, self.totals) == (other.read, other.accepted, other.totals)


def plain(amount: Decimal) -> str:
    """Write ``amount`` in digits, the same for equal amounts."""
    whole, _, fraction = f"{amount:f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def run(job: Callable[[str, Path, Path], ContenderResult]) -> None:
    """Do ``job`` with the command line's last three: format, file and output folder; print its outcome as JSON."""
    file_format, file, output = sys.argv[-3:]
    outcome = job(file_format, Path(file), Path(output))
    sys.stdout.write(msgspec.json.encode(outcome).decode())
