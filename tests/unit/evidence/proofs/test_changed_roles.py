"""A proof of the roles that have changed keeps what is known of the others, and of no role a part."""

from evidence.proofs.least_privilege import unchanged
from evidence.proofs.results import GrantResult
from evidence.proofs.roles import Grant

READ, WRITE, COPY = (Grant(role="role-a", action=action, resource="table") for action in ("read", "write", "copy"))
OTHER = Grant(role="role-b", action="read", resource="table")
KNOWN = [GrantResult(grant=grant, differences=[grant.action]) for grant in (READ, WRITE, OTHER)]


def test_all_is_kept_where_nothing_changed() -> None:
    assert unchanged([OTHER, WRITE, READ], KNOWN) == KNOWN


def test_a_role_with_another_grant_is_proven_as_a_whole() -> None:
    assert unchanged([READ, WRITE, COPY, OTHER], KNOWN) == KNOWN[2:]


def test_a_role_with_a_grant_less_is_proven_as_a_whole() -> None:
    assert unchanged([READ, OTHER], KNOWN) == KNOWN[2:]


def test_a_role_that_is_gone_is_not_kept() -> None:
    assert unchanged([READ, WRITE], KNOWN) == KNOWN[:2]
