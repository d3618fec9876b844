"""Changes a sample of the product's code, one place at a time, and sees whether the closest tests notice.

No library: mutmut changes what stands in functions only, and the limits stand outside of them; cosmic-ray has one test
command for every file, no sample, and fourteen dependencies.
"""
