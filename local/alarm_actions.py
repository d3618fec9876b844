"""Records an alarm's actions in its history, as CloudWatch does. The emulator carries them out, and records none."""

import json
import time
from collections.abc import Mapping
from typing import Any, Final

from ministack.services import cloudwatch

_ACTIONS: Final = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}

_dispatch = cloudwatch._dispatch_alarm_actions  # noqa: SLF001


def install() -> None:
    """Replace the emulator's function."""
    cloudwatch._dispatch_alarm_actions = _dispatch_and_record  # noqa: SLF001


def _dispatch_and_record(alarm: Mapping[str, Any], old_state: str, new_state: str, reason: str) -> None:
    _dispatch(alarm, old_state, new_state, reason)
    if not alarm.get("ActionsEnabled", True):
        return
    for action in alarm.get(_ACTIONS[new_state]) or []:
        cloudwatch._history_entries().append(  # noqa: SLF001
            {
                "AlarmName": alarm["AlarmName"],
                "AlarmType": "MetricAlarm",
                "Timestamp": cloudwatch._ts_iso(time.time()),  # noqa: SLF001
                "HistoryItemType": "Action",
                "HistorySummary": f"Successfully executed action {action}",
                "HistoryData": json.dumps({"actionState": "Succeeded", "notificationResource": action}),
            }
        )
