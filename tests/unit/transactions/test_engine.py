"""The engine keeps to its limits and to itself."""

from pathlib import Path

import pytest

from tests.unit.transactions.support import MEMORY_LIMIT_MB
from transactions.engine.database import engine
from transactions.errors import EngineError


def test_the_engine_spills_only_below_the_work_folder(tmp_path: Path) -> None:
    with engine(tmp_path, MEMORY_LIMIT_MB) as connection:
        ((folder,),) = connection.execute("SELECT current_setting('temp_directory')").fetchall()

    assert Path(folder).is_relative_to(tmp_path)


def test_the_engine_keeps_to_its_memory_limit(tmp_path: Path) -> None:
    with engine(tmp_path, MEMORY_LIMIT_MB) as connection:
        ((limit,),) = connection.execute("SELECT current_setting('memory_limit')").fetchall()

    assert limit == "286.1 MiB"  # 300 MB


def test_a_failure_of_the_engine_quotes_no_data(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as failure, engine(tmp_path, MEMORY_LIMIT_MB) as connection:
        connection.execute("SELECT CAST('Erika Mustermann' AS INTEGER)")

    assert "Mustermann" not in str(failure.value)
    assert failure.value.__suppress_context__
