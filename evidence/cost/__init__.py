"""What the pipeline costs and how far it scales, on paper: ``make cost`` writes docs/cost-and-scale.md.

States, functions and sizes are read from the synthesized stack; prices stand in ``prices``, what was measured in
``measured``.
"""
