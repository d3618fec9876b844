"""Write docs/cost-and-scale.md: ``python -m cost``."""

import tempfile
from pathlib import Path
from typing import Final

from cost.model import Stack
from cost.page import page
from proofs.synthesis import synthesize

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "cost-and-scale.md"


def main() -> None:
    """Synthesize the stack, and write the page."""
    with tempfile.TemporaryDirectory() as outdir:
        PAGE.write_text(page(Stack.of(synthesize(Path(outdir)))), encoding="utf-8")


if __name__ == "__main__":
    main()
