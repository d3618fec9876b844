"""Facts above the rows of files without a header: in lines that are no rows, such as a leading record."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import Output, csv_layout, transform, validate
from transactions.codes import FileCode, RowCode
from transactions.layouts.fields import Constraints, NumberField, StringField
from transactions.layouts.layout import Capture, Dialect, Layout
from transactions.layouts.mapping import Amount, Captured

LAWS = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
ROW = "2025-10-01;D;text;1.00"


def of_records(kind: str | None = "D", *, sections: bool = False, **dialect: Any) -> Layout:
    """Return a layout without a header, whose columns are Day, Kind, Text and Sum, and whose account is captured.

    ``kind`` is the pattern of all rows' record type.
    """
    constraints = Constraints(pattern=kind) if kind else None
    file_layout = csv_layout(
        [StringField(name="Kind", constraints=constraints), StringField(name="Text"), NumberField(name="Sum")],
        amount=Amount(field="Sum"),
        account_id=Captured(capture="account"),
    )
    return msgspec.structs.replace(
        file_layout,
        dialect=Dialect(delimiter=";", header=False, **dialect),
        captures=(Capture(name="account", pattern="Account ([A-Z0-9]+)"),),
        sections=sections,
    )


def file(*lines: str) -> bytes:
    return "\n".join([*lines, ""]).encode()


def accounts(output: Output) -> list[tuple[int, str]]:
    return [(row["source_line"], row["account_id"]) for row in output.transactions]


@pytest.mark.parametrize(
    "above",
    [
        ["Account A1"],
        ["H;Account A1;CHF"],
        ["2025-10-31;H;Account A1;99.00"],
        ["", "Account A1", " ", ";;;"],
        ["# made on Friday", "Account A1", "Total;1"],
        ["Account A1", "Account A1"],
    ],
)
def test_facts_above_the_first_row_are_captured(above: list[str], tmp_path: Path) -> None:
    file_layout = of_records(comment_char="#", skip_lines=("^Total",))

    output = transform(file(*above, ROW, ROW), tmp_path, file_layout)

    first = len(above) + 1
    assert accounts(output) == [(first, "A1"), (first + 1, "A1")]
    assert output.quarantine == []
    assert output.transformation.counts.skipped == sum(bool(line.strip("; ")) for line in above)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("Statement of October", RowCode.FIELD_COUNT),
        ("2025-10-31;H;no account;1.00", RowCode.FIELD_FORMAT),
        ('2025-10-01;D;"Account', RowCode.QUOTE_MALFORMED),
    ],
)
def test_a_line_above_without_a_fact_is_a_rejected_row(line: str, code: RowCode, tmp_path: Path) -> None:
    output = transform(file("Account A1", line, ROW, ROW), tmp_path, of_records())

    assert accounts(output) == [(3, "A1"), (4, "A1")]
    assert [(row["source_line"], row["error_code"]) for row in output.quarantine] == [(2, code)]


@pytest.mark.parametrize(
    "row", ["2025-10-01;D;see Account Z9;1.00", "2025-10-01;D;see Account Z9;x", "2025-13-01;D;see Account Z9;1.00"]
)
def test_a_row_that_names_an_account_is_no_line_above(row: str, tmp_path: Path) -> None:
    validation = validate(file(row, ROW, ROW), tmp_path, layouts=[of_records()])

    assert (validation.reason_code, validation.layout) == (FileCode.CAPTURE_MISSING, "alpine-2025")


def test_a_record_like_a_row_is_one_unless_a_constraint_says_no(tmp_path: Path) -> None:
    content = file("2025-10-31;H;Account A1;99.00", ROW, ROW)

    assert validate(content, tmp_path, layouts=[of_records()]).counts.accepted == 2
    assert validate(content, tmp_path, layouts=[of_records(kind=None)]).reason_code == FileCode.CAPTURE_MISSING


def test_two_accounts_above_the_first_row_are_ambiguous(tmp_path: Path) -> None:
    validation = validate(file("Account A1", "Account A2", ROW, ROW), tmp_path, layouts=[of_records()])

    assert validation.reason_code == FileCode.CAPTURE_AMBIGUOUS
    assert "account, line 2" in validation.reason


@pytest.mark.parametrize("line", ["Account A2", "2025-10-31;H;Account A2;99.00"])
def test_another_account_further_down_refuses_the_file(line: str, tmp_path: Path) -> None:
    validation = validate(file("Account A1", ROW, line, ROW), tmp_path, layouts=[of_records()])

    assert validation.reason_code == FileCode.SECTION_UNDECLARED


def test_lines_above_do_not_count_among_the_first_rows(tmp_path: Path) -> None:
    output = transform(file("Account A1", "Account A1", ROW), tmp_path, of_records())

    assert accounts(output) == [(3, "A1")]


@LAWS
@given(
    sections=st.lists(
        st.tuples(st.sampled_from(["A1", "B2", "C3"]), st.integers(1, 3), st.booleans()), min_size=1, max_size=5
    )
)
def test_each_row_has_the_account_of_its_own_section(
    sections: list[tuple[str, int, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    # Given sections, each below a line or a record with its account
    lines, expected = list[str](), list[tuple[int, str]]()
    for account, rows, as_record in sections:
        lines.append(f"2025-10-31;H;Account {account};99.00" if as_record else f"Account {account}")
        expected += [(len(lines) + place, account) for place in range(1, rows + 1)]
        lines += [ROW] * rows

    output = transform(file(*lines), tmp_path_factory.mktemp("file"), of_records(sections=True))

    assert accounts(output) == expected
    assert output.transformation.counts.skipped == len(sections)
    assert output.quarantine == []
