"""Deploy the stack's own template to the emulator through the CDK command line, and destroy it again."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from deployment.stack import DeployedStack
from etl.names import REGION, Names
from etl.package import host_architecture
from local.cdk import run_cdk
from local.emulator import Emulator
from local.omissions import without_omissions

DEFAULT_EMAIL = "alerts@example.com"


def deploy(
    emulator: Emulator, suffix: str, email: str = DEFAULT_EMAIL, context: Mapping[str, str] | None = None
) -> DeployedStack:
    """Synthesize the app and deploy it under this suffix; deploying again updates the stack.

    Parameters
    ----------
    context
        Further context keys of the app, such as a short batching window.

    Raises
    ------
    CdkError
        Synthesis or deployment failed; the message says how.
    """
    account = emulator.session.client("sts").get_caller_identity()["Account"]
    assembly = _synthesize(emulator, suffix, email, context or {})
    _cdk(emulator, "bootstrap", f"aws://{account}/{REGION}", "--app", str(assembly))
    _cdk(emulator, "deploy", "--all", "--app", str(assembly), "--require-approval", "never")
    return DeployedStack(emulator.session, Names(suffix=suffix).stack)


def destroy(emulator: Emulator, suffix: str) -> None:
    """Remove the deployment of this suffix as ``cdk destroy`` does.

    Raises
    ------
    CdkError
        Something of the stack could not be removed.
    """
    _cdk(emulator, "destroy", "--all", "--app", str(_reduced_assembly(emulator, suffix)), "--force")


def _synthesize(emulator: Emulator, suffix: str, email: str, context: Mapping[str, str]) -> Path:
    """Write the cloud assembly, and a reduced one that the emulator can create; return the latter."""
    settings = (
        {"architecture": host_architecture()} | dict(context) | {"environmentSuffix": suffix, "alertEmail": email}
    )
    assembly = emulator.folder / f"cdk.out-{suffix}"
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    _cdk(emulator, "synth", "--quiet", "--output", str(assembly), *options)
    return reduce_assembly(assembly, _reduced_assembly(emulator, suffix))


def _reduced_assembly(emulator: Emulator, suffix: str) -> Path:
    return emulator.folder / f"cdk.local-{suffix}"


def reduce_assembly(assembly: Path, reduced: Path) -> Path:
    """Copy a cloud assembly to `reduced`, with templates that contain only what the emulator can create."""
    shutil.rmtree(reduced, ignore_errors=True)
    shutil.copytree(assembly, reduced, copy_function=os.link)
    for template in reduced.glob("*.template.json"):
        content = without_omissions(json.loads(template.read_text()))
        template.unlink()  # a hard link: the synthesized template stays as it is
        template.write_text(json.dumps(content, indent=1))
    return reduced


def _cdk(emulator: Emulator, *arguments: str) -> None:
    run_cdk(*arguments, environment=emulator.environment, log=emulator.folder / "cdk.log")
