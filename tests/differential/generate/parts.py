"""Parts of a layout: fields that belong together, how a row fills them, and what is made of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from tests.differential.generate import dates, numbers, texts
from tests.differential.generate.chance import chance, weighted

Spec = dict[str, Any]
Row = dict[str, str]
Flow = Literal["in", "out"]
"""Which way the money of a row goes."""
Write = Callable[[Random, Flow], Row]
"""Fills the part's cells of one row. An empty text is no value."""


@dataclass(frozen=True)
class Part:
    """Fields, what fills them, and the canonical columns that are made of them."""

    specs: list[Spec]
    write: Write
    mapping: dict[str, Spec] = field(default_factory=dict)
    drop: list[Spec] = field(default_factory=list)


@dataclass(frozen=True)
class Names:
    """Draws the names of fields, each once."""

    rng: Random
    json: bool
    used: set[str] = field(default_factory=set)

    def next(self, word: str) -> str:
        """Return a name around ``word``."""
        name = self._drawn(word)
        while name in self.used or any(self._collides(name, other) for other in self.used):
            name = self._drawn(f"{word}{self.rng.randrange(1000)}")
        self.used.add(name)
        return name

    def _drawn(self, word: str) -> str:
        if self.json:
            style = weighted(
                self.rng,
                {
                    "{}": 8.0,
                    "{}.value": 2.0,
                    "a.{}": 2.0,
                    "data.inner.{}": 1.0,
                    "{} x": 0.4,
                    "Ä{}": 0.4,
                    "{}'s": 0.2,
                    "#{}": 0.2,
                    "{}-1": 0.3,
                },
            )
        else:
            style = weighted(
                self.rng,
                {
                    "{}": 10.0,
                    "{} (x)": 1.0,
                    "Ä{}": 0.5,
                    'the "{}"': 0.3,
                    "{}; {}": 0.3,
                    "{}'s": 0.3,
                    "{},": 0.2,
                    " {}": 0.1,
                },
            )
        return style.replace("{}", word)

    def _collides(self, name: str, other: str) -> bool:
        """Return whether one path leads through the other's value."""
        return self.json and (name.startswith(other + ".") or other.startswith(name + "."))


def number(rng: Random, names: Names, word: str, *, words: bool = False) -> Spec:
    """Draw a number field."""
    name = names.next(word)
    if names.json and chance(rng, 0.5):
        return numbers.json_number_field(rng, name)
    return numbers.number_field(rng, name, words=words)


def text(names: Names, word: str, **keys: Any) -> Spec:
    """Return a text field."""
    return {"name": names.next(word), "type": "string", **keys}


def signed_amount(rng: Random, names: Names, column: str = "amount") -> Part:
    """Draw an amount with its own sign, sometimes with a fee beside it."""
    inverted = chance(rng, 0.2)
    with_fees = column == "amount" and chance(rng, 0.15)
    fees = [number(rng, names, word) for word in ("Fee", "Tax")[: rng.randint(1, 2)]] if with_fees else []
    spec = number(rng, names, column.title(), words=not inverted)
    function: Spec = {"function": "amount", "field": spec["name"]}
    if inverted:
        function["inverted"] = True
    if fees:
        named = [fee["name"] for fee in fees]
        function["fee"] = named if len(named) > 1 or chance(rng, 0.2) else named[0]

    def write(rng: Random, flow: Flow) -> Row:
        row = {spec["name"]: _signed(rng, spec, positive=(flow == "in") != inverted)}
        row |= {fee["name"]: _unsigned(rng, fee) if chance(rng, 0.6) else "" for fee in fees}
        return row

    return Part([spec, *fees], write, {column: function})


def amount_with_direction(rng: Random, names: Names, column: str = "amount") -> Part:
    """Draw an amount beside a word."""
    spec, sign = number(rng, names, column.title()), rng.choice(["none", "agrees", "inverted", "plus"])
    if sign == "plus" and spec.get("jsonType") == "number":
        sign = "agrees"
    for key in ("prefixes", "trailingSign") if sign == "plus" else ():
        spec.pop(key, None)
    words = rng.choice(
        [
            (["CR"], ["DR"]),
            (["H", "Haben"], ["S", "Soll"]),
            (["in"], ["out", ""]),
            (["", "+"], ["-"]),
            (["Приход"], ["Расход"]),
        ]
    )
    word = text(names, "Direction")
    function: Spec = {"function": "amount_with_direction", "field": spec["name"], "direction": word["name"]}
    function |= {"credit": words[0], "debit": words[1]}
    if sign != "none":
        function["sign"] = sign

    def write(rng: Random, flow: Flow) -> Row:
        if sign == "none":
            cell = _unsigned(rng, spec)
        elif sign == "plus":
            cell = numbers.written(rng, spec, numbers.amount(rng), "+" if flow == "in" else "")
        else:
            cell = _signed(rng, spec, positive=(flow == "in") == (sign == "agrees"))
        direction = rng.choice(words[0 if flow == "in" else 1])
        if chance(rng, 0.02):
            direction = rng.choice(["", "cr", "DR ", "x", "Haben", "in"])
        return {spec["name"]: cell, word["name"]: direction}

    return Part([spec, word], write, {column: function})


_OWN = ("DE89370400440532013000", "CH93 0076 2011 6238 5295 7", "0012345")
_NOTATIONS: tuple[Spec, ...] = (
    {"format": "iban"},
    {"constraints": {"pattern": "[0-9A-Za-z ]+"}},
    {"constraints": {"pattern": "[0-9]{5,}|[A-Z]{2}.+"}},
)
_OTHERS = ("NL91ABNA0417164300", "GB82 WEST 1234 5698 7654 32", "99887766", "")


def amount_by_account(rng: Random, names: Names) -> Part:
    """Draw an amount whose direction follows from the own account."""
    spec, sign = number(rng, names, "Amount"), rng.choice(["none", "agrees", "optional"])
    own, payer, payee = text(names, "Own"), text(names, "PayerIban"), text(names, "PayeeIban")
    function: Spec = {
        "function": "amount_by_account",
        "field": spec["name"],
        "payer": payer["name"],
        "payee": payee["name"],
    }
    if sign != "none":
        function["sign"] = sign
    number_of_own = rng.choice(_OWN)
    alone, notation = rng.choice(["payer", "payee", None, None]), rng.choice(_NOTATIONS)
    if alone:
        function = {key: name for key, name in function.items() if key not in {"payer", "payee"} or key == alone}
        (payer if alone == "payer" else payee).update(notation)
    minus = sign == "agrees" or chance(rng, 0.5)

    def write(rng: Random, flow: Flow) -> Row:
        own_written = rng.choice([number_of_own, number_of_own.replace(" ", ""), number_of_own.lower()])
        if alone and chance(rng, 0.8):
            own_written = number_of_own.replace(" ", "")
        sides = [own_written, rng.choice(_OTHERS)] if flow == "out" else [rng.choice(_OTHERS), own_written]
        if chance(rng, 0.06):
            sides = rng.choice(
                [["", ""], [own_written] * 2, sides[::-1], [rng.choice(_OTHERS), ""], [_OTHERS[0], _OTHERS[1]]]
            )
        signed = _signed(rng, spec, positive=flow == "in") if sign != "none" and minus else _unsigned(rng, spec)
        return {spec["name"]: signed, own["name"]: number_of_own, payer["name"]: sides[0], payee["name"]: sides[1]}

    mapping = {"amount": function, "account_id": {"function": "text", "field": own["name"]}}
    parties = [party for key, party in (("payer", payer), ("payee", payee)) if alone in {key, None}]
    return Part([spec, own, *parties], write, mapping)


def debit_credit(rng: Random, names: Names) -> Part:
    """Draw an amount in one of two columns."""
    debit, credit, negative = number(rng, names, "Debit"), number(rng, names, "Credit"), chance(rng, 0.3)
    function: Spec = {"function": "debit_credit", "debit": debit["name"], "credit": credit["name"]}
    signed = not negative and chance(rng, 0.3)
    if negative:
        function["negativeDebits"] = True
    elif signed:
        function["sign"] = rng.choice(["reverses", "ignored"])

    def unsigned(rng: Random, spec: Spec) -> str:
        return _signed(rng, spec, positive=chance(rng, 0.7)) if signed else _unsigned(rng, spec)

    def write(rng: Random, flow: Flow) -> Row:
        incoming = flow == "in"
        out = _signed(rng, debit, positive=False) if negative else unsigned(rng, debit)
        received = unsigned(rng, credit)
        if chance(rng, 0.03):
            return {debit["name"]: rng.choice([out, ""]), credit["name"]: rng.choice([received, ""])}
        if chance(rng, 0.1):
            zero = numbers.written(rng, credit if not incoming else debit, numbers.amount(rng, zero=1))
            return {debit["name"]: zero if incoming else out, credit["name"]: received if incoming else zero}
        return {debit["name"]: "" if incoming else out, credit["name"]: received if incoming else ""}

    return Part([debit, credit], write, {"amount": function})


def booking_date(rng: Random, names: Names) -> Part:
    """Draw the days of a row."""
    specs, mapping = [dates.date_field(rng, names.next("Booked"))], dict[str, Spec]()
    booked = specs[0]["name"]
    if chance(rng, 0.2):
        specs.append(dates.date_field(rng, names.next("Bought")))
        mapping["booking_date"] = {"function": "first_date", "of": [spec["name"] for spec in specs]}
    else:
        mapping["booking_date"] = {"function": "date", "field": booked}
    if chance(rng, 0.4):
        value = dates.date_field(rng, names.next("Valued"))
        specs.append(value)
        mapping["value_date"] = {"function": "date", "field": value["name"]}
    elif chance(rng, 0.1):
        mapping["value_date"] = {"function": "date", "field": booked}

    def write(rng: Random, _flow: Flow) -> Row:
        on = dates.day(rng)
        row = {spec["name"]: dates.written(rng, spec, on) for spec in specs}
        for spec in specs[0 if len(specs) > 1 else 1 :]:
            if chance(rng, 0.1):
                row[spec["name"]] = ""
        for name in row:
            if chance(rng, 0.01):
                row[name] = dates.odd_date(rng)
        return row

    return Part(specs, write, mapping)


def _signed(rng: Random, spec: Spec, *, positive: bool) -> str:
    if chance(rng, 0.02) and spec.get("jsonType") != "number":
        return numbers.odd_number(rng)
    sign = ("+" if chance(rng, 0.15) else "") if positive else "-"
    if chance(rng, 0.02):
        sign = rng.choice(["", "+", "-"])
    return numbers.written(rng, spec, numbers.amount(rng), sign)


def _unsigned(rng: Random, spec: Spec) -> str:
    if chance(rng, 0.02):
        return _signed(rng, spec, positive=chance(rng, 0.5))
    sign = "+" if spec.get("plusSign") and chance(rng, 0.3) else ""
    return numbers.written(rng, spec, numbers.amount(rng), sign)


def any_text(rng: Random) -> str:
    """Draw a text, or nothing."""
    return "" if chance(rng, 0.15) else texts.any_text(rng)
