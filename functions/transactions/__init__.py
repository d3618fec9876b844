"""Reads a partner bank's file into accepted rows, rejected rows and exact control totals. Knows no AWS."""

from transactions.contract import Contract
from transactions.errors import LayoutError, ReconciliationError
from transactions.files import transform_file, validate_file
from transactions.layouts.catalog import LayoutCatalog
from transactions.results import Source, Transformation, Validation

__all__ = [
    "Contract",
    "LayoutCatalog",
    "LayoutError",
    "ReconciliationError",
    "Source",
    "Transformation",
    "Validation",
    "transform_file",
    "validate_file",
]
