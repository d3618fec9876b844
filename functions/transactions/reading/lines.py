"""Which lines of a CSV file are no records by the layout's dialect."""

from transactions.layouts.exclusions import COMMENT_CHAR, FOOTER, skip_lines_place
from transactions.layouts.layout import Dialect
from transactions.patterns import compiled


class LineFilter:
    """Decides, line by line down the file, which lines the dialect skips."""

    def __init__(self, dialect: Dialect) -> None:
        self._comment_char = dialect.comment_char
        self._patterns = {skip_lines_place(number): compiled(text) for number, text in enumerate(dialect.skip_lines)}
        self._footer = compiled(dialect.footer) if dialect.footer else None
        self._in_footer = False

    @property
    def any(self) -> bool:
        """Whether the dialect skips lines at all."""
        return bool(self._comment_char or self._patterns or self._footer)

    def rule(self, line: str) -> str | None:
        """Return the rule by which ``line``, the next one of the file, is of the footer, a comment, or one to skip."""
        if self._footer and not self._in_footer:
            self._in_footer = bool(self._footer.search(line))
        if self._in_footer:
            return FOOTER
        if self._comment_char and line.startswith(self._comment_char):
            return COMMENT_CHAR
        return next((rule for rule, pattern in self._patterns.items() if pattern.search(line)), None)
