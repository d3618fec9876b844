"""A function that AWS throttles says so by its error's name, which the state machine knows."""

import pytest
from botocore.exceptions import ClientError

from pipeline.constants import THROTTLED_ERROR
from pipeline.observability import Event, ThrottledError, observed
from tests.unit.functions.fakes import FakeContext, client_error


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


def test_an_answer_is_handed_on(context: FakeContext) -> None:
    assert observed(lambda event, _: event["answer"])({"answer": 42}, context) == 42


def test_the_state_machine_knows_the_name() -> None:
    assert ThrottledError.__name__ == THROTTLED_ERROR
