"""Laws that hold for any cell: it is read as what it means by the layout, or its row is rejected."""

from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import csv_layout, transform
from transactions.engine.plan import WHITE_SPACE
from transactions.layouts.fields import NumberField, StringField
from transactions.layouts.layout import Dialect, Layout
from transactions.layouts.mapping import Amount, Text
from transactions.layouts.numbers import rule_of

LAWS = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
DIGITS = frozenset("0123456789")
characters = st.sampled_from([(".", None), (".", ","), (",", None), (",", "."), (",", "\u00a0"), (".", "'")])


def _number(decimal_and_group: tuple[str, str | None], *flags: bool) -> NumberField:
    decimal_char, group_char = decimal_and_group
    affixed, parentheses, trailing_sign, bare_fraction = flags
    return NumberField(
        name="Sum",
        decimal_char=decimal_char,
        group_char=group_char,
        prefixes=("$", "Fr. ") if affixed else (),
        suffixes=(" CR",) if affixed else (),
        parentheses=parentheses,
        trailing_sign=trailing_sign,
        bare_fraction=bare_fraction,
    )


number_fields = st.builds(_number, characters, *[st.booleans()] * 4)
amounts = st.decimals(min_value=-(10**7), max_value=10**7, places=2)
scraps = st.lists(
    st.sampled_from(
        [*"0123456789", "000", "123", ".", ",", "'", "-", "+", "(", ")", "$", "Fr. ", " CR", " ", "\u00a0"]
    ),
    min_size=1,
    max_size=7,
).map("".join)


def meaning(text: str, field: NumberField) -> Decimal | None:
    """Read ``text`` step by step, without any pattern; None if it is no number of ``field``."""
    signs = list[str]()
    if field.parentheses and text.startswith("(") and text.endswith(")"):
        text, signs = text[1:-1], ["-"]
    elif text[:1] in {"+", "-"}:
        text, signs = text[1:], [text[0]]
    elif field.trailing_sign and text[-1:] in {"+", "-"}:
        text, signs = text[:-1], [text[-1]]
    prefix = next((prefix for prefix in field.prefixes if text.startswith(prefix)), "")
    text = text.removeprefix(prefix)
    if prefix and not signs and text[:1] in {"+", "-"}:
        text, signs = text[1:], [text[0]]
    for suffix in field.suffixes:
        text = text.removesuffix(suffix)
    whole, point, fraction = text.partition(field.decimal_char)
    groups = whole.split(field.group_char) if field.group_char else [whole]
    grouped = len(groups) == 1 or (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    digits = "".join(groups)
    if not grouped or not (digits or (field.bare_fraction and fraction)) or (point and not fraction):
        return None
    if not DIGITS.issuperset(digits + fraction) or len(fraction) > field.scale:
        return None
    return Decimal(f"{'-' if '-' in signs else ''}{digits or '0'}.{fraction or '0'}")


def _read(field: NumberField, cells: list[str]) -> list[Decimal | None]:
    file_layout = csv_layout([field], amount=Amount(field="Sum"))
    content = "\n".join(["Day;Sum", *(f"2025-10-01;{cell}" for cell in cells)]).encode()
    with TemporaryDirectory() as folder:
        output = transform(content, Path(folder), file_layout)
    found = {row["source_line"]: row["amount"] for row in output.transactions}
    return [found.get(line) for line in range(2, len(cells) + 2)]


@LAWS
@given(field=number_fields, cells=st.lists(scraps, min_size=20, max_size=60))
def test_any_text_is_read_as_the_number_that_it_means_or_rejected(field: NumberField, cells: list[str]) -> None:
    assert _read(field, cells) == [meaning(cell, field) for cell in cells]


@LAWS
@given(field=number_fields, values=st.lists(amounts, min_size=1, max_size=20), data=st.data())
def test_any_amount_reads_back_equal_in_every_way_it_can_be_written(
    field: NumberField, values: list[Decimal], data: st.DataObject
) -> None:
    cells = [_written(value, field, data.draw(st.integers(0, 3))) for value in values]

    assert _read(field, cells) == values


@given(field=number_fields, scale=st.integers(0, 5))
def test_the_example_in_a_fields_rule_is_a_number_of_that_field(field: NumberField, scale: int) -> None:
    rule = rule_of(msgspec.structs.replace(field, scale=scale))

    example, _, rest = rule.removeprefix("a number like ").partition(", with at most ")

    assert meaning(example, field) == Decimal("1234.56").quantize(Decimal(1).scaleb(-min(scale, 2)), ROUND_DOWN)
    assert rest.startswith(f"{scale} decimals")


def _written(value: Decimal, field: NumberField, way: int) -> str:
    digits = (
        f"{abs(value):,.2f}".replace(",", "_").replace(".", field.decimal_char).replace("_", field.group_char or "")
    )
    prefix = field.prefixes[way % 2] if field.prefixes else ""
    number = f"{prefix}{digits}{field.suffixes[0] if field.suffixes and way > 1 else ''}"
    if value >= 0:
        return number
    if field.parentheses and way == 0:
        return f"({number})"
    return f"{number}-" if field.trailing_sign and way == 1 else f"-{number}"


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufffd"), max_size=12)
padding = st.text(st.sampled_from(" \t\u00a0\u3000"), max_size=3)


@LAWS
@given(cells=st.lists(st.tuples(padding, texts, padding, st.booleans()), min_size=1, max_size=12))
def test_padding_around_any_cell_is_taken_off_and_nothing_else(cells: list[tuple[str, str, str, bool]]) -> None:
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
