"""Random sections of a CSV file. They have dice of their own, so that all else is drawn as without them."""

from random import Random
from typing import Any

from tests.differential.generate.chance import chance

_OTHERS = ("DE03", "0099", "Z1")


def among(
    dice: Random, layout: dict[str, Any], lines: list[str], header: list[str], facts: dict[str, str]
) -> list[str]:
    """Let some layouts have sections, and put lines that begin one among the rows, also where a layout has none."""
    dialect = layout["dialect"]
    if not {"preamble", "header"} & facts.keys() or not chance(dice, 0.6):
        return lines
    broken = any("\n" in cell for cell in header)
    if not dialect.get("footer") and not broken and chance(dice, 0.8):
        layout["sections"] = True
    elif chance(dice, 0.7):
        return lines
    delimiter = dialect["delimiter"]
    found = list[str]()
    for line in lines:
        if chance(dice, 0.15):
            fact = dice.choice([*_OTHERS, *facts.values()])
            other = [cell.replace(facts.get("header", "\0"), fact) for cell in header]
            above = [dice.choice(["", "Statement of account"])] if chance(dice, 0.4) else []
            above += [f"Konto: {fact}"] if "preamble" in facts else []
            above += [f"Statement to {facts['closing']}"] if facts.get("closing in") == "preamble" else []
            has_header = dialect.get("header", True) and ("header" in facts or chance(dice, 0.6))
            found += [*above, *([delimiter.join(other)] if has_header else [])]
        found.append(line)
    return found
