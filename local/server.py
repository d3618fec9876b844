"""The emulator's application, completed where the pipeline rests on something that it leaves out.

S3's events carry no version id in MiniStack's EventBridge, though its S3 knows it. On AWS an Object Created event of
a versioned bucket always has one, and the pipeline reads exactly that version. The two wrapped functions are the one
that knows the version id and, called by it in the same thread, the one that delivers the event.
"""

import json
from contextvars import ContextVar
from typing import Any

from ministack.app import app
from ministack.services import eventbridge, s3

__all__ = ["app"]

_version_id: ContextVar[str | None] = ContextVar("version_id", default=None)
_fire = s3._fire_s3_event  # noqa: SLF001 - the emulator has no public hook
_dispatch = eventbridge._dispatch_event  # noqa: SLF001


def _fire_with_version(*arguments: Any, version_id: str | None = None, **options: Any) -> None:
    token = _version_id.set(version_id)
    try:
        _fire(*arguments, version_id=version_id, **options)
    finally:
        _version_id.reset(token)


def _dispatch_with_version(event: dict[str, Any]) -> Any:
    version_id = _version_id.get()
    if version_id is not None and event.get("Source") == "aws.s3":
        detail = json.loads(event["Detail"])
        detail["object"]["version-id"] = version_id
        event = event | {"Detail": json.dumps(detail)}
    return _dispatch(event)


s3._fire_s3_event = _fire_with_version  # noqa: SLF001
eventbridge._dispatch_event = _dispatch_with_version  # noqa: SLF001
