"""``etl verify``: how its results are shown."""
