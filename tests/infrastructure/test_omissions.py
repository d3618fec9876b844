"""The list of what the embedded AWS leaves out matches the template that goes to AWS."""

import pytest

from etl.synthesis.template import Template
from local.omissions import OMISSIONS, Omission, omitted_resources, without_omissions


@pytest.mark.parametrize("omission", OMISSIONS, ids=lambda omission: omission.resource_type)
def test_every_entry_of_the_list_omits_something(omission: Omission, template: Template) -> None:
    assert omission in omitted_resources(template.document).values()


def test_nothing_but_the_listed_resources_differs(template: Template) -> None:
    # When the template is made ready for the embedded AWS
    local = without_omissions(template.document)

    # Then putting back what was left out gives the template that goes to AWS
    omitted = {logical_id: template.resources[logical_id] for logical_id in omitted_resources(template.document)}
    assert local["Resources"] | omitted == template.resources
    assert local | {"Resources": template.resources} == template.document
