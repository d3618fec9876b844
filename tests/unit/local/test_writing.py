"""Writes of the emulator's DynamoDB from many threads are as whole as on AWS."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from ministack.services import dynamodb

import local.server  # noqa: F401 installs what is tested

THREADS = 20
_serial = count(1)


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    """Let threads interrupt each other as often as many processors would."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


@pytest.fixture
def table() -> str:
    name = f"writes-{next(_serial)}"
    dynamodb._create_table(  # noqa: SLF001
        {
            "TableName": name,
            "KeySchema": [{"AttributeName": "entry", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "entry", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
    )
    return name


def test_a_condition_holds_for_one_of_many_parallel_writes(table: str) -> None:
    def claim(number: int) -> int:
        item = {"entry": {"S": f"claimed by all {number // THREADS}"}}
        request = {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(entry)"}
        status: int = dynamodb._put_item(request)[0]  # noqa: SLF001
        return status

    with ThreadPoolExecutor(THREADS) as pool:
        statuses = list(pool.map(claim, range(100 * THREADS)))

    assert statuses.count(200) == 100


def test_no_parallel_addition_to_a_counter_is_lost(table: str) -> None:
    key: dict[str, Any] = {"TableName": table, "Key": {"entry": {"S": "counted"}}}

    def add(_number: int) -> None:
        one = {":one": {"N": "1"}}
        request = key | {"UpdateExpression": "ADD sent :one", "ExpressionAttributeValues": one}
        dynamodb._update_item(request)  # noqa: SLF001

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(add, range(1000)))

    answer = dynamodb._get_item(key)  # noqa: SLF001
    assert json.loads(answer[2])["Item"]["sent"] == {"N": "1000"}
