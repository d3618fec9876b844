"""What makes two files the same content, and what makes them the same delivery."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from transactions.layouts.layout import Layout


def content_id(sha256: str, layout: Layout, facts: Mapping[str, str]) -> str:
    """Identify what a file says: its bytes, and the facts from its name that enter the records (decision 0027).

    Two accounts may have the same bytes. Facts from within the file are in its bytes already.

    Parameters
    ----------
    sha256
        Of the file as it arrived, in hex: without facts from the name, it is the identity.
    facts
        What was captured.
    """
    outside = [name for name in layout.captures_used if name in layout.names_in_file_name]
    return _hashed([sha256, *_named(outside, facts)]) if outside else sha256


def delivery_id(layout: Layout, facts: Mapping[str, str]) -> str:
    """Identify the delivery of a file by the facts that its layout declares; empty if it declares none.

    A hash, since account numbers may be among the facts.
    """
    return _hashed([layout.name, *_named(sorted(layout.delivery), facts)]) if layout.delivery else ""


def _named(names: Iterable[str], facts: Mapping[str, str]) -> list[str]:
    return [part for name in names for part in (name, facts[name])]


def _hashed(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
