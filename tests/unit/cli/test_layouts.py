"""``etl layout``: what ships, and what is wrong with a layout before anything is deployed."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import msgspec
import pytest
from typer.testing import CliRunner, Result

from cli import linting
from cli.linting import refused_by_engine
from cli.main import app
from cli.options import UsageError
from tests.unit.transactions.support import CATALOG
from transactions.errors import EngineError
from transactions.layouts.layout import Condition, Predicate

LAYOUTS = Path(__file__).resolve().parents[3] / "layouts"
Run = Callable[..., Result]


@pytest.fixture
def layout(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command as a pipe sees it."""
    monkeypatch.setenv("NO_COLOR", "1")
    return lambda *arguments: CliRunner().invoke(app, ["layout", *map(str, arguments)])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Copy a shipped layout and its sample to where they can be changed."""
    for name in ("alpine-2025.yaml", "alpine-2025.sample.csv"):
        shutil.copy(LAYOUTS / name, tmp_path / name)
    return tmp_path / "alpine-2025.yaml"


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_shipped_layout_is_listed_with_its_partner(layout: Run) -> None:
    listed = [line.split()[:2] for line in layout("list").stdout.splitlines()]

    assert [line for line in listed if line in [[known.name, known.partner] for known in CATALOG]] == [
        [known.name, known.partner] for known in CATALOG
    ]


def test_only_the_layouts_of_a_given_partner_are_listed(layout: Run) -> None:
    answer = layout("list", "--partner", "dkb").stdout

    assert "dkb-2023" in answer
    assert "alpine" not in answer


def test_a_correct_layout_with_its_sample_passes_the_linter(layout: Run, own: Path) -> None:
    answer = layout("lint", own)

    assert (answer.exit_code, answer.stdout.splitlines()[0]) == (0, "ok     alpine-2025.yaml")


def test_the_linter_reports_a_missing_sample(layout: Run, own: Path) -> None:
    own.with_name("alpine-2025.sample.csv").unlink()

    assert "no sample" in layout("lint", own).stdout


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("field: account}", "field: nothing}", "alpine-2025.yaml:21:3: mapping.account_id: nothing is no field"),
        ("format: csv", "format: xml", "alpine-2025.yaml:5:9: format: found 'xml'; allowed: csv, json"),
        ("schema:", "shema:", "alpine-2025.yaml:6:1: shema: is no key; did you mean schema? Allowed: name, "),
        ('JPY: "-12000"', 'JPY: "-12001"', "alpine-2025.yaml:34:3: sample.totals: declared"),
        ("  accepted: 5", "  accepted: 6", "alpine-2025.yaml:32:3: sample.accepted: declared 6, found 5"),
        ("- {name: account, type: string}", "- {name: konto, type: string}", "mapping.account_id: account is no field"),
    ],
)
def test_the_linter_names_file_key_and_rule(layout: Run, own: Path, old: str, new: str, complaint: str) -> None:
    _change(own, old, new)

    answer = layout("lint", own.parent)

    assert answer.exit_code == 1
    assert complaint in answer.stdout
    assert "1 layout, 1 wrong" in answer.stdout


def test_the_linter_names_the_sample_that_lacks_a_header(layout: Run, own: Path) -> None:
    _change(own, "{name: remittance_information, type: string}", "{name: purpose, type: string}")
    _change(own, "field: remittance_information", "field: purpose")

    assert "alpine-2025.yaml:31:1: sample: " in layout("lint", own).stdout


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[" * 100_000, "alpine-2025.yaml:1:21: lists and mappings stand more than"),
        ("a: 1\na: 2", "alpine-2025.yaml:2:1: a stands there twice"),
        ("a: 2025-99-99", "alpine-2025.yaml:1:4: no value"),
        ("name: [", "alpine-2025.yaml:2:1: "),
    ],
    ids=range(4),
)
def test_the_linter_refuses_what_is_no_layout_by_its_place(
    layout: Run, own: Path, content: str, complaint: str
) -> None:
    own.write_text(content, encoding="utf-8")

    answer = layout("lint", own)

    assert answer.exit_code == 1
    *wrong, last = answer.stdout.splitlines()
    assert any(line.startswith(f"wrong  {complaint}") for line in wrong)
    assert all(line.startswith("wrong  alpine-2025.yaml:") for line in wrong)
    assert last == "1 layout, 1 wrong"


def test_the_linter_names_the_key_of_an_unusable_pattern() -> None:
    predicates = (Predicate(field="type", values=("a",), also=(Condition(field="type", pattern="(?=a)"),)),)

    (complaint,) = refused_by_engine(msgspec.structs.replace(CATALOG.get("alpine-2025"), drop=predicates))

    assert complaint.startswith("drop[0].also[0].pattern: is refused by the engine")


def test_the_linter_reports_a_sample_that_cannot_be_checked(
    layout: Run, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> NoReturn:
        raise EngineError("FatalException")

    monkeypatch.setattr(linting, "validate_file", failing)

    answer = layout("lint", own)

    assert (answer.exit_code, answer.stdout.splitlines()[0]) == (
        1,
        "wrong  alpine-2025.yaml:31:1: sample: cannot be checked (EngineError)",
    )


def test_a_folder_without_layouts_is_refused(layout: Run, tmp_path: Path) -> None:
    refused = layout("lint", tmp_path)

    assert isinstance(refused.exception, UsageError)
    assert "ends in .yaml" in str(refused.exception)
