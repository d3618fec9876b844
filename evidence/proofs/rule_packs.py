"""Hold the rule packs of others against the stack: cdk-nag's and cfn-lint's."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks
from cfnlint.api import ManualArgs, lint

from etl.names import REGION
from etl.synthesis.synthesize import pipeline_app
from etl.synthesis.template import Template

RULE_PACKS: Final = (AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks)


@dataclass(frozen=True, order=True)
class RuleFinding:
    """One rule that one resource breaks; the resource is given by its path in the stack."""

    rule: str
    resource: str


def nag_findings(outdir: Path) -> set[RuleFinding]:
    """Return what cdk-nag's packs find, warnings included; its own acknowledgements are not used."""
    app, names = pipeline_app(outdir)
    for pack in RULE_PACKS:
        Validations.of(app).add_plugins(pack(app))
    try:
        app.synth()
    except RuntimeError as error:
        # CDK's way to say that there are findings: jsii has no class for it.
        if "ValidationFailed" not in str(error):
            raise
    report = json.loads((outdir / "validation-report.json").read_text(encoding="utf-8"))
    return set(_reported(report, names.stack))


def lint_findings(template: Template) -> set[RuleFinding]:
    """Return what cfn-lint finds: errors and warnings."""
    matches = lint(json.dumps(template.document), config=ManualArgs(regions=[REGION]))
    return {RuleFinding(match.rule.id, template.path_of(str(match.path[1]))) for match in matches}


def _reported(report: dict[str, Any], stack: str) -> Iterator[RuleFinding]:
    for pack in report["pluginReports"]:
        for violation in pack["violations"]:
            for construct in violation["violatingConstructs"]:
                path = construct["constructPath"].removeprefix(f"{stack}/").removesuffix("/Resource")
                yield RuleFinding(violation["ruleName"], path)
