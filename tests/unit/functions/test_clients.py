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
def test_a_client_reads_the_service_models_of_botocore(description: str) -> None:
    assert FileLoader().load_file(description) == JSONFileLoader().load_file(description)


def test_a_client_finds_no_model_where_no_file_is() -> None:
    assert FileLoader().load_file(str(DATA / "s3" / "nothing")) is None


@pytest.mark.usefixtures("aws")
def test_a_client_keeps_a_connection_for_each_parallel_request() -> None:
    assert client("s3").meta.config.max_pool_connections >= PARALLEL_REQUESTS
