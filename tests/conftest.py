"""Says how hard property tests try, and opens a browser for the tests that need one."""

from __future__ import annotations

import gc
import os
import shutil
import signal

import pytest
from hypothesis import settings

os.environ["KERAS_BACKEND"] = "tensorflow"  # as `start` has it, whatever the user prefers elsewhere

# HYPOTHESIS_PROFILE=nightly tries many examples. The time an example may take is no property of our code.
settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("nightly", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# What a shell starts in the background is deaf to Ctrl-C, and so are its children: tests that interrupt would fail.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish():
    """Keep what was imported out of the search for garbage, which would walk through all of TensorFlow each time."""
    gc.freeze()


CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser():
    """Chromium without a window; where there is none, the test is skipped, but in CI it fails."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed here")
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing, and in CI this test must run")
        pytest.skip("no Chromium on this machine: sudo apt install chromium")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()
