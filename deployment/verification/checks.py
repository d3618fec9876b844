"""All checks, in the order in which they are made: what is slow to appear is looked for last."""

from typing import Final

from deployment.verification import (
    alarms,
    catalog,
    cleaning,
    emptier,
    encryption,
    failures,
    processing,
    queries,
    records,
    roles,
    routing,
    settings,
)
from deployment.verification.check import Check

CHECKS: Final[tuple[Check, ...]] = (
    *settings.CHECKS,
    *encryption.CHECKS,
    *roles.CHECKS,
    *routing.CHECKS,
    *emptier.CHECKS,
    *processing.CHECKS,
    *failures.CHECKS,
    *queries.CHECKS,
    *catalog.CHECKS,
    *records.CHECKS,
    *alarms.CHECKS,
)
"""Those that are made while the rows of the run are published, and before."""

LAST: Final = cleaning.CHECKS
"""Those that are made whatever happens."""
