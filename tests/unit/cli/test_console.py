"""What partners have named and written is shown, and steers no terminal."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from cli.console import PrintableConsole, make_console
from cli.tables import file_text, make_table
from transactions.reports.page import grouped


def shown(name: str) -> str:
    console = PrintableConsole(file=io.StringIO(), width=200)
    table = make_table("file")
    table.add_row(file_text(name, "remark"))
    console.print(table)
    console.print(Text(name))
    text = console.file
    assert isinstance(text, io.StringIO)
    return text.getvalue()


@given(st.text())
def test_only_printable_characters_reach_the_terminal(name: str) -> None:
    assert [character for character in shown(name) if not character.isprintable() and character != "\n"] == []


@pytest.mark.parametrize("name", ["incoming/alpine/ü 火 ☂.csv", "incoming/alpine/[bold]a[/].csv"])
def test_a_plain_name_is_shown_as_it_is(name: str) -> None:
    assert shown(name).count(name) == 2


def test_a_terminals_commands_are_shown_as_question_marks() -> None:
    assert "x?[2J?.csv" in shown("x\x1b[2J\u202e.csv")


def test_a_thin_space_between_thousands_is_a_space() -> None:
    assert "1 470 000" in shown(f"{grouped('1470000')}.csv")


@pytest.mark.parametrize(("columns", "lines"), [("60", 3), ("", 1)])
def test_piped_output_follows_columns_or_is_not_wrapped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: str, lines: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    make_console().print("a word " * 22)

    assert len(capsys.readouterr().out.splitlines()) == lines
