"""Chooses the column that is the amount: by proof, and by its name where nothing is proven."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cli.drafting import header_words as words
from cli.drafting.candidates import LEAST_RANK, Candidate, candidates, kind_of, rank_of
from cli.drafting.columns import Column
from cli.drafting.currency_columns import amount_by_currency
from cli.drafting.directions import contradictions, directions, names_direction
from cli.drafting.fees import fee_keys, fees_among, with_fees
from cli.drafting.filling import Filling, from_field, listed
from cli.drafting.proofs import Net, Running, net_of, running, signs_by
from transactions.layouts.layout_file import TO_DO


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The amount, and the balance that stands beside it."""

    amount: Filling
    balance: Filling | None = None
    running: Running | None = None
    candidate: Candidate | None = None


def choose_amount(columns: Sequence[Column], *, of_card: bool = False) -> Chosen:
    """Choose the amount and the balance among ``columns``. ``of_card``: the file says that it is a card's."""
    numbers = [column for column in columns if column.is_number]
    ways = list(directions([column for column in columns if not column.is_number]))
    found = candidates(columns, ways, of_card=of_card)
    found = (*found, *with_fees(found, columns))
    order = _order_of_days(columns)
    currencies = [column for column in columns if column.holds("currency") and not column.is_constant]
    proven = [(one, proof) for one in found if (proof := _proof(one, numbers, currencies, order))]
    if proven:
        best, proof = max(proven, key=lambda pair: (pair[1].steps, pair[0].rank))
        rivals = [one for one, other in proven if other.steps >= proof.steps and one.moved != best.moved]
        chosen = _both_ways(best, proof, columns) or _proven(best, proof, columns, rivals)
        return _in_decimals(chosen, columns)
    if by_currency := amount_by_currency(columns):
        return Chosen(amount=by_currency)
    usable = sorted((one for one in found if one.rank >= LEAST_RANK), key=lambda one: -one.rank)
    if not usable:
        return Chosen(amount=_missing(numbers))
    return _in_decimals(_named(usable[0], usable, columns), columns)


def _in_decimals(chosen: Chosen, columns: Sequence[Column]) -> Chosen:
    """Leave the amount to a person if another number says how many decimals it has: none of its digits tells."""
    parents = {column.name.rpartition(".")[0] for column in chosen.amount.columns}
    scales = [column for column in columns if column.name.rpartition(".")[0] in parents and _is_scale(column)]
    if not scales:
        return chosen
    names = listed(list(chosen.amount.columns))
    question = f"does {scales[0].name} say how many decimals {names} has?"
    if scales[0].is_constant:
        return replace(chosen, amount=replace(chosen.amount, questions=(*chosen.amount.questions, question)))
    unread = Filling(
        column="amount",
        function={"function": "amount", "field": TO_DO},
        questions=(f"{question} No function reads such numbers, as their decimals change from row to row",),
    )
    return Chosen(amount=unread)


def _is_scale(column: Column) -> bool:
    digits = all(cell.isdigit() and len(cell) == 1 for cell in column.present)
    return digits and bool(column.present) and column.name.rpartition(".")[2] in words.SCALE


def _order_of_days(columns: Sequence[Column]) -> str:
    """Return in which order of days the records stand; "" if it cannot be told.

    A balance before each record looks, from the other end, like a balance that runs on by the opposite.
    """
    for column in columns:
        known = [day for day in column.days if day]
        if known and known[0] != known[-1]:
            return "ascending" if known[0] < known[-1] else "descending"
    return ""


def _proof(candidate: Candidate, numbers: Sequence[Column], currencies: Sequence[Column], order: str) -> Running | None:
    """Return the balance that runs on by the candidate. A single step proves only what the names say as well."""
    others = [column for column in numbers if column not in candidate.columns]
    found = running(candidate.moved, others, currencies)
    if not found or order not in {"", found.order}:
        return None
    if found.is_proof:
        return found
    return found if kind_of(found.balance) == "balance" and candidate.rank > LEAST_RANK else None


def _may_be_reversed(candidate: Candidate) -> bool:
    """Return whether balances before each row would prove the candidate as well, read from the other end."""
    return candidate.is_guess or len(set(candidate.signs) - {0}) < 2  # noqa: PLR2004 - both directions


def _both_ways(best: Candidate, proof: Running, columns: Sequence[Column]) -> Chosen | None:
    """Leave the words for the direction to a person if the balance shows that amounts of one sign go both ways."""
    if not proof.opposite or len(set(best.signs) - {0}) > 1 or best.function["function"] != "amount":
        return None
    signs = signs_by(proof.balance, best.moved, proof.order)
    telling = [column for column in columns if _may_say_direction(column) and _tells(column, signs)]
    question = f"{proof.balance.name} shows that money goes both ways, "
    amount = Filling(
        column="amount",
        function={
            "function": "amount_with_direction",
            "field": best.columns[0].name,
            "direction": telling[0].name if telling else TO_DO,
            "credit": [TO_DO],
            "debit": [TO_DO],
            "sign": "none",
        },
        columns=(*best.columns, *telling[:1]),
        questions=(
            question + f"as {listed(telling)} says: by which words?"
            if telling
            else question + "but no column says which",
            *_doubts_about_units(best),
        ),
    )
    return Chosen(amount=amount, balance=from_field("balance_after", "amount", proof.balance), candidate=best)


def _tells(column: Column, signs: Sequence[int]) -> bool:
    """Return whether each text of ``column`` stands beside one of the two ``signs`` only."""
    pairs = {(cell, sign) for cell, sign in zip(column.cells, signs, strict=True) if sign}
    return len(pairs) == len({cell for cell, _ in pairs}) and {-1, 1} == {sign for _, sign in pairs}


def _proven(best: Candidate, proof: Running, columns: Sequence[Column], rivals: Sequence[Candidate]) -> Chosen:
    unordered = _may_be_reversed(best) and not _order_of_days(columns)
    opposite = bool(rivals) or unordered or best.function.get("inverted") or contradictions(columns, best.signs)
    question = (
        f"{proof.balance.name} runs on by it, but may be what is owed, or the balance before each row: with or without "
        "inverted: true?"
    )
    amount = Filling(
        column="amount",
        function=best.function,
        columns=best.columns,
        questions=(
            *((question,) if opposite else ()),
            *_doubts_about_first_row(best),
            *_doubts_about_refunds(best),
            *_doubts_about_words(best),
            *_doubts_about_units(best),
        ),
        reasons=(f"proven: {proof.balance.name} runs on by it",),
    )
    beside = any(
        now is not None and moved is not None for now, moved in zip(proof.balance.amounts, best.moved, strict=True)
    )
    balance = from_field("balance_after", "amount", proof.balance) if beside else None
    return Chosen(amount=amount, balance=balance, running=proof, candidate=best)


def _named(best: Candidate, usable: Sequence[Candidate], columns: Sequence[Column]) -> Chosen:
    numbers = [column for column in columns if column.is_number and column not in best.columns]
    net = net_of([column for column in columns if column.is_number])
    amount = Filling(
        column="amount",
        function=best.function,
        columns=best.columns,
        questions=tuple(_questions(best, usable, columns, net)),
        reasons=(f"{net.net.name} is {net.gross.name} less {net.fee.name} in every row",) if net else (),
    )
    balances = [column for column in numbers if kind_of(column) == "balance"]
    balance = from_field("balance_after", "amount", balances[0]) if balances else None
    return Chosen(amount=amount, balance=balance, candidate=best)


def _questions(
    best: Candidate, usable: Sequence[Candidate], columns: Sequence[Column], net: Net | None
) -> Iterator[str]:
    read = dict.fromkeys(column.name for column in best.columns)
    least = min(max(map(rank_of, best.columns)), LEAST_RANK + 1)
    others = [
        column
        for one in usable
        for column in one.columns
        if column.is_number and column.name not in read and (rank_of(column) >= least or kind_of(column) == "fee")
    ]
    others += [column for column in (net.gross, net.fee, net.net) if column.name not in read] if net else []
    if others:
        yield f"{' and '.join(read)} or one of {listed(others)}? No balance proves which was charged"
    yield from _doubts_about_sign(best, columns)
    fees = [column for column in fees_among(columns) if column.name not in read]
    if fees and not net and best.function["function"] != "amount_with_direction":
        keys = ", ".join(f"{key}: {value}" for key, value in fee_keys(fees[0]).items())
        yield f"is {listed(fees)} charged as well? Then add {keys}"
    yield from _doubts_about_words(best)
    yield from _doubts_about_units(best)


def _doubts_about_words(best: Candidate) -> Iterator[str]:
    if best.function["function"] == "amount_with_direction":
        number, way = best.columns
        pairs = zip(number.amounts, best.moved, strict=True)
        other = sum(amount is not None and moved is None for amount, moved in pairs)
        if other:
            yield f"rows with another word in {way.name} ({other}) are rejected: are they no transactions?"


def _doubts_about_refunds(best: Candidate) -> Iterator[str]:
    if best.function["function"] == "debit_credit" and "sign" in best.function:
        yield "sign: reverses, if a minus is money the other way, or sign: ignored, if it means nothing?"


def _doubts_about_first_row(best: Candidate) -> Iterator[str]:
    """Ask where only the balance gives the direction: no balance stands before the first row."""
    if best.function["function"] == "amount" and not any(sign < 0 for sign in best.signs):
        yield "never negative, and the balance proves all rows but the oldest: is that one, too, what the others are?"


def _doubts_about_units(best: Candidate) -> Iterator[str]:
    whole = [column for column in best.columns if column.numbers and not column.numbers.marked]
    if any(column.is_minor or column.json_type == "number" for column in whole):
        yield "all are whole numbers: of the currency's minor unit, minorUnits: true in the field, or of the currency?"


def _doubts_about_sign(best: Candidate, columns: Sequence[Column]) -> Iterator[str]:
    function = best.function["function"]
    if function == "amount_with_direction":
        *_, said = best.columns
        if best.function["sign"] == "none" and not names_direction(said.name):
            yield f"does {said.name} say which way money went, or is it a category? Then function: amount"
        return
    if function == "debit_credit":
        if {kind_of(column) for column in best.columns} != {"debit", "credit"}:
            yield f"is {best.columns[0].name} money out and {best.columns[1].name} money in, or the reverse?"
        yield from _doubts_about_refunds(best)
        return
    if best.function["function"] == "amount" and (ways := _unused_words(best, columns)):
        yield f"or does {listed(ways)} say which way money went? Then amount_with_direction"
    few = [column for column in columns if _may_say_direction(column) and column not in best.columns]
    way = f"; or amount_with_direction by {listed(few)}" if few else ""
    if len(set(best.signs) - {0}) > 1:
        way = ""
    if best.function.get("inverted"):
        yield f"is money out positive, as the texts or the headers suggest? If it is negative, leave out inverted{way}"
    elif any(sign < 0 for sign in best.signs):
        yield f"is money out negative? If it is positive, add inverted: true{way}"
    else:
        yield f"never negative. Is all of it money in, or money out: inverted: true{way}?"


def _unused_words(best: Candidate, columns: Sequence[Column]) -> list[Column]:
    """Return the columns with words for both directions, which the signs of the amount contradict."""
    texts = [column for column in columns if not column.is_number and column not in best.columns]
    return [way.column for way in directions(texts) if {-1, 1} <= set(way.signs)]


def _may_say_direction(column: Column) -> bool:
    few = 2 <= len(set(column.present)) <= 4  # noqa: PLR2004 - such as D, C and two more
    counts = column.is_number and any(len(cell) > 1 for cell in column.present)
    return few and not (column.is_date or counts or column.holds("currency") or column.holds("iban"))


def _missing(numbers: Sequence[Column]) -> Filling:
    question = f"which is the amount: {listed(list(numbers))}?" if numbers else "no column of numbers is found"
    return Filling(column="amount", function={"function": "amount", "field": TO_DO}, questions=(question,))
