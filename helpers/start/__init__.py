"""The syllabus of the course, and a check of the installation."""

from helpers.start._installation import check_installation
from helpers.start._syllabus import Course, Entry, SyllabusError, read_syllabus

__all__ = ["Course", "Entry", "SyllabusError", "check_installation", "read_syllabus"]
