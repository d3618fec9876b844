"""Makes Athena's queries read views: a view's name in a query is replaced by its SQL.

For the emulator's Glue a view is a table like any other; its Athena reads tables only, and finds no files of a view.
"""

import base64
import json
from typing import Any, Final

from ministack.services import athena, glue

_BEFORE: Final = "/* Presto View: "
_AFTER: Final = " */"

_rewrite = athena._rewrite_data_paths  # noqa: SLF001


def install() -> None:
    """Replace the emulator's function."""
    athena._rewrite_data_paths = _rewrite_with_views  # noqa: SLF001


async def _rewrite_with_views(query: str, database: str, catalog: str | None = None) -> tuple[str, Any, list[str]]:
    folders: list[str] = []
    for named in reversed(athena._table_references(query)):  # noqa: SLF001
        view = _view(named.database or database, named.table)
        if view is None:
            continue
        # Separately: the tables in a view's SQL are those of its database, whatever names the query itself defines.
        sql, _, copies = await _rewrite_with_views(view["originalSql"], view["schema"])
        folders += copies
        alias = "" if named.aliased else f' AS "{named.table}"'
        query = f"{query[: named.start]}({sql}){alias}{query[named.end :]}"
    rewritten, buckets, copies = await _rewrite(query, database, catalog)
    return rewritten, buckets, folders + copies


def _view(database: str, name: str) -> dict[str, Any] | None:
    table = glue._tables.get(f"{database}/{name}")  # noqa: SLF001
    if not table or table["TableType"] != "VIRTUAL_VIEW":
        return None
    encoded = table["ViewOriginalText"].removeprefix(_BEFORE).removesuffix(_AFTER)
    definition: dict[str, Any] = json.loads(base64.b64decode(encoded))
    return definition
