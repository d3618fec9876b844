"""Characters that are no text in any encoding: NUL, byte order marks and C1 controls. They reject their row."""

import re
from codecs import BOM_UTF8

CHARACTER_RULE = "no NUL, no byte order mark and no C1 control character"
FORBIDDEN = re.compile("[\x00\ufeff\x80-\x9f]")
FORBIDDEN_BYTES = re.compile(rb"\x00|\xef\xbb\xbf|\xc2[\x80-\x9f]")
"""The same in UTF-8."""
_C1_BYTES = re.compile(rb"\xc2[\x80-\x9f]")


def holds_forbidden(text: bytes) -> bool:
    """Return whether there is one in ``text``. A single byte is found much faster, and few files have one of these."""
    return (
        b"\x00" in text or (b"\xef" in text and BOM_UTF8 in text) or (b"\xc2" in text and bool(_C1_BYTES.search(text)))
    )
