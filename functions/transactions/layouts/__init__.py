"""What a layout can say: the language, its parts, its linter, the catalog of all layouts."""
