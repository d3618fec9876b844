"""What ``etl check`` ends with for each file: for programs, as an exit code, and as JUnit XML."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import msgspec

from cli.checking.files import CheckedFile
from cli.checking.inputs import Input
from cli.exit_codes import ExitCode
from cli.upload_names import ignored, is_ignored, name_to_take
from transactions.masking import masked_name
from transactions.reports.page import summary
from transactions.results import Verdict

_EXIT_CODES: Final[dict[Verdict, ExitCode]] = {
    "VALID": ExitCode.OK,
    "VALID_WITH_REJECTED_ROWS": ExitCode.NOTICE,
    "REJECTED": ExitCode.REFUSED,
}
_NAME_IGNORED: Final = "NAME_IGNORED"
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that cannot stand in an XML document."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a check of ``file`` ends with: what came out, or the ``error`` that prevented it.

    Of a file that is left out, it is neither.
    """

    file: Input
    checked: CheckedFile | None = None
    error: str = ""

    @property
    def is_ignored(self) -> bool:
        """Whether the pipeline ignores files of this name."""
        return bool(self.file.name) and is_ignored(self.file.name)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of this check alone."""
        if self.error:
            return ExitCode.FAILED
        if not self.checked:
            return ExitCode.NOTICE
        code = _EXIT_CODES[self.checked.report.verdict]
        return max(code, ExitCode.NOTICE) if self.is_ignored else code

    @property
    def problem(self) -> tuple[str, str] | None:
        """What keeps the file from being accepted as a whole, as a code and a sentence; None of a valid file."""
        report = self.checked.report if self.checked else None
        if report and report.rejection:
            return report.rejection.code, report.rejection.reason
        if report and report.errors:
            codes = ", ".join(f"{error.code} ({error.count})" for error in report.errors)
            return report.verdict, f"{summary(report)} {codes}"
        return (_NAME_IGNORED, ignored(self.file.name)) if self.is_ignored else None

    @property
    def document(self) -> dict[str, Any]:
        """The report as plain JSON values, with what becomes of a file of this name; or the error."""
        name = {
            "path": self.file.given,
            "ignored": self.is_ignored,
            "rename_to": name_to_take(self.file.name) if self.is_ignored else "",
        }
        if not self.checked:
            return {**name, "error": self.error} if self.error else name
        report: dict[str, Any] = msgspec.to_builtins(self.checked.report)
        return {**report, **name}


def write_junit(outcomes: Iterable[Outcome], path: Path) -> None:
    """Write a test case for each file, which fails unless every row is accepted; OSError if it cannot be written."""
    outcomes = list(outcomes)
    suite = ET.Element(
        "testsuite",
        name="etl check",
        tests=str(len(outcomes)),
        failures=str(sum(outcome.problem is not None and not outcome.error for outcome in outcomes)),
        errors=str(sum(bool(outcome.error) for outcome in outcomes)),
    )
    for outcome in outcomes:
        case = ET.SubElement(suite, "testcase", classname="etl.check", name=_text(outcome.file.given))
        if outcome.error:
            ET.SubElement(case, "error", message=_text(outcome.error))
        elif outcome.problem:
            code, sentence = outcome.problem
            ET.SubElement(case, "failure", type=code, message=_text(sentence))
    ET.indent(suite)
    ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _text(text: str) -> str:
    return _NO_XML.sub("?", masked_name(text))
