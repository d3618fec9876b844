"""Answers a request for a range of an object's version with that range, as S3 does.

The emulator does so for the current version only, if the request does not name it, and sends all other objects whole.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from ministack.services import s3

_CHECKSUM: Final = "x-amz-checksum-"

Answer = tuple[int, dict[str, str], bytes]


def install() -> None:
    """Replace the emulator's function."""
    s3._get_object = ranged(s3._get_object)  # noqa: SLF001


def ranged(get_object: Callable[..., Answer]) -> Callable[..., Answer]:
    """Cut the range that a request asks for out of the answer of ``get_object``, if that has the whole object."""

    @wraps(get_object)
    def get_range(bucket: str, key: str, headers: Mapping[str, str], query: Mapping[str, Any] | None = None) -> Answer:
        status, answered, body = get_object(bucket, key, headers, query)
        wanted = headers.get("range", "")
        if status != HTTPStatus.OK or not wanted:
            return status, answered, body
        found = s3._parse_range(wanted, len(body))  # noqa: SLF001
        if found is None:
            status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            return status, {"Content-Range": f"bytes */{len(body)}"}, b""
        first, last = found
        part = body[first : last + 1]
        place = {"Content-Length": str(len(part)), "Content-Range": f"bytes {first}-{last}/{len(body)}"}
        # A checksum would be that of the whole object.
        kept = {name: value for name, value in answered.items() if not name.lower().startswith(_CHECKSUM)}
        return HTTPStatus.PARTIAL_CONTENT, kept | place, part

    return get_range
