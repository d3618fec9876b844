"""Proves or refutes on a deployed stack what only AWS can show: ``etl verify``."""
