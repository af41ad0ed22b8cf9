"""The first code cell of every notebook, the same bytes in each: it finds the helpers and starts Keras.

At most ten lines of 88 columns, for the figure below it belongs on the first screen. That is why one sentence serves
for a notebook opened elsewhere and, after what git says itself, for a course that Colab could not fetch. Away from
Colab, `..` is always there, so nothing is fetched. A second run leaves one entry in `sys.path`, not two.
"""

from __future__ import annotations

_TEMPLATE = """\
import os  # Run this cell first: it finds or fetches the course, and loads Keras.
import sys

course = "inside-neural-networks" if "google.colab" in sys.modules else ".."
if not os.path.exists(course):
    url = "https://github.com/{repository}"
    os.system(f"git clone --quiet --depth=1 {{url}} {{course}}")
assert os.path.isdir(f"{{course}}/helpers"), "Open this notebook in the course's folder."
sys.path = list(dict.fromkeys([os.path.abspath(course), *sys.path]))
from helpers.startup import start

start()"""


def setup_cell(repository: str) -> str:
    """Return the source of the setup cell for the course in the GitHub repository `repository` ("owner/name")."""
    return _TEMPLATE.format(repository=repository)
