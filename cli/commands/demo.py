"""``etl demo``."""

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from cli.console import make_console, step
from cli.demo.checks import DemoCheck, check
from cli.demo.dashboard import DashboardFigures, QueueSamples, read_dashboard
from cli.demo.report import show, summary
from cli.demo.run import DemoRun, collect, send
from cli.demo.scenario import DIRECT_THRESHOLD_BYTES, LARGE_THRESHOLD_BYTES, Sample, waves
from cli.exit_codes import ExitCode
from cli.options import output_file_in
from cli.progress import Watch, progress
from deployment.pipeline import Pipeline, Upload
from deployment.stack import DeployedStack
from local.alerts import AlertInbox
from local.batching import batching
from local.deploy import deploy
from local.lifecycle import running
from pipeline.audit_row import AuditRow

SUFFIX: Final = "demo"
CONTEXT: Final = {
    "directThresholdBytes": str(DIRECT_THRESHOLD_BYTES),
    "largeThresholdBytes": str(LARGE_THRESHOLD_BYTES),
    "batchWindowSeconds": "5",
}


def demo(
    dashboard: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            callback=output_file_in(".svg"),
            help="Draw the dashboard with this run's metrics to this .svg file.",
        ),
    ] = None,
) -> None:
    """Deploy to the embedded AWS, process sample files, and show and check the results.

    Needs no AWS account and leaves nothing behind: the embedded AWS ends with the command. The files are those in
    demo/, one from layouts/, and two larger ones that are generated: the largest goes through Apache Spark.

    Exit code 0: every file, alert and query result is exactly as expected. 1: some are not; they are listed at the end.
    """
    console = make_console()
    console.print("[bold]The pipeline's own CloudFormation stack on an embedded AWS[/], IAM and TLS enforced\n")
    with ExitStack() as lifetime:
        with step(console, "Start the embedded AWS"):
            emulator = lifetime.enter_context(running())
        with step(console, "Deploy the stack through the CDK command line"):
            stack = deploy(emulator, SUFFIX, context=CONTEXT)
        with batching(stack):
            samples = QueueSamples(stack)
            outcome = _send_samples(console, stack, samples)
        if dashboard:
            dashboard.write_text(_drawn(read_dashboard(stack, samples)), encoding="utf-8")
    checks = check(outcome)
    show(console, outcome, checks)
    _conclude(console, outcome, checks)


def _drawn(dashboard: DashboardFigures) -> str:
    # The plotting library takes a second to import, and only this option needs it.
    from cli.demo.drawing import draw  # noqa: PLC0415

    return draw(dashboard)


def _send_samples(console: Console, stack: DeployedStack, queues: QueueSamples) -> DemoRun:
    pipeline, inbox = Pipeline(stack), AlertInbox(stack)
    sent: list[tuple[Sample, Upload]] = []
    for samples in waves():
        console.print(f"\n[bold]Upload {len(samples)} files[/] to s3://{pipeline.outputs['RawBucket']}")
        uploads = send(pipeline, samples)
        with step(console, f"{len(samples)} files have an outcome"), progress(console, uploads) as watch:

            def look(rows: dict[Upload, AuditRow], shown: Watch = watch) -> None:
                queues.look()
                shown(rows)

            pipeline.settle(uploads, watch=look)
        sent.extend(zip(samples, uploads, strict=True))
    with step(console, "Collect alerts and query with Athena"):
        return collect(pipeline, inbox, sent)


def _conclude(console: Console, outcome: DemoRun, checks: list[DemoCheck]) -> None:
    console.print()
    console.print(summary(checks, Counter(result.row.status for result in outcome.results)))
    failed = [found for found in checks if not found.ok]
    for found in failed:
        console.print(f"FAILED: {found.claim}: {found.problems[0]}", style="red", markup=False)
    if failed:
        raise typer.Exit(ExitCode.NOTICE)
    console.print('To keep the embedded AWS running, and work with it: eval "$(make --silent local)"', soft_wrap=True)
