"""The naming rule: type, purpose, suffix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.config import SUFFIX
from etl.names import Names

SUFFIXES = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True).filter(SUFFIX.accepts)
S3_NAME_LIMIT = 63


@pytest.mark.requirement("X5")
def test_a_name_is_type_purpose_suffix() -> None:
    names = Names(suffix="qa-2")

    assert names.physical_name("lambda", "empty-buckets") == "lambda-empty-buckets-qa-2"
    assert names.identifier("database", "transactions") == "database_transactions_qa_2"
    assert names.stack == "etl-pipeline-qa-2"


@pytest.mark.requirement("X4")
@given(first=SUFFIXES, second=SUFFIXES)
def test_no_name_is_shared_by_two_suffixes(first: str, second: str) -> None:
    def every_name(suffix: str) -> set[str]:
        names = Names(suffix=suffix)
        return {names.stack, names.physical_name("lambda", "validate"), names.identifier("database", "transactions")}

    assert (first == second) == bool(every_name(first) & every_name(second))


@given(suffix=SUFFIXES)
def test_the_longest_bucket_name_is_valid_for_any_suffix(suffix: str) -> None:
    assert len(Names(suffix=suffix).physical_name("bucket", "processed-123456789012")) <= S3_NAME_LIMIT
