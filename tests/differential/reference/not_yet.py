"""What the product does not do yet: each name stands here until it does, and the reference follows it so long."""

NOT_YET = frozenset({"empty json lines", "null around the records"})
