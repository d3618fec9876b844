"""Writes wheels, and zips of wheels: the same bytes from the same content, wherever and whenever they are written."""

import base64
import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""Of every entry: the earliest time that the format knows."""

_READABLE = 0o100644 << 16
"""Of every entry: a regular file that everybody may read (the upper half has the mode of Unix)."""


def write_wheel(folder: Path, name: str, version: str, files: Mapping[str, Path]) -> Path:
    """Write a wheel of pure Python (PyPA, "Binary distribution format"), and return its path.

    Parameters
    ----------
    name, version
        Of the distribution, as the wheel's own name has them: letters, digits, ``_`` and ``.``.
    files
        What is installed, by its place beside other packages. It may be data: a wheel is unpacked when it is installed.
    """
    info = f"{name}-{version}.dist-info"
    content = {place: file.read_bytes() for place, file in files.items()} | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: etl.wheels\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [*(_recorded(place, content[place]) for place in sorted(content)), f"{info}/RECORD,,"]
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    _write(wheel, content | {f"{info}/RECORD": "".join(f"{line}\n" for line in record).encode()})
    return wheel


def write_zip_of_wheels(target: Path, wheels: Iterable[Path]) -> None:
    """Write the zip of wheels that a Glue job installs without an index (Glue 5.0 and later).

    Below ``wheels/`` it has the wheels and a ``requirements.txt`` that names each with its version (Glue developer
    guide, "Using Python libraries with AWS Glue", appendix A). ``target`` ends in ``.gluewheels.zip``.
    """
    sources = sorted(wheels, key=lambda wheel: wheel.name)
    named = [wheel.name.split("-")[:2] for wheel in sources]
    requirements = "".join(f"{name}=={version}\n" for name, version in named)
    content = {f"wheels/{wheel.name}": wheel.read_bytes() for wheel in sources}
    _write(target, content | {"wheels/requirements.txt": requirements.encode()})


def _recorded(place: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{place},sha256={digest},{len(content)}"


def _write(target: Path, content: Mapping[str, bytes]) -> None:
    # Stored: what compression gives differs from one zlib to the next.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for place in sorted(content):
            entry = zipfile.ZipInfo(place, _EARLIEST)
            entry.create_system, entry.external_attr = 3, _READABLE
            archive.writestr(entry, content[place])
