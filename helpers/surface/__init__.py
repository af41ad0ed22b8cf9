"""Surfaces over two weights, the walks of update rules and of real Keras optimizers on them, and their pictures."""

from __future__ import annotations

from helpers.surface._functions import SURFACES, Surface
from helpers.surface._map import describe_surface, draw_contour, draw_surface
from helpers.surface._paths import describe_paths, distances, draw_paths
from helpers.surface._trace import trace
from helpers.surface._walks import gradient, hessian, walk

__all__ = [
    "SURFACES",
    "Surface",
    "describe_paths",
    "describe_surface",
    "distances",
    "draw_contour",
    "draw_paths",
    "draw_surface",
    "gradient",
    "hessian",
    "trace",
    "walk",
]
