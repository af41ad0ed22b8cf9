"""What notebook 00 offers: a check of the installation, the glossary, the course as a map."""

from helpers.start._course_order import draw_order, read_course
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
    "draw_order",
    "read_course",
    "read_syllabus",
    "search_glossary",
]
