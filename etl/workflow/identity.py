"""Identifies one file: who it is, and what every state asks of it. Each file is identified by itself."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from etl.workflow.asl import States, compute, query
from etl.workflow.masking import masked_name
from pipeline.constants import INCOMING

NOT_DESCRIBED: Final = {"step": "", "request_id": ""}
"""``$.failure`` of a file that has not failed, and of one whose run ended without saying how far it came."""

NO_PARTNER: Final = "unknown"
"""Whose files those are whose key names no partner."""

_SEQUENCER_LENGTH: Final = 64

# No pattern ends with "$", which in some engines matches before a final line end too.
_FILE: Final = f"""(
    $event := $states.input.event;
    $object := $event.object;
    $key := $object.key;
    $version := $exists($object.`version-id`) ? $object.`version-id` : '';
    $path := $split($key, '/');
    $named := $count($path) > 2 and $path[0] = '{INCOMING}' ? $path[1] : '';
    $id := $hash($event.bucket & '\\n' & $key & '\\n' & ($version = '' ? $object.sequencer : $version), 'SHA-256');
    {{
        'file_id': $id,
        'shard': $substring($id, 0, 1),
        'event': $event,
        'bucket': $event.bucket,
        'key': $key,
        'version_id': $version,
        'etag': $object.etag,
        'size': $object.size,
        'uploaded_at': $event.uploaded_at,
        'object_key': $event.bucket & '/' & $key,
        'display_key': $replace(
            {masked_name("$key")},
            /[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]/, '?'),
        'file_name': $path[-1],
        'partner': $contains($named, /^[a-z0-9]/) and $not($contains($named, /[^a-z0-9-]/)) ? $named : '{NO_PARTNER}',
        'format': $lowercase($substring($key, -5)) = '.json' ? 'json' : 'csv',
        'sequencer': $pad($object.sequencer, {_SEQUENCER_LENGTH}, '0'),
        'execution': $states.input.execution,
        'claim': $states.input.execution & '#' & $id,
        'attempt': {{'number': '0'}}
    }}
)"""


def each_file(*, execution: str) -> dict[str, str]:
    """Select what ``identify`` takes of each item of a Map over an execution's files.

    Parameters
    ----------
    execution
        Path of the execution's ARN whose files they are.
    """
    return {"event.$": "$$.Map.Item.Value", "number.$": "$$.Map.Item.Index", "execution.$": execution}


def identify(
    *, label: str, following: str, failing: str, also: Mapping[str, Any] = MappingProxyType({})
) -> tuple[str, States]:
    """Build the state that identifies a file.

    Input: ``$.event`` (an entry of an execution's ``files``), ``$.number`` (its place among them) and ``$.execution``
    (whose files they are). Output: ``$.number``, ``$.file``, and an empty ``$.failure``.

    ``file_id`` is the SHA-256 of bucket, key and version id (the event's sequencer where there is no version id), so
    that the same upload has the same id however often its event comes. Sequencers are padded to one length, because
    S3 wants them compared as strings after padding on the right with zeros.

    Parameters
    ----------
    label
        Makes the states' names unique.
    following, failing
        The states after the file is identified, and where it cannot be.
    also
        More fields of the output.

    Returns
    -------
    tuple
        The name of the first state, and the states.
    """
    first = f"Identify ({label})"
    output = {"number": query("$states.input.number"), "file": query(_FILE), "failure": NOT_DESCRIBED, **also}
    return first, {first: compute(f"Work out the identity ({label})", output, following=following, failing=failing)}
