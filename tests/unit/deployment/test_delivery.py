"""The files of a delivery are found whatever became of them: by the registry's entry, and by their rows."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from boto3.dynamodb.types import TypeSerializer

from deployment.audit import read_item
from deployment.pipeline import Pipeline
from pipeline.constants import FileStatus
from tests.support.indexed_table import IndexedTable, indexed

if TYPE_CHECKING:
    from deployment.stack import DeployedStack

ENTRY = "delivery#brook#1"
_serialize = TypeSerializer().serialize


def _item(file_id: str, status: FileStatus, uploaded: str, delivery: str = ENTRY) -> dict[str, Any]:
    """Make a row as DynamoDB keeps it; a file whose delivery is not known says nothing of it."""
    at = f"2025-11-{uploaded}T10:00:00Z"
    row = {
        "file_id": file_id,
        "status": status.value,
        "key": f"incoming/brook/{file_id}.csv",
        "partner": "brook",
        "execution": "arn",
        "size": 1,
        "uploaded_at": at,
        "history": [{"status": status.value, "at": at, "execution": "arn", "detail": ""}],
    } | ({"delivery": delivery} if delivery else {})
    return {name: _serialize(value) for name, value in row.items()}


@dataclass
class FakeDynamoDB:
    """An audit table, and a registry with one delivery that the file ``latest`` has claimed last."""

    items: list[dict[str, Any]]
    latest: str

    def query(self, **request: Any) -> Any:
        return self._table().query(**request)

    def batch_get_item(self, **request: Any) -> Any:
        return self._table().batch_get_item(**request)

    def _table(self) -> IndexedTable:
        items = (indexed(item, at=item["uploaded_at"]["S"]) for item in self.items)
        return IndexedTable({item["file_id"]["S"]: item for item in items})

    def get_item(self, **request: Any) -> Any:
        assert request["TableName"] == "registry"
        return {"Item": {"file_id": {"S": self.latest}}} if request["Key"]["entry"]["S"] == ENTRY else {}


class Outputs(dict[str, str]):
    def __missing__(self, _name: str) -> str:
        return ""


def _same_delivery(dynamodb: FakeDynamoDB, **facts: str) -> list[str]:
    """Return the ids of the files of the delivery of the file ``b``."""
    stack = SimpleNamespace(
        session=SimpleNamespace(client=lambda service: dynamodb if service == "dynamodb" else None),
        outputs=Outputs(AuditTable="audit", RegistryTable="registry"),
    )
    item = {name: _serialize(value) for name, value in facts.items()}
    row = read_item({**_item("b", FileStatus.SUPERSEDED, "05"), **item})
    return [other.file_id for other in Pipeline(cast("DeployedStack", stack)).same_delivery(row)]


def test_the_other_files_of_a_delivery_are_listed_in_order() -> None:
    # Given files of a delivery, of which the last one failed before its row could say which it is
    items = [
        _item("c", FileStatus.WITHDRAWN, "06"),
        _item("b", FileStatus.SUPERSEDED, "05"),
        _item("a", FileStatus.SUPERSEDED, "04"),
        _item("d", FileStatus.DUPLICATE, "07"),
        _item("e", FileStatus.FAILED, "08", delivery=""),
        _item("9", FileStatus.SUPERSEDED, "01", delivery="delivery#brook#2"),
    ]

    assert _same_delivery(FakeDynamoDB(items, latest="e")) == ["a", "c", "d", "e"]


def test_the_file_that_stands_is_not_listed_beside_itself() -> None:
    items = [_item("a", FileStatus.SUPERSEDED, "04"), _item("b", FileStatus.COMPLETED, "05")]

    assert _same_delivery(FakeDynamoDB(items, latest="b"), status="COMPLETED") == ["a"]


def test_a_delivery_that_is_a_key_lists_nothing() -> None:
    # Its versions are listed as such
    items = [_item("a", FileStatus.SUPERSEDED, "04", delivery="key#raw/a.csv")]

    assert _same_delivery(FakeDynamoDB(items, latest="a"), delivery="key#raw/a.csv") == []
    assert _same_delivery(FakeDynamoDB(items, latest="a"), delivery="") == []
