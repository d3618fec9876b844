"""Real payloads of AWS, kept as JSON files under ``tests/events``."""

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[1] / "events"


def load_event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return event


def transform_event(event: dict[str, Any], target: dict[str, Any]) -> dict[str, Any]:
    """Do what EventBridge does with the input transformer of a rule's target: put values in place of ``<names>``."""
    transformer = target["InputTransformer"]
    text: str = transformer["InputTemplate"]
    for name, path in transformer["InputPathsMap"].items():
        value: Any = event
        for part in path.removeprefix("$.").split("."):
            value = value[part]
        text = text.replace(f"<{name}>", json.dumps(value))
    made: dict[str, Any] = json.loads(text)
    return made
