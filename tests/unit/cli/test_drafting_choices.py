"""Which columns a draft chooses, what it proves, and what it leaves to a person."""

import json
import re
from typing import Any

import pytest
import yaml

from cli.drafting.reading import DraftError
from cli.drafting.writing import draft

OWN, OTHER = "DE02000000000000000001", "DE02000000000000000002"


def _drafted(content: str, name: str = "file.csv") -> tuple[dict[str, Any], str]:
    text = draft(content.encode(), name, "partner")
    return yaml.safe_load(text), text


def _question(text: str, column: str) -> str:
    [line] = [line for line in text.splitlines() if line.startswith(f"  {column}: ")]
    return line.partition("# DECIDE: ")[2]


BALANCES = """\
Datum;Text;Stand;Wert;Punkte
13.01.2025;a;-100,00;-50,00;12,00
14.01.2025;b;-150,00;-50,00;-7,00
15.01.2025;c;50,00;200,00;3,50
"""


def test_the_column_by_which_a_balance_runs_is_the_amount() -> None:
    layout, text = _drafted(BALANCES)

    assert layout["mapping"]["amount"] == {"function": "amount", "field": "Wert"}
    assert layout["mapping"]["balance_after"] == {"function": "amount", "field": "Stand"}
    assert layout["runningBalance"] == "ascending"
    assert _question(text, "amount") == ""
    assert "# proven: Stand runs on by it" in text


def test_a_balance_proves_columns_without_a_name() -> None:
    rows = "2025-01-03;x;9,00;;114,00\n2025-01-02;y;;20,00;123,00\n2025-01-01;z;7,00;;103,00\n"

    layout, text = _drafted(rows)

    assert layout["mapping"]["amount"] == {"function": "debit_credit", "debit": "column 3", "credit": "column 4"}
    assert layout["runningBalance"] == "descending"
    assert _question(text, "amount") == ""


def test_a_balance_before_each_row_proves_no_direction() -> None:
    rows = "Date,Amount,Balance\n2025-01-01,5.00,100.00\n2025-01-02,7.00,95.00\n2025-01-03,1.00,88.00\n"

    assert "inverted" in _question(_drafted(rows)[1], "amount")


def test_steps_of_one_size_alone_prove_nothing() -> None:
    rows = "05/01/2024;-0.01;0.01;0.00\n09/01/2024;-0.01;0.02;0.01\n13/01/2024;0.01;0.01;0.02\n"

    assert _question(_drafted(rows)[1], "amount") != ""


def test_what_two_ways_prove_alike_is_asked_for() -> None:
    rows = "13/03/2024;-0.01;0.01;0.00\n13/03/2024;0.02;-0.01;0.01\n13/03/2024;-0.01;0.00;-0.01\n"

    assert "inverted" in _question(_drafted(rows)[1], "amount")


def test_a_balance_that_breaks_is_proven_without_a_promise() -> None:
    rows = "".join(f"2025-01-{day:02},-1.00,{200 - day}.00\n" for day in range(1, 10))

    layout, _ = _drafted(f"Date,Amount,Balance\n{rows}2025-01-10,-1.00,7.00\n")

    assert "balance_after" in layout["mapping"]
    assert "runningBalance" not in layout


def test_gross_fee_and_net_are_named_and_left_to_a_person() -> None:
    _, text = _drafted("Date,Text,Gross,Fee,Net\n2025-01-13,a,100.00,-3.00,97.00\n2025-01-14,b,-50.00,0.00,-50.00\n")

    question = _question(text, "amount")
    assert all(name in question for name in ("Gross", "Fee", "Net"))


def test_two_amounts_with_nothing_proven_are_both_named() -> None:
    _, text = _drafted("Date,Amount 1,Amount 2\n2025-01-13,-1.00,-3.00\n2025-01-14,-2.00,5.00\n")

    assert "Amount 1 or one of Amount 2?" in _question(text, "amount")


def test_two_dates_that_fit_alike_are_both_named() -> None:
    _, text = _drafted("Date 1,Date 2,Amount\n2025-01-13,2025-01-14,-1.00\n2025-01-14,2025-01-16,-2.00\n")

    assert _question(text, "booking_date") == "Date 1 or Date 2?"


def test_the_currency_belongs_to_the_amount_not_the_original() -> None:
    rows = (
        "Date,Original Amount,Original Currency,Amount,Currency\n"
        "2025-01-13,-10.00,USD,-9.20,EUR\n2025-01-14,-1000,JPY,-6.10,EUR\n"
    )

    mapping = _drafted(rows)[0]["mapping"]

    assert (mapping["amount"]["field"], mapping["currency"]["field"]) == ("Amount", "Currency")


def test_a_currency_in_the_amounts_header_is_taken_from_there() -> None:
    rows = (
        "Datum,Betrag (EUR),Betrag (Fremdwährung),Fremdwährung\n"
        "2025-01-02,-9.20,-10.00,USD\n2025-01-03,-11.70,-10.00,GBP\n"
    )

    mapping = _drafted(rows)[0]["mapping"]

    assert mapping["amount"]["field"] == "Betrag (EUR)"
    assert mapping["currency"] == {"function": "constant", "value": "EUR"}


def test_codes_of_a_foreign_amount_alone_are_no_currency() -> None:
    rows = "Date,Amount,Original Amount,Original Currency\n2025-01-02,-9.20,-10.00,USD\n2025-01-03,-1.70,-2.00,GBP\n"

    layout, text = _drafted(rows)

    assert layout["mapping"]["currency"]["value"] == "TODO"
    assert "Original Currency" in _question(text, "currency")


@pytest.mark.parametrize("cell", ["-1,50 €", "-€1,50", "EUR -1,50"])
def test_the_currency_beside_each_number_is_the_currency(cell: str) -> None:
    layout, _ = _drafted(f"Datum;Betrag\n02.01.2025;{cell}\n13.01.2025;{cell}\n")

    assert layout["mapping"]["currency"] == {"function": "constant", "value": "EUR"}


def test_currencies_in_words_are_looked_up() -> None:
    layout, _ = _drafted("日期,金额,币种\n2025-01-02,-1.50,人民币\n2025-01-03,2.50,美元\n")

    assert layout["mapping"]["currency"]["values"] == {"人民币": "CNY", "美元": "USD"}


@pytest.mark.parametrize("own", ["Own IBAN", "Booking account IBAN", "IBAN Auftragskonto", "IBAN 1"])
def test_the_own_account_is_never_the_counterparty(own: str) -> None:
    rows = f"Date,{own},IBAN of payee,Amount\n2025-01-02,{OWN},{OTHER},-5.00\n2025-01-03,{OWN},{OTHER},-6.00\n"

    mapping = _drafted(rows)[0]["mapping"]

    assert mapping["account_id"]["field"] == own
    assert mapping["counterparty_account"]["field"] == "IBAN of payee"


def test_an_account_alone_that_is_always_the_same_is_the_own() -> None:
    mapping = _drafted(f"Date,IBAN,Amount\n2025-01-02,{OWN},-5.00\n2025-01-03,{OWN},-6.00\n")[0]["mapping"]

    assert mapping["account_id"]["field"] == "IBAN"
    assert "counterparty_account" not in mapping


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("Account statement;;;\nAccount;DE89370400440532013000;;\n;;;\n", 4),
        ("KNAB EXPORT;;;\n", 2),
        ("Jane Roe\nSaldo;77.777,77;EUR\n\n", 4),
    ],
)
def test_padded_lines_and_titles_are_not_the_header(above: str, line: int) -> None:
    layout, text = _drafted(f"{above}Date;Text;Amount;CD\n02.01.2025;A;1,00;D\n13.01.2025;B;2,00;C\n")

    assert layout["dialect"]["headerWithin"] >= line
    assert [field["name"] for field in layout["schema"]["fields"]] == ["Date", "Text", "Amount", "CD"]
    assert layout["mapping"]["amount"]["direction"] == "CD"
    assert "Jane" not in text


def test_rows_one_cell_longer_than_the_header_get_a_column() -> None:
    fields = _drafted("Date;Text;Amount\n02.01.2025;A;-1,00;\n13.01.2025;B;2,00;\n")[0]["schema"]["fields"]

    assert fields[-1] == {"name": "column 4", "header": "", "type": "string", "optional": True}


def test_a_last_line_without_a_line_end_is_read() -> None:
    layout, text = _drafted("Date;Amount\n02.01.2025;1,00\n13.01.2025;-2,00")

    assert layout["schema"]["fields"][0]["format"] == "%d.%m.%Y"
    assert "the last line has no line end" in text


def test_decimals_that_the_language_lacks_are_not_declared() -> None:
    fields = _drafted("Date,Rate,Amount\n2025-01-02,1.1234567,-64.140000\n2025-01-03,0.2,5.5\n")[0]["schema"]["fields"]

    assert [(field["type"], field.get("scale")) for field in fields[1:]] == [("string", None), ("number", None)]


@pytest.mark.parametrize(
    ("out", "into"),
    [
        ("Belastung", "Gutschrift"),
        ("Withdrawals", "Deposits"),
        ("Debit Amount", "Credit Amount"),
        ("Cargo", "Abono"),
        ("Obciążenia", "Uznania"),
        ("Расход", "Приход"),
        ("出金", "入金"),
    ],
)
def test_a_pair_is_known_by_its_headers(out: str, into: str) -> None:
    function = _drafted(f"Date,{into},{out}\n2025-01-02,1.50,\n2025-01-03,,2.50\n")[0]["mapping"]["amount"]

    assert function == {"function": "debit_credit", "debit": out, "credit": into}


def test_a_plus_among_credits_is_declared() -> None:
    rows = "Date,Withdrawals,Deposits\n2025-01-02,$1.50,\n2025-01-03,,+$2.50\n"

    assert _drafted(rows)[0]["schema"]["fields"][2]["plusSign"] is True


def test_refunds_among_debits_are_asked_for() -> None:
    layout, text = _drafted("Date,Debit,Credit\n2025-01-02,5.00,\n2025-01-03,-1.00,\n2025-01-04,,2.50\n")

    assert layout["mapping"]["amount"]["sign"] == "reverses"
    assert "sign: ignored" in _question(text, "amount")


def test_refunds_are_asked_for_even_beside_a_proof() -> None:
    rows = "2025-01-01,-5.00,,90.00\n2025-01-02,,100.00,190.00\n2025-01-03,5.00,,185.00\n2025-01-04,,1.00,186.00\n"

    _, text = _drafted(f"Date,Debit,Credit,Balance\n{rows}")

    assert "sign: ignored" in _question(text, "amount")


def test_another_group_character_than_elsewhere_is_asked_for() -> None:
    rows = "2025-01-01;1,200.00;1'300.00;11'373.94\n2025-01-02;2.00;3.00;12'373.94\n"

    assert "DECIDE: groupChar" in _drafted(f"Date;Debit;Amount;Balance\n{rows}")[1]


def test_currencies_in_small_letters_are_put_in_capitals() -> None:
    layout, _ = _drafted("date,amount,currency\n2025-01-02,-1.50,usd\n2025-01-03,2.50,eur\n")

    assert layout["mapping"]["currency"] == {"function": "text", "field": "currency", "upper": True}


def test_a_withdrawn_code_still_in_use_is_looked_up() -> None:
    layout, _ = _drafted("Дата;Сумма;Валюта\n02.01.2025;-1,50;RUR\n13.01.2025;2,50;USD\n")

    assert layout["mapping"]["currency"]["values"] == {"RUR": "RUB", "USD": "USD"}


def test_unix_times_are_dates_in_a_zone_to_be_decided() -> None:
    rows = [{"created": 1735812000, "amount": "-1.50"}, {"created": 1735898400, "amount": "2.50"}]

    layout, text = _drafted(json.dumps(rows), "file.json")

    [created, _] = layout["schema"]["fields"]
    assert (created["format"], created["timeZone"], created["jsonType"]) == ("unix", "UTC", "number")
    assert "DECIDE: timeZone" in text


def test_a_proven_amount_may_still_be_in_minor_units() -> None:
    rows = [{"date": f"2025-01-0{day}", "amount": -500, "balance": 9000 - day * 500} for day in (2, 3, 4)]

    _, text = _drafted(json.dumps(rows), "file.json")

    assert "minorUnits: true" in _question(text, "amount")


def test_a_side_that_is_empty_in_this_file_is_a_number() -> None:
    fields = _drafted("Datum;Soll;Haben\n02.01.2025;1,50;\n13.01.2025;2,50;\n")[0]["schema"]["fields"]

    assert [field["type"] for field in fields] == ["date", "number", "number"]


def test_words_that_are_not_known_are_not_quoted() -> None:
    _, text = _drafted("Date,Amount,Flow\n2025-01-02,1.50,Zufluss X\n2025-01-03,2.50,Abfluss X\n")

    assert "fluss" not in text
    assert "amount_with_direction by Flow" in _question(text, "amount")


def test_pending_rows_and_sums_are_dropped_and_asked_for() -> None:
    rows = (
        "Date,Text,Amount,State\n2025-01-02,Opening balance,9.00,COMPLETED\n"
        "2025-01-03,rent,-2.50,PENDING\n2025-01-04,bread,-1.50,COMPLETED\n"
    )

    layout, text = _drafted(rows)

    assert layout["drop"] == [
        {"field": "Text", "values": ["Opening balance"]},
        {"field": "State", "values": ["PENDING"]},
    ]
    assert text.count("DECIDE: is nothing booked in these rows?") == 2


@pytest.mark.parametrize(
    ("cells", "format_"),
    [
        (["Apr 8, 2024", "May 12, 2024"], "%b %-d, %Y"),
        (["8 avril 2024", "12 mai 2024"], "%-d %b %Y"),
        (["2024-04-08T10:00:00+0000"], "%Y-%m-%dT%H:%M:%S%z"),
        (["2024-04-08 10:00:00 +0000"], "%Y-%m-%d %H:%M:%S %z"),
        (["04/08/2024 1:05:00 PM", "04/18/2024 11:05:00 AM"], "%m/%d/%Y %-I:%M:%S %p"),
        (["2024年4月8日"], "%Y年%-m月%-d日"),
        (["20240408", "20240412"], "%Y%m%d"),
    ],
)
def test_dates_of_many_shapes_get_their_format(cells: list[str], format_: str) -> None:
    rows = "".join(f"{cell};-1,50\n" for cell in cells)

    assert _drafted(f"Date;Betrag\n{rows}")[0]["schema"]["fields"][0]["format"] == format_


def test_an_id_is_no_amount() -> None:
    record = {"id": 4711, "date": "2025-01-02", "currency_code": "USD", "total": "13.50"}

    assert _drafted(json.dumps(record), "file.json")[0]["mapping"]["amount"]["field"] == "total"


def test_records_have_a_date_and_an_amount_in_one_object() -> None:
    rows = [{"k": "when", "text": "2025-01-02"}, {"k": "fee", "text": "1.00"}]
    record = {"ts": "2025-01-02", "amount": {"value": -5.0, "currency": "EUR"}, "details": {"rows": rows}}

    assert _drafted(json.dumps([record]), "file.json")[0]["recordPath"] == "$[*]"


def test_facts_around_the_records_are_found() -> None:
    rows = [{"date": "2025-01-02", "amount": -5.0}, {"date": "2025-01-03", "amount": 6.25}]
    document = {"account": {"iban": OWN, "currency": "EUR"}, "pending": rows[:1], "booked": rows}

    layout, _ = _drafted(json.dumps(document), "file.json")

    assert layout["recordPath"] == "$.booked[*]"
    assert layout["ignoredArrays"] == ["$.pending[*]"]
    assert layout["mapping"]["account_id"]["field"] == "$.account.iban"
    assert layout["mapping"]["currency"]["field"] == "$.account.currency"


def test_a_first_row_without_a_date_is_no_header() -> None:
    rows = "pending;Jane Roe;coffee shop;none\n2025-01-02;Jane Roe;rent;-5.00\n2025-01-03;Jane Roe;tea;-6.00\n"

    layout, text = _drafted(rows)

    assert not layout["dialect"]["header"]
    assert "Jane" not in text
    assert "DECIDE: no header is recognized" in text


def test_a_name_that_is_a_key_is_not_quoted() -> None:
    rows = [{"date": "2025-01-02", "amount": -5.0, "Jane Roe": "x"}, {"date": "2025-01-03", "amount": 6.25}]

    assert "Jane" not in _drafted(json.dumps({"booked": rows, "Jane Roe": rows[:1]}), "file.json")[1]


def test_a_header_with_data_in_it_is_not_quoted() -> None:
    rows = "Date;Text;Amount;Saldo 31.12.2024\n2025-01-02;rent;-5,00;1,00\n2025-01-03;tea;-6,00;7,00\n"

    layout, text = _drafted(rows)

    assert layout["schema"]["fields"][3]["headerPattern"] == ".+"
    assert "2024" not in text


def test_only_the_beginning_of_a_long_file_is_looked_at() -> None:
    rows = f"2025-01-02,-1.50,{'x' * 90}\n" * 12_000

    layout, text = _drafted(f"Date,Amount,Text\n{rows}")

    assert layout["mapping"]["amount"]["field"] == "Amount"
    assert "line end" not in text


def test_whole_json_numbers_may_be_minor_units() -> None:
    rows = [{"date": "2025-01-02", "amount": -500}, {"date": "2025-01-03", "amount": 625}]

    assert "minorUnits: true" in _question(_drafted(json.dumps(rows), "file.json")[1], "amount")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8bx", "damaged gzip"),
        (b"\r\n", "it is empty"),
    ],
)
def test_what_is_no_text_file_is_named(content: bytes, kind: str) -> None:
    with pytest.raises(DraftError, match=kind):
        draft(content, "file.csv", "partner")


def test_no_balance_stands_before_the_oldest_row() -> None:
    # Given amounts that are never negative, of which the first may be money out
    layout, text = _drafted(
        "Datum;Text;Betrag;Saldo\n13.01.2025;a;70,00;30,00\n14.01.2025;b;20,00;50,00\n15.01.2025;c;5,00;55,00\n"
    )

    assert layout["mapping"]["balance_after"] == {"function": "amount", "field": "Saldo"}
    assert "the balance proves all rows but the oldest" in _question(text, "amount")


def test_lakhs_are_grouped_in_pairs() -> None:
    rows = '01/08/2025,rent,"1,20,000.00",,"3,30,000.00"\n02/08/2025,wages,,"1,500.00","3,31,500.00"\n'

    fields = _drafted(f"Date,Narration,Debit,Credit,Balance\n{rows}")[0]["schema"]["fields"]

    assert [(field["groupChar"], field["grouping"]) for field in fields[2:]] == [(",", "indian")] * 3


MIXED = 'Date,Amount,Balance\n2025-01-02,"-1,250.00","1,000.00"\n2025-01-03,1250.00,"{}"\n2025-01-04,-7.00,"{}"\n'


def test_large_numbers_with_and_without_groups_are_asked_for() -> None:
    _, text = _drafted(MIXED.format("7,777.00", "8,888.00"))

    assert "DECIDE: is , between thousands?" in text


def test_a_balance_that_runs_on_proves_the_groups() -> None:
    _, text = _drafted(MIXED.format("2,250.00", "2,243.00"))

    assert "# proven: Balance runs on by it" in text
    assert "between thousands" not in text


def test_rows_that_are_not_read_are_asked_for() -> None:
    rows = "2025-01-02,-1.50\n2025-01-03,2.50\nreserved,-3.00\n2025-01-05,4.00 (part)\n"

    _, text = _drafted(f"Date,Amount\n{rows}")

    assert "rows without such a date here (1) are rejected" in text
    assert "rows whose number is written otherwise (1) are rejected" in text


def test_a_triangle_before_a_number_is_a_minus() -> None:
    layout, _ = _drafted("取扱日,受払区分,金額\n2025/07/01,払出,▲192225\n2025/07/05,預入,383943\n")

    assert layout["schema"]["fields"][2]["minusChars"] == ["▲"]
    assert layout["mapping"]["amount"]["sign"] == "agrees"


def test_cells_behind_the_header_are_optional_columns() -> None:
    rows = "2025-01-02;-5,00;rent;a;b\n2025-01-03;6,00;tea;c;d;e\n2025-01-04;7,00;coffee\n"

    layout, text = _drafted(f"Datum;Betrag;Text\n{rows}")

    assert [field.get("optional", False) for field in layout["schema"]["fields"]] == [False] * 3 + [True] * 3
    assert "DECIDE: 2 rows have values behind the header's last column" in text


def test_a_header_longer_than_its_rows_is_skipped_as_a_line() -> None:
    rows = "2025-01-02;rent;-5,00\n2025-01-03;tea;6,00;94,00\n"

    layout, text = _drafted(f"Datum;Text;Betrag;Saldo;Notiz\n{rows}")

    assert layout["dialect"]["header"] is False
    assert layout["dialect"]["skipLines"] == ["^Datum;Text;Betrag;Saldo;Notiz"]
    optional = {field["name"]: field.get("optional", False) for field in layout["schema"]["fields"]}
    assert optional == {"Datum": False, "Text": False, "Betrag": False, "Saldo": True, "Notiz": True}
    assert "DECIDE: rows end before the header does" in text


def test_a_shifted_row_makes_no_columns() -> None:
    rows = "2025-01-02;rent;-5,00\n2025-01-03;tea;with milk;6,00\n2025-01-04;tea;7,00\n"

    layout, text = _drafted(f"Datum;Text;Betrag\n{rows}")

    assert len(layout["schema"]["fields"]) == 3
    assert "1 rows below have another number of cells" in text


def test_totals_and_lines_without_a_delimiter_are_skipped() -> None:
    rows = "2025-01-02;rent;-5,00\n2025-01-03;tea;6,00\nTotal;1,00\nJane Roe\n"

    layout, text = _drafted(f"Datum;Text;Betrag\n{rows}")

    assert layout["dialect"]["skipLines"] == ["^[^;]+$", "^Total;"]
    assert "DECIDE: skipLines leaves out totals" in text


@pytest.mark.parametrize("line", ["Devise : CHF", "Currency;CHF", '"Währung";"CHF"'])
def test_a_currency_above_the_header_is_captured(line: str) -> None:
    layout, _ = _drafted(f"{line}\n\nDatum;Betrag\n2025-01-02;-5,00\n2025-01-03;6,00\n")

    [capture] = layout["captures"]
    assert re.search(capture["pattern"], line)[1] == "CHF"  # type: ignore[index]
    assert layout["mapping"]["currency"] == {"function": "captured", "capture": "currency"}


@pytest.mark.parametrize(
    ("line", "account"), [(f"Girokonto;{OWN}", OWN), ("IBAN: CH93 0076 2011 6238 5295 7", ""), ("Konto: 12345-67", "")]
)
def test_an_account_above_the_header_is_captured(line: str, account: str) -> None:
    layout, text = _drafted(f"{line}\n\nDatum;Betrag\n2025-01-02;-5,00\n2025-01-03;6,00\n")

    [capture] = layout["captures"]
    assert re.search(capture["pattern"], line)[1] == account or line.partition(": ")[2]  # type: ignore[index]
    assert layout["mapping"]["account_id"] == {"function": "captured", "capture": "account"}
    assert line not in text


def test_two_accounts_above_the_header_are_not_captured() -> None:
    layout, _ = _drafted(f"Von;{OWN}\nAn;{OTHER}\n\nDatum;Betrag\n2025-01-02;-5,00\n2025-01-03;6,00\n")

    assert "captures" not in layout


def test_a_repeated_header_below_facts_begins_a_section() -> None:
    rows = "Datum;Betrag\n2025-01-02;-5,00\n2025-01-03;6,00\n"

    layout, _ = _drafted(f"Konto;{OWN}\n{rows}\nKonto;{OTHER}\n{rows}")

    assert layout["sections"] is True


def test_a_card_named_above_the_header_lists_payments() -> None:
    rows = "2025-01-02;Bakery;5,00\n2025-01-03;Grocer;6,00\n2025-01-04;Settlement;-4,00\n"

    layout, text = _drafted(f"Kreditkarte\n\nDatum;Text;Betrag\n{rows}")

    assert layout["mapping"]["amount"]["inverted"] is True
    assert "leave out inverted" in _question(text, "amount")


def test_a_column_of_debits_alone_is_money_out() -> None:
    layout, text = _drafted("Date,Text,Debit\n2025-01-02,rent,5.00\n2025-01-03,tea,6.00\n")

    assert layout["mapping"]["amount"]["inverted"] is True
    assert _question(text, "amount") != ""


def test_uneven_whole_json_numbers_are_minor_units() -> None:
    rows = [{"date": "2025-01-02", "amount": -510}, {"date": "2025-01-03", "amount": 679}]

    layout, text = _drafted(json.dumps(rows), "file.json")

    assert layout["schema"]["fields"][1]["minorUnits"] is True
    assert "or of the currency?" in _question(text, "amount")


def test_one_account_among_other_texts_is_the_own() -> None:
    rows = f"2025-01-02;None given;-5,00\n2025-01-03;{OWN};-6,00\n2025-01-04;{OWN};7,00\n"

    mapping = _drafted(rows)[0]["mapping"]

    assert mapping["account_id"]["field"] == "column 2"
    assert "counterparty_account" not in mapping


def test_a_category_is_asked_for_as_a_direction() -> None:
    _, text = _drafted("Date,Amount,Category\n2025-01-02,5.00,Expense\n2025-01-03,6.00,Income\n")

    assert "is it a category? Then function: amount" in _question(text, "amount")


def test_balances_run_on_in_each_currency() -> None:
    rows = (
        "13.01.2025;USD;-10,00;-3,00;90,00\n13.01.2025;EUR;7,00;1,00;57,00\n14.01.2025;USD;-20,50;2,00;69,50\n"
        "15.01.2025;EUR;-8,00;2,00;49,00\n"
    )

    layout, text = _drafted(f"Datum;Währung;Wert;Punkte;Stand\n{rows}")

    assert layout["mapping"]["amount"] == {"function": "amount", "field": "Wert"}
    assert "# proven: Stand runs on by it" in text


def test_rows_after_the_last_balance_are_rather_pending() -> None:
    rows = (
        "2025-01-01,rent,-5.00,,95.00\n2025-01-02,pay,,7.00,102.00\n2025-01-03,tea,-2.00,,100.00\n"
        "2025-01-04,hotel,-9.00,,\n"
    )

    layout, text = _drafted(f"Date,Text,Debit,Credit,Balance\n{rows}")

    assert layout["drop"] == [{"field": "Balance", "values": [""]}]
    assert "DECIDE: is nothing booked in these rows?" in text


def test_rows_between_balances_are_booked() -> None:
    rows = (
        "2025-01-01,rent,-5.00,,95.00\n2025-01-02,pay,,7.00,\n2025-01-03,tea,-2.00,,100.00\n"
        "2025-01-04,hotel,-9.00,,91.00\n"
    )

    assert "drop" not in _drafted(f"Date,Text,Debit,Credit,Balance\n{rows}")[0]


def test_totals_in_every_row_are_no_pair() -> None:
    rows = "2025-01-02,2025-01-31,2025-01-02,500.00,700.00,-5.00\n2025-01-02,2025-01-31,2025-01-04,500.00,700.00,6.00\n"

    mapping = _drafted(f"Initial date,Final date,Transaction date,Expenses,Income,Amount\n{rows}")[0]["mapping"]

    assert mapping["amount"] == {"function": "amount", "field": "Amount"}
    assert mapping["booking_date"]["field"] == "Transaction date"


def test_other_days_are_named_where_none_is_called_booked() -> None:
    rows = "2025-01-02,2025-01-09,-1.00\n2025-01-03,2025-01-09,-2.00\n2025-01-04,2025-01-16,2.00\n"

    layout, text = _drafted(f"Created,Transfer Date,Net\n{rows}")
    _, other = _drafted(f"Created,Date,Net\n{rows}")

    assert layout["mapping"]["booking_date"]["field"] == "Created"
    assert _question(text, "booking_date") == ""
    assert _question(other, "booking_date") == "Date or Created?"


@pytest.mark.parametrize("header", ["Status", "Kind"])
def test_a_state_of_unknown_words_is_asked_for(header: str) -> None:
    other = "zzq" if header == "Status" else "to be cancelled"
    text = _drafted(f"Date,Amount,{header}\n2025-01-02,-1.00,{other}\n2025-01-03,2.00,Completed\n")[1]

    assert f"# DECIDE: {header} may say that rows are not booked, in 1 of its words" in text
    assert other not in text


def test_a_state_of_known_words_is_not_asked_for() -> None:
    text = _drafted("Date,Amount,Status\n2025-01-02,-1.00,Paid\n2025-01-03,2.00,Completed\n")[1]

    assert "may say that rows are not booked" not in text


def test_records_that_say_that_they_are_pending_are_dropped() -> None:
    rows = [{"date": f"2025-01-0{day}", "amount": -5.25 * day, "pending": day > 3} for day in range(1, 5)]

    layout, text = _drafted(json.dumps(rows), "file.json")

    assert layout["drop"] == [{"field": "pending", "values": ["true"]}]
    assert {"name": "pending", "type": "string", "jsonType": "boolean"} in layout["schema"]["fields"]
    assert "DECIDE: is nothing booked in these rows?" in text


@pytest.mark.parametrize(("scales", "field"), [(("2", "1"), "TODO"), (("2", "2"), "amount.digits")])
def test_decimals_that_another_number_gives_are_asked_for(scales: tuple[str, str], field: str) -> None:
    rows = [
        {"date": f"2025-01-0{day}", "amount": {"digits": f"-{day}50", "scale": scale}}
        for day, scale in enumerate(scales, 2)
    ]

    layout, text = _drafted(json.dumps(rows), "file.json")

    assert layout["mapping"]["amount"]["field"] == field
    assert "does amount.scale say how many decimals amount.digits has?" in _question(text, "amount")


def test_what_stands_far_above_the_records_is_one_field() -> None:
    account = {"currency": "EUR", "list": [{"date": "2025-01-02", "amount": "-1.50"}]}

    fields = _drafted(json.dumps({"statement": {"account": account}}), "file.json")[0]["schema"]["fields"]

    assert [field["name"] for field in fields].count("$.statement.account.currency") == 1


@pytest.mark.parametrize("balance", ["Balance", "Running Bal."])
def test_rows_without_an_amount_are_dropped_and_asked_for(balance: str) -> None:
    rows = "2025-01-01,,,90.00\n2025-01-02,5.00,,\n2025-01-03,,7.50,\n2025-01-03,,,92.50\n2025-01-04,1.00,,\n"

    layout, text = _drafted(f"Date,Debit,Credit,{balance}\n{rows}2025-01-04,,,91.50\n")

    assert layout["drop"] == [{"field": "Debit", "values": [""], "also": [{"field": "Credit", "values": [""]}]}]
    assert "DECIDE: is nothing booked in these rows?" in text


def test_a_balance_on_rows_of_its_own_proves_the_amount() -> None:
    rows = "01.01.2025;;90,00\n02.01.2025;-5,00;\n03.01.2025;7,50;\n03.01.2025;;92,50\n04.01.2025;-1,00;\n"

    layout, text = _drafted(f"Datum;Wert;Stand\n{rows}04.01.2025;;91,50\n")

    assert "# proven: Stand runs on by it" in text
    assert "balance_after" not in layout["mapping"]
    assert "runningBalance" not in layout


def test_rows_with_another_amount_are_not_dropped() -> None:
    rows = "2025-01-02,-5.00,\n2025-01-03,7.50,\n2025-01-04,,-1.00\n"

    layout, text = _drafted(f"Date,Amount 1,Total 2\n{rows}")

    assert "drop" not in layout
    assert "Amount 1 or one of Total 2?" in _question(text, "amount")


def test_columns_of_currencies_make_the_amount_together() -> None:
    rows = "2025-01-02,-5.00,\n2025-01-03,7.50,\n2025-01-04,,-1.00\n"

    layout, text = _drafted(f"Date,CAD$,USD$\n{rows}")

    assert layout["mapping"]["amount"] == {
        "function": "amount_by_currency",
        "currencies": {code: {"function": "amount", "field": f"{code}$"} for code in ("CAD", "USD")},
    }
    assert layout["mapping"]["currency"] == {"function": "by_amount"}
    assert "is each row's amount in one of CAD$, USD$" in _question(text, "amount")


@pytest.mark.parametrize(
    ("cells", "keys"),
    [
        (("-5.00,,-1.00,94.00", ",7.50,,101.50", "-2.00,,-0.50,99.00"), {"feeSign": "agrees"}),
        (("-5.00,,1.00,94.00", ",7.50,,101.50", "-2.00,,0.50,99.00"), {}),
        (("-5.00,,1.00,94.00", ",7.50,-0.20,101.70", "-2.00,,0.50,99.20"), {"feeSign": "reverses"}),
    ],
)
def test_a_balance_proves_a_fee_beside_the_amount(cells: tuple[str, ...], keys: dict[str, str]) -> None:
    rows = "".join(f"2025-01-0{day},{row}\n" for day, row in enumerate(cells, 2))

    layout, text = _drafted(f"Date,Money Out,Money In,Fee,Balance\n{rows}")

    assert layout["mapping"]["amount"] == {
        "function": "debit_credit",
        "debit": "Money Out",
        "credit": "Money In",
        "negativeDebits": True,
        "fee": "Fee",
        **keys,
    }
    assert "# proven: Balance runs on by it" in text


def test_the_fields_of_alternatives_stand_there_as_comments() -> None:
    rows = [
        {"date": f"2025-01-0{day}", "amount": {"value": f"-{day}.50"}, "fees": f"-0.0{day}", "state": state}
        for day, state in ((2, "S"), (3, "P"))
    ]

    text = _drafted(json.dumps(rows), "file.json")[1]

    assert "    # - {name: fees, type: number}" in text
    assert "    # - {name: state, type: string}" in text
    assert "is fees charged as well? Then add fee: fees, feeSign: agrees" in _question(text, "amount")


def test_rows_with_another_word_are_asked_for() -> None:
    rows = "2025-01-02,5.00,Debit\n2025-01-03,7.50,Credit\n2025-01-04,1.00,Neutral\n"

    assert "rows with another word in Direction (1)" in _question(
        _drafted(f"Date,Amount,Direction\n{rows}")[1], "amount"
    )


@pytest.mark.parametrize(
    ("header", "code"), [("valor (R$)", "BRL"), ("取引金額\uff08円\uff09", "JPY"), ("Tutar (TL)", "TRY")]
)
def test_a_sign_in_the_amounts_header_is_the_currency(header: str, code: str) -> None:
    layout, _ = _drafted(f"Date;{header}\n2025-01-02;-1.50\n2025-01-03;2.50\n")

    assert layout["mapping"]["currency"] == {"function": "constant", "value": code}


def test_numbers_of_another_meaning_are_no_alternative() -> None:
    rows = [{"date": f"2025-01-0{day}", "amount": f"{day}.50", "bin": day * 37} for day in (2, 3, 4)]

    assert "bin" not in _question(_drafted(json.dumps(rows), "file.json")[1], "amount")


@pytest.mark.parametrize(
    ("header", "encoding"), [("תאריך,חובה,זכות,יתרה", "cp1255"), ("التاريخ,مدين,دائن,الرصيد", "cp1256")]
)
def test_letters_of_more_scripts_tell_the_encoding(header: str, encoding: str) -> None:
    rows = "2/01/2025,5.00,,95.00\n14/01/2025,,7.50,102.50\n15/01/2025,1.00,,101.50\n"

    layout = yaml.safe_load(draft(f"{header}\n{rows}".encode(encoding), "file.csv", "partner"))

    assert layout["encoding"] == encoding
    assert layout["mapping"]["amount"]["function"] == "debit_credit"
    assert [field["name"] for field in layout["schema"]["fields"]] == header.split(",")


def test_a_value_date_in_hebrew_is_no_booking_date() -> None:
    rows = "13/01/2025,14/01/2025,5.00\n14/01/2025,15/01/2025,-7.50\n"

    assert _drafted(f"תאריך,תאריך ערך,סכום\n{rows}")[0]["mapping"]["booking_date"]["field"] == "תאריך"


PROSE = (
    """\
# Notes on payments

The amount, the date, and the balance of 2025-01-02, 5.00, are only an example.
- payments, refunds and the date of booking, as the bank calls it
- the amount, in euros
"""
    + "Nothing here is a table.\n" * 30
)


@pytest.mark.parametrize(
    "content",
    [
        PROSE,
        "Dear Ms Roe, the date is set\nThe amount, we fear, is not\nYours\n",
        "a,b\nc,d\n",
        "name: x\nkeys: [a, b]\n",
    ],
)
def test_a_text_without_a_table_is_refused(content: str) -> None:
    with pytest.raises(DraftError, match="no table with dates and amounts"):
        draft(content.encode(), "notes.csv", "partner")


def test_a_header_that_no_layout_could_find_is_refused() -> None:
    with pytest.raises(DraftError, match="line 121"):
        draft(("Roe\n" * 120 + "Date,Amount\n" + "2025-01-02,-1.00\n" * 40).encode(), "file.csv", "partner")


def test_a_header_without_rows_is_drafted() -> None:
    layout, _ = _drafted("Kontoauszug;;\nDatum;Text;Betrag\n")

    assert [field["name"] for field in layout["schema"]["fields"]] == ["Datum", "Text", "Betrag"]


YEARLESS = "Zeitraum;01.12.2024 - 15.01.2025\n\nTag;Text;Betrag\n28.12.;a;-5,00\n30.12.;b;-6,50\n02.01.;c;9,00\n"


def test_dates_without_a_year_get_the_closing_date() -> None:
    layout, text = _drafted(YEARLESS)

    [capture] = layout["captures"]
    assert layout["schema"]["fields"][0] == {
        "name": "Tag",
        "type": "date",
        "format": "%d.%m.",
        "closing": {"capture": "closing", "format": "%d.%m.%Y"},
    }
    assert re.search(capture["pattern"], YEARLESS.splitlines()[0])[1] == "15.01.2025"  # type: ignore[index]
    assert "so that it gives the year of each row?" in text
    assert "2024" not in text


def test_dates_without_any_year_are_left_to_a_person() -> None:
    layout, text = _drafted(YEARLESS.partition("\n")[2])

    assert layout["mapping"]["booking_date"]["field"] == "TODO"
    assert "# DECIDE: the dates in Tag have no year" in text


def test_a_balance_is_proven_beyond_the_turn_of_the_year() -> None:
    rows = "28/12,5.00,95.00\n30/12,6.50,88.50\n02/01,-9.00,97.50\n"

    layout, _ = _drafted(f"Statement to,31/01/2025\n\nDate,Wert,Stand\n{rows}")

    assert layout["runningBalance"] == "ascending"
    assert layout["mapping"]["amount"] == {"function": "amount", "field": "Wert", "inverted": True}


def test_several_formats_of_one_order_are_listed() -> None:
    rows = "02/01/2025,-1.00\n13/01/2025,2.00\n14/01/2025 10:30,3.00\n15-Jan-2025,4.00\n16/01/2025,5.00\n"

    [date, _] = _drafted(f"Date,Amount\n{rows}")[0]["schema"]["fields"]

    assert date["type"] == "datetime"
    assert sorted(date["format"]) == ["%d-%b-%Y", "%d/%m/%Y", "%d/%m/%Y %H:%M"]


def test_another_order_of_day_and_month_is_not_listed() -> None:
    rows = "13/01/2025,-1.00\n14/01/2025,2.00\n15/01/2025,3.00\n01/31/2025,4.00\n"

    [date, _] = _drafted(f"Date,Amount\n{rows}")[0]["schema"]["fields"]

    assert date["format"] == "%d/%m/%Y"


@pytest.mark.parametrize(("mark", "format_"), [("'{}", "'%d%m%Y"), ("'{}'", "'%d%m%Y'")])
def test_an_apostrophe_around_a_date_is_part_of_it(mark: str, format_: str) -> None:
    rows = f"7;{mark.format('13012025')};-1.50\n8;{mark.format('14012025')};2.50\n"

    assert _drafted(f"No;Date;Amount\n{rows}")[0]["schema"]["fields"][1]["format"] == format_


def test_quotes_behind_a_backslash_are_read() -> None:
    rows = '"2025-01-02","Inn \\"Zur Linde\\", Bar","-5.00"\n"2025-01-03","b","6.00"\n'

    layout, text = _drafted(f'"Date","Text","Amount"\n{rows}')

    assert layout["dialect"]["escapeChar"] == "\\"
    assert "malformed" not in text


def test_lines_with_malformed_quotes_are_counted() -> None:
    rows = '"2025-01-02","Inn "Zur Linde"","-5.00"\n"2025-01-03","b","6.00"\n"2025-01-04","c","7.00"\n'

    text = _drafted(f'"Date","Text","Amount"\n{rows}')[1]

    assert "# DECIDE: quotes are malformed in 1 line, from line 2 on" in text
    assert "Linde" not in text


def _list(day: int, *amounts: str) -> list[dict[str, str]]:
    return [
        {"date": f"2025-01-{day + number:02}", "amount": amount, "currency": "EUR"}
        for number, amount in enumerate(amounts)
    ]


@pytest.mark.parametrize(("into", "out"), [("credits", "debits"), ("creditEntries", "debitEntries")])
def test_lists_that_are_written_alike_are_read_together(into: str, out: str) -> None:
    lists = {into: _list(2, "5.00", "6.50"), out: _list(3, "7.00"), "pending": _list(9, "1.00")}

    layout, text = _drafted(json.dumps({"entries": lists}), "file.json")

    assert layout["recordPath"] == [f"$.entries.{into}[*]", f"$.entries.{out}[*]"]
    assert layout["ignoredArrays"] == ["$.entries.pending[*]"]
    assert layout["mapping"]["amount"] == {
        "function": "amount_with_direction",
        "field": "amount",
        "direction": "$recordPath",
        "credit": [f"$.entries.{into}[*]"],
        "debit": [f"$.entries.{out}[*]"],
        "sign": "none",
    }
    assert f"DECIDE: is all booked in $.entries.{into}[*], $.entries.{out}[*]?" in text


def test_a_list_that_is_written_differently_is_named() -> None:
    lists = {"payments": _list(2, "5.00", "6.50"), "refunds": [{"day": "2025-01-03", "total": "7.00"}]}

    layout, text = _drafted(json.dumps(lists), "file.json")

    assert layout["recordPath"] == "$.payments[*]"
    assert "DECIDE: $.payments[*], $.refunds[*], or all?" in text


def test_what_identifies_a_row_is_no_name_and_no_kind() -> None:
    rows = "".join(f"2025-01-0{day},-5.2{day},Shop,M{day},m{day}@example.org,Bar {day},C{day}\n" for day in range(2, 6))

    mapping = _drafted(f"Date,Amount,Merchant Account,Merchant Reference,Payer email,Merchant,Customer code\n{rows}")[
        0
    ]["mapping"]

    assert "counterparty_account" not in mapping
    assert mapping["counterparty_name"]["field"] == "Merchant"
    assert "bank_transaction_code" not in mapping


def test_words_that_the_signs_contradict_are_named() -> None:
    rows = "2025-01-02,5.00,Debit\n2025-01-03,-1.50,Debit\n2025-01-04,7.00,Credit\n2025-01-05,-2.00,Credit\n"

    assert "or does Direction say which way money went?" in _question(
        _drafted(f"Date,Amount,Direction\n{rows}")[1], "amount"
    )


def test_a_balance_that_goes_both_ways_asks_for_the_words() -> None:
    rows = "".join(f"2025-01-{day:02},{day}.50,1,{round(100 - (day * day + 2 * day) / 2, 2)}\n" for day in range(1, 10))
    rows += "2025-01-10,7.25,2,57.75\n"

    layout, text = _drafted(f"Date,Amount,Kind,Balance\n{rows}")

    assert layout["mapping"]["amount"] == {
        "function": "amount_with_direction",
        "field": "Amount",
        "direction": "Kind",
        "credit": ["TODO"],
        "debit": ["TODO"],
        "sign": "none",
    }
    assert "Balance shows that money goes both ways, as Kind says" in _question(text, "amount")
    assert {"name": "Kind", "type": "string"} in layout["schema"]["fields"]


def test_a_day_of_settlement_is_asked_for_beside_another() -> None:
    rows = "2025-01-02,2025-01-04,-1.00\n2025-01-03,2025-01-05,2.00\n"

    assert (
        _question(_drafted(f"created_at,settled_at,amount\n{rows}")[1], "booking_date") == "settled_at or created_at?"
    )


@pytest.mark.parametrize(("flags", "asked"), [(("r", "i"), True), (("D", "C"), False), (("r", "r"), False)])
def test_a_flag_of_letters_is_asked_for(flags: tuple[str, str], asked: bool) -> None:  # noqa: FBT001
    text = _drafted(f"Date,Amount,X1\n2025-01-02,-1.00,{flags[0]}\n2025-01-03,2.00,{flags[1]}\n")[1]

    assert ("X1 may say that rows are not booked" in text) == asked


def test_other_directions_are_named_beside_an_inverted_amount() -> None:
    rows = "2025-01-02,5.00,FEE\n2025-01-03,7.50,SALE\n"

    question = _question(_drafted(f"Date,Purchase amount,Type\n{rows}")[1], "amount")

    assert "leave out inverted; or amount_with_direction by Type" in question


def test_what_a_provider_passes_on_is_money_in() -> None:
    rows = "2025-01-02,50.00,1.00,49.00,sale\n2025-01-03,75.00,1.50,73.50,refund\n2025-01-04,9.00,0.20,8.80,sale\n"

    mapping = _drafted(f"Date,Amount,Fee,Net,Card type\n{rows}")[0]["mapping"]

    assert "inverted" not in mapping["amount"]


def test_codes_under_a_name_for_them_are_the_currency() -> None:
    rows = "2025-01-02,5.00,AFN,\n2025-01-03,7.50,AFN,\n2025-01-04,-1.00,AFN,EUR\n"

    layout, text = _drafted(f"Date,Amount,Fulfilment,Currency\n{rows}")

    assert layout["mapping"]["currency"]["field"] == "Currency"
    assert "or is it a constant?" in _question(text, "currency")


def test_a_total_in_a_column_of_dates_is_dropped() -> None:
    rows = "R1,2025-01-02,5.00,\nR2,2025-01-03,,7.50\nR3,2025-01-03,1.00,\n,Total,6.00,7.50\n"

    assert _drafted(f"Ref,Date,Debit,Credit\n{rows}")[0]["drop"] == [{"field": "Date", "values": ["Total"]}]


def test_a_currency_that_one_of_two_columns_lacks_is_left_open() -> None:
    rows = "2025-01-02,5.00,\n2025-01-03,7.50,\n2025-01-04,,1.00\n2025-01-05,-9.00,\n"

    layout, text = _drafted(f"Date,Nacional,Dollars (US$)\n{rows}")

    assert layout["mapping"]["amount"]["currencies"] == {
        "TODO": {"function": "amount", "field": "Nacional"},
        "USD": {"function": "amount", "field": "Dollars (US$)"},
    }
    assert "is each row's amount in one of Nacional, Dollars (US$)" in _question(text, "amount")


def test_parts_beside_a_date_are_no_dates_without_a_year() -> None:
    rows = "2025-01-02,01/12,-5.00\n2025-01-03,02/12,7.50\n"

    layout, text = _drafted(f"Date,Instalment,Amount\n{rows}")

    assert layout["schema"]["fields"][1] == {"name": "Instalment", "type": "string"}
    assert "no year" not in text
