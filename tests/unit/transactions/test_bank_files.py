"""The banks' own files: each is read by its layout, as many records as it has, to sums that were checked by hand."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.transactions.support import BANK_FILES, CATALOG, validate
from transactions.codes import FileCode
from transactions.results import FileFormat, Validation

pytestmark = pytest.mark.skipif(not BANK_FILES.is_dir(), reason=f"no bank files in {BANK_FILES} (set ETL_BANK_FILES)")

ARRIVAL = datetime(2026, 11, 23, tzinfo=UTC)
"""Later than the newest transaction of these files."""
READ = [
    ("abnamro-tab/tab_delimited_file__input.csv", "abnamro-tab", 2, {"EUR": "-15.00"}),
    (
        "alfabank-ua-biz/ReportAlfa-Bank_20221005_124902.csv",
        "alfabank-business",
        7,
        {"GBP": "4000.00", "UAH": "21397.47"},
    ),
    ("alipay-cn/example-alipay-records.csv", "alipay-2023", 4, {"CNY": "222148.86"}),
    ("anz-nz-cc/inversed_credit_card.csv", "anz-card", 16, {"NZD": "187.01"}),
    (
        "bg-spec/berlin-group-spec__transactionsExample1_RegularAccount_json.json",
        "berlingroup-booked",
        1,  # An outgoing payment has no minus, and only its creditor is named: nothing tells its direction.
        {"EUR": "343.01"},
    ),
    (
        "bg-spec/berlin-group-spec__transactionsExample3_MulticurrencyAccount_json.json",
        "berlingroup-booked",
        3,
        {"EUR": "86.34", "USD": "100.00"},
    ),
    ("bmo-debit/debit__example-bmo-records.csv", "bmo-debit", 4, {"CAD": "-158.31"}),
    ("boc-cc/example-boc-records.csv", "boc-card", 14, {"CNY": "-238.25", "USD": "-3.72"}),
    ("boi-ie/test_BOI_TransactionExport.csv", "boi-2017", 27, {"EUR": "-419.61"}),
    ("capitalone/capitalone.csv", "capitalone-card", 2, {"USD": "0.00"}),
    ("chase-card/chase_credit_card.csv", "chase-card", 5, {"USD": "107.12"}),
    ("comdirect/comdirect__umsaetze_1234567890_20231006_1804.csv", "comdirect-giro", 4, {"EUR": "-158.93"}),
    ("creditunion/creditunion.csv", "creditunion-2015", 8, {"USD": "465000.00"}),
    ("dkb-2023/dkb__dkb.csv", "dkb-2023", 3, {"EUR": "-1000.00"}),
    ("dkb-legacy/DE99999999999999999999_girokonto_legacy.csv", "dkb-legacy", 4, {"EUR": "-46.19"}),
    ("erste-hu/W80844_EBH_201945.202122.csv", "erste-hungary", 2, {"HUF": "940.00"}),
    ("gocardless/gocardless-GetTransactionRange.json", "gocardless-booked", 1, {"EUR": "45.00"}),
    ("gocardless/gocardless-GetTransactions.json", "gocardless-booked", 1, {"EUR": "45.00"}),
    ("hsbc-hk-cc/example-hsbchk-credit-records.csv", "hsbc-hkcard", 11, {"CNY": "1732.27", "HKD": "-27.90"}),
    ("icbc-cc/example-icbc-credit-records.csv", "icbc-card", 9, {"CNY": "4257.88"}),
    ("ing-de-2018/Umsatzanzeige_DE99999999999999999999_20180725.csv", "ingde-2018", 2, {"EUR": "0.00"}),
    ("ing-nl-nohdr/ing.csv", "ingnl-noheader", 3, {"EUR": "-18.63"}),
    ("jlp-card/MS_JANE_SMITH_01-12-2019_14-12-2019.csv", "johnlewis-card", 10, {"GBP": "-285.80"}),
    ("monobank-ua/monobank-black-UAH_01-06-23_15-03-59.csv", "monobank-black", 4, {"UAH": "-217.94"}),
    ("n26-2024/n26-fr.csv", "n26-2024", 2, {"EUR": "0.00"}),
    ("n26-2024/n26-updated-header.csv", "n26-2024", 1, {"EUR": "-12.34"}),
    ("nationwide-uk/nationwide.csv", "nationwide-noheader", 4, {"GBP": "360.23"}),
    ("nordea-dk/danish_kroner_nordea_example.csv", "nordea-denmark", 6, {"DKK": "-4732.00"}),
    ("obie-v3/OBIE-v3.1.11-Transactions-example1.json", "obie-v3", 1, {"GBP": "10.00"}),
    ("obie-v3/OBIE-v3.1.11-Transactions-example2.json", "obie-v3", 2, {"GBP": "-90.00"}),
    ("plaid-sandbox/assets_custom_user2.json", "plaid-sandbox", 84, {"USD": "18.50"}),
    ("plaid-sandbox/bank_income_basic.json", "plaid-sandbox", 74, {"USD": "5152.71"}),
    ("postfinance-ch/postfinance-TEST_CSV.csv", "postfinance-swiss", 1, {"CHF": "-5.00"}),
    ("postfinance-ch/postfinance-TEST_CSV_2021.csv", "postfinance-iso", 1, {"CHF": "-5.00"}),
    ("quickfile/quickfile-TEST_BANK_SEARCH.json", "quickfile-search", 1, {"GBP": "-4.75"}),
    ("quickfile/quickfile-TEST_TRX.json", "quickfile-single", 1, {"GBP": "-4.75"}),
    ("reckon-paren/some_other.csv", "reckon-noheader", 9, {"USD": "6954.57"}),
    ("revolut-v2/revolut_v2.csv", "revolut-2021", 5, {"SEK": "1533.55"}),
    ("revolut-v2/revolut_v2_regression_01.csv", "revolut-2021", 5, {"SEK": "-152.37"}),
    ("schwab-checking-2022/schwab-checking-baltest-case1.csv", "schwab-checking", 4, {"USD": "-215.27"}),
    ("schwab-checking-2022/schwab-checking-baltest-case2.csv", "schwab-checking", 4, {"USD": "-215.27"}),
    ("sparkasse-camt/simple1.csv", "sparkasse-camt", 1, {"EUR": "123.00"}),
    ("sparkasse-camt/simple2.csv", "sparkasse-camt", 17, {"EUR": "129.76"}),
    ("sparkov/adults_2550_female_rural.csv", "sparkov-raw", 30, {"USD": "-2055.90"}),
    ("sparkov/adults_50up_female_rural.csv", "sparkov-raw", 120, {"USD": "-6243.40"}),
    ("ubs-ch-fr/ubs-ch-fr_trimmed.csv", "ubs-french", 3, {"CHF": "30.00"}),
    ("up/up-accounts_accountid_transactions.json", "up-v1", 0, {}),
    ("up/up-transactions.json", "up-v1", 1, {"AUD": "-59.98"}),
    (
        "vr-atruvia/volksbank__Umsaetze_DE12345678901234567890_2023.10.04.csv",
        "volksbank-atruvia",
        4,
        {"EUR": "557.80"},
    ),
    ("wise-statement-new/wise-personal-new-format-EUR.csv", "wise-statement", 4, {"EUR": "-290.50"}),
]
REFUSED = [
    # Every date of these two is redacted to 1111/11/11.
    ("ceska-sporitelna/TH_20180101-20180523_page_1.csv", "ceskasporitelna", FileCode.TOO_MANY_REJECTED),
    ("ceska-sporitelna/TH_20180101-20180523_strana_1.csv", "ceskasporitelna", FileCode.TOO_MANY_REJECTED),
    ("comdirect/comdirect__umsaetze_nok_invalidheader.csv", "comdirect", FileCode.HEADER_MISMATCH),
    ("dkb-2023/dkb__dkb_nok_invalidheader.csv", "dkb", FileCode.HEADER_MISMATCH),
    ("paypal-hdronly/bom_utf8_file.csv", "paypal", FileCode.NO_RECORDS),
    ("vr-atruvia/volksbank__Umsaetze_nok_wrongbetrag.csv", "volksbank", FileCode.TOO_MANY_REJECTED),
]
NOT_A_BANK = "not-a-bank/simple.csv"
COUNTED_OTHERWISE = {
    "comdirect/comdirect__umsaetze_1234567890_20231006_1804.csv": 5,
    "dkb-legacy/DE99999999999999999999_girokonto_legacy.csv": 4,
    "jlp-card/MS_JANE_SMITH_01-12-2019_14-12-2019.csv": 13,
    "plaid-sandbox/assets_custom_user2.json": 84,
}
"""Records of files whose index leaves out pending rows, or all accounts but one, or counts a line that is skipped."""


def judge(path: str, partner: str, workdir: Path) -> Validation:
    file_format: FileFormat = "json" if path.endswith(".json") else "csv"
    content = (BANK_FILES / path).read_bytes()
    name = Path(path).name
    return validate(content, workdir, partner, file_format=file_format, file_name=name, received_at=ARRIVAL)


def index() -> dict[str, int]:
    with (BANK_FILES / "INDEX.tsv").open(encoding="utf-8", newline="") as table:
        return {row["path"]: int(row["records"]) for row in csv.DictReader(table, delimiter="\t")}


@pytest.mark.parametrize(("path", "layout", "accepted", "totals"), READ)
def test_a_banks_own_file_is_read_to_the_last_digit(
    path: str, layout: str, accepted: int, totals: dict[str, str], tmp_path: Path
) -> None:
    validation = judge(path, CATALOG.get(layout).partner, tmp_path)

    assert (validation.layout, validation.reason_code) == (layout, "")
    assert validation.counts.accepted == accepted
    assert {total.currency: total.sum for total in validation.totals} == totals
    assert validation.counts.read == COUNTED_OTHERWISE.get(path, index()[path])


@pytest.mark.parametrize(("path", "partner", "code"), REFUSED)
def test_a_file_that_cannot_be_right_is_refused(path: str, partner: str, code: FileCode, tmp_path: Path) -> None:
    validation = judge(path, partner, tmp_path)

    assert (validation.verdict, validation.reason_code, validation.counts.accepted) == ("REJECTED", code, 0)


def test_a_file_without_transactions_is_refused_for_all_partners(tmp_path: Path) -> None:
    partners = {layout.partner for layout in CATALOG if layout.format == "csv"}

    codes = {judge(NOT_A_BANK, partner, tmp_path).reason_code for partner in partners}

    assert codes == {FileCode.HEADER_MISMATCH}


def test_every_file_is_tested() -> None:
    assert {path for path, *_ in READ} | {path for path, *_ in REFUSED} | {NOT_A_BANK} == set(index())
