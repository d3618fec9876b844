"""Judges a file as a whole by the limits of its layout."""

from transactions.codes import FileCode
from transactions.engine.staging import Staged
from transactions.errors import FileRejectedError


def rejection_of(staged: Staged) -> FileRejectedError | None:
    """Say which limit of its layout the file exceeds, None if it keeps to all."""
    return _too_many_rejected(staged)


def _too_many_rejected(staged: Staged) -> FileRejectedError | None:
    """Judge the share of the rows that were not dropped: those that are no transactions dilute nothing."""
    counts, limit = staged.counts, staged.layout.limits.rejected_share
    judged = counts.accepted + counts.rejected
    if counts.rejected > limit * judged or (counts.rejected and not counts.accepted):
        detail = f"{counts.rejected} of {judged} that are not dropped, the limit is a share of {limit}"
        return FileRejectedError(FileCode.TOO_MANY_REJECTED, detail, layout=staged.layout.name)
    return None
