"""Which lines of a CSV file are no records by the layout's dialect."""

from transactions.layouts.layout import Dialect
from transactions.patterns import compiled


class LineFilter:
    """Decides, line by line down the file, which lines the dialect skips."""

    def __init__(self, dialect: Dialect) -> None:
        self._comment_char = dialect.comment_char
        self._patterns = tuple(map(compiled, dialect.skip_lines))
        self._footer = compiled(dialect.footer) if dialect.footer else None
        self._in_footer = False

    @property
    def any(self) -> bool:
        """Whether the dialect skips lines at all."""
        return bool(self._comment_char or self._patterns or self._footer)

    def skips(self, line: str) -> bool:
        """Return whether ``line``, the next one of the file, is a comment, one to skip, or of the footer."""
        if self._footer and not self._in_footer:
            self._in_footer = bool(self._footer.search(line))
        return (
            self._in_footer
            or bool(self._comment_char and line.startswith(self._comment_char))
            or any(pattern.search(line) for pattern in self._patterns)
        )
