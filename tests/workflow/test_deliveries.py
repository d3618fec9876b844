"""Files of one delivery take each other's place, whatever their names: the one that was uploaded last stands."""

from typing import Any

from tests.workflow.files import Upload, upload, validation
from tests.workflow.machine import Machine
from tests.workflow.scripts import not_called, process, statuses

STANDS = ["RECEIVED", "PROCESSING", "COMPLETED"]
REPLACED = [*STANDS, "SUPERSEDED"]
EARLIER, LATER = "2025-11-03T14:05:12Z", "2025-11-03T14:05:13Z"


def _of(delivery: Upload, content: str = "") -> dict[str, Any]:
    """Say what validate answers of a file that is of the same delivery as another upload."""
    return validation(delivery=f"delivery of {delivery.version_id}", content=content)


def test_a_later_file_takes_the_place_of_one_with_another_name(machine: Machine) -> None:
    first, second = upload(uploaded_at=EARLIER), upload(uploaded_at=LATER)
    process(machine, first, validated=_of(first))

    process(machine, second, validated=_of(first))

    assert (statuses(machine, first), statuses(machine, second)) == (REPLACED, STANDS)
    assert (machine.row(first) or {})["superseded_by"] == second.file_id
    entry = machine.entry((machine.row(second) or {})["delivery"])
    assert (entry or {})["published"] == [second.file_id]


def test_a_file_that_comes_late_gives_way_to_one_uploaded_later(machine: Machine) -> None:
    late, first = upload(uploaded_at=EARLIER), upload(uploaded_at=LATER)
    process(machine, first, validated=_of(first))

    process(machine, late, validated=_of(first), changes=not_called("Claim the content", "Transform"))

    assert (statuses(machine, first), statuses(machine, late)) == (STANDS, ["RECEIVED", "PROCESSING", "SUPERSEDED"])
    assert (machine.row(late) or {})["delivery"] == (machine.row(first) or {})["delivery"]


def test_times_of_upload_are_compared_as_times(machine: Machine) -> None:
    first, second = upload(uploaded_at="2025-11-03T14:05:12Z"), upload(uploaded_at="2025-11-03T14:05:12.345Z")
    process(machine, first, validated=_of(first))

    process(machine, second, validated=_of(first))

    assert (statuses(machine, first), statuses(machine, second)) == (REPLACED, STANDS)


def test_within_a_second_the_sequencer_decides(machine: Machine) -> None:
    earlier, later = upload(), upload()
    process(machine, later, validated=_of(later))

    process(machine, earlier, validated=_of(later))

    assert (statuses(machine, earlier)[-1], statuses(machine, later)[-1]) == ("SUPERSEDED", "COMPLETED")


def test_two_deliveries_under_one_key_both_stand(machine: Machine) -> None:
    monday = upload()
    tuesday = upload(key=monday.key)
    process(machine, monday, validated=_of(monday))

    process(machine, tuesday, validated=_of(tuesday))

    assert statuses(machine, monday) == statuses(machine, tuesday) == STANDS


def test_the_same_delivery_of_another_partner_is_another(machine: Machine) -> None:
    first, second = upload(partner="alpine"), upload(partner="dkb")
    process(machine, first, validated=_of(first))

    process(machine, second, validated=_of(first))

    assert statuses(machine, first) == statuses(machine, second) == STANDS


def test_the_same_content_again_takes_its_deliverys_place(machine: Machine) -> None:
    first, second = upload(), upload()
    process(machine, first, validated=_of(first, "same"))

    process(machine, second, validated=_of(first, "same"))

    assert (statuses(machine, first), statuses(machine, second)) == (REPLACED, STANDS)


def test_the_content_of_another_delivery_is_a_duplicate(machine: Machine) -> None:
    first, second = upload(), upload()
    process(machine, first, validated=_of(first, "shared"))

    process(machine, second, validated=_of(second, "shared"), changes=not_called("Transform"))

    assert statuses(machine, second)[-1] == "DUPLICATE"
    assert (machine.row(second) or {})["duplicate_of"] == first.file_id


def test_an_entry_from_before_there_were_deliveries_holds(machine: Machine) -> None:
    # Given a content whose entry says nothing of a delivery
    first, second = upload(), upload()
    validated = validation()
    process(machine, first, validated=validated)
    entry = f"content#alpine#{validated['content_id']}"
    machine.put_entry(entry=entry, file_id=first.file_id)
    # When another key has the content, then it is a duplicate
    process(machine, second, validated=validated)
    assert statuses(machine, second)[-1] == "DUPLICATE"
    # When its own key has it again, then the newer version stands
    again = upload(key=first.key)
    process(machine, again, validated=validated)
    assert (statuses(machine, first), statuses(machine, again)) == (REPLACED, STANDS)
