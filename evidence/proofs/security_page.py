"""Writes the tables of ``docs/security.md`` from the template, the list of exceptions, and the results of the proof."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from etl.synthesis.synthesize import ROOT
from etl.synthesis.template import ACCOUNT, Template
from evidence.proofs.exceptions import ACCEPTED_FINDINGS, NOT_SHOWN, WILDCARDS, not_shown
from evidence.proofs.results import GrantResult
from evidence.proofs.roles import Grant, grants, plain, trusted
from evidence.proofs.services import is_trust, of_any_source, service_grants

PAGE: Final = ROOT / "docs" / "security.md"

_NOT_SHOWN: Final = "not shown (see below)"


def with_tables(page: str, template: Template, outcomes: Sequence[GrantResult]) -> str:
    """Replace each table between its markers."""
    tables = {
        "figures": _lines(["what", "figure"], _figures(template, outcomes)),
        "roles": _lines(["role", "may", "on", "without it"], _roles(template, outcomes)),
        "trust": _lines(["role", "who assumes it"], ((f"`{role}`", who) for role, who in trusted(template).items())),
        "services": _lines(["in the policy of", "may", "what", "for whom"], _services(template)),
        "not shown": _lines(["role", "action", "resource", "why"], _not_shown()),
        "wildcards": _lines(["role", "resource", "actions", "why"], _wildcards()),
        "findings": _lines(["rule", "resources", "why it stays"], _findings()),
    }
    for name, table in tables.items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", flags=re.DOTALL)
        page = marked.sub(lambda markers, table=table: f"{markers[1]}{table}\n{markers[2]}", page)  # type: ignore[misc]
    return page


def _figures(template: Template, outcomes: Sequence[GrantResult]) -> Iterator[tuple[str, str]]:
    found = grants(template)
    needed = [outcome for outcome in outcomes if outcome.differences]
    yield "roles", str(len({grant.role for grant in found}))
    yield "grants: one action on one resource", str(len(found))
    yield "removed one at a time, and shown to be needed", str(len(needed))
    yield "not shown by the embedded AWS, with a reason", str(sum(1 for grant in found if not_shown(grant)))
    yield "actions with a wildcard", str(sum(1 for grant in found if "*" in grant.action))
    yield "grants whose resource is `*` alone", str(sum(1 for grant in found if grant.resource == "*"))
    yield "findings of rule packs that stay", str(sum(len(f.rules) * len(f.resources) for f in ACCEPTED_FINDINGS))


def _roles(template: Template, outcomes: Sequence[GrantResult]) -> Iterator[tuple[str, ...]]:
    differences = {outcome.grant: outcome.differences for outcome in outcomes}
    by_action: dict[tuple[str, str, bool], list[Grant]] = {}
    for grant in sorted(grants(template)):
        by_action.setdefault((grant.role, grant.action, not_shown(grant) is None), []).append(grant)
    for (role, action, shown), found in by_action.items():
        without = _unique(differences.get(grant, [])[:1] for grant in found) if shown else _NOT_SHOWN
        yield f"`{role}`", f"`{action}`", _code(grant.resource for grant in found), without


def _unique(differences: Iterable[list[str]]) -> str:
    return "; ".join(dict.fromkeys(_short(text) for found in differences for text in found))


def _short(difference: str) -> str:
    """Reduce a difference to the status if that differs, otherwise to what is missing or additional."""
    what, _, words = difference.partition(": ")
    if ", not " not in words:
        return difference
    found, expected = (side.split(", ") for side in words.split(", not ", maxsplit=1))
    if found[0] != expected[0]:
        return f"{what}: {found[0]}, not {expected[0]}"
    missing = [word for word in expected if word not in found]
    return f"{what}: not {', '.join(missing)}" if missing else f"{what}: {', '.join(found)}"


def _not_shown() -> Iterator[tuple[str, ...]]:
    for entry in NOT_SHOWN:
        yield f"`{entry.role}`", f"`{entry.action}`", f"`{entry.resource}`", entry.reason


def _services(template: Template) -> Iterator[tuple[str, ...]]:
    """List what services may beside assuming roles, which has a table of its own."""
    for grant in service_grants(template):
        if not is_trust(grant):
            sources = "; ".join(f"`{key}`: `{_of_account(value)}`" for key, value in grant.sources)
            whom = sources or f"anyone: {of_any_source(grant)}"
            yield f"`{plain(grant.where)}`", grant.service, _code(grant.actions), whom


def _of_account(source: str) -> str:
    """Write an ARN without region, account and suffix: ``events:rule/rule-*``."""
    service_first = re.sub(r"^arn:aws:([a-z]+):[a-z0-9-]*:\d*:", r"\1:", source)
    return plain(service_first).replace(ACCOUNT, "this account")


def _wildcards() -> Iterator[tuple[str, ...]]:
    for entry in WILDCARDS:
        yield f"`{entry.role}`", f"`{entry.resource}`", _code(entry.actions), entry.reason


def _findings() -> Iterator[tuple[str, ...]]:
    for finding in ACCEPTED_FINDINGS:
        yield _code(finding.rules), _code(finding.resources), finding.reason


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    written = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in [head, *rows]]
    ruled = [written[0], "|".join("---" for _ in head), *written[1:]]
    return "\n".join(f"| {line} |" if "---" not in line else f"|{line}|" for line in ruled)
