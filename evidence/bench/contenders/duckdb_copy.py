"""The lower bound: DuckDB's own COPY to Parquet, every cell as text, nothing validated, what does not fit skipped."""

from pathlib import Path

import duckdb

from evidence.bench.contenders.columns import COLUMNS
from evidence.bench.contenders.result import ContenderResult, run

_TEXT_COLUMNS = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS) + "}"
_NDJSON = f"read_json(?, format = 'newline_delimited', columns = {_TEXT_COLUMNS})"
_JSON = f"read_json(?, format = 'array', columns = {_TEXT_COLUMNS})"
_READERS = {
    "csv": "read_csv(?, header = true, all_varchar = true, auto_detect = true, ignore_errors = true)",
    "decimal-comma": "read_csv(?, header = true, all_varchar = true, delim = ';', skip = 4, ignore_errors = true)",
    "ndjson": _NDJSON,
    "json": _JSON,
    "ndjson-numbers": _NDJSON,
    "json-numbers": _JSON,
}


def _job(file_format: str, file: Path, output: Path) -> ContenderResult:
    with duckdb.connect(config={"threads": 2}) as connection:
        query = f"COPY (FROM {_READERS[file_format]}) TO '{output / 'rows.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
        connection.execute(query, [str(file)])
    return ContenderResult()


if __name__ == "__main__":
    run(_job)
