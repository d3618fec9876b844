"""Rule packs of others find nothing in the stack but what the list of exceptions accepts, with its reason."""

import re

import pytest

from etl.synthesis.template import Template
from evidence.proofs.exceptions import WILDCARDS, accepted
from evidence.proofs.rule_packs import RuleFinding, lint_findings, nag_findings

IAM_WILDCARD = re.compile(r"AwsSolutions-IAM5\[Resource::(.+)\]")


@pytest.fixture(scope="module")
def findings(template: Template, tmp_path_factory: pytest.TempPathFactory) -> set[RuleFinding]:
    """Given what cdk-nag's AwsSolutions, NIST 800-53 R5 and PCI DSS 3.2.1 find, and cfn-lint."""
    return nag_findings(tmp_path_factory.mktemp("nag")) | lint_findings(template)


def _is_allowed_wildcard(finding: RuleFinding, template: Template) -> bool:
    """Whether it is a wildcard of the list; that each action of it is on the list, the tests of P1 say."""
    found = IAM_WILDCARD.fullmatch(finding.rule)
    if not found:
        return False
    resource = re.sub(r"<([^>]+)>", lambda reference: _resolved(reference[1], template), found[1])
    (role,) = (
        template.name_of(logical_id) or ""
        for logical_id in template.resources
        if template.path_of(logical_id) == finding.resource
    )
    return any(
        re.fullmatch(wildcard.role, role) and re.fullmatch(wildcard.resource, resource) for wildcard in WILDCARDS
    )


def _resolved(reference: str, template: Template) -> str:
    logical_id, dot, attribute = reference.partition(".")
    resolved: str = template.resolve({"Fn::GetAtt": [logical_id, attribute]} if dot else {"Ref": logical_id})
    return resolved


@pytest.mark.requirement("P1")
def test_each_finding_of_a_rule_pack_is_accepted_with_a_reason(findings: set[RuleFinding], template: Template) -> None:
    reasons = {RuleFinding(rule, resource) for rule, resource in accepted()}

    unexplained = {finding for finding in findings - reasons if not _is_allowed_wildcard(finding, template)}

    assert sorted(unexplained) == []


def test_each_accepted_finding_is_still_found(
    findings: set[RuleFinding],
) -> None:
    assert [entry for entry in accepted() if RuleFinding(*entry) not in findings] == []
