"""Finds the data folders that ship with the package."""

from pathlib import Path


def asset_folder(name: str) -> Path:
    """Return the data folder ``name`` (``glue`` or ``layouts``).

    In the function's package it lies beside ``transactions/``, in the repository beside ``functions/``.

    Raises
    ------
    FileNotFoundError
        If neither place has it.
    """
    package = Path(__file__).resolve().parent
    for root in (package.parent, package.parent.parent):
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(name)
