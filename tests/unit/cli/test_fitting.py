"""Tables fit the console, and cut no word in two."""

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import RenderableType

from cli.console import PrintableConsole
from cli.fitting import Name
from cli.tables import make_table

WORD = st.text("abcdefghij", min_size=1, max_size=20)
PROSE = st.lists(WORD, min_size=1, max_size=8).map(" ".join)


def shown(renderable: RenderableType, width: int) -> list[str]:
    console = PrintableConsole(file=io.StringIO(), width=width)
    console.print(renderable)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@given(
    rows=st.lists(st.tuples(PROSE, PROSE, st.integers(0, 10**9)), min_size=1, max_size=4), width=st.integers(40, 200)
)
def test_no_word_of_a_table_is_cut_at_any_width(rows: list[tuple[str, str, int]], width: int) -> None:
    table = make_table("file", "what to do", "rows", numbers=("rows",))
    for file, advice, number in rows:
        table.add_row(file, advice, str(number))

    lines = shown(table, width)

    words = [word.strip(",") for line in lines for word in line.split()]
    assert all(len(line) <= width for line in lines)
    for row in rows:
        assert {word for cell in row for word in str(cell).split()} <= set(words)


def test_a_table_too_wide_for_the_console_is_a_list_of_records() -> None:
    table = make_table("file", "status", "read", "accept", numbers=("read", "accept"))
    table.add_row(Name("incoming/alpine/october.csv"), "COMPLETED", "1 000", "990")
    table.add_row(Name("incoming/alpine/november.csv"), "", "1", "1")

    assert [line.rstrip() for line in shown(table, 30)] == [
        "",
        "file   incoming/alpine/",
        "       october.csv",
        "status COMPLETED",
        "read 1 000, accept 990",
        "",
        "file   incoming/alpine/",
        "       november.csv",
        "read 1, accept 1",
    ]


def test_a_files_id_is_parted_from_the_ending_behind_it() -> None:
    lines = [line.rstrip() for line in shown(Name(f"reports/alpine/{'ab' * 32}.html"), 67)]

    assert lines == ["reports/alpine/", "ab" * 32, ".html"]


@given(st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=9))
def test_a_name_is_divided_behind_its_separators(parts: list[str]) -> None:
    lines = [line.rstrip() for line in shown(Name("/".join(parts)), 12)]

    assert "".join(lines) == "/".join(parts)
    assert all(line.endswith("/") for line in lines[:-1])
