"""The layout language."""

import msgspec


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """One file layout of one partner."""

    name: str
    partner: str
