"""Laws that hold for any cell: it is read as what it means by the layout, or its row is rejected."""

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import csv_layout, transform
from transactions.layouts.fields import NumberField, StringField
from transactions.layouts.layout import Dialect, Layout
from transactions.layouts.mapping import Amount, Text
from transactions.reading.csv_cells import WHITE_SPACE

LAWS = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufffd"), max_size=12)
padding = st.text(st.sampled_from(" \t\u00a0\u3000"), max_size=3)


@LAWS
@given(cells=st.lists(st.tuples(padding, texts, padding, st.booleans()), min_size=1, max_size=12))
def test_only_the_padding_of_a_cell_is_trimmed(cells: list[tuple[str, str, str, bool]]) -> None:
    # Given cells that are quoted where they must be, and some that need not
    rows = list[str]()
    for before, text, after, quoted in cells:
        quoted_text = '"' + text.replace('"', '""') + '"' if quoted or set(text) & {'"', ";"} else text
        rows.append(f"2025-10-01;{before}{quoted_text}{after};1")

    # When the file is read
    with TemporaryDirectory() as folder:
        output = transform("\n".join(["Day;Text;Sum", *rows]).encode(), Path(folder), _trimming())

    # Then each text is there without the white space around it
    assert [row["remittance_information"] or "" for row in output.transactions] == [
        text.strip(WHITE_SPACE) for _, text, _, _ in cells
    ]


def _trimming() -> Layout:
    file_layout = csv_layout(
        [StringField(name="Text"), NumberField(name="Sum")],
        amount=Amount(field="Sum"),
        remittance_information=Text(field="Text"),
    )
    return msgspec.structs.replace(file_layout, dialect=Dialect(delimiter=";", trim=True))
