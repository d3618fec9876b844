"""Write docs/cost-and-scale.md: ``python -m evidence.cost``."""

import tempfile
from pathlib import Path
from typing import Final

from etl.synthesis.synthesize import synthesize
from evidence.cost import bursts, bursts_section
from evidence.cost.cost_and_scale_page import page
from evidence.cost.model import PricedStack

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "cost-and-scale.md"


def main() -> None:
    """Synthesize the stack, and write the page."""
    with tempfile.TemporaryDirectory() as outdir:
        stack = PricedStack.from_template(synthesize(Path(outdir)))
    bursts.refresh(bursts_section.assumptions(stack))
    PAGE.write_text(page(stack), encoding="utf-8")


if __name__ == "__main__":
    main()
