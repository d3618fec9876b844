# ruff: noqa: RUF001 - words in their own scripts
"""Files as banks of many countries write them, with what is true of their rows, for drafts to be judged by."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

Truth = Counter[tuple[date, Decimal, str]]


@dataclass(frozen=True)
class Language:
    """What a bank calls its columns, and how it writes numbers and dates."""

    name: str
    date: str
    value_date: str
    text: str
    party: str
    amount: str
    debit: str
    credit: str
    balance: str
    currency: str
    direction: str
    words: tuple[str, str]
    comma: bool
    dates: str
    encoding: str


_LANGUAGES = """
    en; Posting Date; Value Date; Description; Payee; Amount; Money Out; Money In; Balance; Currency; Direction;
        Debit; Credit; .; %d/%m/%Y; utf-8
    us; Posted; Effective; Memo; Merchant; Amt; Withdrawals; Deposits; Running Bal.; CCY; DR/CR; DR; CR; .;
        %m/%d/%Y; utf-8
    de; Buchungstag; Wertstellung; Verwendungszweck; Begünstigter; Betrag; Soll; Haben; Saldo; Währung; S/H; S; H;
        ,; %d.%m.%Y; iso-8859-1
    at; Buchungsdatum; Valuta; Buchungstext; Empfänger; Umsatz; Belastung; Gutschrift; Kontostand; Währung;
        Soll/Haben; Soll; Haben; ,; %d.%m.%y; utf-8
    fr; Date de comptabilisation; Date de valeur; Libellé; Bénéficiaire; Montant; Débit; Crédit; Solde; Devise;
        Sens; Débit; Crédit; ,; %d/%m/%Y; cp1252
    es; Fecha operación; Fecha valor; Concepto; Beneficiario; Importe; Cargo; Abono; Saldo; Divisa; Tipo; Cargo;
        Abono; ,; %d/%m/%Y; utf-8
    pt; Data mov.; Data valor; Descrição; Destinatário; Montante; Débito; Crédito; Saldo; Moeda; Natureza; D; C; ,;
        %d-%m-%Y; utf-8
    it; Data contabile; Data valuta; Descrizione; Controparte; Importo; Addebiti; Accrediti; Saldo; Divisa;
        Dare/Avere; Dare; Avere; ,; %d/%m/%Y; utf-8
    nl; Boekdatum; Rentedatum; Omschrijving; Naam tegenpartij; Bedrag; Af; Bij; Saldo na boeking; Munt; Af Bij; Af;
        Bij; ,; %d-%m-%Y; utf-8
    pl; Data księgowania; Data waluty; Tytuł operacji; Kontrahent; Kwota; Obciążenia; Uznania; Saldo po operacji;
        Waluta; Strona; WN; MA; ,; %Y-%m-%d; cp1250
    cs; Datum zaúčtování; Valuta; Popis; Název protiúčtu; Částka; Výdaje; Příjmy; Zůstatek; Měna; Směr; Odchozí;
        Příchozí; ,; %d.%m.%Y; cp1250
    hu; Könyvelés dátuma; Értéknap; Közlemény; Partner; Összeg; Terhelés; Jóváírás; Egyenleg; Devizanem; Irány;
        Terhelés; Jóváírás; ,; %Y.%m.%d.; utf-8
    ro; Data tranzacției; Data valutei; Descriere; Beneficiar; Sumă; Debit; Credit; Sold; Valută; Tip; Debit;
        Credit; ,; %d.%m.%Y; utf-8
    tr; İşlem Tarihi; Valör Tarihi; Açıklama; Alıcı; Tutar; Borç; Alacak; Bakiye; Döviz; B/A; B; A; ,; %d.%m.%Y;
        cp1254
    sv; Bokföringsdag; Valutadag; Meddelande; Mottagare; Belopp; Uttag; Insättning; Saldo; Valuta; Typ; Debet;
        Kredit; ,; %Y-%m-%d; utf-8
    da; Bogføringsdato; Rentedato; Tekst; Modtager; Beløb; Ud; Ind; Saldo; Valuta; Retning; Ud; Ind; ,; %d-%m-%Y;
        utf-8
    ru; Дата проводки; Дата валютирования; Назначение платежа; Контрагент; Сумма; Расход; Приход; Остаток; Валюта;
        Дт/Кт; Дебет; Кредит; ,; %d.%m.%Y; cp1251
    uk; Дата операції; Дата валютування; Призначення платежу; Отримувач; Сума; Дебет; Кредит; Залишок; Валюта; Тип;
        Видаток; Надходження; .; %d.%m.%Y; utf-8
    zh; 记账日期; 起息日; 摘要; 对方户名; 金额; 支出; 收入; 余额; 币种; 借贷; 借; 贷; .; %Y-%m-%d; gb18030
    ja; 取引日; 起算日; お取り扱い内容; お取引先; 取引金額; 出金金額; 入金金額; 残高; 通貨; 入出金; 出金; 入金; .;
        %Y/%m/%d; cp932
"""


_COLUMNS = (
    "name", "date", "value_date", "text", "party", "amount", "debit", "credit", "balance", "currency", "direction"
)  # fmt: skip


def _languages() -> Iterator[Language]:
    """Read the list above: a language begins at each line that is not further indented."""
    for entry in re.split(r"\n(?= {4}\S)", _LANGUAGES.rstrip()):
        cells = [cell.strip() for cell in entry.split(";")]
        if len(cells) > 1:
            *names, out, into, point, dates, encoding = cells
            named = dict(zip(_COLUMNS, names, strict=True))
            yield Language(**named, words=(out, into), comma=point == ",", dates=dates, encoding=encoding)


LANGUAGES = tuple(_languages())


@dataclass(frozen=True, kw_only=True)
class BankFile:
    """A file, the rows that are true, its currency, and what only its cells say."""

    content: bytes
    truth: Truth
    currency: str
    secrets: tuple[str, ...]
    story: str


TOKENS = st.text(alphabet="BCDFGHJKLMNPQRSTVWXZ", min_size=7, max_size=9)
CENTS = st.integers(min_value=-9_999_99, max_value=9_999_99).filter(lambda cents: cents % 100 and cents)


SHAPES = ("signed", "inverted", "unsigned", "pair", "negative debits", "direction", "unknown words")
TRAPS = ("value", "balance", "balance before", "own", "fee", "original", "number", "second amount")
"""Columns that a draft may take for another."""


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """How one file is written."""

    language: Language
    shape: str
    group: str
    words: tuple[str, str]
    order: tuple[str, ...]
    names: dict[str, str]


@st.composite
def bank_files(draw: st.DrawFn) -> BankFile:
    """Draw a file of one of the languages, in one of the shapes, with traps."""
    plan = draw(_plans())
    rows, truth, secrets = draw(_rows(plan))
    if draw(st.booleans()):
        rows.reverse()
    delimiter = draw(st.sampled_from([";", "\t", "|"] if plan.language.comma or plan.group else [";", "\t", "|", ","]))
    with_header = draw(st.integers(0, 4)) > 0
    header = [[plan.names[name] for name in plan.order]] if with_header else []
    above = draw(st.lists(st.lists(TOKENS, min_size=2, max_size=2), max_size=3)) if with_header else []
    lines = [delimiter.join(cells) for cells in [*above, *header, *rows]]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join(lines) + draw(st.sampled_from([end, ""]))
    encoding = draw(st.sampled_from([plan.language.encoding, "utf-8", "utf-8-sig", "utf-16"]))
    return BankFile(
        content=text.encode(encoding),
        truth=truth,
        currency="EUR",
        secrets=(*secrets, *(token for line in above for token in line)),
        story=f"{plan.language.name}, {plan.shape}, {encoding}, {plan.order}, header: {with_header}",
    )


@st.composite
def _plans(draw: st.DrawFn) -> _Plan:
    language, shape = draw(st.sampled_from(LANGUAGES)), draw(st.sampled_from(SHAPES))
    money = {
        "pair": ["debit", "credit"],
        "negative debits": ["debit", "credit"],
        "direction": ["amount", "direction"],
        "unknown words": ["amount", "direction"],
    }.get(shape, ["amount"])
    if draw(st.booleans()):
        money.reverse()
    others = draw(st.permutations(["text", "party", "iban", *draw(st.sets(st.sampled_from(TRAPS), max_size=4))]))
    place = draw(st.integers(0, len(others)))
    currency = ["currency"] if draw(st.booleans()) else []
    order = ("date", *others[:place], *money, *currency, *others[place:])
    names = _names(language)
    if draw(st.integers(0, 5)) == 0:
        names = {name: draw(TOKENS).lower() for name in names}
    words = (draw(TOKENS), draw(TOKENS)) if shape == "unknown words" else language.words
    group = draw(st.sampled_from(["", "", "." if language.comma else ","]))
    return _Plan(language=language, shape=shape, group=group, words=words, order=order, names=names)


def _names(language: Language) -> dict[str, str]:
    return {
        "date": language.date,
        "value": language.value_date,
        "text": language.text,
        "party": language.party,
        "iban": "IBAN",
        "own": "IBAN Auftragskonto" if language.name in {"de", "at"} else "Own account IBAN",
        "fee": "Fee",
        "currency": language.currency,
        "balance": language.balance,
        "balance before": f"{language.balance} 1",
        "amount": language.amount,
        "debit": language.debit,
        "credit": language.credit,
        "direction": language.direction,
        "original": f"Original {language.amount}",
        "number": "No.",
        "second amount": f"{language.amount} 2",
    }


@st.composite
def _rows(draw: st.DrawFn, plan: _Plan) -> tuple[list[list[str]], Truth, list[str]]:
    cents = draw(st.lists(CENTS, min_size=3, max_size=8))
    day = date(2024, 1, 1) + timedelta(days=draw(st.integers(0, 500)))
    step, balance = draw(st.integers(0, 9)), Decimal(draw(st.integers(0, 999_999))) / 100
    own = f"DE{draw(st.integers(10**19, 10**20 - 1))}"
    rows, truth, secrets = list[list[str]](), Truth(), [own, *(plan.words if plan.shape == "unknown words" else ())]
    for amount in (Decimal(value) / 100 for value in cents):
        day += timedelta(days=step)
        cells = _cells(plan, amount, balance, day) | {"own": own}
        cells |= {"text": draw(TOKENS), "party": draw(TOKENS), "iban": f"NL{draw(st.integers(10**15, 10**16 - 1))}"}
        cells |= {
            "original": _written(Decimal(draw(CENTS)) / 100, plan),
            "second amount": _written(Decimal(draw(CENTS)) / 100, plan),
            "number": str(draw(st.integers(1, 10**9))),
        }
        balance += amount
        rows.append([cells[name] for name in plan.order])
        truth[day, amount, "EUR"] += 1
        secrets += [cells[name] for name in plan.order if name not in {"currency", "direction", "fee"}]
    return rows, truth, [secret for secret in secrets if len(secret) > len("1234")]


def _cells(plan: _Plan, amount: Decimal, balance: Decimal, day: date) -> dict[str, str]:
    size, signed = _written(abs(amount), plan), _written(amount, plan)
    debit = signed if plan.shape == "negative debits" else size
    return {
        "date": day.strftime(plan.language.dates),
        "value": (day + timedelta(days=1)).strftime(plan.language.dates),
        "fee": _written(Decimal(0), plan),
        "currency": "EUR",
        "balance": _written(balance + amount, plan),
        "balance before": _written(balance, plan),
        "amount": {"signed": signed, "inverted": _written(-amount, plan)}.get(plan.shape, size),
        "debit": "" if amount > 0 else debit,
        "credit": size if amount > 0 else "",
        "direction": plan.words[amount > 0],
    }


def _written(amount: Decimal, plan: _Plan) -> str:
    point = "," if plan.language.comma else "."
    return f"{amount:,.2f}".replace(",", "_").replace(".", point).replace("_", plan.group)
