"""What is deployed to the emulator is the synthesized assembly, less what the emulator cannot create."""

import json
from pathlib import Path

import pytest

from local.cdk import CdkError, run_cdk
from local.deploy import reduce_assembly
from tests.unit.local.test_omissions import MATH_ALARM, QUEUE, template


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    folder = tmp_path / "cdk.out"
    asset = folder / "asset.1"
    asset.mkdir(parents=True)
    (asset / "handler.py").write_text("handler = None")
    (folder / "manifest.json").write_text("{}")
    (folder / "etl-dev.template.json").write_text(json.dumps(template(Math=MATH_ALARM, Queue=QUEUE)))
    return folder


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_copy_differs_only_in_its_template(assembly: Path, tmp_path: Path) -> None:
    original = files(assembly)

    reduced = files(reduce_assembly(assembly, tmp_path / "cdk.local"))

    assert files(assembly) == original
    assert json.loads(reduced.pop("etl-dev.template.json")) == template(Queue=QUEUE)
    assert reduced == {name: text for name, text in original.items() if name != "etl-dev.template.json"}


def test_a_second_deployment_replaces_the_copy(assembly: Path, tmp_path: Path) -> None:
    reduced = reduce_assembly(assembly, tmp_path / "cdk.local")
    (assembly / "manifest.json").write_text('{"version": 2}')

    reduce_assembly(assembly, reduced)

    assert files(reduced)["manifest.json"] == '{"version": 2}'


def test_a_failed_command_is_reported_with_its_last_output(tmp_path: Path) -> None:
    # When the CDK command line is asked for an assembly that does not exist
    with pytest.raises(CdkError, match="cdk list failed with exit code 1") as failure:
        run_cdk("list", "--app", str(tmp_path / "nowhere"), environment={}, log=tmp_path / "cdk.log")

    # Then the error says what the command line said
    assert (tmp_path / "cdk.log").read_text().strip() in str(failure.value)
