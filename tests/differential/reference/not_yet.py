"""What the product does not do yet: each name stands here until it does, and the reference follows it so long."""

NOT_YET = frozenset(
    {
        "empty json lines",
        "escaped names",
        "fact of an optional column",
        "indented lines",
        "json line feeds",
        "limits of dates",
        "no json numbers",
        "share",
        "json forbidden characters",
        "utf-16 headers",
    }
)
