"""What several tests of pictures need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture
def course_style() -> Iterator[None]:
    """Draw in the style of the course, and put back the settings of matplotlib afterwards."""
    import matplotlib

    from helpers import style

    with matplotlib.rc_context():
        style.use()
        yield
