"""A change is tried out in a copy, and told by the tests that are closest."""

from pathlib import Path

import pytest

from evidence.mutants import running
from evidence.mutants.changes import changes_of
from evidence.mutants.running import Mutant, MutantResult, check_unchanged, sample, try_out

MODULE = Path("cli/adding.py")
SOURCE = "def add(a, b):\n    return a + b\n\n\ndef unused(a):\n    return not a\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Write a project of one module and one test."""
    (tmp_path / "cli").mkdir()
    (tmp_path / MODULE).write_text(SOURCE)
    (tmp_path / "tests/unit/cli").mkdir(parents=True)
    test = "from cli.adding import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n"
    (tmp_path / "tests/unit/cli/test_adding.py").write_text(test)
    return tmp_path


def _mutant(after: str) -> Mutant:
    [change] = [change for change in changes_of(SOURCE.encode()) if change.after == after]
    return Mutant(MODULE, change)


@pytest.mark.parametrize(("after", "outcome"), [("-", MutantResult.NOTICED), ("a", MutantResult.NOT_NOTICED)])
def test_a_change_is_noticed_if_a_test_fails_and_is_undone(project: Path, after: str, outcome: MutantResult) -> None:
    assert try_out(_mutant(after), project, 60) is outcome
    assert (project / MODULE).read_text() == SOURCE


def test_tests_that_fail_without_a_change_are_an_error(project: Path) -> None:
    check_unchanged([_mutant("-")], project)
    (project / MODULE).write_text(SOURCE.replace("a + b", "a"))

    with pytest.raises(RuntimeError, match="tests/unit/cli"):
        check_unchanged([_mutant("-")], project)


def test_a_seed_fixes_the_sample_and_a_larger_one_extends_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "modules", lambda _: [MODULE])

    four, of = sample(project, 4, seed=1)

    assert (len(four), of) == (4, 4)
    assert sample(project, 2, seed=1)[0] == four[:2]
    assert any(sample(project, 4, seed=seed)[0] != four for seed in range(2, 10))
