"""What runs in the cloud: the function package and the job's wheels, without Docker and, at synth, without network.

``python -m etl.package`` downloads the wheels (``make install`` does it); :func:`build_package` assembles them
with the project's own files into one directory that CDK takes as an asset, and :func:`build_job_package` into one file.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from etl.wheels import write_wheel, write_zip_of_wheels

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements" / "functions.txt"
WHEELHOUSE = Path(sys.prefix) / "wheelhouse"
BUILD = ROOT / "build"

MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
"""Lambda's name of an architecture, and the name that wheels use for it."""

# Lambda's python3.11 has glibc 2.26. DuckDB's x86_64 wheel is tagged 2_27 and asks for no symbol above 2.25: tags only
# let pip find a wheel, and the package's test reads what every shared library really needs.
_PLATFORM_TAGS = ("manylinux_2_27", "manylinux_2_26", "manylinux_2_24", "manylinux2014", "manylinux_2_17")

_SOURCES = {
    ROOT / "functions": ".",
    ROOT / "layouts": "layouts",
    ROOT / "glue" / "files.odcs.yaml": "glue/files.odcs.yaml",
    ROOT / "glue" / "queries" / "moved-dates.sql": "glue/queries/moved-dates.sql",
    ROOT / "glue" / "transactions.odcs.yaml": "glue/transactions.odcs.yaml",
}
"""The project's own files in the package, and where they lie in it."""

SERVICES = frozenset({"athena", "cloudformation", "dynamodb", "glue", "lambda", "s3", "sns", "sqs", "stepfunctions"})
"""What the functions make clients of. botocore's other 400 would be half of all files."""

_SOURCE_NOISE = ("__pycache__", "*.pyc", "*.egg-info", ".*")
# RECORD and INSTALLER say how the files were installed: they differ from machine to machine.
_WHEEL_NOISE = ("bin", "*-stubs", "**/tests", "**/*.pyi", "*.dist-info/RECORD", "*.dist-info/INSTALLER")


JOB_ARCHITECTURE: Final = "x86_64"
"""Glue has no other."""
JOB_LIBRARIES: Final = ("duckdb", "msgspec", "pyyaml", "tzdata")
"""What the job for large files needs besides the project's own modules and the botocore of Glue's image.

That image's AWS libraries depend on each other's versions: they are not replaced.
"""
_JOB_NAME: Final = ("transaction_pipeline", "0")
"""Name and version of the wheel of the project's own modules. A run installs one, so that its version never counts."""


class PackageError(Exception):
    """The package cannot be built; the message says what to do about it."""


def host_architecture() -> str:
    """Lambda's name of this machine's architecture.

    Raises
    ------
    PackageError
        Lambda has no such architecture.
    """
    machine = platform.machine()
    for architecture, name in MACHINES.items():
        if machine in {architecture, name}:
            return architecture
    raise PackageError(f"functions run on {' and '.join(MACHINES)}, not on this machine's {machine}")


def download_wheels(architecture: str, wheelhouse: Path = WHEELHOUSE) -> None:
    """Fetch the locked wheels of one architecture from the package index.

    Raises
    ------
    PackageError
        pip could not fetch every one of them; its own words stand above on standard error.
    """
    target = wheelhouse / architecture
    shutil.rmtree(target, ignore_errors=True)
    _pip("download", "--dest", str(target), *_selection(architecture))


def build_package(architecture: str, wheelhouse: Path = WHEELHOUSE, build: Path = BUILD) -> Path:
    """Assemble the package of one architecture, and return its directory; its bill of materials lies beside it.

    The directory is named after what it was made from: an unchanged package is built once.

    Raises
    ------
    PackageError
        The wheels or some of the project's own files are missing.
    """
    dependencies = _build_dependencies(architecture, wheelhouse, build)
    package = build / f"package-{architecture}-{_digest(dependencies.name, _sources())}"
    if not package.exists():
        with _staging(package) as staging:
            for place, file in _placed().items():
                _copy(file, staging / place)
            _compile(staging)
            shutil.copytree(dependencies, staging, dirs_exist_ok=True, copy_function=os.link)
    _write_bill(package, [package], wheelhouse / architecture)
    return package


def build_job_package(wheelhouse: Path = WHEELHOUSE, build: Path = BUILD) -> Path:
    """Write the job's zip of wheels, and return its path; its bill of materials lies beside it.

    The zip has the domain and ``pipeline`` as one wheel, and what they need.

    Glue installs it by ``--additional-python-modules s3://...`` with ``--python-modules-installer-option --no-index``,
    and knows it by its ending ``.gluewheels.zip``, which its key in S3 must keep. A wheel, since the domain reads its
    layouts and contracts by their paths: on a zip of modules they have none. An unchanged package is written once.

    Raises
    ------
    PackageError
        The wheels or some of the project's own files are missing.
    """
    own = {place: file for place, file in _placed().items() if not place.startswith("handlers/")}
    made_of = [REQUIREMENTS, Path(__file__), ROOT / "etl" / "wheels.py", *own.values()]
    package = build / f"job-{_digest('job', made_of)}.gluewheels.zip"
    wheels = wheelhouse / JOB_ARCHITECTURE
    libraries = [_locked_wheel(wheels, name) for name in JOB_LIBRARIES]
    if not package.exists():
        build.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=build, prefix=".staging-") as folder:
            staging = Path(folder) / package.name
            write_zip_of_wheels(staging, [*libraries, write_wheel(Path(folder), *_JOB_NAME, own)])
            staging.replace(package)
    _write_bill(package, libraries, wheels)
    return package


def _locked_wheel(wheels: Path, name: str) -> Path:
    locked = REQUIREMENTS.read_text(encoding="utf-8")
    for wheel in wheels.glob(f"{name}-*.whl"):
        if f"sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}" in locked:
            return wheel
    raise PackageError(f"the wheel of {name} for {JOB_ARCHITECTURE} is missing: run 'make install'")


def bill_of(package: Path) -> Path:
    """Return where the bill of materials of a package lies."""
    return package.with_name(f"{package.name}.cdx.json")


def _write_bill(package: Path, holds: Iterable[Path], wheels: Path) -> None:
    bill = bill_of(package)
    if not bill.exists():
        # Not above: whoever only synthesizes an unchanged package need not wait for the library.
        from etl.bill_of_materials import bill_of_materials  # noqa: PLC0415

        bill.write_text(bill_of_materials(package.name, holds, wheels), encoding="utf-8")


def _build_dependencies(architecture: str, wheelhouse: Path, build: Path) -> Path:
    wheels = wheelhouse / architecture
    if not any(wheels.glob("*.whl")):
        raise PackageError(f"the wheels for {architecture} are missing: run 'make install'")
    dependencies = build / f"dependencies-{architecture}-{_digest(architecture, [REQUIREMENTS, Path(__file__)])}"
    if not dependencies.exists():
        with _staging(dependencies) as staging:
            offline = ("--isolated", "--no-index", "--find-links", str(wheels))
            _pip("install", "--no-compile", "--target", str(staging), *offline, *_selection(architecture))
            for noise in _noise(staging):
                shutil.rmtree(noise) if noise.is_dir() else noise.unlink(missing_ok=True)
            _compile(staging)
    return dependencies


def _noise(dependencies: Path) -> list[Path]:
    described = (path for path in (dependencies / "botocore" / "data").iterdir() if path.is_dir())
    unused = [service for service in described if service.name not in SERVICES]
    return unused + [path for pattern in _WHEEL_NOISE for path in dependencies.glob(pattern)]


def _sources() -> list[Path]:
    return list(_placed().values())


def _placed() -> dict[str, Path]:
    """Return the project's own files by their places in a package."""
    missing = [source for source in _SOURCES if not source.exists()]
    if missing:
        raise PackageError(f"the package needs {missing[0].relative_to(ROOT)}, which does not exist")
    return {
        (Path(place) / file.relative_to(source)).as_posix(): file
        for source, place in _SOURCES.items()
        for file in _files(source)
    }


def _files(source: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
        return
    for path in sorted(source.iterdir()):
        if not any(path.match(pattern) for pattern in _SOURCE_NOISE):
            yield from _files(path)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _compile(folder: Path) -> None:
    """Add byte code, which halves a cold start: Lambda's own copy of the package is read-only.

    The bytes depend on the sources alone (no times, no paths of this machine, no random hash order), so that an
    unchanged package keeps its hash. Lambda's Python has the same minor version as the one that synthesizes.
    """
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/var/task"]
    command = [sys.executable, "-m", "compileall", *options, str(folder)]
    subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": "0"}, check=True)  # noqa: S603 fixed program


def _digest(name: str, files: list[Path]) -> str:
    digest = hashlib.sha256(name.encode())
    for file in files:
        digest.update(f"\0{file.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


@contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """Yield a directory to fill that becomes `target` in one step, also when two processes fill one each."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".staging-") as folder:
        staging = Path(folder) / target.name
        staging.mkdir()
        yield staging
        try:
            staging.rename(target)
        except OSError:
            if not target.is_dir():
                raise


def _selection(architecture: str) -> list[str]:
    """Say what pip must take: the locked wheels, built for Lambda's Python on this architecture."""
    python = ["--python-version=3.11", "--implementation=cp", "--abi=cp311", "--abi=abi3", "--abi=none"]
    platforms = [f"--platform={tag}_{MACHINES[architecture]}" for tag in _PLATFORM_TAGS]
    locked = ["--require-hashes", "--no-deps", "--only-binary=:all:", f"--requirement={REQUIREMENTS}"]
    return [*python, *platforms, *locked]


def _pip(command: str, *arguments: str) -> None:
    pip = [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *arguments]
    if subprocess.run(pip, check=False).returncode:  # noqa: S603 fixed program, arguments from this module
        raise PackageError(f"pip could not {command} the function package's wheels: see its message above")


def main() -> None:
    """Download the wheels of every architecture."""
    try:
        for architecture in MACHINES:
            download_wheels(architecture)
    except PackageError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
