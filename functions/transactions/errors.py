"""What the domain raises."""

from transactions.codes import FileCode


class LayoutError(Exception):
    """A layout file is wrong. The message names the file, the key and the rule."""


class ReconciliationError(Exception):
    """Rows were lost or counted twice: a fault of the program, never of the file."""


class EngineError(Exception):
    """The engine failed. Its own message stays out: it may quote the partner's data."""


class FileRejectedError(Exception):
    """The file as a whole cannot be processed. A business outcome: ``validate_file`` turns it into a verdict."""

    def __init__(self, code: FileCode, detail: str = "", *, layout: str = "") -> None:
        self.code = code
        self.detail = detail
        self.layout = layout
        super().__init__(self.reason)

    @property
    def reason(self) -> str:
        """Cause and cure in one sentence, without any customer data."""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.code.meaning}{detail}; {self.code.cure}."
