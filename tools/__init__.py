"""Commands for maintainers: execute the notebooks, stamp names and tables, check the syllabus."""
