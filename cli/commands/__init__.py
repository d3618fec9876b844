"""One module for each command of ``etl``, named as it is typed."""
