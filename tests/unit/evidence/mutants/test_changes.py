"""Each kind of change is made at its place and leaves all else as it is."""

from pathlib import Path

import pytest

from evidence.mutants.changes import changes_of
from evidence.mutants.closest import TESTS_OF, closest_tests, modules

ROOT = Path(__file__).parents[4]


def _changed(source: str) -> list[str]:
    return [change.applied_to(source.encode()).decode() for change in changes_of(source.encode())]


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("x = a < b", ["x = a <= b"]),
        ("x = a not in b", ["x = a in b"]),
        ("x = a is b", ["x = a is not b"]),
        ("x = a <= b < c", ["x = a < b < c", "x = a <= b <= c"]),
        ("x = (a) - (b)", ["x = (a) + (b)"]),
        ("x = a and b", ["x = a or b"]),
        ("x = not a", ["x = a"]),
        ("x = 5", ["x = 6"]),
        ("x = True", ["x = False"]),
        ("x = 'name'", ["x = 'name_'"]),
        ("x = a if b else c", ["x = a if False else c"]),
        ("if a:\n    raise E", ["if False:\n    raise E", "if a:\n    pass"]),
        ("a.append(b)", ["pass"]),
        ("def f():\n    return a", ["def f():\n    return None"]),
        ("x = 'é', a < b", ["x = 'é_', a < b", "x = 'é', a <= b"]),
    ],
)
def test_a_change_is_made_at_its_place(source: str, changed: list[str]) -> None:
    assert _changed(source) == changed


@pytest.mark.parametrize(
    "source",
    [
        '"""word"""',
        "import a",
        "x: 'Name'",
        "def f(a: 'Name') -> 'Name': ...",
        "class A(B, frozen=True): ...",
        "x = 'words of prose'",
        "x = f'{a == b}'",
    ],
)
def test_what_is_no_behaviour_is_left_alone(source: str) -> None:
    assert _changed(source) == []


def test_a_change_names_its_line() -> None:
    assert [change.line for change in changes_of(b"a\n\nx = 5\n")] == [3]


def test_each_module_has_tests_and_direct_ones_come_first() -> None:
    found = modules(ROOT)

    assert {next(room for room in TESTS_OF if path.is_relative_to(room)) for path in found} == TESTS_OF.keys()
    assert all(closest_tests(path, ROOT) for path in found)
    first, *others = closest_tests(Path("functions/transactions/layouts/dates.py"), ROOT)
    assert first == "tests/unit/transactions/test_dates.py"
    assert "tests/unit/transactions/test_engine.py" in others
