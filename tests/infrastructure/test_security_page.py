"""docs/security.md says what the template and the list of exceptions say, and what the last proof found."""

from etl.synthesis.template import Template
from evidence.proofs import results
from evidence.proofs.exceptions import NOT_SHOWN, not_shown
from evidence.proofs.roles import Grant, grants, without
from evidence.proofs.security_page import PAGE, with_tables


def test_the_security_page_is_up_to_date(template: Template) -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert with_tables(page, template, results.load()) == page, "run 'python -m evidence.proofs --page'"


def test_each_grant_was_missed_when_removed_or_has_a_reason(
    template: Template,
) -> None:
    outcomes = {outcome.grant: outcome.differences for outcome in results.load()}

    assert set(grants(template)) == set(outcomes), "the roles have changed: run 'make prove-least-privilege'"
    assert [grant for grant, missed in outcomes.items() if not missed and not not_shown(grant)] == []


def test_each_exception_of_the_proof_covers_some_grant(
    template: Template,
) -> None:
    assert [entry for entry in NOT_SHOWN if not any(entry.covers(grant) for grant in grants(template))] == []


def test_removing_one_grant_of_a_role_leaves_all_others(template: Template) -> None:
    # Given each role of the template with its grants
    found = grants(template)
    for role in template.of_type("AWS::IAM::Role").values():
        policy = role["Policies"][0]["PolicyDocument"]
        of_role = {grant: places for grant, (name, places) in found.items() if name == role["RoleName"]}
        # When one is taken away
        taken, places = next(iter(of_role.items()))
        reduced = {"Type": "AWS::IAM::Role", "Properties": _with_policy(role, without(policy, places))}
        # Then exactly that one is missing
        left: set[Grant] = set(grants(Template({"Resources": {"Role": reduced}})))
        assert left == set(of_role) - {taken}


def _with_policy(role: dict[str, object], policy: dict[str, object]) -> dict[str, object]:
    return role | {"Policies": [{"PolicyName": "policy", "PolicyDocument": policy}]}
