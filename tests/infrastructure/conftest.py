"""The synthesized template: every test reads names, policies and patterns from it."""

import json
from pathlib import Path

import pytest
from aws_cdk import App, Environment

from etl.config import load_settings
from etl.names import REGION, Names
from etl.stack import PipelineStack
from tests.infrastructure.template import Template

ROOT = Path(__file__).parents[2]
CONTEXT = {"environmentSuffix": "test", "alertEmail": "oncall@example.com"}


def synthesize(outdir: Path, **context: str) -> Template:
    settings = load_settings(CONTEXT | context)
    names = Names(suffix=settings.environment_suffix)
    flags = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    app = App(outdir=str(outdir), context=flags | {"aws:cdk:version-reporting": False})
    PipelineStack(app, names.stack, names=names, settings=settings, env=Environment(region=REGION))
    return Template(app.synth().get_stack_by_name(names.stack).template)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return synthesize(tmp_path_factory.mktemp("cdk.out"))
