"""A file of another type is named as what it is, whatever name it was sent by."""

import gzip
import io
import zipfile
from pathlib import Path

import msgspec
import pytest

from tests.unit.transactions.support import csv_layout, validate
from transactions.codes import FileCode
from transactions.layouts.fields import NumberField, Schema, StringField
from transactions.layouts.mapping import Amount
from transactions.results import FileFormat


def _zip(*members: str, content: str = "x") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for member in members:
            archive.writestr(zipfile.ZipInfo(member), content)
    return packed.getvalue()


OTHERS = [
    ("a ZIP archive", _zip("october.csv")),
    ("a ZIP archive", b"PK\x05\x06" + b"\0" * 18),
    ("an XLSX workbook", _zip("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")),
    ("an XLSX workbook", gzip.compress(_zip("xl/workbook.xml"), mtime=0)),
    ("an ODS spreadsheet", _zip("mimetype", content="application/vnd.oasis.opendocument.spreadsheet")),
    ("an XLS workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    ("a PDF document", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"),
    ("an RTF document", b"{\\rtf1\\ansi Statement}"),
    ("a 7-Zip archive", b"7z\xbc\xaf\x27\x1c\x00\x04"),
    ("a RAR archive", b"Rar!\x1a\x07\x01\x00"),
    ("an HTML page", b"<!DOCTYPE html>\n<html><body>503</body></html>\n"),
    ("an HTML page", b"\xef\xbb\xbf\r\n <!-- saved -->\n<HTML lang='en'>"),
    ("an HTML page", "<table><tr><td>2025-10-01</td></tr></table>".encode("utf-16")),
    ("an HTML page", b"<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN'>"),
    ("an XML document", b"<?xml version='1.0'?>\n<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'>"),
    ("an XML document", b"<OFX><SIGNONMSGSRSV1>"),
]


@pytest.mark.parametrize(("partner", "file_format"), [("alpine", "csv"), ("obie", "json")])
@pytest.mark.parametrize(("kind", "content"), OTHERS)
def test_a_file_of_another_type_is_named(
    kind: str, content: bytes, partner: str, file_format: FileFormat, tmp_path: Path
) -> None:
    validation = validate(content, tmp_path, partner, file_format=file_format)

    assert (validation.verdict, validation.reason_code) == ("REJECTED", FileCode.WRONG_FILE_TYPE)
    assert f"({kind})" in validation.reason


@pytest.mark.parametrize("content", [b'{"Data": {}}', b'\xef\xbb\xbf[\n{"id": 1}]', b"[[1]]"])
def test_json_sent_as_csv_is_named(content: bytes, tmp_path: Path) -> None:
    assert "(a JSON document)" in validate(content, tmp_path).reason


@pytest.mark.parametrize("content", [b"a<b,c\n", b"<a@b.example>,1\n", b"[1],2\n", b"%PDF,1\n", b"PK,1\n", b"< 5,1\n"])
def test_text_that_only_resembles_another_type_is_a_csv_file(content: bytes, tmp_path: Path) -> None:
    assert validate(content, tmp_path).reason_code == FileCode.HEADER_MISMATCH


@pytest.mark.parametrize("header", ["<html>", "%PDF-1.7", "[[a", "<?xml "])
def test_what_fits_a_layout_is_read_however_it_begins(header: str, tmp_path: Path) -> None:
    made = csv_layout([NumberField(name="Sum")], amount=Amount(field="Sum"))
    schema = Schema(fields=(StringField(name=header), *made.schema.fields))
    content = f"{header};Day;Sum\nx;2025-10-01;1\n".encode()

    validation = validate(content, tmp_path, layouts=[msgspec.structs.replace(made, schema=schema)])

    assert validation.verdict == "VALID"
