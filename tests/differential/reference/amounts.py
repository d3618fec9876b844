"""Amounts: which numbers make one, and which way the money went."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.differential.reference.answer import Fault
from tests.differential.reference.cells import Cells
from tests.differential.reference.not_yet import NOT_YET
from tests.differential.reference.numbers import Number, in_range, read_number, scaled, sum_of


@dataclass(frozen=True)
class Money:
    """An amount, its direction, and what is wrong with the cells that it is made of."""

    value: Decimal | None
    direction: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class _Part:
    """One number of a row: its text, what it is read as, its value in units of the currency, and its broken rules."""

    field: str
    text: str | None
    number: Number | None
    value: Decimal | None
    codes: frozenset[str]

    @property
    def sound(self) -> Decimal | None:
        """The value, if nothing is wrong with it."""
        return None if self.codes else self.value

    def faults(self, *further: str) -> tuple[Fault, ...]:
        codes = (*self.codes, *further)
        return (Fault.of(self.field, *codes),) if codes else ()


@dataclass(frozen=True)
class Till:
    """Reads the amounts of one row. ``minor_units`` are those of its currency, None where that is not known."""

    layout: Mapping[str, Any]
    cells: Cells
    minor_units: int | None

    def money(self, function: Mapping[str, Any], *, required: bool) -> Money:
        """Return the amount that ``function`` makes."""
        match function["function"]:
            case "amount":
                return self._signed(function, required=required)
            case "amount_with_direction":
                return self._with_direction(function, required=required)
            case _:
                return self._debit_credit(function, required=required)

    def _signed(self, function: Mapping[str, Any], *, required: bool) -> Money:
        part = self._part(function["field"])
        if part.text is None:
            faults: tuple[Fault, ...] = (Fault.of(part.field, "FIELD_MISSING"),) if required else ()
        else:
            faults = part.faults()
        value = part.sound
        if value is not None and function.get("inverted"):
            value = -value
        if function.get("fee"):
            fee = self._part(function["fee"], signed=False)
            faults += fee.faults()
            if value is not None:
                value = sum_of(value, -(fee.sound or Decimal(0)))
                faults += self._too_large(value, (part.field,), certain=True)
                if fee.codes:
                    faults += (Fault.of(part.field, "AMOUNT_RANGE", certain=False),)
        return Money(value, _by_sign(value), faults)

    def _with_direction(self, function: Mapping[str, Any], *, required: bool) -> Money:
        sign, word = function.get("sign", "none"), self.cells.texts[function["direction"]]
        words = {*function["credit"], *function["debit"]}
        if word is None and "" in words:
            word = ""
        part = self._part(function["field"], signed=sign != "none")
        faults = list[Fault]()
        debit = word in function["debit"]
        if word is None and part.text is not None:
            faults.append(Fault.of(function["direction"], "FIELD_MISSING"))
        if word is not None and word not in words:
            faults.append(Fault.of(function["direction"], "DIRECTION_UNKNOWN"))
        contradicts = part.number is not None and _contradicts(sign, part.number, debit=debit)
        if part.text is None:
            faults += [Fault.of(part.field, "FIELD_MISSING")] if required else []
        elif contradicts and word not in words:
            faults += [*part.faults(), Fault.of(part.field, "SIGN_MISMATCH", certain=False)]
        else:
            faults += part.faults(*(["SIGN_MISMATCH"] if contradicts else []))
        size = abs(part.value) if part.value is not None else None
        return Money(-size if size is not None and debit else size, "DBIT" if debit else "CRDT", tuple(faults))

    def _debit_credit(self, function: Mapping[str, Any], *, required: bool) -> Money:
        negative = function.get("negativeDebits", False)
        debit, credit = self._part(function["debit"], signed=negative), self._part(function["credit"], signed=False)
        fields = (debit.field, credit.field)
        if debit.text is None and credit.text is None:
            missing = (Fault(frozenset(fields), frozenset(["FIELD_MISSING"])),) if required else ()
            return Money(None, "CRDT", missing)
        positive = negative and debit.value is not None and debit.value > 0
        faults: tuple[Fault, ...] = (*debit.faults(*(["SIGN_MISMATCH"] if positive else [])), *credit.faults())
        sound = not faults and all(part.text is None or part.value is not None for part in (debit, credit))
        if _not_zero(debit) and _not_zero(credit):
            faults += (Fault(frozenset(fields), frozenset(["AMOUNT_AMBIGUOUS"]), certain=sound),)
        # A cell without a number is no amount.
        out, received = debit.value or Decimal(0), credit.value or Decimal(0)
        value = sum_of(received, out if negative else -out)
        faults += self._too_large(value, fields, certain=sound)
        went_out = value < 0 or (value == 0 and credit.text is None)
        return Money(value, "DBIT" if went_out else "CRDT", faults)

    def _part(self, field_name: str, *, signed: bool = True) -> _Part:
        text, field = self.cells.texts[field_name], self._field(field_name)
        if text is None:
            return _Part(field_name, None, None, None, frozenset())
        number = read_number(text, field)
        if number is None:
            return _Part(field_name, text, None, None, frozenset(["AMOUNT_FORMAT"]))
        in_minor_units = field.get("minorUnits", False)
        scale = 0 if in_minor_units else field.get("scale", 2)
        most = scale if self.minor_units is None else min(scale, self.minor_units)
        if in_minor_units and self.minor_units is None:
            return _Part(field_name, text, number, None, frozenset(["AMOUNT_SCALE"] if number.decimals else []))
        value = scaled(number.value, self.minor_units or 0) if in_minor_units else number.value
        broken = {
            "SIGN_MISMATCH": number.signed and not signed,
            "AMOUNT_SCALE": number.decimals > most
            or ("zeros beyond the scale" in NOT_YET and number.written_decimals > scale),
            "AMOUNT_RANGE": not in_range(number.value if "minor units" in NOT_YET else value),
        }
        return _Part(field_name, text, number, value, frozenset(code for code, holds in broken.items() if holds))

    def _field(self, name: str) -> dict[str, Any]:
        return next(field for field in self.layout["schema"]["fields"] if field["name"] == name)

    def _too_large(self, value: Decimal, fields: tuple[str, ...], *, certain: bool) -> tuple[Fault, ...]:
        if in_range(value):
            return ()
        return (Fault(frozenset(fields), frozenset(["AMOUNT_RANGE"]), certain=certain),)


def _not_zero(part: _Part) -> bool:
    """Tell whether there is an amount; of a text that is none, it may be taken for one."""
    return part.text is not None and part.value != 0


def _contradicts(sign: str, number: Number, *, debit: bool) -> bool:
    match sign:
        case "agrees":
            return number.value != 0 and (number.value < 0) != debit
        case "inverted":
            return number.value != 0 and (number.value > 0) != debit
        case "plus":
            return number.value < 0 or number.plus == debit
        case _:
            return False


def _by_sign(value: Decimal | None) -> str:
    return "DBIT" if value is not None and value < 0 else "CRDT"
