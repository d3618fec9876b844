"""``etl layout lint --write-sample``: the sample is counted, shown, and written to the layout; all else stays."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.exit_codes import ExitCode
from tests.support.command_line import Answer, etl
from tests.unit.transactions.support import CATALOG
from transactions.layouts.layout_file import read_layout

LAYOUTS = Path(__file__).resolve().parents[3] / "layouts"
Run = Callable[..., Answer]
_LATER = "\n# the limits\nlimits:\n  rejectedShare: 0.9 # most\n"


@pytest.fixture
def write(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command as a pipe sees it."""
    monkeypatch.setenv("NO_COLOR", "1")
    return lambda path, *options, **given: etl("layout", "lint", path, "--write-sample", *options, **given)


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str], Path]:
    """Copy a shipped layout and its sample to where they can be changed."""

    def copy(name: str) -> Path:
        for path in LAYOUTS.glob(f"{name}.*"):
            shutil.copy(path, tmp_path / path.name)
        return tmp_path / f"{name}.yaml"

    return copy


def _parts(text: str) -> tuple[str, str]:
    """Return what stands before the last section, and the section."""
    before, key, section = text.partition("\nsample:")
    return before + "\n", key.lstrip() + section


@pytest.mark.parametrize("name", ["alpine-2025", "comdirect-giro", "example-wrapped", "obie-v3", "tallinn-archive"])
def test_a_shipped_sample_is_counted_as_its_layout_declares(write: Run, own: Callable[[str], Path], name: str) -> None:
    path = own(name)
    before, section = _parts(path.read_bytes().decode())
    kept = "".join(line for line in section.splitlines(keepends=True) if "fileName" in line)
    path.write_bytes(f"{before}sample:\n  accepted: 77\n{kept}".encode())

    answer = write(path, "--yes")

    assert answer.exit_code == ExitCode.OK, answer.output
    assert read_layout(path).sample == CATALOG.get(name).sample
    assert path.read_bytes().decode().startswith(before)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("place", ["middle", "end", "absent"])
def test_everything_but_the_section_stays_byte_for_byte(
    write: Run, own: Callable[[str], Path], line_end: str, place: str
) -> None:
    path = own("alpine-2025")
    before, _ = _parts(path.read_text(encoding="utf-8"))
    texts = {
        "middle": (before, f"sample: {{accepted: 1, totals: {{}}}}\n{_LATER}"),
        "end": (before + _LATER, "sample:\n  accepted: TODO"),
        "absent": (before + _LATER, ""),
    }
    above, below = (text.replace("\n", line_end) for text in texts[place])
    path.write_bytes(f"{above}{below}".encode())

    answer = write(path, "--yes")

    assert answer.exit_code == ExitCode.OK, answer.output
    written = path.read_bytes().decode()
    assert written.startswith(above)
    assert written.endswith(_LATER.replace("\n", line_end)) == (place == "middle")
    assert line_end == "\n" or "\n" not in written.replace("\r\n", "")


def test_nothing_is_written_before_it_is_confirmed(write: Run, own: Callable[[str], Path]) -> None:
    path = own("alpine-2025")
    before, _ = _parts(path.read_text(encoding="utf-8"))
    path.write_text(before, encoding="utf-8")

    refused = write(path, given="n\n")

    assert "accepted: 5" in refused.stdout
    assert path.read_text(encoding="utf-8") == before
    assert write(path, given="y\n").exit_code == ExitCode.OK
    assert path.read_text(encoding="utf-8") != before


def test_a_layout_that_is_wrong_elsewhere_gets_no_section(write: Run, own: Callable[[str], Path]) -> None:
    path = own("alpine-2025")
    path.write_text(path.read_text(encoding="utf-8").replace("format: csv", "format: xml"), encoding="utf-8")
    before = path.read_bytes()

    answer = write(path, "--yes")

    assert answer.exit_code == ExitCode.USAGE
    assert "alpine-2025.yaml:5:9: format: found 'xml'" in answer.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["no sample", "no rows", "a folder", "UTF-16", "no YAML"])
def test_without_a_sample_that_can_be_read_nothing_is_written(
    write: Run, own: Callable[[str], Path], damage: str
) -> None:
    path = own("alpine-2025")
    sample = path.with_name("alpine-2025.sample.csv")
    match damage:
        case "no sample":
            sample.unlink()
        case "no rows":
            sample.write_bytes(b"a,b\n")
        case "UTF-16":
            path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
        case "no YAML":
            path.write_bytes(b"a: [")
        case _:
            path = path.parent

    answer = write(path, "--yes")

    assert (answer.exit_code, answer.stdout) == (ExitCode.USAGE, "")
    assert answer.stderr.startswith("error: ")
