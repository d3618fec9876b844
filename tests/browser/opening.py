"""Opens a page as a file on this machine, and records what it asks for and what it says."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page in the browser: the driver's own object, all that it requested, and each message on its console."""

    page: Any
    requested: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        overflow: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return overflow

    def lightness(self, colour: str) -> int:
        """Return how light the body's ``color`` or ``background-color`` is, from 0 to 765."""
        found: str = self.page.evaluate("name => getComputedStyle(document.body)[name]", colour)
        return sum(map(int, re.findall(r"\d+", found)))


@dataclass(frozen=True)
class Opener:
    """Opens pages, each in a window of its own that has no network."""

    browser: Any
    folder: Path

    @contextmanager
    def open(self, html: str, *, width: int = 1280, scheme: str = "light", media: str = "screen") -> Iterator[Opened]:
        """Open ``html`` in a window of this width in pixels."""
        file = self.folder / "page.html"
        file.write_text(html, encoding="utf-8")
        context = self.browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True, service_workers="block"
        )
        context.route(lambda url: url != file.as_uri(), lambda route: route.abort())
        opened = Opened(page=context.new_page())
        opened.page.on("request", lambda request: opened.requested.append(request.url))
        opened.page.on("console", lambda message: opened.messages.append(message.text))
        opened.page.on("pageerror", lambda error: opened.messages.append(str(error)))
        opened.page.emulate_media(media=media)
        opened.page.goto(file.as_uri())
        opened.requested.remove(file.as_uri())
        yield opened
        context.close()
