"""The functions' AWS clients."""

from pathlib import Path

import botocore
import pytest
from botocore.loaders import JSONFileLoader

from clients import FileLoader
from etl.package import SERVICES

DATA = Path(botocore.__file__).parent / "data"
DESCRIPTIONS = sorted(
    str(path).partition(".json")[0]
    for path in [*DATA.glob("*.json*"), *(file for service in SERVICES for file in (DATA / service).rglob("*.json*"))]
)


@pytest.mark.parametrize("description", DESCRIPTIONS, ids=lambda path: str(Path(path).relative_to(DATA)))
def test_given_what_botocore_knows_when_a_client_reads_it_then_it_is_what_botocore_reads(description: str) -> None:
    assert FileLoader().load_file(description) == JSONFileLoader().load_file(description)


def test_given_no_file_when_a_client_looks_for_it_then_there_is_none() -> None:
    assert FileLoader().load_file(str(DATA / "s3" / "nothing")) is None
