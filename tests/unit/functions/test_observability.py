"""A function that AWS throttles says so by its error's name, which the state machine knows."""

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from pipeline.constants import THROTTLED_ERROR
from pipeline.observability import Event, ThrottledError, observed
from tests.unit.functions.fakes import FakeContext, client_error

KEY = "incoming/alpine/DE89370400440532013000_20261128.csv"


@pytest.mark.parametrize("code", ["SlowDown", "ThrottlingException", "ProvisionedThroughputExceededException"])
def test_throttling_has_a_name_of_its_own(context: FakeContext, code: str) -> None:
    @observed
    def handler(_event: Event, _context: object) -> None:
        raise client_error(code)

    with pytest.raises(ThrottledError, match=code):
        handler({}, context)


def test_any_other_error_keeps_its_name(context: FakeContext) -> None:
    @observed
    def handler(_event: Event, _context: object) -> None:
        raise client_error("AccessDenied")

    with pytest.raises(ClientError, match="AccessDenied"):
        handler({}, context)


@pytest.mark.parametrize(
    "error",
    [
        ClientError(
            {"Error": {"Code": "AccessDenied", "Message": f"may not read arn:aws:s3:::raw/{KEY}"}}, "GetObject"
        ),
        ConnectTimeoutError(endpoint_url=f"https://raw.s3.amazonaws.com/{KEY}"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_that_names_a_file_shows_no_account_number(context: FakeContext, error: Exception) -> None:
    @observed
    def handler(_event: Event, _context: object) -> None:
        raise error

    with pytest.raises(type(error), match=r"incoming/alpine/DE\*{20}_20261128\.csv") as raised:
        handler({}, context)

    assert "44053201" not in str(raised.value)


def test_an_answer_is_handed_on(context: FakeContext) -> None:
    assert observed(lambda event, _: event["answer"])({"answer": 42}, context) == 42


def test_the_state_machine_knows_the_name() -> None:
    assert ThrottledError.__name__ == THROTTLED_ERROR
