"""Takes every grant of the deployed roles away, one at a time, and sees what breaks without it."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from etl.synthesis.synthesize import CONTEXT
from etl.synthesis.template import Template
from evidence.proofs.emptying import Emptying
from evidence.proofs.exceptions import NOT_SHOWN, not_shown
from evidence.proofs.results import GrantResult
from evidence.proofs.roles import Grant, Place, grants, without
from evidence.proofs.scenario import (
    ALL_FILES,
    AT_SCALE,
    CORRECTION,
    GOOD,
    LARGE,
    LARGE_THRESHOLD_BYTES,
    PARTNER,
    SMALL_FILES,
    THRESHOLD_BYTES,
    Day,
)
from local.lifecycle import running
from local.session import LocalPipeline, deployed_pipeline

_EMPTIER: Final = "role-empty-buckets"
_RECORDERS: Final = frozenset({"role-find-overlaps", "role-record"})
_SUFFIX: Final = CONTEXT["environmentSuffix"]

Watch = Callable[[str], None]
"""Receives the name of what is removed next."""

Run = Callable[[], list[str]]
"""Has the pipeline do something, and returns what differs from a run with all rights."""

Recover = Callable[[], None]
"""Puts away what an interrupted run has left."""

FILES_OF: Final = {
    "role-publish": (CORRECTION,),
    "role-rules": (LARGE,),
    "role-state-machine": ALL_FILES,
}
"""The files that need a role most; one good file is enough for the others, but for what is there for the job."""

_OF_THE_JOB: Final = re.compile("large-files|answers/")
"""Is in a grant's role or resource if a file needs it that the job processes."""


def _nothing() -> None:
    """Leave everything as it is."""


class NotEnoughError(Exception):
    """With all its grants the pipeline does not do what it should. The message says what."""


def prove(watch: Watch, *, known: Collection[GrantResult] = ()) -> list[GrantResult]:
    """Deploy to an emulator of its own, and return what breaks without each grant.

    Grants whose use cannot be shown are taken away all together: if something breaks then, the list is wrong. What is
    ``known`` of a role that still has the same grants is kept, and not proven again.

    Raises
    ------
    NotEnoughError
        The roles' rights are not enough, or the list of grants that cannot be shown has one that can.
    """
    with running("evidence.proofs.server") as emulator:
        account = emulator.session.client("sts").get_caller_identity()["Account"]
        context = {
            "batchWindowSeconds": "1",
            "batchSize": str(SMALL_FILES),
            "directThresholdBytes": str(THRESHOLD_BYTES),
            "largeThresholdBytes": str(LARGE_THRESHOLD_BYTES),
            "partnerAccounts": f"{PARTNER}={account}",
        }
        with deployed_pipeline(emulator, _SUFFIX, context=context) as local:
            deployed = grants(_deployed_template(local))
            kept = unchanged(deployed, known)
            proven = {result.grant for result in kept}
            wanted = {grant: places for grant, places in deployed.items() if grant not in proven}
            return [*kept, *_Proof(local=local, grants=wanted, watch=watch).outcomes()]


def unchanged(deployed: Collection[Grant], known: Iterable[GrantResult]) -> list[GrantResult]:
    """Return what is known of those roles that have the same grants still."""
    before: dict[str, list[GrantResult]] = {}
    for result in known:
        before.setdefault(result.grant.role, []).append(result)
    return [
        result
        for role, results in before.items()
        if {result.grant for result in results} == {grant for grant in deployed if grant.role == role}
        for result in results
    ]


@dataclass(frozen=True, kw_only=True)
class _Proof:
    local: LocalPipeline
    grants: dict[Grant, tuple[str, list[Place]]]
    watch: Watch

    def outcomes(self) -> list[GrantResult]:
        unseen = [grant for grant in self.grants if not_shown(grant)]
        seen = [grant for grant in self.grants if grant not in unseen]
        of_day = [grant for grant in seen if grant.role != _EMPTIER]
        of_emptying = [grant for grant in seen if grant.role == _EMPTIER]
        day, emptying = Day(local=self.local, partner=_assumed_role(self.local)), Emptying(stack=self.local.stack)
        day.prepare(corrections=sum(CORRECTION in _files_of(grant) for grant in of_day) + len(NOT_SHOWN))
        self._require_unshown(lambda taken: day.differences(_files_of_all(taken), recorded=True), day.recover)
        found = [self._outcome(grant, _run_for(grant, day), day.recover) for grant in of_day]
        # Emptying goes last: it leaves nothing to work with.
        emptying.prepare()
        self._require_unshown(lambda _: emptying.differences())
        found += [self._outcome(grant, emptying.differences) for grant in of_emptying]
        return found + [GrantResult(grant=grant, differences=[]) for grant in unseen]

    def _outcome(self, grant: Grant, run: Run, recover: Recover = _nothing) -> GrantResult:
        self.watch(f"{grant.role} {grant.action} {grant.resource}")
        with self._taken_away([grant]):
            differences = run()
        recover()
        return GrantResult(grant=grant, differences=differences)

    def _require_unshown(self, run: Callable[[list[Grant]], list[str]], recover: Recover = _nothing) -> None:
        """Take away what cannot be shown, entry by entry of the list: nothing may change."""
        for entry in NOT_SHOWN:
            taken = [grant for grant in self.grants if entry.covers(grant)]
            if not taken:
                continue
            listed = f"{entry.role} {entry.action} {entry.resource}"
            self.watch(listed)
            with self._taken_away(taken):
                differences = run(taken)
            recover()
            if differences:
                raise NotEnoughError(f"listed as not shown, and missed: {listed}: {'; '.join(differences)}")

    @contextmanager
    def _taken_away(self, taken: Iterable[Grant]) -> Iterator[None]:
        by_role: dict[str, list[Place]] = {}
        for grant in taken:
            role, places = self.grants[grant]
            by_role.setdefault(role, []).extend(places)
        iam: Any = self.local.stack.session.client("iam")
        with ExitStack() as stack:
            for role, places in by_role.items():
                stack.enter_context(_reduced(iam, role, places))
            yield


def _run_for(grant: Grant, day: Day) -> Run:
    return lambda: day.differences(_files_of(grant), recorded=grant.role in _RECORDERS)


def _files_of(grant: Grant) -> tuple[str, ...]:
    return (AT_SCALE,) if _is_of_the_job(grant) else FILES_OF.get(grant.role, (GOOD,))


def _files_of_all(taken: list[Grant]) -> tuple[str, ...]:
    """List what might miss any of these grants."""
    return (*ALL_FILES, AT_SCALE) if any(map(_is_of_the_job, taken)) else ALL_FILES


def _is_of_the_job(grant: Grant) -> bool:
    return bool(_OF_THE_JOB.search(f"{grant.role} {grant.resource}"))


@contextmanager
def _reduced(iam: Any, role: str, places: list[Place]) -> Iterator[None]:
    """Write a role's policy without the grants at these places, and as it was after the block."""
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    reduced = without(policy, places)
    if reduced["Statement"]:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(reduced))
    else:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


def _assumed_role(local: LocalPipeline) -> Any:
    """Make an S3 client with the partner's rights and no others."""
    iam, sts = local.stack.session.client("iam"), local.stack.session.client("sts")
    role = iam.get_role(RoleName=local.stack.physical_id("AWS::IAM::Role", PARTNER))["Role"]["Arn"]
    credentials = sts.assume_role(RoleArn=role, RoleSessionName="proof")["Credentials"]
    client: Any = local.stack.session.client
    return client(
        "s3",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def _deployed_template(local: LocalPipeline) -> Template:
    assembly = local.emulator.folder / f"cdk.out-{_SUFFIX}" / f"{local.stack.name}.template.json"
    return Template(json.loads(Path(assembly).read_text(encoding="utf-8")))
