"""``etl doctor``: what a person on call would look at, looked at in one go."""
