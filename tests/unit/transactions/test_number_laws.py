"""Laws of numbers: for any declaration that the linter takes, a cell has one meaning at most, and is read as that."""

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import csv_layout, transform
from transactions.layouts.fields import NumberField
from transactions.layouts.mapping import Amount
from transactions.layouts.number_rules import number_complaints
from transactions.layouts.numbers import rule_of

LAWS = settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4}
LIMIT = Decimal(10) ** 13
BLANKS = " \u00a0\u202f"

separators = st.sampled_from(
    [(".", None), (".", ","), (",", None), (",", "."), (",", "\u00a0"), (".", "'"), (",", " ")]
)
affixes = st.lists(
    st.sampled_from(["$", "Fr.", "Fr", "Fr. ", " £", "kr", "US$", " EUR", "EUR"]), max_size=2, unique=True
)
minuses = st.lists(st.sampled_from("\N{MINUS SIGN}\N{EN DASH}\N{FULLWIDTH HYPHEN-MINUS}▲-"), max_size=2, unique=True)
words = st.lists(
    st.sampled_from(["", "DR", "CR", "D", "C", "Dr.", "Dr", "Soll", "Haben", "S", "H", "EUR", "R"]),
    unique=True,
    max_size=4,
)


@st.composite
def number_fields(draw: st.DrawFn) -> NumberField:
    decimal_char, group_char = draw(separators)
    declared = draw(words) if draw(st.booleans()) else []
    split = draw(st.integers(0, len(declared)))
    signs = not declared
    field = NumberField(
        name="Sum",
        decimal_char=decimal_char,
        group_char=group_char,
        scale=draw(st.integers(0, 5)),
        prefixes=tuple(draw(affixes)),
        suffixes=tuple(draw(affixes)),
        parentheses=signs and draw(st.booleans()),
        trailing_sign=signs and draw(st.booleans()),
        bare_fraction=draw(st.booleans()),
        minor_units=draw(st.integers(0, 3)) == 0,
        minus_chars=tuple(draw(minuses)) if signs else (),
        debit_words=tuple(declared[:split]),
        credit_words=tuple(declared[split:]),
    )
    assume(not list(number_complaints(field)))
    return field


@st.composite
def cells(draw: st.DrawFn, field: NumberField) -> str:
    """Draw a cell as the field declares it, or with a piece too many: one of the field's own, or a foreign one."""
    prefix, suffix = (draw(st.sampled_from(["", *declared])) for declared in (field.prefixes, field.suffixes))
    sign = draw(st.sampled_from(["", "", "-", "+", *field.minus_chars]))
    word, blank = draw(st.sampled_from(["", *field.words])), draw(st.sampled_from(["", " ", "\u00a0", "  "]))
    number = draw(digits(field))
    forms = [f"{prefix}{number}{suffix}"]
    if field.words:
        forms += [f"{word}{blank}{forms[0]}", f"{forms[0]}{blank}{word}"]
    else:
        forms += [f"{sign}{forms[0]}", f"{prefix}{sign}{number}{suffix}", f"({forms[0]})", f"{forms[0]}{sign}"]
    cell: str = draw(st.sampled_from(forms))
    if draw(st.integers(0, 2)):
        return cell
    pieces = [*"+-().,05", blank, "\N{MINUS SIGN}", *field.minus_chars, *field.prefixes, *field.suffixes, *field.words]
    place, piece = draw(st.integers(0, len(cell))), draw(st.sampled_from(pieces))
    return f"{cell[:place]}{piece}{cell[place:]}"


@st.composite
def digits(draw: st.DrawFn, field: NumberField) -> str:
    whole = draw(
        st.one_of(
            st.integers(0, 9999).map(str),
            st.integers(0, 9999999).map(lambda number: f"{number:,}".replace(",", next(iter(field.group_chars), ""))),
            st.integers(10**11, 10**20).map(str),
            st.sampled_from(["", "0", "007", "0" * 40 + "5", "\N{FULLWIDTH DIGIT NINE}", "1e2"]),
        )
    )
    fraction = draw(
        st.sampled_from(["", "", "5", "50", "00", "000", "500", "123", "1234", "12340", "140000", "0" * 30, "123456"])
    )
    point = draw(st.sampled_from([field.decimal_char] * 6 + [".", ","]))
    return whole + (point + fraction if fraction or draw(st.integers(0, 20)) == 0 else "")


def meanings(text: str, field: NumberField, currency: str) -> set[Decimal]:
    """Read ``text`` in every way that ``field`` allows, step by step, without any pattern."""
    found = set[Decimal]()
    for sign, rest in _directions(text, field):
        for prefix in ("", *field.prefixes):
            for suffix in ("", *field.suffixes):
                if rest.startswith(prefix) and rest.endswith(suffix) and len(rest) >= len(prefix + suffix):
                    inner = rest[len(prefix) : len(rest) - len(suffix)]
                    value = _value(inner, field, currency)
                    if value is not None:
                        found.add(-value if sign == "-" else value)
                    elif prefix and not sign and not field.debit_words and _sign(inner[:1], field):
                        value = _value(inner[1:], field, currency)
                        found |= set() if value is None else {-value if _sign(inner[0], field) == "-" else value}
    return found


def _directions(text: str, field: NumberField) -> Iterator[tuple[str, str]]:
    """Yield each way to take the sign or the word off."""
    if not field.debit_words:
        yield "", text
        if _sign(text[:1], field):
            yield _sign(text[0], field), text[1:]
        if field.parentheses and text[:1] == "(" and text[-1:] == ")":
            yield "-", text[1:-1]
        if field.trailing_sign and _sign(text[-1:], field):
            yield _sign(text[-1], field), text[:-1]
    for sign, declared in (("-", field.debit_words), ("+", field.credit_words)):
        for word in declared:
            if not word:
                yield sign, text
                continue
            if text.startswith(word):
                rest = text[len(word) :]
                yield from ((sign, rest[cut:]) for cut in range(len(rest) - len(rest.lstrip(BLANKS)) + 1))
            if text.endswith(word):
                rest = text[: -len(word)]
                yield from ((sign, rest[: len(rest) - cut]) for cut in range(len(rest) - len(rest.rstrip(BLANKS)) + 1))


def _sign(character: str, field: NumberField) -> str:
    if character == "+":
        return "+"
    return "-" if character and character in ("-", *field.minus_chars) else ""


def _value(text: str, field: NumberField, currency: str) -> Decimal | None:
    whole, point, fraction = text.partition(field.decimal_char)
    groups = whole.split(field.group_chars[0]) if field.group_chars else [whole]
    grouped = len(groups) == 1 or (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    whole = "".join(groups)
    if not grouped or not (whole or (field.bare_fraction and fraction)) or (point and not fraction):
        return None
    if not set(whole + fraction) <= set("0123456789"):
        return None
    if field.minor_units:
        value = None if point else Decimal(whole).scaleb(-DECIMALS[currency])
    elif len(fraction.rstrip("0")) > min(field.scale, DECIMALS[currency]) or (len(fraction) == 3 and field.scale < 3):
        value = None
    else:
        value = Decimal(f"{whole or '0'}.{fraction or '0'}")
    return value if value is not None and value < LIMIT else None


def _read(field: NumberField, written: list[str], currency: str) -> list[Decimal | None]:
    file_layout = csv_layout([field], amount=Amount(field="Sum"), currency=currency)
    content = "\n".join(["Day;Sum", *(f"2025-10-01;{cell}" for cell in written)]).encode()
    with TemporaryDirectory() as folder:
        output = transform(content, Path(folder), file_layout)
    found = {row["source_line"]: row["amount"] for row in output.transactions}
    assert len(found) + len({row["source_line"] for row in output.quarantine}) == len(written)
    return [found.get(line) for line in range(2, len(written) + 2)]


@LAWS
@given(field=number_fields(), currency=st.sampled_from(sorted(DECIMALS)), data=st.data())
def test_any_cell_is_read_as_its_one_meaning_or_rejected(
    field: NumberField, currency: str, data: st.DataObject
) -> None:
    written = data.draw(st.lists(cells(field).filter(bool), min_size=20, max_size=60))

    expected = [meanings(cell, field, currency) for cell in written]

    assert [cell for cell, found in zip(written, expected, strict=True) if len(found) > 1] == []
    assert _read(field, written, currency) == [next(iter(found), None) for found in expected]


@LAWS
@given(
    field=number_fields(),
    values=st.lists(st.decimals(min_value=1 - LIMIT, max_value=LIMIT - 1, places=2), min_size=1, max_size=20),
    data=st.data(),
)
def test_any_amount_reads_back_equal_from_every_notation(
    field: NumberField, values: list[Decimal], data: st.DataObject
) -> None:
    field = msgspec.structs.replace(field, scale=max(field.scale, 2))

    written = [_written(value, field, data) for value in values]

    assert _read(field, written, "EUR") == values


def _written(value: Decimal, field: NumberField, data: st.DataObject) -> str:
    if field.minor_units:
        number = f"{abs(value) * 100:.0f}"
    else:
        zeros = data.draw(st.sampled_from(["", "00", "0000"]))
        number = f"{abs(value):,.2f}{zeros}".replace(",", "_").replace(".", field.decimal_char)
        number = number.replace("_", next(iter(field.group_chars), ""))
    prefix, suffix = (data.draw(st.sampled_from(["", *declared])) for declared in (field.prefixes, field.suffixes))
    number = f"{prefix}{number}{suffix}"
    if field.words:
        word, blank = data.draw(st.sampled_from(field.debit_words if value < 0 else field.credit_words)), " "
        return data.draw(st.sampled_from([f"{word}{blank}{number}", f"{number}{blank}{word}"])) if word else number
    if value >= 0:
        return number
    minus = data.draw(st.sampled_from(["-", *field.minus_chars]))
    ways = [f"{minus}{number}", f"({number})" * field.parentheses, f"{number}{minus}" * field.trailing_sign]
    return data.draw(st.sampled_from(list(filter(None, ways))))


@given(field=number_fields())
def test_the_example_in_a_fields_rule_is_a_number_of_that_field(field: NumberField) -> None:
    unsigned = msgspec.structs.replace(field, debit_words=(), credit_words=(), minor_units=False)
    scale = 0 if field.minor_units else field.scale

    example, _, rest = rule_of(field).removeprefix("a number like ").partition(", with at most ")

    assert meanings(example, unsigned, "EUR") == {
        Decimal("1234.56").quantize(Decimal(1).scaleb(-min(scale, 2)), ROUND_DOWN)
    }
    assert rest.startswith(f"{scale} decimals")
    assert all(word in rest for word in field.words)
