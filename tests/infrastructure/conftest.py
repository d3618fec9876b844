"""The synthesized template: every test reads names, policies and patterns from it."""

import pytest

from etl.synthesis.synthesize import synthesize
from etl.synthesis.template import Template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return synthesize(tmp_path_factory.mktemp("cdk.out"))
