"""Surfaces over two weights and the paths of optimizers on them: one import for all of it."""

from __future__ import annotations

from helpers.path_drawing import draw_distances, draw_paths
from helpers.surface_drawing import draw_contour, draw_surface
from helpers.surface_functions import SURFACES, Surface
from helpers.surface_slopes import gradient, hessian
from helpers.surface_trace import trace

__all__ = [
    "SURFACES",
    "Surface",
    "draw_contour",
    "draw_distances",
    "draw_paths",
    "draw_surface",
    "gradient",
    "hessian",
    "trace",
]
