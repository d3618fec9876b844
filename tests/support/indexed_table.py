"""An audit table with its index by status, as DynamoDB answers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.constants import INDEXED, SHARD, STATUS_AT, STATUS_INDEX

_PROJECTED: Final = ("file_id", SHARD, STATUS_AT, *INDEXED)


def indexed(item: Mapping[str, Any], *, at: str) -> dict[str, Any]:
    """Add the attributes by which an item is indexed, as the state machine writes them."""
    return {
        **item,
        SHARD: {"S": item["file_id"]["S"][0]},
        STATUS_AT: {"S": f"{item['status']['S']}#{at}"},
    }


@dataclass
class IndexedTable:
    """Items by file id. ``index`` holds entries that differ from their items, as an index that lags behind does."""

    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    index: dict[str, dict[str, Any]] = field(default_factory=dict)
    page_size: int = 1000

    def query(self, **request: Any) -> Any:
        assert request["IndexName"] == STATUS_INDEX
        names, values = request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
        assert request["KeyConditionExpression"] == "#shard = :shard AND #status_at BETWEEN :first AND :last"
        entries = [entry for entry in (self.items | self.index).values() if STATUS_AT in entry]
        found = sorted(
            (
                entry
                for entry in entries
                if entry[SHARD] == values[":shard"]
                and values[":first"]["S"] <= entry[STATUS_AT]["S"] <= values[":last"]["S"]
            ),
            key=lambda entry: (entry[STATUS_AT]["S"], entry["file_id"]["S"]),
            reverse=not request.get("ScanIndexForward", True),
        )
        start = int(request.get("ExclusiveStartKey", {}).get("start", "0"))
        end = start + min(request.get("Limit", self.page_size), self.page_size)
        page = [entry for entry in found[start:end] if _fits(entry, request.get("FilterExpression"), names, values)]
        answer: dict[str, Any] = {
            "Items": [{name: entry[name] for name in _PROJECTED if name in entry} for entry in page]
        }
        answer["Count"] = len(page)
        return answer | ({"LastEvaluatedKey": {"start": str(end)}} if end < len(found) else {})

    def get_paginator(self, operation: str) -> "IndexedTable":
        assert operation == "query"
        return self

    def paginate(self, **request: Any) -> Iterator[Any]:
        while True:
            answer = self.query(**request)
            yield answer
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def batch_get_item(self, **request: Any) -> Any:
        ((table, asked),) = request["RequestItems"].items()
        assert len(asked["Keys"]) <= 100
        ids = [key["file_id"]["S"] for key in asked["Keys"]]
        return {"Responses": {table: [self.items[one] for one in reversed(ids) if one in self.items]}}


def _fits(entry: Mapping[str, Any], condition: str | None, names: Mapping[str, str], values: Mapping[str, Any]) -> bool:
    """Evaluate a filter, which sees the attributes that the index has."""
    parts: Iterable[str] = condition.split(" AND ") if condition else ()
    for part in parts:
        begins = re.fullmatch(r"begins_with\((#\w+), (:\w+)\)", part)
        name, value = begins.groups() if begins else part.split(" = ")
        assert names[name] in _PROJECTED
        found, wanted = entry.get(names[name], {}).get("S", ""), values[value]["S"]
        if not (found.startswith(wanted) if begins else found == wanted):
            return False
    return True
