"""The functions' AWS clients."""

from pathlib import Path

import botocore
import pytest
from botocore.loaders import JSONFileLoader

from etl.package import SERVICES
from pipeline.clients import FileLoader, client
from pipeline.s3 import PARALLEL_REQUESTS

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


@pytest.mark.usefixtures("aws")
def test_given_many_requests_at_a_time_when_they_are_done_then_the_client_keeps_the_connection_of_each() -> None:
    assert client("s3").meta.config.max_pool_connections >= PARALLEL_REQUESTS
