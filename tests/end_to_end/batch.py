"""The batch of small files that many tests look at: good, bad, and with awkward keys."""

from dataclasses import dataclass

from pipeline.audit_row import AuditRow
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.files import BAD_CELL, CUSTOMER, IBAN, Booking, alpine_csv, obie_json
from transactions.codes import FileCode

GOOD = (
    Booking("2025-10-01", "10.01"),
    Booking("2025-10-02", "-0.02"),
    Booking("2025-10-02", "1000000000000.10", "EUR"),
)
BAD_ROW = Booking("2025-10-04", BAD_CELL)
AWKWARD_KEY = "incoming/alpine/a b+c%20d&e=f/ü 火 ☂.CSV"

BAD_FILES = {
    FileCode.UNKNOWN_PARTNER: ("incoming/nobody/file.csv", alpine_csv("nobody", *GOOD)),
    FileCode.NO_LAYOUT: ("incoming/dkb/file.json", obie_json("dkb", *GOOD)),
    FileCode.HEADER_MISMATCH: ("incoming/alpine/header.csv", f"name,iban\n{CUSTOMER},{IBAN}\n".encode()),
    FileCode.EMPTY_FILE: ("incoming/alpine/empty.csv", b""),
    FileCode.NO_RECORDS: ("incoming/alpine/header-only.csv", alpine_csv("none")),
    FileCode.NOT_DECODABLE: ("incoming/alpine/latin-1.csv", alpine_csv("latin", *GOOD) + b"\xfc\xff"),
    FileCode.MALFORMED_JSON: ("incoming/obie/broken.json", obie_json("broken", *GOOD)[:-3]),
}

BATCH_FILES = 3 + len(BAD_FILES)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The rows of files that were uploaded together."""

    good: AuditRow
    bad_row: AuditRow
    awkward: AuditRow
    bad: dict[FileCode, AuditRow]

    @property
    def rows(self) -> list[AuditRow]:
        return [self.good, self.bad_row, self.awkward, *self.bad.values()]


def send_batch(deployment: Deployment) -> Batch:
    """Upload as many small files as make a batch, and a file of another type."""
    upload = deployment.pipeline.upload
    uploads = [
        upload("incoming/obie/good.json", obie_json("good", *GOOD)),
        upload("incoming/alpine/bad-row.csv", alpine_csv("bad-row", *GOOD, BAD_ROW)),
        upload(AWKWARD_KEY, alpine_csv("awkward", *GOOD)),
        *(upload(key, content) for key, content in BAD_FILES.values()),
    ]
    upload("incoming/alpine/notes.txt", alpine_csv("txt", *GOOD))
    good, bad_row, awkward, *bad = deployment.process(*uploads)
    return Batch(good=good, bad_row=bad_row, awkward=awkward, bad=dict(zip(BAD_FILES, bad, strict=True)))
