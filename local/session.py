"""One deployed pipeline on an emulator of its own, for tests and for the demo."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from deployment.stack import DeployedStack
from local.alerts import AlertInbox
from local.batching import batching
from local.deploy import DEFAULT_EMAIL, deploy
from local.emulator import Emulator
from local.lifecycle import running


@dataclass(frozen=True, kw_only=True)
class LocalPipeline:
    """A deployed pipeline: its emulator, its stack, and the inbox that receives its alerts."""

    emulator: Emulator
    stack: DeployedStack
    alerts: AlertInbox


@contextmanager
def local_pipeline(
    suffix: str = "dev", email: str = DEFAULT_EMAIL, context: Mapping[str, str] | None = None
) -> Iterator[LocalPipeline]:
    """Start an emulator, deploy to it, stand in for what it lacks, and end it all with the block."""
    with running() as emulator, deployed_pipeline(emulator, suffix, email, context) as pipeline:
        yield pipeline


@contextmanager
def deployed_pipeline(
    emulator: Emulator, suffix: str, email: str = DEFAULT_EMAIL, context: Mapping[str, str] | None = None
) -> Iterator[LocalPipeline]:
    """Deploy to a running emulator, and stand in for what it lacks while the block runs."""
    stack = deploy(emulator, suffix, email, context)
    with batching(stack):
        yield LocalPipeline(emulator=emulator, stack=stack, alerts=AlertInbox(stack))
