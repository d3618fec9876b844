"""Synthesize the stack in this process, as ``cdk synth`` does."""

import json
from pathlib import Path
from typing import Final

from aws_cdk import App, Environment

from etl.config import load_settings
from etl.names import REGION, Names
from etl.stack import PipelineStack
from etl.synthesis.template import Template

ROOT: Final = Path(__file__).resolve().parents[2]
CONTEXT: Final = {
    "environmentSuffix": "test",
    "alertEmail": "oncall@example.com",
    "partnerAccounts": "alpine=111122223333",
}


def pipeline_app(outdir: Path, **context: str) -> tuple[App, Names]:
    """Build the app with these context keys beside the required ones, not yet synthesized."""
    settings = load_settings(CONTEXT | context)
    names = Names(suffix=settings.environment_suffix)
    flags = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    cdk = {
        "aws:cdk:enable-path-metadata": True,
        "aws:cdk:version-reporting": False,
    }  # as the CDK command line sets them
    app = App(outdir=str(outdir), context=flags | cdk)
    PipelineStack(app, names.stack, names=names, settings=settings, env=Environment(region=REGION))
    return app, names


def synthesize(outdir: Path, **context: str) -> Template:
    """Write the cloud assembly into ``outdir`` and return the stack's template."""
    app, names = pipeline_app(outdir, **context)
    return Template(app.synth().get_stack_by_name(names.stack).template)
