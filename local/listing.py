"""Encodes the keys in a listing of versions or unfinished uploads if the caller asks for it, as S3 does.

The emulator does so in listings of objects only. A key can contain characters that XML does not allow: with one such
key, it would be impossible to list a bucket's versions, or to empty it.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

from ministack.services import s3

_LISTINGS: Final = ("_list_object_versions", "_list_multipart_uploads")
_ENCODED: Final = frozenset({"Delimiter", "Key", "KeyMarker", "NextKeyMarker", "Prefix"})
"""The elements that are encoded, by S3's API reference."""

_asked: ContextVar[bool] = ContextVar("asked", default=False)
_xml_body = s3._xml_body  # noqa: SLF001


def install() -> None:
    """Replace the emulator's functions."""
    s3._xml_body = _encoded_body  # noqa: SLF001
    for name in _LISTINGS:
        setattr(s3, name, _encoding(getattr(s3, name)))


def _encoding(listing: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(listing)
    def list_and_encode(bucket: str, query: Mapping[str, Any]) -> Any:
        token = _asked.set(s3._qp(query, "encoding-type", "") == "url")  # noqa: SLF001
        try:
            return listing(bucket, query)
        finally:
            _asked.reset(token)

    return list_and_encode


def _encoded_body(root: Element) -> bytes:
    if _asked.get():
        for element in root.iter():
            if element.tag in _ENCODED and element.text:
                element.text = quote(element.text, safe="/")
        SubElement(root, "EncodingType").text = "url"
    body: bytes = _xml_body(root)
    return body
