"""Write docs/state-machine.md: ``python -m evidence.graph``."""

import tempfile
from pathlib import Path
from typing import Final

from etl.synthesis.synthesize import ROOT, synthesize
from etl.synthesis.template import LARGE_FILES_MACHINE
from evidence.graph.state_machine_page import page

PAGE: Final = ROOT / "docs" / "state-machine.md"


def main() -> None:
    """Synthesize the stack, and write the page."""
    with tempfile.TemporaryDirectory() as outdir:
        template = synthesize(Path(outdir))
        written = page(template.definition(), template.definition(LARGE_FILES_MACHINE))
        PAGE.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
