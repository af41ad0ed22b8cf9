"""The first code cell of every notebook, the same bytes in each: it finds the helpers and starts Keras."""

from __future__ import annotations

_TEMPLATE = """\
# Run this cell first. On Colab it fetches the course; everywhere it loads Keras and the style of the figures.
import subprocess
import sys
from pathlib import Path

on_colab = "google.colab" in sys.modules
course = Path("inside-neural-networks" if on_colab else "..").resolve()
if on_colab and not course.exists():
    url = "https://github.com/{repository}"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", url, course], check=True)
if not (course / "helpers").is_dir():
    raise FileNotFoundError(f"No folder helpers in {{course}}: open the notebook in the course's folder notebooks.")
if str(course) not in sys.path:
    sys.path.insert(0, str(course))
from helpers.startup import start

start()"""


def setup_cell(repository: str) -> str:
    """Return the source of the setup cell for the course in the GitHub repository `repository` ("owner/name")."""
    return _TEMPLATE.format(repository=repository)
