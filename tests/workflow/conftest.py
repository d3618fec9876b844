"""One emulator with the state machine, for all tests of a process."""

from collections.abc import Iterator

import pytest

from etl.names import Names
from etl.synthesis.synthesize import CONTEXT, synthesize
from etl.synthesis.template import Template
from local.announcements import Announcements
from local.lifecycle import running
from tests.workflow.deployment import deploy_workflow
from tests.workflow.machine import Machine


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return synthesize(tmp_path_factory.mktemp("cdk.out"))


@pytest.fixture(scope="session")
def machine(template: Template) -> Iterator[Machine]:
    with running() as emulator:
        yield Machine(emulator, deploy_workflow(emulator, template))


@pytest.fixture(autouse=True)
def _no_alerts_yet(request: pytest.FixtureRequest) -> None:
    """Let no test's alerts be held back for those of another."""
    if "machine" in request.fixturenames:
        request.getfixturevalue("machine").forget_alerts()


@pytest.fixture(scope="session")
def announcements(machine: Machine) -> Announcements:
    return Announcements(machine.session, source=Names(suffix=CONTEXT["environmentSuffix"]).stack)
