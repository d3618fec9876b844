"""What the product does not do yet: each name stands here until it does, and the reference follows it so long."""

NOT_YET = frozenset(
    {
        "blank rows",
        "escaped names",
        "indented lines",
        "json line feeds",
        "minor units",
        "no json numbers",
        "padded quotes",
        "quotes",
        "share",
        "short rows",
        "zeros beyond the scale",
    }
)
