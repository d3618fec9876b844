"""A list of records that the layout does not read refuses the document; any other array of objects does not."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.transactions.support import validate
from tests.unit.transactions.test_json_reading import json_layout
from transactions.codes import FileCode
from transactions.layouts.fields import StringField
from transactions.layouts.layout import Layout

RECORD = {"day": "2025-10-01", "amount": 1}
AS_IT_COMES = json_layout(path="$.booked[*]")
AS_A_WHOLE = json_layout(StringField(name="$.x", optional=True), path="$.booked[*]")


def reason(document: Any, file_layout: Layout, folder: Path) -> str:
    """Return why the document is refused; nothing if it is not."""
    content = json.dumps(document, indent=1).encode()
    validation = validate(content, folder, "obie", layouts=[file_layout], file_format="json")
    assert (validation.verdict == "VALID") == (not validation.reason)
    assert validation.reason_code in {None, "", FileCode.RECORDS_UNREAD}
    return validation.reason


@pytest.mark.parametrize("file_layout", [AS_IT_COMES, AS_A_WHOLE])
@pytest.mark.parametrize(
    ("beside", "path"),
    [
        ({"pending": [RECORD]}, "$.pending[*] on line 8"),
        ({"balances": [{"amount": 1}], "held": {"back": [None, RECORD]}}, "$.held.back[*] on line 14"),
        ({"of": [{"account": "A", "pending": [{}]}, RECORD]}, ""),
        ({"DE02 1001": [RECORD]}, "$.…[*] on line 8"),
    ],
)
def test_a_list_of_records_that_is_not_read_refuses_the_file(
    beside: dict[str, Any], path: str, file_layout: Layout, tmp_path: Path
) -> None:
    found = reason({"booked": [RECORD], **beside}, file_layout, tmp_path)

    assert path in found
    assert bool(found) == bool(path)


@pytest.mark.parametrize(
    "other",
    [{"amount": 1}, {"day": "2025-10-01"}, {"day": "2025-10-01", "amount": None}, {"of": RECORD}],
)
def test_an_array_without_the_fields_of_records_is_no_list(other: dict[str, Any], tmp_path: Path) -> None:
    assert not reason({"booked": [RECORD], "balances": [other]}, AS_IT_COMES, tmp_path)


def test_a_list_that_is_ignored_refuses_nothing(tmp_path: Path) -> None:
    ignoring = json_layout(path="$.booked[*]", ignored_arrays=("$.pending[*]",))

    assert not reason({"booked": [RECORD], "pending": [RECORD]}, ignoring, tmp_path)


def test_what_stands_within_the_records_refuses_nothing(tmp_path: Path) -> None:
    assert not reason({"booked": [{**RECORD, "parts": [RECORD]}]}, AS_IT_COMES, tmp_path)
