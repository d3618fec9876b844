"""A contract that gains a column shows in the catalog as one more nullable column, never as a second table."""

import re
from pathlib import Path

import pytest

from etl.constructs import catalog
from etl.synthesis.synthesize import synthesize

COLUMN = """
      - name: purpose_code
        description: ISO 20022 purpose of the payment.
        logicalType: string
        physicalType: string
        required: false
"""


def test_a_new_column_is_appended_to_the_table_and_its_view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given the stack's tables, and a contract in which transactions has a new column before its partition keys
    before = _columns(tmp_path / "before")
    changed = tmp_path / "changed.yaml"
    contract = catalog.CONTRACT.read_text(encoding="utf-8")
    changed.write_text(re.sub(r"\n      - name: partner\n", COLUMN + "      - name: partner\n", contract, count=1))
    monkeypatch.setattr(catalog, "CONTRACT", changed)

    after = _columns(tmp_path / "after")

    # Then there is no other table, the old columns keep their places, and the new one comes last
    assert after.keys() == before.keys()
    assert after["transactions"] == [*before["transactions"], ("purpose_code", "string")]
    # And the view has it where a query on the table has it: before the partition keys
    keys = [("partner", "string"), ("booking_date", "date")]
    assert after["ledger"] == [*after["transactions"], *keys]
    others = before.keys() - {"transactions", "ledger"}
    assert {name: after[name] for name in others} == {name: before[name] for name in others}


def _columns(outdir: Path) -> dict[str, list[tuple[str, str]]]:
    tables = [properties["TableInput"] for properties in synthesize(outdir).of_type("AWS::Glue::Table").values()]
    return {
        table["Name"]: [(column["Name"], column["Type"]) for column in table["StorageDescriptor"]["Columns"]]
        for table in tables
    }
