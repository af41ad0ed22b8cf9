"""The figures of the notebooks, one module a notebook: plain functions that draw, and say in words what they drew."""
