"""What the emulator leaves out is added as AWS would say it."""

import traceback

import pytest

from local.server import error_type, query_attributes


class ReconciliationError(Exception):
    """Raised from a module, so that its traceback names that too."""


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ReconciliationError("read 3, accepted 2"), "ReconciliationError"),
        (ReconciliationError("several\nlines: of\ntext"), "ReconciliationError"),
        (ReconciliationError(), "ReconciliationError"),
        (ValueError("builtins: have no module"), "ValueError"),
        (KeyError("key"), "KeyError"),
    ],
    ids=["one line", "several lines", "no message", "builtin", "quoted"],
)
def test_an_error_is_called_by_the_name_of_its_class(error: Exception, name: str) -> None:
    # Given the log of a function that raised
    log = "".join(['{"level": "INFO"}\n', *traceback.format_exception(error)])

    assert error_type(log, str(error)) == name


def test_a_log_without_traceback_names_no_error() -> None:
    assert error_type("the worker has ended: out of memory", "no answer") is None


def test_message_attributes_become_query_parameters() -> None:
    attributes = {
        "severity": {"DataType": "String", "StringValue": "error"},
        "partner": {"DataType": "String", "StringValue": "dkb"},
    }

    assert query_attributes(attributes) == {
        "MessageAttributes.entry.1.Name": "severity",
        "MessageAttributes.entry.1.Value.DataType": "String",
        "MessageAttributes.entry.1.Value.StringValue": "error",
        "MessageAttributes.entry.2.Name": "partner",
        "MessageAttributes.entry.2.Value.DataType": "String",
        "MessageAttributes.entry.2.Value.StringValue": "dkb",
    }
