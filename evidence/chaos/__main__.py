"""``python -m evidence.chaos --scenarios N --seed S``: random scenarios against a plain model."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli.console import make_console
from cli.tables import make_table
from evidence.chaos.run import ScenarioResult, storms
from evidence.chaos.scenario import Storm, draw

_SHOWN: Final = 10
"""Differences of one scenario that are printed."""

_REPORTED_EVERY: Final = 10
"""Scenarios between two lines, where no bar can be drawn."""


def main() -> None:
    """Run the scenarios of the seeds from S on; the exit code is 1 where one differs from the model."""
    options = _options()
    console = make_console()
    began = time.monotonic()
    outcomes: list[ScenarioResult] = []
    console.print("Deploying to the embedded AWS")
    with suppress(KeyboardInterrupt):
        _run(options, console, outcomes)
    if outcomes:
        console.print(_table(outcomes))
    differing = sum(bool(outcome.differences) for outcome in outcomes)
    console.print(
        f"{len(outcomes) - differing} of {options.scenarios} scenarios end as the model says, {differing} differ, "
        f"in {time.monotonic() - began:.0f} s"
    )
    sys.exit(0 if len(outcomes) == options.scenarios and not differing else 1)


def _run(options: argparse.Namespace, console: Console, outcomes: list[ScenarioResult]) -> None:
    """Run one scenario after the other, and print those that differ at once."""
    with storms(with_job=options.large) as deployment, _progress(console) as progress:
        task = progress.add_task("scenarios", total=options.scenarios)
        for seed in range(options.seed, options.seed + options.scenarios):
            outcome = deployment.run(draw(seed, with_job=options.large))
            outcomes.append(outcome)
            progress.advance(task)
            if outcome.differences:
                _tell(console, outcome, options)
            if not console.is_terminal and len(outcomes) % _REPORTED_EVERY == 0:
                console.print(f"{len(outcomes)} of {options.scenarios} scenarios")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evidence.chaos", description=__doc__)
    parser.add_argument("--scenarios", type=int, default=20, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="the first one's seed; the others follow")
    parser.add_argument("--large", action="store_true", help="have the job for large files process most of the files")
    return parser.parse_args()


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _tell(console: Console, outcome: ScenarioResult, options: argparse.Namespace) -> None:
    seed = outcome.scenario.seed
    again = f"python -m evidence.chaos --scenarios 1 --seed {seed}{' --large' if options.large else ''}"
    console.print(f"[red]seed {seed} differs[/]; run it again: {again}")
    console.print(f"  {outcome.scenario.storm} {outcome.permission}", markup=False, highlight=False)
    for difference in outcome.differences[:_SHOWN]:
        console.print(f"  {difference}", markup=False, highlight=False)
    if len(outcome.differences) > _SHOWN:
        console.print(f"  and {len(outcome.differences) - _SHOWN} more")


def _table(outcomes: Iterable[ScenarioResult]) -> Table:
    """Show by kind of trouble how much happened; a scenario may have several."""
    figures = ("scenarios", "files", "replayed", "differ", "seconds each")
    table = make_table("trouble", *figures, numbers=figures)
    listed = list(outcomes)
    kinds = sorted({kind for outcome in listed for kind in _kinds(outcome.scenario.storm)})
    for kind in (*kinds, "all"):
        chosen = [one for one in listed if kind == "all" or kind in _kinds(one.scenario.storm)]
        table.add_row(
            kind,
            str(len(chosen)),
            str(sum(len(one.scenario.uploads) for one in chosen)),
            str(sum(one.replayed for one in chosen)),
            str(sum(bool(one.differences) for one in chosen)),
            f"{sum(one.seconds for one in chosen) / len(chosen):.1f}",
        )
    table.caption = _counted("files", (status for outcome in listed for status in outcome.statuses))
    if any(outcome.runs for outcome in listed):
        table.caption += f"\n{_counted('runs of the job', (state for outcome in listed for state in outcome.runs))}"
    return table


def _counted(what: str, states: Iterable[str]) -> str:
    return f"{what}: {', '.join(f'{count} {state}' for state, count in sorted(Counter(states).items()))}"


def _kinds(storm: Storm) -> list[str]:
    happened = {name for name, value in asdict(storm).items() if value not in (0.0, None, ())}
    return sorted(happened) or ["nothing"]


if __name__ == "__main__":
    main()
