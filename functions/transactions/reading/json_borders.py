"""Finds where an element of a JSON array ends in what has come of it: by its brackets, and never within a string."""

import re

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_WITHIN_ELEMENT = re.compile(rb'(?:[^][{}"]++|%b)*+([][{}"])' % _STRING, re.DOTALL)
_BETWEEN_ELEMENTS = re.compile(rb'(?:[^][{}",]++|%b)*+([][{}",])' % _STRING, re.DOTALL)
"""Everything up to the next bracket or, between elements, comma. A quote is found where a string has not ended yet."""
_OPENING, _CLOSING, _COMMA = b"{[", b"}]", b","


def last_border(elements: bytes | bytearray) -> int:
    """Return where the last comma between ``elements`` of an array stands, 0 if there is none.

    Text that is not JSON has borders as well: the decoder finds out.
    """
    border = depth = at = 0
    while depth >= 0 and (found := (_WITHIN_ELEMENT if depth else _BETWEEN_ELEMENTS).match(elements, at)):
        at, token = found.end(), found[1]
        if token == _COMMA:
            border = found.start(1)
        elif token in _OPENING:
            depth += 1
        elif token in _CLOSING:
            depth -= 1
        else:
            break
    return border
