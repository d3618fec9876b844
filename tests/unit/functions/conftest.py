"""AWS by moto, the functions' log, and the environment that the stack gives them."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws

from pipeline import clients
from pipeline.observability import logger
from tests.unit.functions.fakes import FakeContext

LogLines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def context() -> FakeContext:
    return FakeContext()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Answer AWS clients in this process, with credentials that open nothing."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    clients.client.cache_clear()
    clients.session.cache_clear()
    with mock_aws():
        yield
    clients.client.cache_clear()
    clients.session.cache_clear()


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    """Read what the functions log to standard output in this test."""
    stream = io.StringIO()
    handler = logger.registered_handler
    before = handler.setStream(stream)  # type: ignore[attr-defined] # a stream handler, typed as any handler
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    handler.setStream(before)  # type: ignore[attr-defined]
