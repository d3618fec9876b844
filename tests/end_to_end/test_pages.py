"""What the pages show: their commands run, and their answers are those of a deployment."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from deployment.analysts import PUBLISHED, reading_policy
from deployment.athena import QueryResult
from deployment.pipeline import Pipeline
from deployment.stack import DeployedStack
from deployment.waiting import wait_until
from etl.saved_queries import read_queries
from local.emulator import Emulator
from local.session import deployed_pipeline
from tests.end_to_end.conftest import CONTEXT
from tests.end_to_end.principals import Principal, is_refused, user

ROOT = Path(__file__).parents[2]
SUFFIX = "pages"
CLIENTS = ROOT / ".venv-clients" / "bin"

BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
ID = re.compile(r"\b[0-9a-f]{8}([0-9a-f]{56})?\b")


@dataclass(frozen=True)
class Shown:
    """A deployment after the commands of the page on querying, and what the saved queries answered then."""

    stack: DeployedStack
    pipeline: Pipeline
    environment: Mapping[str, str]
    folder: Path
    answers: Mapping[str, QueryResult]
    analyst: Principal

    def run(self, *command: str, environment: Mapping[str, str] | None = None) -> str:
        """Run a command where the page's reader does; return what it prints."""
        ended = subprocess.run(
            command,
            env=environment or self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    @property
    def as_analyst(self) -> dict[str, str]:
        """The environment of somebody who may only read."""
        credentials = self.analyst.credentials
        return {
            **self.environment,
            "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        }


def _blocks(page: str) -> list[tuple[str, str]]:
    """Return a page's blocks, each with its language."""
    return BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))


def _commands(folder: Path, environment: Mapping[str, str]) -> None:
    [commands] = [text for language, text in _blocks("docs/queries.md") if language == "sh"]
    subprocess.run(["bash", "-c", commands], env=environment, cwd=folder, check=False, capture_output=True)


@pytest.fixture(scope="module")
def shown(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Given a fresh deployment, and the files that the page on querying sends to it."""
    folder = tmp_path_factory.mktemp("reader")
    for name in ("demo", "layouts"):
        (folder / name).symlink_to(ROOT / name)
    path = f"{os.environ['PATH']}:{Path(sys.executable).parent}"
    environment = {**os.environ, **emulator.environment, "ETL_SUFFIX": SUFFIX, "PATH": path}
    with deployed_pipeline(emulator, SUFFIX, context=CONTEXT) as deployed:
        pipeline = Pipeline(deployed.stack)
        _commands(folder, environment)
        wait_until(
            "every outcome is recorded",
            lambda: {row["file_id"]: row["status"] for row in pipeline.athena.query("SELECT * FROM files")},
            lambda recorded: recorded == {row.file_id: row.status for row in pipeline.audit.rows()},
        )
        answers = {name: pipeline.athena.result(query.sql) for name, query in read_queries().items()}
        with user(emulator, "analyst", *reading_policy(deployed.stack)["Statement"]) as analyst:
            yield Shown(deployed.stack, pipeline, environment, folder, answers, analyst)


def _plain(text: str) -> str:
    """Leave out of a line what differs from run to run."""
    return " ".join(ID.sub("ID", TIME.sub("TIME", text)).split())


def _answer(name: str) -> list[str]:
    """Return the lines of the answer that the page shows below a saved query's heading."""
    page = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {name}\n")[2]
    found = BLOCK.search(section)
    assert found, name
    return [_plain(line) for line in found[2].splitlines()]


@pytest.mark.parametrize("name", read_queries())
def test_the_page_shows_what_a_saved_query_answers(shown: Shown, name: str) -> None:
    header, *lines = _answer(name)

    answer = shown.answers[name]
    assert header == " ".join(column.name for column in answer.columns)
    assert sorted(lines) == sorted(_plain(" ".join(value or "" for value in row.values())) for row in answer.rows)


def test_the_readmes_query_finds_the_samples(shown: Shown) -> None:
    [sql] = [text for language, text in _blocks("README.md") if language == "sql"]

    assert shown.pipeline.athena.query(sql)


def test_an_analyst_reads_and_cannot_write(shown: Shown) -> None:
    # Given somebody with the policy that "etl query --permissions" prints
    listed = json.loads(shown.run("etl", "query", "SHOW TABLES", "--json", environment=shown.as_analyst))
    outputs = shown.stack.outputs
    s3, glue = shown.analyst.client("s3"), shown.analyst.client("glue")
    # Then the tables can be read
    assert {row["tab_name"] for row in listed} == set(PUBLISHED)
    assert json.loads(
        shown.run("etl", "query", "SELECT count(*) AS n FROM ledger", "--json", environment=shown.as_analyst)
    )
    # And nothing can be changed
    for bucket, key in (("ProcessedBucket", "transactions/a.parquet"), ("RawBucket", "incoming/alpine/a.csv")):
        assert is_refused(s3.put_object, Bucket=outputs[bucket], Key=key, Body=b"")
    assert is_refused(s3.delete_objects, Bucket=outputs["ProcessedBucket"], Delete={"Objects": [{"Key": "a"}]})
    for table in PUBLISHED:
        assert is_refused(glue.delete_table, DatabaseName=outputs["Database"], Name=table)


@pytest.fixture(scope="module")
def clients() -> Path:
    """Given the clients' virtual environment."""
    if not CLIENTS.exists():
        pytest.skip("no .venv-clients: 'make test' installs it")
    return CLIENTS


def test_other_clients_read_exact_amounts_and_partitions(shown: Shown, clients: Path) -> None:
    blocks = _blocks("docs/clients.md")
    [names, upload, *reading] = [text for language, text in blocks if language == "sh"]
    printed = "".join(text for language, text in blocks if language == "text")
    aws = {**shown.environment, "PATH": f"{clients}:{shown.environment['PATH']}"}
    # When a file is uploaded by the AWS CLI, and has its outcome
    shown.run("bash", "-euc", names + upload, environment=aws)
    wait_until(
        "the file has its outcome",
        lambda: [row for row in shown.pipeline.audit.rows() if row.partner == "obie"],
        lambda rows: bool(rows) and all(row.finished for row in rows),
    )
    # Then the AWS CLI reads it, and an analyst's clients do, as the page shows
    seen = shown.run("bash", "-euc", names + "".join(reading), environment=aws)
    for text in (text for language, text in blocks if language == "python"):
        seen += shown.run(str(clients / "python"), "-c", text, environment=shown.as_analyst)
    assert seen == printed
