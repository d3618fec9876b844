"""Who runs on what."""

from typing import Final

import msgspec

from evidence.bench.flaws import FORMATS, Format

COPY: Final = "DuckDB COPY, nothing validated"
VALIDATE: Final = "pipeline: validate"
TRANSFORM: Final = "pipeline: transform"
BOTH: Final = "pipeline: validate + transform"
PIPELINE: Final = (VALIDATE, TRANSFORM, BOTH)
PYDANTIC: Final = "csv + pydantic"
PANDERA: Final = "pandas + pandera"
DUCKDB: Final = "DuckDB, one pass"
POLARS: Final = "Polars, one pass"
SCRIPTS: Final = (DUCKDB, POLARS)
BARE: Final = "bare Python"
COLD_STARTS: Final = ("validate", "transform")


class Contender(msgspec.Struct, frozen=True):
    """A contender: its name, module and the module's own arguments, the formats it reads.

    ``counts`` is whether it counts and sums, so that its outcome must be that of the others.
    """

    name: str
    module: str
    steps: tuple[str, ...] = ()
    formats: tuple[Format, ...] = FORMATS
    counts: bool = False


CONTENDERS: Final = (
    Contender(COPY, "duckdb_copy"),
    Contender(VALIDATE, "pipeline", steps=("validate",), counts=True),
    Contender(TRANSFORM, "pipeline", steps=("transform",), counts=True),
    Contender(BOTH, "pipeline", steps=("validate", "transform"), counts=True),
    Contender(
        DUCKDB, "duckdb_script", formats=("csv", "ndjson", "json", "ndjson-numbers", "json-numbers"), counts=True
    ),
    Contender(POLARS, "polars_script", formats=("csv",), counts=True),
    Contender(PYDANTIC, "csv_pydantic", formats=("csv",), counts=True),
    Contender(PANDERA, "pandas_pandera", formats=("csv",), counts=True),
)
LARGER_FORMATS: Final[tuple[Format, ...]] = ("csv", "ndjson", "json")
LARGER_TIMES: Final = 10
"""How many times the rows of the other files the larger ones have."""
JOB_ON_ONE, JOB_ON_TWO = (
    Contender(f"job: validate + transform, {cores}", "spark_job", steps=(steps,), formats=("csv",), counts=True)
    for steps, cores in {"1": "1 core", "2": "2 cores"}.items()
)
"""The job for large files, with so many tasks at a time."""
_FUNCTIONS: Final = next(contender for contender in CONTENDERS if contender.name == BOTH)
JOB_SIZES_MB: Final = {
    1_000: (_FUNCTIONS, JOB_ON_ONE, JOB_ON_TWO),
    3_000: (JOB_ON_ONE, JOB_ON_TWO),
    10_000: (JOB_ON_TWO,),
}
"""Who reads a plain CSV of so many megabytes (10^6 bytes)."""
LIMITED: Final = tuple(contender for contender in CONTENDERS if contender.name in {VALIDATE, TRANSFORM})
