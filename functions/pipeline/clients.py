"""AWS clients, which outlive one call of a function.

botocore makes them: boto3 would load at each cold start its resources and its transfers, which no function uses.
"""

import gzip
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from botocore.config import Config
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session

from pipeline.s3 import PARALLEL_REQUESTS


class FileLoader(JSONFileLoader):
    """Reads what botocore knows of each service, for S3 a megabyte, in half the time of its own loader."""

    def load_file(self, file_path: str) -> Any:
        """Read the file at ``file_path``, which comes without its ending; None if there is none."""
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            return msgspec.json.decode(plain.read_bytes())
        return msgspec.json.decode(gzip.decompress(packed.read_bytes())) if packed.is_file() else None


@cache
def session() -> Session:
    """Return what all clients share: the credentials, and what botocore has read."""
    shared = Session()
    shared.register_component("data_loader", Loader(file_loader=FileLoader()))
    return shared


@cache
def client(service: str) -> Any:
    """Return the AWS client of a service, made at the first call. Its users name the part they need as a Protocol.

    It keeps a connection for each of the requests that are made at a time, where botocore would close all but ten.
    """
    return session().create_client(service, config=Config(max_pool_connections=PARALLEL_REQUESTS))
