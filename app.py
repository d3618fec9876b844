"""Synthesizes the transaction pipeline's CloudFormation template. Run by the CDK CLI (see cdk.json)."""

import sys

from aws_cdk import App, Environment

from etl.config import ConfigError, load_settings
from etl.names import REGION, Names
from etl.package import PackageError
from etl.stack import PipelineStack
from transactions.errors import LayoutError
from transactions.layouts.catalog import LayoutCatalog


def main() -> None:
    """Build the app, or end with what is wrong and what it must be, a line for each thing."""
    app = App()
    try:
        # Every function reads all layouts: a wrong one must not be deployed.
        LayoutCatalog.load()
        settings = load_settings(app.node.get_all_context())
        names = Names(suffix=settings.environment_suffix)
        PipelineStack(app, names.stack, names=names, settings=settings, env=Environment(region=REGION))
    except (ConfigError, LayoutError, PackageError) as error:
        sys.exit(f"error: {error}")
    app.synth()


main()
