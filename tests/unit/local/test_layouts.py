"""One more layout is in the job's wheels for a while, in the object that the job's role may read."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from etl.wheels import write_wheel, write_zip_of_wheels
from local.layouts import with_layout_of_job

BUCKET, KEY = "assets", "hash.gluewheels.zip"


@dataclass
class FakeStack:
    """A deployed stack with a job, whose session gives clients that are this object too."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)

    @property
    def session(self) -> "FakeStack":
        return self

    def client(self, _service: str) -> "FakeStack":
        return self

    def physical_id(self, resource_type: str) -> str:
        assert resource_type == "AWS::Glue::Job"
        return "job-large-files"

    def get_job(self, **request: str) -> dict[str, Any]:
        assert request == {"JobName": "job-large-files"}
        return {"Job": {"DefaultArguments": {"--additional-python-modules": f"s3://{BUCKET}/{KEY}"}}}

    def download_file(self, bucket: str, key: str, path: str) -> None:
        Path(path).write_bytes(self.objects[bucket, key])

    def upload_file(self, path: str, bucket: str, key: str) -> None:
        self.objects[bucket, key] = Path(path).read_bytes()


@pytest.fixture
def stack(tmp_path: Path) -> FakeStack:
    """Given a job whose zip has one wheel."""
    module = tmp_path / "module.py"
    module.write_text("", encoding="utf-8")
    write_zip_of_wheels(tmp_path / KEY, [write_wheel(tmp_path, "pipeline", "0", {"module.py": module})])
    return FakeStack({(BUCKET, KEY): (tmp_path / KEY).read_bytes()})


def _unzipped(stack: FakeStack, folder: Path) -> dict[str, str]:
    """Unpack the zip's wheels, and return their files and the list of what is to be installed."""
    package = folder / "package.zip"
    package.write_bytes(stack.objects[BUCKET, KEY])
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    wheels = folder / "wheels"
    found = {"requirements": (wheels / "requirements.txt").read_text(encoding="utf-8")}
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            found |= {name: archive.read(name).decode() for name in archive.namelist() if "dist-info" not in name}
    return found


def test_the_jobs_wheels_have_the_layout_while_the_block_runs(stack: FakeStack, tmp_path: Path) -> None:
    deployed: Any = stack
    before = dict(stack.objects)

    with with_layout_of_job(deployed, "brook-2025.yaml", "name: brook-2025\n"):
        found = _unzipped(stack, tmp_path)

    assert found == {
        "module.py": "",
        "layouts/brook-2025.yaml": "name: brook-2025\n",
        "requirements": "one_more_layout==0\npipeline==0\n",
    }
    assert stack.objects == before
