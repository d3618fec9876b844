"""What the demonstration uploads, and what must become of each file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from etl.workflow.large_files import LARGE_FILES
from pipeline.constants import FileStatus

ROOT: Final = Path(__file__).resolve().parents[2]
FILES: Final = ROOT / "demo"
LAYOUTS: Final = ROOT / "layouts"

DIRECT_THRESHOLD_BYTES: Final = 64 * 1024
"""Smaller than the default, so that a file of a few thousand rows takes the direct route."""

LARGE_THRESHOLD_BYTES: Final = 1024 * 1024
"""The smallest that there may be, so that a file of some thousand rows is processed by the job on Spark."""

DIRECT_FILE_ROWS: Final = 4000
LARGE_FILE_ROWS: Final = 12_000

DIRECT: Final = "direct"
BATCH: Final = "batch"

_HEADER: Final = (
    "transaction_id,account,booking_date,value_date,amount,currency,type,"
    "counterparty_name,counterparty_iban,remittance_information,balance"
)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What must stand in a file's audit row when all is done.

    Attributes
    ----------
    rows
        Records read, accepted, rejected and dropped.
    totals
        Exact sum of the accepted amounts by currency.
    errors
        Row-level error codes, and how often each occurs.
    detail
        The last history entry's detail, where it is a code.
    """

    status: FileStatus = FileStatus.COMPLETED
    route: str = BATCH
    rows: tuple[int, int, int, int]
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One upload: what it shows, where it goes, its bytes and its expected outcome."""

    shows: str
    key: str
    content: bytes
    expected: Expected

    @property
    def partner(self) -> str:
        """The partner that the key names."""
        return self.key.split("/")[1]


def waves() -> tuple[tuple[Sample, ...], ...]:
    """Return the uploads in two waves: what refers to an earlier file is sent when that one is done."""
    statement = Sample(
        shows="good CSV",
        key="incoming/alpine/2025-10/statement.csv",
        content=_file("alpine-statement.csv"),
        expected=_accepted(8, CHF="2655.60", EUR="12180.10", JPY="-48000", KWD="0.125"),
    )
    payroll = Sample(
        shows="a first version",
        key="incoming/obie/2025-10/payroll.json",
        content=_file("obie-payroll-v1.json"),
        expected=_accepted(2, status=FileStatus.SUPERSEDED, GBP="-350.00"),
    )
    first = (
        statement,
        Sample(
            shows="good CSV: semicolons, decimal comma",
            key="incoming/dkb/2025-10/umsatzliste.csv",
            content=_file("dkb-umsatzliste.csv"),
            expected=_accepted(3, dropped=1, EUR="2022.59"),
        ),
        Sample(
            shows="good JSON, nested",
            key="incoming/obie/2025-10/transactions.json",
            content=_file("obie-transactions.json"),
            expected=_accepted(4, dropped=1, GBP="2130.00", USD="-310.50"),
        ),
        Sample(
            shows="two bad rows",
            key="incoming/alpine/2025-10/bad-rows.csv",
            content=(LAYOUTS / "alpine-2025.sample.csv").read_bytes(),
            expected=Expected(
                rows=(7, 5, 2, 0),
                totals=_sums(CHF="-150.85", EUR="2310.00", JPY="-12000"),
                errors={"AMOUNT_FORMAT": 1, "CURRENCY_UNKNOWN": 1, "DATE_FORMAT": 1},
                detail="VALID_WITH_REJECTED_ROWS",
            ),
        ),
        Sample(
            shows="another header",
            key="incoming/dkb/2025-10/old-export.csv",
            content=_file("dkb-old-export.csv"),
            expected=_rejected("HEADER_MISMATCH"),
        ),
        Sample(
            shows="not a partner",
            key="incoming/nobody/2025-10/list.csv",
            content=_file("alpine-day-1.csv"),
            expected=_rejected("UNKNOWN_PARTNER"),
        ),
        Sample(
            shows="a key with space, +, % and unicode",
            key="incoming/dkb/2025-10/Möbel + 50% für Zoë.csv",
            content=_file("dkb-einzelposten.csv"),
            expected=_accepted(2, EUR="96.10"),
        ),
        *(
            Sample(
                shows="a small file",
                key=f"incoming/alpine/2025-10/day-{day}.csv",
                content=_file(f"alpine-day-{day}.csv"),
                expected=_accepted(rows, CHF=total),
            )
            for day, rows, total in ((1, 2, "-10.00"), (2, 2, "-25.00"))
        ),
        payroll,
        statement_of(
            DIRECT_FILE_ROWS,
            shows="for an execution of its own",
            key="incoming/alpine/2025-10/september.csv",
            route=DIRECT,
        ),
        statement_of(
            LARGE_FILE_ROWS, shows="for the job on Spark", key="incoming/alpine/2025-10/quarter.csv", route=LARGE_FILES
        ),
    )
    second = (
        Sample(
            shows="the same content under another name",
            key="incoming/alpine/2025-10/statement (copy).csv",
            content=statement.content,
            expected=replace(statement.expected, status=FileStatus.DUPLICATE),
        ),
        Sample(
            shows="the corrected version",
            key=payroll.key,
            content=_file("obie-payroll-v2.json"),
            expected=_accepted(2, GBP="-1250.00"),
        ),
    )
    return first, second


def statement_of(rows: int, *, shows: str, key: str, route: str) -> Sample:
    """Make a statement of that many rows, always the same; its totals are summed in whole cents beside it."""
    cents = {"CHF": 0, "EUR": 0, "USD": 0}
    lines = [_HEADER]
    for number in range(rows):
        currency = tuple(cents)[number % len(cents)]
        amount = number * 7919 % 200_001 - 100_000
        cents[currency] += amount
        day = number % 5 + 1
        lines.append(
            f"AB-{rows:05}-{number:05},CH1200000000000000011,2025-10-0{day},2025-10-0{day},{Decimal(amount) / 100:.2f},"
            f"{currency},TRANSFER,Customer {number % 97},,Invoice {number},"
        )
    return Sample(
        shows=shows,
        key=key,
        content="\n".join([*lines, ""]).encode(),
        expected=Expected(
            route=route,
            rows=(rows, rows, 0, 0),
            totals={currency: Decimal(total) / 100 for currency, total in cents.items()},
        ),
    )


def _accepted(accepted: int, *, dropped: int = 0, status: FileStatus = FileStatus.COMPLETED, **totals: str) -> Expected:
    return Expected(status=status, rows=(accepted + dropped, accepted, 0, dropped), totals=_sums(**totals))


def _rejected(code: str) -> Expected:
    return Expected(status=FileStatus.REJECTED, rows=(0, 0, 0, 0), detail=code)


def _sums(**totals: str) -> dict[str, Decimal]:
    return {currency: Decimal(total) for currency, total in totals.items()}


def _file(name: str) -> bytes:
    return (FILES / name).read_bytes()
