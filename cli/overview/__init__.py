"""The overview of all partners' files: what came of them by day, as a page and for programs."""
