"""From records to rows: read as text, checked completely, only then cast; and what is written of them."""
