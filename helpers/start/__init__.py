"""What notebook 00 offers: a check of the installation, the glossary, the course as a map."""

from typing import Any

from helpers.start._glossary import TERMS
from helpers.start._glossary_search import alphabetical, search_glossary
from helpers.start._installation import check_installation
from helpers.start._syllabus import Course, Entry, SyllabusError, read_syllabus

__all__ = [
    "TERMS",
    "Course",
    "Entry",
    "SyllabusError",
    "alphabetical",
    "check_installation",
    "describe_order",
    "draw_order",
    "read_course",
    "read_syllabus",
    "search_glossary",
]


def __getattr__(name: str) -> Any:
    """Load the map when it is asked for: the check of the installation must speak where matplotlib is missing."""
    if name in ("describe_order", "draw_order", "read_course"):
        from helpers.start import _course_order

        return getattr(_course_order, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
