"""Surfaces over two weights and the paths of optimizers on them: one import for all of it."""

from __future__ import annotations

from helpers.surface._drawing import describe_surface, draw_contour, draw_surface
from helpers.surface._functions import SURFACES, Surface
from helpers.surface._paths import describe_paths, draw_distances, draw_paths
from helpers.surface._relief import describe_relief, draw_relief
from helpers.surface._slopes import gradient, hessian
from helpers.surface._trace import trace

__all__ = [
    "SURFACES",
    "Surface",
    "describe_paths",
    "describe_relief",
    "describe_surface",
    "draw_contour",
    "draw_distances",
    "draw_paths",
    "draw_relief",
    "draw_surface",
    "gradient",
    "hessian",
    "trace",
]
