"""The job that takes the files which outgrow a function: one step of one file in each run.

A run reads the announced upload, has its segments processed by tasks on Spark (decision 0046), and writes its answer as
JSON to the processed bucket; the function of the same step collects it. Nothing here needs Lambda or its libraries: see
``etl.package``, which says what the job has.
"""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final, Literal
from urllib.parse import unquote
from uuid import uuid4

import msgspec
from botocore.exceptions import ClientError

from pipeline.clients import client
from pipeline.manifests import staged_key, write_manifest
from pipeline.s3 import ReadsAndWritesObjects
from pipeline.task_files import TaskFiles
from pipeline.uploads import File, as_file, open_upload
from transactions.distributed import Workers, transform_with_tasks, validate_with_tasks
from transactions.engine.tasks import Runner, TaskError
from transactions.layouts.catalog import shipped_layouts
from transactions.results import Transformation, Validation

Step = Literal["validate", "transform"]

NO_LAYOUT: Final = "-"
"""The layout's argument of a step that needs none: Glue has no empty arguments."""


class RunFailedError(Exception):
    """A run failed. The message is the class name of its error, and nothing else: an error may quote the file."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one run is to do. ``answer`` is the key of its answer in the processed bucket."""

    processed_bucket: str
    step: Step
    file: File
    layout: str
    answer: str


def main(arguments: Sequence[str], runner: Runner) -> None:
    """Do what the arguments of a run say, and write the answer.

    Parameters
    ----------
    arguments
        The script's path, and then ``--name value`` pairs: those of :class:`Run`, and Glue's own, which are ignored.
        The file is JSON, percent-encoded (RFC 3986): in a locale without UTF-8, Java loses what is not ASCII.
    runner
        Runs the tasks.

    Raises
    ------
    RunFailedError
        If there is no answer. Glue reports it as the run's error, and shows it to whoever may read its runs.
    """
    failure = _failure(arguments[1:], runner)
    # Raised here and not where the error is caught: it would be a part of the report as the error's context.
    if failure:
        raise RunFailedError(failure)


def _failure(arguments: Sequence[str], runner: Runner) -> str:
    """Do what the arguments say; return the class name of the error that prevented it, empty if there is none."""
    identity: dict[str, Any] = {}
    try:
        run = _read(arguments)
        identity = {"file_id": run.file.file_id, "partner": run.file.partner, "execution": run.file.execution}
        counts = _execute(client("s3"), run, runner)
    except Exception as error:
        _log("failed", level="ERROR", error=_described(error), **identity)
        return str(error) if isinstance(error, TaskError) else type(error).__name__
    _log("answered", step=run.step, counts=counts, **identity)
    return ""


def _read(arguments: Sequence[str]) -> Run:
    parser = argparse.ArgumentParser(prog="large_files", allow_abbrev=False)
    for name in Run.__struct_fields__:
        parser.add_argument(f"--{name}", required=True)
    values, _of_glue = parser.parse_known_args(arguments)
    file = as_file(msgspec.json.decode(unquote(values.file, errors="strict")))
    return msgspec.convert(vars(values) | {"file": file}, Run)


def _execute(s3: ReadsAndWritesObjects, run: Run, runner: Runner) -> dict[str, int]:
    # Of a run that is given up, tasks may still write: no other run reads that.
    exchange = TaskFiles(run.processed_bucket, staged_key(run.file.file_id, f"tasks/{uuid4().hex}/"))
    answer = _STEPS[run.step](s3, run, Workers(runner=runner, exchange=exchange))
    s3.put_object(
        Bucket=run.processed_bucket,
        Key=run.answer,
        Body=msgspec.json.encode(answer),
        ContentType="application/json",
    )
    counts: dict[str, int] = msgspec.to_builtins(answer.counts)
    return counts


def _validate(s3: ReadsAndWritesObjects, run: Run, workers: Workers) -> Validation:
    with open_upload(s3, run.file) as stream:
        return validate_with_tasks(stream, run.file.source(), shipped_layouts(), workers)


def _transform(s3: ReadsAndWritesObjects, run: Run, workers: Workers) -> Transformation:
    sink, layout = TaskFiles(run.processed_bucket, staged_key(run.file.file_id, "")), shipped_layouts().get(run.layout)
    with open_upload(s3, run.file) as stream:
        transformation = transform_with_tasks(stream, run.file.source(), layout, sink, workers)
    write_manifest(s3, run.processed_bucket, run.file.file_id, transformation.objects)
    return transformation


_STEPS: Final[dict[Step, Callable[[ReadsAndWritesObjects, Run, Workers], Validation | Transformation]]] = {
    "validate": _validate,
    "transform": _transform,
}


def _described(error: BaseException) -> dict[str, str]:
    """Say what an error is and where it was raised, without its message."""
    frames = extract_tb(error.__traceback__)
    described = {"name": type(error).__name__, "at": f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"}
    if isinstance(error, ClientError):
        described["code"] = error.response["Error"]["Code"]
    return described


def _log(message: str, *, level: str = "INFO", **facts: Any) -> None:
    """Write one line as the functions' logger does: a JSON object that names the file."""
    line = {"level": level, "message": message, "timestamp": datetime.now(UTC).isoformat(), "service": "large-files"}
    print(msgspec.json.encode(line | facts).decode(), flush=True)  # noqa: T201 the job's log
