"""The plot of the benchmark shows what the results say, with round ticks."""

import xml.etree.ElementTree as ET

from msgspec.structs import replace

from evidence.bench.measuring import PROJECT, Usage
from evidence.bench.plan import COPY
from evidence.bench.plot import plot
from evidence.bench.results import Measurement, Results, Section


def _texts(picture: str) -> list[str]:
    return [element.text.strip() for element in ET.fromstring(picture).iter() if element.text]  # noqa: S314 - our own


def _measured() -> Section:
    section = Results.load().contenders
    assert section
    return section


def test_the_plot_in_the_pages_is_that_of_the_stored_results() -> None:
    kept = (PROJECT / "docs" / "performance.svg").read_text(encoding="utf-8")

    # Not byte by byte: another processor may round a coordinate another way.
    assert _texts(kept) == _texts(plot(_measured())), "run 'python -m evidence.bench --page'"


def test_the_plot_has_every_measurement_and_its_unit() -> None:
    section = _measured()

    texts = _texts(plot(section))

    figures = [f"{one.wall_s:.2f} s, {one.peak_mb:.0f} MB" for one in section.measurements]
    assert [text for text in texts if text.endswith(" MB") and " s, " in text] == figures
    assert "wall clock, seconds" in texts


def test_ticks_are_round() -> None:
    usage = Usage(wall_s=17.3, cpu_s=20.0, peak_mb=400.0)
    one = Measurement(contender=COPY, format="csv", size_mb=100.2, usages=(usage,))

    texts = _texts(plot(replace(_measured(), measurements=(one,))))

    assert [float(text) for text in texts if text.replace(".", "").isdigit()] == [0, 5, 10, 15, 20]


def test_the_same_results_are_drawn_with_the_same_bytes() -> None:
    assert len({plot(_measured()) for _ in range(4)}) == 1
