"""What a file is that is neither CSV nor JSON, by its first bytes: signatures as their formats specify them."""

import codecs
import re
from typing import Final

from transactions.codes import FileCode
from transactions.errors import FileRejectedError

_LOOKED_AT: Final = 4096
"""Text that begins a document of another kind stands in the first bytes."""
_BINARY: Final = {
    b"%PDF-": "a PDF document",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an XLS workbook",
    b"{\\rtf": "an RTF document",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"PK\x05\x06": "a ZIP archive",
}
_ZIP: Final = b"PK\x03\x04"
_IN_ZIP: Final = {
    re.compile(rb"PK\x03\x04.{26}xl/", re.DOTALL): "an XLSX workbook",
    re.compile(
        rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis\.opendocument\.spreadsheet", re.DOTALL
    ): "an ODS spreadsheet",
}
"""Names of an archive's members, each 26 bytes behind its signature."""
_BEGINS: Final = r"\s*+(?:<!--.*?-->\s*+|<\?.*?\?>\s*+)*+"
_TEXTS: Final = {
    re.compile(rf"{_BEGINS}<(?:!doctype\s+html|html|head|body|table)\b", re.DOTALL | re.IGNORECASE): "an HTML page",
    re.compile(r"\s*+<(?:\?xml\s|!--|[A-Za-z][\w:.-]*[\s>])"): "an XML document",
}
"""XML after HTML, which may be XML as well."""
_JSON: Final = re.compile(r'\s*+(?:\{\s*+"|\[\s*+[\[{"])')
_UTF16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def refuse_other_type(head: bytes, *, expects_json: bool) -> None:
    """Refuse a file that begins with ``head`` if that shows it to be neither CSV nor JSON, or JSON in place of CSV.

    A CSV file can begin with nearly anything: of one that fits a layout, this is not asked.

    Raises
    ------
    FileRejectedError
        WRONG_FILE_TYPE, with what the file is.
    """
    beginning = _beginning(head)
    kind = binary_kind(head) or next((kind for pattern, kind in _TEXTS.items() if pattern.match(beginning)), "")
    if not kind and not expects_json and _JSON.match(beginning):
        kind = "a JSON document"
    if kind:
        raise FileRejectedError(FileCode.WRONG_FILE_TYPE, kind)


def binary_kind(head: bytes) -> str:
    """Say what a file that is no text is, by the signature that it begins with; nothing of any other."""
    if head.startswith(_ZIP):
        return next((kind for pattern, kind in _IN_ZIP.items() if pattern.search(head)), "a ZIP archive")
    return next((kind for signature, kind in _BINARY.items() if head.startswith(signature)), "")


def _beginning(head: bytes) -> str:
    encoding = _UTF16.get(head[:2], "utf-8")
    return head[:_LOOKED_AT].decode(encoding, errors="replace").removeprefix("\ufeff")
