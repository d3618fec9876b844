"""Partners and layouts are completed, and a typing error is refused."""

from dataclasses import dataclass

import pytest

from cli.options import UsageError
from cli.partners import complete_layout, complete_partner, require_partner


@dataclass(frozen=True)
class FakeUploads:
    """Uploads of one partner."""

    partner: str = "formerly"

    def has_uploads(self, partner: str) -> bool:
        return partner == self.partner


def test_partners_and_layouts_are_completed_in_the_shell() -> None:
    assert complete_partner("alp") == ["alpine"]
    assert [name for name, _ in complete_layout("alpine-")] == ["alpine-2025"]
    assert complete_partner("zzz") == []
    assert complete_layout("zzz") == []


@pytest.mark.parametrize("partner", ["alpine", "formerly", None])
def test_a_partner_with_a_layout_or_an_upload_is_known(partner: str | None) -> None:
    require_partner(FakeUploads(), partner)


@pytest.mark.parametrize(("partner", "says"), [("alpin", "did you mean alpine"), ("qqqq", "known: 'etl layout list'")])
def test_any_other_partner_is_a_typing_error(partner: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        require_partner(FakeUploads(), partner)
