"""The job's zip of wheels installs without an index, and has all that the job's program needs."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from etl.package import (
    JOB_LIBRARIES,
    REQUIREMENTS,
    PackageError,
    bill_of,
    build_job_package,
    build_package,
    host_architecture,
)

IN_GLUES_IMAGE = {"botocore", "dateutil", "jmespath", "six", "urllib3"}
"""What the job uses of the image: botocore, and what it comes with."""

PLATFORMS = [f"--platform={tag}_x86_64" for tag in ("manylinux_2_28", "manylinux_2_27", "manylinux2014")]


@pytest.fixture(scope="module")
def package() -> Path:
    return build_job_package()


@pytest.fixture(scope="module")
def unzipped(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    return folder / "wheels"


@pytest.fixture(scope="module")
def installed(unzipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheels as Glue does, for Glue's platform, whatever this machine's."""
    target = tmp_path_factory.mktemp("installed")
    offline = ["--no-index", "--find-links", str(unzipped), "--requirement", str(unzipped / "requirements.txt")]
    glue = ["--python-version=3.11", "--only-binary=:all:", *PLATFORMS, "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *offline, *glue], check=True)
    return target


def test_glue_knows_the_zip_of_wheels_by_its_ending(package: Path) -> None:
    assert package.name.endswith(".gluewheels.zip")


def test_the_zip_has_the_libraries_wheels_as_they_are_locked(unzipped: Path) -> None:
    locked = REQUIREMENTS.read_text(encoding="utf-8")
    libraries = [wheel for wheel in unzipped.glob("*.whl") if not wheel.name.startswith("transaction_pipeline-")]

    assert {wheel.name.partition("-")[0] for wheel in libraries} == set(JOB_LIBRARIES)
    for wheel in libraries:
        assert f"sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}" in locked, wheel.name


def test_the_bill_of_materials_names_the_wheels_in_the_zip(package: Path, unzipped: Path) -> None:
    # Given name, version and hash of each library's wheel
    wheels = {
        (*wheel.name.split("-")[:2], hashlib.sha256(wheel.read_bytes()).hexdigest())
        for wheel in unzipped.glob("*.whl")
        if not wheel.name.startswith("transaction_pipeline-")
    }

    # When the bill that the build wrote is read
    bill = json.loads(bill_of(package).read_text(encoding="utf-8"))

    # Then it has these and no others, each with a licence
    assert bill["metadata"]["component"]["name"] == package.name
    components = bill["components"]
    assert {(entry["name"], entry["version"], entry["hashes"][0]["content"]) for entry in components} == wheels
    assert all(entry["licenses"] for entry in components)


def test_the_installed_wheel_has_what_its_record_says(installed: Path) -> None:
    record = (installed / "transaction_pipeline-0.dist-info" / "RECORD").read_text(encoding="utf-8").splitlines()
    recorded = {line.partition(",")[0] for line in record}

    assert {"pipeline/large_files.py", "layouts/alpine-2025.yaml", "glue/transactions.odcs.yaml"} <= recorded
    assert [place for place in recorded if not (installed / place).is_file()] == []
    assert not any(place.startswith("handlers/") for place in recorded)


@pytest.mark.skipif(host_architecture() != "x86_64", reason="Glue's machines are x86_64")
def test_the_program_needs_only_the_wheels_and_botocore(installed: Path) -> None:
    # Given a Python that knows the wheels, botocore, and no zones of the machine
    package = build_package(host_architecture())
    program = f"""
import sys
sys.path[:0] = [{str(installed)!r}, {str(package)!r}]
sys.modules["typing_extensions"] = None  # msgspec does without
import pipeline.large_files
from transactions.layouts.catalog import shipped_layouts
assert len(list(shipped_layouts()))
pipeline.large_files.client("s3")
files = {{name: str(getattr(module, "__file__", "")) for name, module in sys.modules.items()}}
of_the_image = [name for name, file in files.items() if file.startswith({str(package)!r})]
assert {{name.partition(".")[0] for name in of_the_image}} <= {IN_GLUES_IMAGE!r}, of_the_image
"""
    environment = {"PYTHONTZPATH": "", "AWS_DEFAULT_REGION": "us-east-1", "PATH": os.environ["PATH"]}

    # When it loads the job's program
    command = [sys.executable, "-s", "-S", "-c", program]
    loaded = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    # Then nothing is missing
    assert loaded.returncode == 0, loaded.stderr


def test_the_same_sources_give_the_same_zip_of_wheels(package: Path, tmp_path: Path) -> None:
    elsewhere = build_job_package(build=tmp_path / "elsewhere")

    assert (elsewhere.name, elsewhere.read_bytes()) == (package.name, package.read_bytes())


def test_an_unchanged_zip_of_wheels_is_written_once(package: Path) -> None:
    before = package.stat().st_ctime_ns

    assert build_job_package() == package
    assert package.stat().st_ctime_ns == before


def test_a_wheel_that_is_not_the_locked_one_is_not_packaged(tmp_path: Path) -> None:
    (tmp_path / "x86_64").mkdir()
    (tmp_path / "x86_64" / "duckdb-2.0.0-cp311-cp311-manylinux_2_28_x86_64.whl").write_bytes(b"another")

    with pytest.raises(PackageError, match=r"^the wheel of duckdb for x86_64 is missing: run 'make install'$"):
        build_job_package(wheelhouse=tmp_path, build=tmp_path)
