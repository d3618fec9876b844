"""Masks account numbers in a JSONata text, as ``transactions.masking`` does in Python."""

from transactions.masking import DATE, DIGIT, MASK, MASKED_FROM, PART, TOGETHER


def masked_name(text: str) -> str:
    """Return JSONata for a file's name or key in which account numbers are masked; ``text`` is JSONata too."""
    # What is compared with "$" has no line end, before which some engines match it too.
    return f"""(
        $date := /^(?:{DATE})$/;
        $digit := /{DIGIT}/;
        $replace({text}, /{TOGETHER}/, function($found) {{(
            $hidden := $replace($found.match, /{PART}/, function($part) {{
                $contains($part.match, $date) ? $part.match : $replace($part.match, $digit, '{MASK}')
            }});
            $count($split($hidden, '{MASK}')) > {MASKED_FROM} ? $hidden : $found.match
        )}})
    )"""
