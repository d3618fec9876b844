"""The command line for people: ``etl --help``."""
