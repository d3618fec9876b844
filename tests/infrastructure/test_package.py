"""The function package loads on Lambda's python3.11 (Amazon Linux 2), on both architectures."""

import ast
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from etl.package import (
    MACHINES,
    REQUIREMENTS,
    ROOT,
    SERVICES,
    PackageError,
    bill_of,
    build_package,
    host_architecture,
)

UNZIPPED_LIMIT_MIB = 100
"""Lambda takes 250 MB; what lies between is kept for the partners' layouts and for newer wheels."""

NEWEST_SYMBOLS = {"GLIBC": (2, 26), "GLIBCXX": (3, 4, 24), "CXXABI": (1, 3, 11), "GCC": (7, 0, 0)}
"""What Amazon Linux 2 provides: glibc 2.26, and the libstdc++ and libgcc of gcc 7.3."""

PROVIDED_LIBRARIES = re.compile(r"(libc|libm|libdl|librt|libpthread|libstdc\+\+|libgcc_s|ld-linux-[a-z0-9-]+)\.so\.\d")

ELF_MACHINES = {"arm64": "EM_AARCH64", "x86_64": "EM_X86_64"}


@pytest.fixture(scope="module", params=sorted(MACHINES))
def architecture(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def package(architecture: str) -> Path:
    return build_package(architecture)


def shared_libraries(package: Path) -> list[Path]:
    libraries = sorted(package.rglob("*.so*"))
    assert any("duckdb" in library.name for library in libraries)
    return libraries


def needed_versions(elf: ELFFile) -> Iterator[str]:
    for section in elf.iter_sections():
        if isinstance(section, GNUVerNeedSection):
            for _library, versions in section.iter_versions():
                yield from (version.name for version in versions)


def is_provided(version: str) -> bool:
    match = re.fullmatch(r"([A-Z]+)_([\d.]+)", version)
    if not match or match[1] not in NEWEST_SYMBOLS:
        return False
    return tuple(int(part) for part in match[2].split(".")) <= NEWEST_SYMBOLS[match[1]]


def fingerprint(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_package_stays_far_below_lambdas_limit(package: Path) -> None:
    size = sum(path.stat().st_size for path in package.rglob("*") if path.is_file())

    assert size / 1024 / 1024 < UNZIPPED_LIMIT_MIB


def test_every_shared_library_is_built_for_the_architecture(package: Path, architecture: str) -> None:
    for library in shared_libraries(package):
        with library.open("rb") as file:
            assert ELFFile(file).header["e_machine"] == ELF_MACHINES[architecture], library.name


def test_shared_libraries_need_only_symbols_of_amazon_linux_2(package: Path) -> None:
    for library in shared_libraries(package):
        with library.open("rb") as file:
            missing = [version for version in needed_versions(ELFFile(file)) if not is_provided(version)]
        assert not missing, library.name


def test_no_shared_library_needs_a_library_that_lambda_lacks(package: Path) -> None:
    for library in shared_libraries(package):
        with library.open("rb") as file:
            dynamic = next(s for s in ELFFile(file).iter_sections() if isinstance(s, DynamicSection))
            needed = [tag.needed for tag in dynamic.iter_tags("DT_NEEDED")]  # type: ignore[attr-defined]  # set per tag
        assert all(PROVIDED_LIBRARIES.fullmatch(name) for name in needed), (library.name, needed)


def test_package_holds_the_projects_own_files(package: Path) -> None:
    own = [*(ROOT / "functions").glob("**/*.py")]
    expected = [file.relative_to(ROOT / "functions") for file in own]
    expected += [file.relative_to(ROOT) for file in (ROOT / "layouts").glob("*.yaml")]
    expected.append(Path("glue/transactions.odcs.yaml"))

    assert [file for file in expected if not (package / file).is_file()] == []


def test_the_package_has_only_the_service_models_it_uses(package: Path) -> None:
    # Given the services that the functions' sources make clients of
    calls = [
        node
        for room in ("handlers", "pipeline")
        for file in (ROOT / "functions" / room).glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"client", "resource"}
    ]
    called = {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}

    # Then exactly these are described
    assert called == SERVICES
    assert {path.name for path in (package / "botocore" / "data").iterdir() if path.is_dir()} == SERVICES


def test_every_handler_imports_from_the_package_alone() -> None:
    # Given a Python that knows no other packages, as Lambda's
    package = build_package(host_architecture())
    handlers = [f"handlers.{file.stem}" for file in (ROOT / "functions" / "handlers").glob("[a-z]*.py")]
    program = f"""
import sys
sys.path.insert(0, {str(package)!r})
import {", ".join(["transactions", "duckdb", "pipeline.clients", *handlers])}
for service in {sorted(SERVICES)!r}:
    pipeline.clients.client(service)
assert duckdb.__file__.startswith({str(package)!r}), duckdb.__file__
"""
    # When every handler is imported
    imported = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)

    # Then nothing is missing
    assert imported.returncode == 0, imported.stderr


def test_the_same_sources_give_the_same_bytes_anywhere(tmp_path: Path) -> None:
    # Given the package as it was built in its usual place
    usual = fingerprint(build_package(host_architecture()))

    # When it is built anew somewhere else
    elsewhere = fingerprint(build_package(host_architecture(), build=tmp_path))

    # Then CDK finds nothing to upload
    assert elsewhere == usual


def test_unchanged_package_is_built_once(architecture: str, package: Path) -> None:
    before = package.stat().st_ctime_ns

    assert build_package(architecture) == package
    assert package.stat().st_ctime_ns == before


def test_missing_wheels_end_in_one_line_that_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"^the wheels for arm64 are missing: run 'make install'$"):
        build_package("arm64", wheelhouse=tmp_path, build=tmp_path)


def test_the_bill_of_materials_names_locked_packages_and_hashes(
    package: Path,
) -> None:
    # Given the lock file: per library its version, and the hashes of its wheels
    locked = {
        name: (version, set(re.findall(r"sha256:([0-9a-f]{64})", entry)))
        for name, version, entry in re.findall(
            r"^([a-z0-9-]+)==(\S+)((?:.*\\\n)+.*)", REQUIREMENTS.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
    }
    # When the bill that the build wrote is read
    bill = json.loads(bill_of(package).read_text(encoding="utf-8"))
    # Then it has all of that and nothing else, each with a licence
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert {entry["name"]: entry["version"] for entry in bill["components"]} == {
        name: version for name, (version, _) in locked.items()
    }
    for entry in bill["components"]:
        assert entry["hashes"][0]["content"] in locked[entry["name"]][1]
        assert entry["licenses"]
