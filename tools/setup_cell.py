"""The first code cell of every notebook, the same bytes in each: it finds the helpers and starts Keras.

At most ten lines of 88 columns, for the figure below it belongs on the first screen. Away from Colab, `..` is always
there, so nothing is fetched. On Colab the release that was stamped is cloned, into a folder of its name, so that
notebook and helpers belong together; without a repository, a zip that was uploaded is unpacked. One sentence serves for
all that can be missing, after what git or unzip say themselves. A second run leaves one entry in `sys.path`, not two.
"""

from __future__ import annotations

from helpers.start import Course

_TEMPLATE = """\
REPOSITORY = "{repository}"  # @param {{type:"string"}}
import glob, os, sys  # Run this first: it finds or fetches the course, and loads Keras.

at = "{release}/*/helpers" if "google.colab" in sys.modules else "../helpers"
if "*" in at and not glob.glob(at):
    git = f"git clone -qb {release} --depth=1 https://github.com/{{REPOSITORY}} {release}/it"
    os.system(f"{{git}} 2>&1|grep fatal" if REPOSITORY else "unzip -qod {release} '*.zip'")
assert glob.glob(at), "Open this in its course; on Colab set REPOSITORY or add its zip."
sys.path = list(dict.fromkeys([os.path.abspath(glob.glob(at)[0] + "/.."), *sys.path]))
from helpers.startup import start

start()"""


def setup_cell(course: Course) -> str:
    """Return the source of the setup cell: it fetches the release of `course` from its repository, if it has one."""
    return _TEMPLATE.format(repository=course.repository, release=course.release)
