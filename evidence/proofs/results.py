"""What ``make prove-least-privilege`` found, kept beside the code so that the page can be written from it."""

from pathlib import Path
from typing import Final

import msgspec

from evidence.proofs.roles import Grant

RESULTS: Final = Path(__file__).parent / "results.json"


class GrantResult(msgspec.Struct, frozen=True):
    """What was different without a grant; nothing when the emulator shows no use of it."""

    grant: Grant
    differences: list[str]


def save(outcomes: list[GrantResult]) -> None:
    """Keep the outcomes, in the order of roles and grants."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.grant)
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n")


def load() -> list[GrantResult]:
    """Read the outcomes of the last complete run."""
    return msgspec.json.decode(RESULTS.read_bytes(), type=list[GrantResult])
