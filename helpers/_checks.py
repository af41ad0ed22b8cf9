"""What several rooms ask of what they are given."""

from __future__ import annotations

from typing import Any

import numpy as np


def to_array(values: Any, what: str) -> np.ndarray:
    """Return `values` as an array; NumPy itself says of rows of unequal length that they are inhomogeneous."""
    try:
        return np.asarray(values)
    except ValueError:
        raise ValueError(f"{what} must all have the same shape, but some are longer than others") from None
