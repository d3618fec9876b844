"""The section of the page on cost and scale that shows simulated bursts."""

from collections.abc import Iterator

from evidence.cost import measured
from evidence.cost.bursts import CONCURRENCY, FILES, Assumptions, Burst, load
from evidence.cost.formatting import count, percent, table
from evidence.cost.model import FILE_FUNCTIONS, PricedStack


def assumptions(stack: PricedStack) -> Assumptions:
    """Return what a burst of small files meets in this stack."""
    calls = tuple(measured.FUNCTION_SECONDS[name] for name in FILE_FUNCTIONS)
    return Assumptions(
        calls=calls,
        between=measured.OTHER_CALLS_SECONDS / (len(calls) + 1),
        batch_size=stack.batch_size,
        map_concurrency=stack.map_concurrency,
    )


def section() -> Iterator[str]:
    """Write the section."""
    bursts = {(burst.files, burst.concurrency): burst for burst in load().bursts}
    yield "## Bursts"
    yield ""
    yield "So many small files at once, in an account that allows so many calls of functions at a time:"
    yield "minutes until the last has its outcome, and how many"
    yield "[waited again](decisions/0037-a-throttled-file-waits-again.md),"
    yield f"simulated (`evidence/cost/bursts.py`). {_failed(list(bursts.values()))}"
    yield ""
    rows = [[count(files), *(_cell(bursts.get((files, limit))) for limit in CONCURRENCY)] for files in FILES]
    yield from table(("files", *(f"{count(limit)} calls at once" for limit in CONCURRENCY)), rows)
    yield "Left out are cold starts, and the calls of `record` and `find-overlaps`. A burst that is to end within the"
    yield "service level may need an account with more calls: `etl doctor` shows how many it has."
    yield ""


def _failed(bursts: list[Burst]) -> str:
    failed = sum(burst.failed for burst in bursts)
    return "None failed." if not failed else f"{count(failed)} failed."


def _cell(burst: Burst | None) -> str:
    if burst is None:
        return "hours"
    share = percent(burst.waited_again / burst.files) if burst.waited_again else "none"
    return f"{burst.seconds / 60:.1f} min, {share}"
