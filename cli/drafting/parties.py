"""Chooses the texts of the canonical record: ids, accounts, the other party, what the payment is for."""

from collections.abc import Iterator, Sequence
from typing import Final

from cli.drafting import header_words as words
from cli.drafting.columns import Column
from cli.drafting.filling import Filling, from_field, listed
from cli.drafting.ibans import is_iban
from cli.drafting.words import Vocabulary

_LEAST_IDS: Final = 2


def choose_texts(columns: Sequence[Column]) -> Iterator[Filling]:
    """Choose among ``columns``, which nothing else reads. Each is read once."""
    free = list(columns)
    for filling in (_id(free), *_accounts(free)):
        free = [column for column in free if column not in filling.columns]
        yield filling
    free = [column for column in free if not column.name.startswith("$")]
    for target, vocabulary in (
        ("counterparty_name", words.OTHER),
        ("remittance_information", words.REMITTANCE),
        ("bank_transaction_code", words.CODE),
    ):
        usable = [column for column in free if target == "remittance_information" or not _names_row(column)]
        if column := _named(usable, vocabulary):
            free.remove(column)
            yield from_field(target, "text", column)


def _id(columns: Sequence[Column]) -> Filling:
    for column in columns:
        named = words.TRANSACTION_ID.found_in(column.name.rpartition(".")[2]) and not words.OWN.found_in(column.name)
        unique = column.share == 1 and len(set(column.cells)) == len(column.cells) >= _LEAST_IDS
        if named and unique and not column.is_date and not words.OTHER.found_in(column.name):
            return from_field(
                "transaction_id", "text", column, f"{column.name} is unique in this file: always? Else row_hash"
            )
    return Filling(column="transaction_id", function={"function": "row_hash"})


def _accounts(columns: Sequence[Column]) -> Iterator[Filling]:
    """Choose the own account, which is the same in all rows, and the other party's, which changes."""
    ibans = [column for column in columns if column.holds("iban")]
    own = next((column for column in ibans if _is_own(column)), None)
    if own is None:
        own = next((column for column in ibans if _is_one(column) and not words.OTHER.found_in(column.name)), None)
    if own is None:
        own = next((column for column in columns if _is_own(column) and _is_account(column)), None)
    if own:
        yield from_field("account_id", "text", own)
    others = [column for column in ibans if column is not own] or [
        column
        for column in columns
        if column is not own and words.OTHER.found_in(column.name) and _is_account(column) and not _is_one(column)
    ]
    if len(others) == 1 and (
        words.OTHER.found_in(others[0].name) or (not _is_one(others[0]) and len(others[0].cells) > 1)
    ):
        yield from_field("counterparty_account", "text", others[0])
    elif len(others) > 1 and (named := [column for column in others if words.OTHER.found_in(column.name)]):
        yield from_field(
            "counterparty_account",
            "text",
            named[0],
            f"{named[0].name} or one of {listed([column for column in others if column is not named[0]])}?",
        )


def _is_one(column: Column) -> bool:
    """Return whether several records have an IBAN, and all the same one; without a header, some have another text."""
    found = [cell for cell in column.present if is_iban(cell)] if column.header_is_missing else column.present
    return len(found) > 1 and len(set(found)) == 1


def _is_own(column: Column) -> bool:
    return words.OWN.found_in(column.name) and not words.OTHER.found_in(column.name) and bool(column.present)


def _is_account(column: Column) -> bool:
    """Return whether the header means an account's number or name, not its type, its balance or its currency."""
    named = words.OWN.found_in(column.name) and not words.NO_ACCOUNT.found_in(column.name)
    return named and bool(column.present) and not (column.is_date or column.is_number or column.holds("currency"))


def _names_row(column: Column) -> bool:
    """Return whether the texts rather name the row, its owner or its order than say who or what it is."""
    return words.REFERENCE.found_in(column.name.rpartition(".")[2])


def _named(columns: Sequence[Column], vocabulary: Vocabulary) -> Column | None:
    texts = [
        column
        for column in columns
        if column.present
        and not (column.is_date or column.is_number or column.holds("iban") or column.holds("currency"))
    ]
    fitting = [column for column in texts if vocabulary.found_in(column.name)]
    return max(
        fitting, key=lambda column: (column.name in vocabulary, not words.NO_TEXT.found_in(column.name)), default=None
    )
