"""The bill of materials of what runs in the cloud: CycloneDX, every library with version, licence and hash."""

import hashlib
import re
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL


def bill_of_materials(name: str, holds: Iterable[Path], wheels: Path) -> str:
    """Write, as CycloneDX 1.6 JSON, what a package holds besides the project's own files.

    Parameters
    ----------
    name
        The package's own.
    holds
        The folders or wheels in it whose ``*.dist-info`` folders say which libraries they are.
    wheels
        Where the wheels lie that it was made from; their SHA-256 are those of the lock file.
    """
    subject = Component(type=ComponentType.APPLICATION, name=name)
    components = [_component(library, wheels) for library in distributions(path=[str(place) for place in holds])]
    bom = Bom(metadata=BomMetaData(component=subject), components=components)
    bom.register_dependency(subject, components)
    return JsonV1Dot6(bom).output_as_string(indent=1)


def _component(library: Distribution, wheels: Path) -> Component:
    name = _canonical(library.metadata["Name"])
    purl = PackageURL(type="pypi", name=name, version=library.version)
    (wheel,) = (wheel for wheel in wheels.glob("*.whl") if _canonical(wheel.name.partition("-")[0]) == name)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=library.version,
        purl=purl,
        bom_ref=str(purl),
        licenses=[LicenseFactory().make_from_string(text) for text in _licences(library)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )


def _canonical(name: str) -> str:
    """Write a name as the package index does (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _licences(library: Distribution) -> list[str]:
    """Read the licences from whichever field the metadata's version keeps them in."""
    read = library.metadata.get_all
    classifiers = [line for line in read("Classifier", []) if line.startswith("License")]
    return read("License-Expression", []) or read("License", []) or [line.rpartition(" :: ")[2] for line in classifiers]
