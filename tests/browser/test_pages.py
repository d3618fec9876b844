"""The pages that people read, in a browser: on a phone and a desk, light and dark, printed, and read aloud."""

import unicodedata
from collections import Counter
from io import BytesIO

import pytest

from tests.browser.opening import Opener
from tests.browser.pages import PAGES

PHONE, DESK = 360, 1280
WHITE = 3 * 255
A4 = (595, 842)
"""In points."""
A4_INSIDE_MARGINS = 680
"""Width that the pages' margins leave, in CSS pixels of 1/96 inch."""

every_page = pytest.mark.parametrize("name", PAGES)
every_width = pytest.mark.parametrize("width", [PHONE, DESK])


@every_page
@every_width
def test_a_page_is_as_wide_as_its_window(opener: Opener, name: str, width: int) -> None:
    with opener.open(PAGES[name](), width=width) as opened:
        assert opened.overflow() == 0


@every_page
def test_a_page_requests_nothing_and_has_no_error(opener: Opener, name: str) -> None:
    with opener.open(PAGES[name]()) as opened:
        opened.page.wait_for_load_state("networkidle")

        assert opened.requested == []
        assert opened.messages == []


def test_a_request_and_an_error_would_be_recorded(opener: Opener) -> None:
    html = '<img src="https://example.com/a.png"><script>throw Error("broken")</script>'

    with opener.open(html) as opened:
        opened.page.wait_for_load_state("networkidle")

        assert opened.requested == ["https://example.com/a.png"]
        assert "broken" in opened.messages


@every_page
@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "light"), (DESK, "dark")])
def test_a_page_is_accessible(opener: Opener, name: str, width: int, scheme: str) -> None:
    checker = pytest.importorskip("axe_playwright_python.sync_playwright", reason="run 'make browser'")

    with opener.open(PAGES[name](), width=width, scheme=scheme) as opened:
        found = checker.Axe().run(opened.page)

        assert found.violations_count == 0, found.generate_report()
        assert "color-contrast" not in {undecided["id"] for undecided in found.response["incomplete"]}


@every_page
def test_a_page_is_dark_where_the_reader_prefers_that(opener: Opener, name: str) -> None:
    with opener.open(PAGES[name](), scheme="dark") as opened:
        assert opened.lightness("background-color") < opened.lightness("color")
    with opener.open(PAGES[name](), scheme="light") as opened:
        assert opened.lightness("background-color") > opened.lightness("color")


@every_page
def test_a_page_is_printed_on_a4_in_light_colours(opener: Opener, name: str) -> None:
    reader = pytest.importorskip("pypdf", reason="run 'make browser'")

    with opener.open(PAGES[name](), width=A4_INSIDE_MARGINS, scheme="dark", media="print") as opened:
        assert opened.overflow() == 0
        assert opened.lightness("background-color") == WHITE
        shown = _characters(opened.page.inner_text("body"))
        printed = reader.PdfReader(BytesIO(opened.page.pdf(prefer_css_page_size=True, print_background=True)))

    assert {(round(sheet.mediabox.width), round(sheet.mediabox.height)) for sheet in printed.pages} == {A4}
    # Each character is there: words are cut at the ends of lines, and a table's heads stand on every sheet
    assert shown <= _characters("".join(sheet.extract_text() for sheet in printed.pages))


def _characters(text: str) -> Counter[str]:
    """Count the characters of a text, ligatures taken apart, white space left out."""
    return Counter("".join(unicodedata.normalize("NFKC", text).split()))
