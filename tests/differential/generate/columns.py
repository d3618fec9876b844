# ruff: noqa: RUF001 - letters of other scripts are what it is about
"""The parts of a layout that are texts: ids, currencies, accounts, the other party, what it is for."""

from random import Random
from typing import Any

from tests.differential.generate.chance import chance, weighted
from tests.differential.generate.parts import Flow, Names, Part, Row, Spec, any_text, text

_GOOD_CURRENCIES = ("EUR", "EUR", "EUR", "EUR", "EUR", "USD", "USD", "GBP", "BHD", "BHD", "CLF", "JPY", "EEK", "ITL")
_ODD_CURRENCIES = ("eur", "EURO", "XXQ", "€", "", " EUR", "ABC", "978")
_IBANS = ("DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947", "NL91ABNA0417164300",
"CH9300762011623852957",
          "FR1420041010050500013M02606", "MT84MALT011000012345MTLCAST001S", "BE68539007547034")  # fmt: skip
_ODD_IBANS = ("DE88370400440532013000", "DE8937040044053201300", "de89370400440532013000", "XX89370400440532013000",
"12345678",
              "DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432 ", "US64SVBKUS6S3300958879",
              "DE00370400440532013000", "NO93860111179471")  # fmt: skip


_EXTRACTED = (
    "([0-9]+)", "^(.)", "ref[.] ([0-9-]+)", "(Kiosk|rent)", "([a-z]+)$", "o(.*)", r"(\d+)", r"\b(\d{4})\b",
    r"(\w+)$", r"(\W+)",
    "([^ ]+) ", "^(.*?)[0-9]", "(?:ref[.] )?([0-9-]{3,})", "([A-ZÅŻМ][a-zäößü]+)", r"(\S+)\s", r"([\d.,]{2,5}?)",
    "(株.*会)",
    r"(\\)", "([-/])", r"\x2d(.)", "([]a])", "^([^a-z]*)$",
)  # fmt: skip


def transaction_id(rng: Random, names: Names) -> Part:
    """Draw where a row's id comes from."""
    way = weighted(rng, {"hash": 5.0, "text": 4.0, "hash behind": 1.5, "hash unless": 1.5, "join": 1.0, "first": 1.0})
    if way == "hash":
        return Part([], lambda _rng, _flow: {}, {"transaction_id": {"function": "row_hash"}})
    spec, second = text(names, "Id"), text(names, "Ref")
    makes: dict[str, Spec] = {
        "text": {"function": "text", "field": spec["name"]},
        "hash behind": {"function": "row_hash", "field": spec["name"]},
        "hash unless": {"function": "row_hash", "unless": spec["name"]},
        "join": {"function": "join", "of": [spec["name"], second["name"]], "separator": rng.choice(["-", " ", ""])},
        "first": {"function": "first_of", "of": [spec["name"], second["name"]]},
    }
    specs = [spec] if way in {"text", "hash behind", "hash unless"} else [spec, second]
    most, absent = rng.choice([30, 1000, 10**9]), 0.4 if way == "hash unless" else 0.03

    def write(rng: Random, _flow: Flow) -> Row:
        return {one["name"]: "" if chance(rng, absent) else f"T{rng.randrange(most)}" for one in specs}

    return Part(specs, write, {"transaction_id": makes[way]})


def currency(rng: Random, names: Names) -> Part:
    """Draw where a row's currency comes from."""
    way = weighted(rng, {"constant": 3.0, "text": 4.0, "lookup": 2.0, "first": 0.5, "extract": 0.5})
    if way == "constant":
        code = rng.choice([*_GOOD_CURRENCIES, "KWD", "ISK"])
        return Part([], lambda _rng, _flow: {}, {"currency": {"function": "constant", "value": code}})
    spec, second = text(names, "Currency"), text(names, "Unit")
    words = {"Euro": "EUR", "€": "EUR", "Yen": "JPY", "BHD": "BHD"}
    if chance(rng, 0.4):
        words[""] = "USD"
    makes: dict[str, Spec] = {
        "text": {"function": "text", "field": spec["name"], **({"upper": True} if chance(rng, 0.3) else {})},
        "lookup": {"function": "lookup", "field": spec["name"], "values": words},
        "first": {"function": "first_of", "of": [spec["name"], second["name"]]},
        "extract": {"function": "extract", "field": spec["name"], "pattern": "([A-Z]{3})"},
    }
    specs = [spec, second] if way == "first" else [spec]
    main = rng.choice(_GOOD_CURRENCIES)

    def write(rng: Random, _flow: Flow) -> Row:
        good = (
            rng.choice(list(words)) if way == "lookup" else (main if chance(rng, 0.8) else rng.choice(_GOOD_CURRENCIES))
        )
        row = {spec["name"]: rng.choice(_ODD_CURRENCIES) if chance(rng, 0.02) else good}
        if way == "first":
            row[second["name"]] = rng.choice(_GOOD_CURRENCIES)
            row[spec["name"]] = row[spec["name"]] if chance(rng, 0.5) else ""
        return row

    return Part(specs, write, {"currency": makes[way]})


def remittance(rng: Random, names: Names) -> Part:
    """Draw what a row says about itself."""
    specs = [text(names, word) for word in ("Purpose", "Note", "More")]
    all_names = [spec["name"] for spec in specs]
    way = weighted(rng, {"text": 3.0, "join": 2.0, "first_of": 1.0, "extract": 1.0})
    function: Spec = {"function": way}
    if way in {"join", "first_of"}:
        function["of"] = all_names
        if way == "join" and chance(rng, 0.5):
            function["separator"] = rng.choice([", ", " / ", "|", "\n"])
    else:
        function["field"] = all_names[0]
        specs = specs[:1]
        if way == "extract":
            function["pattern"] = rng.choice(_EXTRACTED)

    def write(rng: Random, _flow: Flow) -> Row:
        return {spec["name"]: any_text(rng) for spec in specs}

    return Part(specs, write, {"remittance_information": function})


def kind(rng: Random, names: Names) -> Part:
    """Draw a field with few words: a status that may drop its row, a kind that is translated."""
    spec = text(names, "Kind")
    words = ["BOOKED", "PENDING", "Daily balance", "CARD"]
    mapping: dict[str, Spec] = {}
    if chance(rng, 0.4):
        spec["constraints"] = {
            "pattern": rng.choice(
                [
                    "BOOKED|PENDING|CARD|Daily balance",
                    "[A-Z]+|Daily balance",
                    r"(?:[A-Za-z ]+)?",
                    r"\w+(?: \w+)*",
                    ".{4,13}",
                    r"\D*",
                ]
            )
        }
    if chance(rng, 0.5):
        mapping["bank_transaction_code"] = {"function": "text", "field": spec["name"]}
    elif chance(rng, 0.4):
        mapping["bank_transaction_code"] = {
            "function": "lookup",
            "field": spec["name"],
            "values": {word: word[:3] for word in words[: rng.randint(1, 4)]},
        }
    drop: list[Spec] = []
    if chance(rng, 0.6):
        drop.append(rng.choice([
            {"field": spec["name"], "values": ["PENDING"]},
            {"field": spec["name"], "values": ["PENDING", ""]},
            {"field": spec["name"], "values": ["PENDING", "x", "y", "z", "Daily balance", "w"]},
            {"field": spec["name"], "pattern": "^PEND"},
            {"field": spec["name"], "pattern": "bal"},
        ]))  # fmt: skip

    def write(rng: Random, _flow: Flow) -> Row:
        word = rng.choice(words) if chance(rng, 0.3) else "BOOKED"
        return {spec["name"]: any_text(rng) if chance(rng, 0.02) else ("" if chance(rng, 0.03) else word)}

    return Part([spec], write, mapping, drop)


def parties(rng: Random, names: Names) -> Part:
    """Draw the other party and its account, and perhaps the account itself."""
    payer, payee, iban = text(names, "Payer"), text(names, "Payee"), text(names, "Account")
    spaced = chance(rng, 0.2)
    if chance(rng, 0.5):
        iban["format"] = "iban_print" if spaced else "iban"
    mapping: dict[str, Spec] = {
        "counterparty_name": rng.choice([
            {"function": "by_direction", "credit": payer["name"], "debit": payee["name"]},
            {"function": "by_direction", "credit": [payer["name"], payee["name"]], "debit": payee["name"]},
            {"function": "by_direction", "debit": [payee["name"]]},
            {"function": "text", "field": payer["name"]},
            {"function": "first_of", "of": [payee["name"], payer["name"]]},
        ]),
        rng.choice(["counterparty_account", "account_id"]): {"function": "text", "field": iban["name"]},
    }  # fmt: skip

    def write(rng: Random, _flow: Flow) -> Row:
        number = rng.choice(_IBANS)
        if spaced:
            number = " ".join(number[start : start + 4] for start in range(0, len(number), 4))
        account = rng.choice([*_ODD_IBANS, number[:-1]]) if chance(rng, 0.03) else number
        return {
            payer["name"]: any_text(rng),
            payee["name"]: any_text(rng),
            iban["name"]: "" if chance(rng, 0.1) else account,
        }

    return Part([payer, payee, iban], write, mapping)


def unused(names: Names) -> Part:
    """Return a field that nothing is made of."""
    spec: dict[str, Any] = text(names, "Other")
    return Part([spec], lambda rng, _flow: {spec["name"]: any_text(rng)})
