"""Unpacking a function package once for all its environments."""

import tempfile
import zipfile
from pathlib import Path

import pytest

from local.shared_code import SharedZipFile


def _package(path: Path, content: str) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("folder/module.py", content)
    return path


def _unpack(package: Path, target: Path) -> Path:
    target.mkdir()
    with SharedZipFile(package) as archive:
        archive.extractall(target)
    return target


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(shared))


def test_two_environments_share_one_copy_of_a_package(tmp_path: Path) -> None:
    package = _package(tmp_path / "code.zip", "X = 1")

    first, second = (_unpack(package, tmp_path / name) for name in ("first", "second"))

    assert (first / "folder" / "module.py").read_text() == "X = 1"
    assert first.resolve() == second.resolve()


def test_a_new_version_of_a_package_is_another_copy(tmp_path: Path) -> None:
    old = _unpack(_package(tmp_path / "old.zip", "X = 1"), tmp_path / "first")
    new = _unpack(_package(tmp_path / "new.zip", "X = 2"), tmp_path / "second")

    assert (old / "folder" / "module.py").read_text() == "X = 1"
    assert (new / "folder" / "module.py").read_text() == "X = 2"
