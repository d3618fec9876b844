"""The encodings of files that a layout may declare."""

import codecs
from typing import Final

ENCODINGS: Final = {
    "Unicode": "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be",
    "ASCII and ISO 8859": """ascii iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8
        iso8859-9 iso8859-10 iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16""",
    "Windows": "cp874 cp932 cp949 cp950 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258",
    "DOS": """cp437 cp720 cp737 cp775 cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866
        cp869 cp1006 cp1125""",
    "EBCDIC": "cp037 cp273 cp424 cp500 cp875 cp1026 cp1140",
    "Macintosh": """mac-arabic mac-croatian mac-cyrillic mac-farsi mac-greek mac-iceland mac-latin2 mac-roman
        mac-romanian mac-turkish""",
    "Cyrillic, Thai, others": "koi8-r koi8-t koi8-u kz1048 ptcp154 tis-620 hp-roman8",
    "Chinese": "big5 big5hkscs gb2312 gbk gb18030",
    "Japanese": """shift_jis shift_jis_2004 shift_jisx0213 euc_jp euc_jis_2004 euc_jisx0213 iso2022_jp iso2022_jp_1
        iso2022_jp_2 iso2022_jp_3 iso2022_jp_2004 iso2022_jp_ext""",
    "Korean": "euc_kr johab iso2022_kr",
}
"""Names of Python's codecs by family. Each decodes a file that comes in pieces as it decodes the whole.

Python's other codecs are left out: they pack (``zip``), escape (``unicode_escape``), or write host names (``idna``).
"""
_KNOWN: Final = frozenset(" ".join(ENCODINGS.values()).split())


def codec_name(encoding: str) -> str | None:
    """Return the name of the codec that ``encoding`` is a name of; None if no file is in such an encoding.

    >>> codec_name("latin-1")
    'iso8859-1'
    """
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        return None
    return name if name in _KNOWN else None
