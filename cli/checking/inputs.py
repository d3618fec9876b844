"""The files that ``etl check`` is given: by their paths, in folders, or on standard input."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from cli.options import UsageError
from cli.upload_names import is_ignored
from pipeline.constants import EXTENSIONS

STANDARD_INPUT: Final = (Path("-"), Path("/dev/stdin"))


@dataclass(frozen=True, kw_only=True)
class Input:
    """A file to check: ``path`` is where it is read from, ``name`` what it arrives by, ``given`` what it was given as.

    ``name`` is empty where a stream has none. ``is_left_out`` is whether the file is only listed, and not checked: in a
    folder, one that the pipeline ignores.
    """

    path: Path
    name: str
    given: str
    is_left_out: bool = False


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The ``files`` to check. ``is_one`` is whether a single one was asked for, and no folder."""

    files: tuple[Input, ...]
    is_one: bool


def find_inputs(given: Sequence[Path], name: str | None, workdir: Path) -> Inputs:
    """Find the files that are ``given``. What can be read only once, such as standard input, is copied to ``workdir``.

    Raises
    ------
    UsageError
        If a folder has no file that the pipeline takes, or if there are several files for one ``name``.
    OSError
        If a file or a folder cannot be read.
    """
    is_one = len(given) == 1 and not given[0].is_dir()
    if name and not is_one:
        raise UsageError("--name is the name of one file, and several are given")
    files = list[Input]()
    for number, path in enumerate(given):
        if path.is_dir():
            files += _in_folder(path)
        else:
            files.append(_file(path, name, workdir / str(number)))
    if all(file.is_left_out for file in files):
        folders = ", ".join(map(str, given))
        raise UsageError(f"{folders}: no file ends in {' or '.join(EXTENSIONS)}: name a file, or another folder")
    return Inputs(files=tuple(files), is_one=is_one)


def _in_folder(folder: Path) -> Iterator[Input]:
    """Yield the files in ``folder`` and below, except hidden ones."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield Input(path=path, name=path.name, given=str(path), is_left_out=is_ignored(path.name))


def _file(path: Path, name: str | None, copy: Path) -> Input:
    if path in STANDARD_INPUT:
        _copy(sys.stdin.buffer, copy)
        return Input(path=copy, name=name or "", given="standard input")
    if path.is_file():
        return Input(path=path, name=name or path.name, given=str(path))
    if not path.exists():
        raise UsageError(f"there is no file {path}")
    with path.open("rb") as stream:
        _copy(stream, copy)
    return Input(path=copy, name=name or "", given=str(path))


def _copy(stream: BinaryIO, copy: Path) -> None:
    with copy.open("wb") as written:
        shutil.copyfileobj(stream, written)
