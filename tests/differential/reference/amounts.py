"""Amounts: which numbers make one, and which way the money went."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from tests.differential.reference.answer import Fault
from tests.differential.reference.cells import Cells
from tests.differential.reference.derived import all_fields
from tests.differential.reference.numbers import Number, in_range, read_number, scaled, sum_of, unworded_codes
from tests.differential.reference.patterns import full_match

_THOUSANDS = 3


@dataclass(frozen=True)
class Money:
    """An amount, its direction (empty if unknown), and the faults of the cells that it is made of."""

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
    """Reads the amounts of one row.

    ``minor_units`` are those of its currency, None where that is not known. ``own_account`` is the one that it is
    booked on; a ``signed_file`` has a minus before an amount anywhere.
    """

    layout: Mapping[str, Any]
    cells: Cells
    minor_units: int | None
    own_account: str | None = None
    currency: str | None = None
    signed_file: bool = False

    def money(self, function: Mapping[str, Any], *, required: bool) -> Money:
        """Return the amount that ``function`` makes."""
        match function["function"]:
            case "amount":
                return self._signed(function, required=required)
            case "amount_with_direction":
                return self._with_direction(function, required=required)
            case "amount_by_account":
                return self._by_account(function)
            case "amount_by_list":
                own = function["lists"].get(self.cells.path)
                return self.money(own, required=required) if own else Money(None, "")
            case "amount_by_currency":
                return self._by_currency(function)
            case _:
                return self._debit_credit(function, required=required)

    def currency_of(self, function: Mapping[str, Any]) -> str | None:
        """Return the one currency whose fields have an amount, or a zero where none has more."""
        parts = {code: [self._part(name) for name in _number_fields(own)] for code, own in function.items()}
        moved = [code for code, own in parts.items() if any(part.number and part.number.value for part in own)]
        held = [code for code, own in parts.items() if any(part.text is not None for part in own)]
        found = moved or held
        return found[0] if len(found) == 1 else None

    def _by_currency(self, function: Mapping[str, Any]) -> Money:
        currencies, money, faults = function["currencies"], Money(None, ""), list[Fault]()
        for code, own in currencies.items():
            found = self.money(own, required=code == self.currency)
            if code == self.currency:
                money = found
                faults += found.faults
            else:
                # The number of another currency is not the amount, however large it is.
                codes = [(fault, fault.codes - {"AMOUNT_RANGE", "FIELD_MISSING"}) for fault in found.faults]
                faults += [replace(fault, codes=left) for fault, left in codes if left]
        names = [name for own in currencies.values() for name in _number_fields(own)]
        if all(self.cells.texts[name] is None for name in names):
            faults = [Fault(frozenset(names), frozenset(["FIELD_MISSING"]))]
        elif self.currency is None:
            faults.append(Fault(frozenset(names), frozenset(["AMOUNT_AMBIGUOUS"]), certain=not faults))
        return replace(money, faults=tuple(faults))

    def is_negative(self, name: str) -> bool:
        """Return whether the number of the field ``name`` is below zero."""
        number = self._part(name).number
        return number is not None and number.value < 0

    def _signed(self, function: Mapping[str, Any], *, required: bool) -> Money:
        unsigned = function.get("unsigned", False)
        part = self._part(function["field"], signed=not unsigned)
        if part.text is None:
            faults: tuple[Fault, ...] = (Fault.of(part.field, "FIELD_MISSING"),) if required else ()
        else:
            faults = part.faults()
        value, negative = part.sound, part.number is not None and part.number.negative
        if value is not None and function.get("inverted"):
            value = -value
            negative = value < 0
        negative = function.get("inverted", False) if unsigned else negative
        fees = self._fees(function)
        faults += tuple(fault for fee in fees for fault in fee.faults())
        if fees and value is not None:
            value = sum_of(value, *_charged(function, fees))
            negative = value < 0
            faults += () if any(fee.codes for fee in fees) else self._too_large(value, (part.field,))
        return Money(value, "DBIT" if negative else "CRDT", faults)

    def _fees(self, function: Mapping[str, Any]) -> list[_Part]:
        named, signed = function.get("fee") or (), function.get("feeSign", "none") != "none"
        return [self._part(name, signed=signed) for name in ([named] if isinstance(named, str) else named)]

    def _by_account(self, function: Mapping[str, Any]) -> Money:
        """Make an amount whose direction follows from the own account: the payer's, the payee's, or neither."""
        sign, parties = function.get("sign", "none"), [function[key] for key in ("payer", "payee") if key in function]
        fields = (function["field"], *parties)
        part = self._part(function["field"], signed=sign != "none")
        if part.text is None:
            return Money(None, "", (Fault.of(part.field, "FIELD_MISSING"),))
        if part.number is None:
            # DIRECTION_UNKNOWN may be reported as well for a cell that is not an amount.
            unknown = Fault(frozenset(fields), frozenset(["DIRECTION_UNKNOWN"]), certain=False)
            return Money(None, "", (*part.faults(), unknown))
        own = _comparable(self.own_account)
        payer, payee = (_comparable(self.cells.texts.get(function.get(key, ""))) for key in ("payer", "payee"))
        paid, received = own is not None and payer == own, own is not None and payee == own
        by_account = "" if paid == received else "DBIT" if paid else "CRDT"
        if len(parties) == 1 and not (paid or received) and self._is_another(parties[0]):
            by_account = "CRDT" if "payer" in function else "DBIT"
        by_sign = "DBIT" if part.number.value < 0 else "CRDT"
        counts = sign == "agrees" or (sign == "optional" and (part.number.value < 0 or part.number.plus))
        if paid and received:
            direction = ""
        elif counts:
            direction = by_sign
        else:
            alone = payee is None and _is_iban_like(payer) and _is_iban_like(own)
            direction = by_account or ("CRDT" if sign == "optional" and alone else "")
        contradicts = counts and by_account not in {"", by_sign} and (sign == "optional" or part.number.value != 0)
        faults = part.faults(*(["SIGN_MISMATCH"] if contradicts else []))
        if not direction:
            faults += (
                Fault(
                    frozenset(fields), frozenset(["DIRECTION_UNKNOWN"]), certain=not faults and part.value is not None
                ),
            )
        if sign == "optional" and by_account == "DBIT" and not counts and self.signed_file:
            faults += (Fault(frozenset(fields), frozenset(["SIGN_MISMATCH"]), if_alone=True),)
        size = abs(part.value) if part.value is not None else None
        return Money(-size if size is not None and direction == "DBIT" else size, direction, faults)

    def _is_another(self, name: str) -> bool:
        """Return whether the field ``name`` has an account that cannot be the own one in another notation."""
        party, own, field = _comparable(self.cells.texts[name]), _comparable(self.own_account), self._field(name)
        if party is None or own is None or party in own or own in party:
            return False
        pattern = field.get("constraints", {}).get("pattern")
        alike = pattern is None or full_match(pattern, self.own_account or "") is not None
        return alike and ("format" not in field or _is_iban_like(own))

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
        # Where the word is unknown, there is nothing that a sign could contradict.
        contradicts = part.number is not None and word in words and _contradicts(sign, part.number, debit=debit)
        if part.text is None:
            faults += [Fault.of(part.field, "FIELD_MISSING")] if required else []
        else:
            faults += part.faults(*(["SIGN_MISMATCH"] if contradicts else []))
        size = abs(part.value) if part.value is not None else None
        return Money(-size if size is not None and debit else size, "DBIT" if debit else "CRDT", tuple(faults))

    def _debit_credit(self, function: Mapping[str, Any], *, required: bool) -> Money:
        negative, sign = function.get("negativeDebits", False), function.get("sign", "none")
        debit = self._part(function["debit"], signed=negative or sign != "none")
        credit = self._part(function["credit"], signed=sign != "none")
        fields, fees = (debit.field, credit.field), self._fees(function)
        of_fees = tuple(fault for fee in fees for fault in fee.faults())
        if debit.text is None and credit.text is None and not any(map(_is_charge, fees)):
            missing = (Fault(frozenset(fields), frozenset(["FIELD_MISSING"]), certain=not of_fees),) if required else ()
            return Money(None, "CRDT", (*missing, *of_fees))
        positive = negative and debit.number is not None and debit.number.value > 0
        faults: tuple[Fault, ...] = (*debit.faults(*(["SIGN_MISMATCH"] if positive else [])), *credit.faults())
        parts = (debit, credit, *fees)
        sound = not (faults or of_fees) and all(part.text is None or part.value is not None for part in parts)
        if _not_zero(debit) and _not_zero(credit):
            faults += (Fault(frozenset(fields), frozenset(["AMOUNT_AMBIGUOUS"]), certain=not faults),)
        faults += of_fees
        # A cell without a number is no amount.
        out, received = debit.value or Decimal(0), credit.value or Decimal(0)
        if sign == "ignored":
            out, received = abs(out), abs(received)
        value = sum_of(received, out if negative else -out, *_charged(function, fees))
        faults += self._too_large(value, fields) if sound else ()
        went_out = value < 0 or (value == 0 and credit.text is None)
        return Money(value, "DBIT" if went_out else "CRDT", faults)

    def _part(self, field_name: str, *, signed: bool = True) -> _Part:
        text, field = self.cells.texts[field_name], self._field(field_name)
        if text is None:
            return _Part(field_name, None, None, None, frozenset())
        number = read_number(text, field)
        if number is None:
            return _Part(field_name, text, None, None, frozenset(["AMOUNT_FORMAT", *unworded_codes(text, field)]))
        value = number.value
        codes = _of_decimals(number, field, self.minor_units)
        plus_allowed = field.get("plusSign") and number.plus and not number.sign_behind
        if number.signed and not signed and not plus_allowed:
            codes.add("SIGN_MISMATCH")
        if field.get("minorUnits", False):
            value = scaled(value, self.minor_units or 0)
            if self.minor_units is None:
                # Without a currency, nobody knows what it comes to.
                return _Part(field_name, text, number, None, frozenset(codes))
        if not in_range(value):
            codes.add("AMOUNT_RANGE")
        return _Part(field_name, text, number, value, frozenset(codes))

    def _field(self, name: str) -> dict[str, Any]:
        return next(field for field in all_fields(self.layout) if field["name"] == name)

    def _too_large(self, value: Decimal, fields: tuple[str, ...]) -> tuple[Fault, ...]:
        return () if in_range(value) else (Fault(frozenset(fields), frozenset(["AMOUNT_RANGE"])),)


def _of_decimals(number: Number, field: Mapping[str, Any], minor_units: int | None) -> set[str]:
    """Return AMOUNT_SCALE for more decimals than the layout or the currency has; zeros at their end do not count.

    Exactly three are too many where the layout has fewer: they could be thousands.
    """
    if field.get("minorUnits"):
        return {"AMOUNT_SCALE"} if number.written_decimals else set()
    scale = field.get("scale", 2)
    most = scale if minor_units is None else min(scale, minor_units)
    thousands = field.get("jsonType") != "number" and scale < _THOUSANDS and number.written_decimals == _THOUSANDS
    return {"AMOUNT_SCALE"} if number.decimals > most or thousands else set()


def _number_fields(function: Mapping[str, Any]) -> list[str]:
    """Return the fields with numbers that make an amount, other than by an account or a list."""
    keys = ("field",) if function["function"] == "amount_with_direction" else ("field", "debit", "credit", "fee")
    named = [function[key] for key in keys if key in function]
    return [name for names in named for name in ([names] if isinstance(names, str) else names)]


def _is_charge(fee: _Part) -> bool:
    """Return whether a fee is an amount of its own: one of zero is none, nor is one with anything wrong."""
    return fee.text is not None and not fee.codes and fee.value != 0


def _charged(function: Mapping[str, Any], fees: list[_Part]) -> list[Decimal]:
    """Return what each fee adds to the amount."""
    sign = 1 if function.get("feeSign") == "agrees" else -1
    return [sign * (fee.sound or Decimal(0)) for fee in fees]


def _comparable(account: str | None) -> str | None:
    """Return an account without spaces and in one case."""
    return None if account is None else account.replace(" ", "").replace("\u00a0", "").upper()


def _is_iban_like(account: str | None) -> bool:
    return account is not None and bool(re.fullmatch("[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}", account))


def _not_zero(part: _Part) -> bool:
    """Return whether there is an amount; of a text that is none, it may be taken for one."""
    return part.text is not None and (part.number is None or part.number.value != 0)


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
