"""What several tests of pictures need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture
def course_style() -> Iterator[None]:
    """Draw in the style of the course; afterwards close what was drawn, and put back the settings of matplotlib."""
    import matplotlib
    import matplotlib.pyplot as plt

    from helpers import style

    with matplotlib.rc_context():
        style.use()
        yield
        plt.close("all")
