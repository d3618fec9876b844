"""What the product does not do yet: each name stands here until it does, and the reference follows it so long."""

NOT_YET = frozenset(
    {
        "escaped names",
        "final line end of parts",
        "indented lines",
        "json line feeds",
        "limits of dates",
        "minor units",
        "no json numbers",
        "share",
        "json forbidden characters",
        "zeros beyond the scale",
    }
)
