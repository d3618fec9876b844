"""Random scenarios on the embedded AWS, and a plain model of what must be left when the storm is over.

``scenario`` draws what partners do and what breaks, from a seed. ``server`` is the embedded AWS with events that come
twice, late and out of order, and with calls that fail; ``faults`` takes permissions away, kills and aborts. ``state``
reads what is left through the public AWS API, and ``model`` says what is wrong with it. Those two, and ``scenario``,
know the promises and the stack's outputs, and import nothing of the product.
"""
