"""What a JSON file is warned of: fields that it lacks, and arrays in it that nobody reads."""

from collections.abc import Callable, Iterator, Mapping

from transactions.codes import WarningCode
from transactions.layouts.layout import Layout
from transactions.reading.json_absent import AbsentFields
from transactions.results import ErrorExample

ABSENT_RULE = "in one record of the file at least, even if it is null there"
UNREAD_RULE = "recordPath of a layout, or one of ignoredArrays"


class JsonWarnings:
    """Keeps account of what is warned of at the end of a file. ``unread`` gives the arrays that are not read."""

    def __init__(self, layout: Layout, unread: Callable[[], Mapping[str, int]] = dict) -> None:
        self.inner, self.outer = AbsentFields(layout), AbsentFields(layout, outer=True)
        self._unread = unread
        self._names = self.inner.names, self.outer.names

    def at_end(self) -> Iterator[ErrorExample]:
        """Yield the warnings of the file. The rejected rows of a file show that it has none of the fields."""
        if self.inner.names != self._names[0]:
            for name in (*self.inner.missed, *self.outer.missed):
                yield _warning(WarningCode.FIELD_ABSENT, 1, name, ABSENT_RULE)
        for path, line in self._unread().items():
            yield _warning(WarningCode.ARRAY_UNREAD, line, path, UNREAD_RULE)


def _warning(code: WarningCode, line: int, field: str, rule: str) -> ErrorExample:
    return ErrorExample(code=code, line=line, field=field, rule=rule, masked_value="")
