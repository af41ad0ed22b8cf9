"""The first code cell of every notebook, the same bytes in each: it finds the helpers and starts Keras.

At most ten lines of 88 columns, for the figure below it belongs on the first screen. Away from Colab, `..` is always
there, so nothing is fetched. On Colab the release that was stamped is cloned, into a folder of its name, so that
notebook and helpers belong together; without a repository, a zip that was uploaded is unpacked. What is fetched gets
its name when it is whole (`$$` is the number of the shell, so two notebooks do not meet): after an interrupt, or on a
full disk, no half course is left that a second run would take. One sentence serves for all that can be missing, after
what git says itself. A second run leaves one entry in `sys.path`, not two.
"""

from __future__ import annotations

from helpers.start import Course

_TEMPLATE = """\
REPOSITORY = "{repository}"  # @param {{type:"string"}}
import glob, os, sys  # Run this first: it finds or fetches the course, and loads Keras.

at = "{release}-*/*/helpers" if "google.colab" in sys.modules else "../helpers"
get = f"git clone -qb {release} --depth=1 https://github.com/{{REPOSITORY}} $$/it"
get = (get if REPOSITORY else "unzip -qod $$ '*.zip'") + " && mv $$ {release}-$$"
"*" in at and not glob.glob(at) and os.system(f"({{get}}; rm -rf $$) 2>&1 | grep fatal")
assert glob.glob(at), "Open this in its course; on Colab set REPOSITORY or add its zip."
sys.path = list(dict.fromkeys([os.path.abspath(glob.glob(at)[0] + "/.."), *sys.path]))
from helpers.startup import start

start()"""


def setup_cell(course: Course) -> str:
    """Return the source of the setup cell: it fetches the release of `course` from its repository, if it has one."""
    return _TEMPLATE.format(repository=course.repository, release=course.release)
