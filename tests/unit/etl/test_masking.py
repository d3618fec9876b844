"""The state machine masks names as the functions do."""

from hypothesis import given
from hypothesis import strategies as st
from jsonata import Jsonata

from etl.workflow.masking import masked_name
from tests.support.names import NAMES
from transactions import masking

EXPRESSION = Jsonata(masked_name("name"))


@given(name=NAMES | st.text(max_size=60))
def test_jsonata_masks_as_python_does(name: str) -> None:
    assert EXPRESSION.evaluate({"name": name}) == masking.masked_name(name)
