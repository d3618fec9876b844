"""Names of files as partners choose them, drawn: dates, account numbers in groups or not, IBANs, and words."""

from hypothesis import strategies as st

from transactions.layouts.ibans import COUNTRIES_BY_LENGTH

SEPARATORS = st.sampled_from("_- ")
_DIGITS = "0123456789"
_SEVEN = 7


@st.composite
def account_numbers(draw: st.DrawFn) -> str:
    """Draw seven digits and more, in groups or not. None begins as a year of this century does: it is no date."""
    digits = draw(st.text(_DIGITS, min_size=_SEVEN, max_size=20).filter(lambda text: "20" not in text))
    groups = draw(st.integers(1, 4))
    size = -(-len(digits) // groups)
    return draw(SEPARATORS).join(digits[start : start + size] for start in range(0, len(digits), size))


@st.composite
def ibans(draw: st.DrawFn) -> str:
    """Draw what is written as an IBAN, with seven digits at least, and also in groups of four."""
    length, countries = draw(st.sampled_from(sorted(COUNTRIES_BY_LENGTH.items())))
    country = draw(st.sampled_from(countries.split()))
    bank = draw(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", max_size=4))
    rest = draw(st.text(_DIGITS, min_size=length - 2 - len(bank), max_size=length - 2 - len(bank)))
    iban = country + rest[:2] + bank + rest[2:]
    groups = [iban[start : start + 4] for start in range(0, length, 4)]
    return draw(st.sampled_from(["", " "])).join(groups)


@st.composite
def dates(draw: st.DrawFn) -> str:
    """Draw a date as file names have it, also with the time of day."""
    day = draw(st.datetimes().map(lambda moment: moment.replace(year=2000 + moment.year % 100, day=1)))
    separator = draw(st.sampled_from("._-"))
    return day.strftime(
        draw(
            st.sampled_from(
                [
                    "%Y%m%d",
                    "%Y%m%d%H%M",
                    "%Y%m%d%H%M%S",
                    "%Y%m%dT%H%M%SZ",
                    f"%Y{separator}%m{separator}%d",
                    f"%d{separator}%m{separator}%Y",
                    "%Y-%m-%dT%H-%M-%SZ",
                ]
            )
        )
    )


WORDS = st.text("abcXYZé_-. /(", max_size=8)
NAMES = st.lists(st.one_of(account_numbers(), ibans(), dates(), WORDS, st.text(_DIGITS, max_size=9)), max_size=6).map(
    "".join
)
