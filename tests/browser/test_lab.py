"""Notebook 01 in a real JupyterLab in a real browser: what a student sees, moves and is told.

With COURSE_BROWSER=all, as `make nightly` sets it, every notebook is run, and every slider of it moved.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
FIRST = "01_architecture"
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("0*.ipynb") if "reference" not in path.stem)
NAMES = NOTEBOOKS if os.environ.get("COURSE_BROWSER") == "all" else [FIRST]
SETTINGS = {
    "notification": ("apputils-extension", '{"fetchNews": "false"}'),
    "tracker": ("notebook-extension", '{"windowingMode": "none"}'),  # every cell is in the page, not only those in view
}
IDLE = """() => ![...document.querySelectorAll('.jp-InputPrompt')].some(prompt => prompt.textContent.includes('[*]'))
    && document.querySelector('#jp-main-statusbar')?.innerText.includes('| Idle')"""
PICTURES = "handle => [...handle.closest('.jp-OutputArea').querySelectorAll('img')].map(image => image.src).join()"
CHANGED = f"([handle, before]) => ({PICTURES})(handle) !== before"


@pytest.fixture(scope="module", params=NAMES)
def course(tmp_path_factory, request):
    """Return the address of a notebook in a JupyterLab on a copy of the course."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "notebooks").mkdir()
    shutil.copy2(ROOT / f"notebooks/{request.param}.ipynb", folder / "notebooks")
    shutil.copy2(ROOT / "notebooks/course.yml", folder / "notebooks")
    for name in ("helpers", "data", "results"):
        (folder / name).symlink_to(ROOT / name)
    settings = tmp_path_factory.mktemp("settings")
    for name, (extension, text) in SETTINGS.items():
        file = settings / "@jupyterlab" / extension / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(text)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {
        name: str(settings) for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "JUPYTER_CONFIG_DIR")
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
         "--IdentityProvider.token=t", f"--ServerApp.root_dir={folder}"],
        env={**os.environ, **own, "COURSE_PROGRESS": str(folder / "progress.json")},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/api?token=t", server)
        yield f"http://127.0.0.1:{port}/lab/tree/notebooks/{request.param}.ipynb?token=t&reset"
    finally:
        server.terminate()
        server.wait(20)


def wait_for(address, server):
    for _ in range(600):
        assert server.poll() is None, "JupyterLab ended at once"
        try:
            return urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            time.sleep(0.1)
    raise AssertionError("JupyterLab did not answer within a minute")


@pytest.fixture(scope="module")
def page(browser, course):
    """Return the notebook in the browser, after "Run All Cells"."""
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    page.goto(course)
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=120_000)
    page.wait_for_function(IDLE, timeout=120_000)
    page.click("text=Run >> nth=0")
    page.click("li[data-command='runmenu:run-all']")
    page.wait_for_timeout(1000)
    page.wait_for_function(IDLE, timeout=400_000, polling=500)
    return page


def output_of(page, cell):
    page.wait_for_function(IDLE, timeout=60_000)
    return " ".join(cell.locator(".jp-OutputArea-output").all_inner_texts())


def answer(page, stub, code):
    """Replace what stands in the cell by `code`, as a student does, run it and return what is printed."""
    stub.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")
    page.wait_for_timeout(300)
    return output_of(page, stub)


def test_every_cell_runs_without_an_error_or_a_warning(page):
    notebook = ROOT / "notebooks" / Path(urlsplit(page.url).path).name
    meant = notebook.read_text(encoding="utf-8").count('"raises-exception"')  # an exercise on reading a traceback
    bad = "[data-mime-type='application/vnd.jupyter.error'], [data-mime-type='application/vnd.jupyter.stderr']"
    found = page.locator(bad).all_inner_texts()
    assert len(found) == meant, found


def test_every_slider_moves_its_picture(page):
    handles = page.query_selector_all(".jp-OutputArea .noUi-handle")
    assert handles or f"/{FIRST}.ipynb" not in page.url
    for handle in handles:
        handle.scroll_into_view_if_needed()
        before = handle.evaluate(PICTURES)
        assert before
        # It may stand at one of its ends, and nothing may change near it: a network that has learned all.
        for key in ("ArrowRight", "ArrowLeft", "ArrowLeft", "Home", "End"):
            handle.focus()
            page.keyboard.press(key)
            try:
                page.wait_for_function(CHANGED, arg=[handle, before], timeout=3000)
                break
            except Exception:
                continue
        else:
            pytest.fail(
                handle.evaluate("handle => handle.closest('.widget-inline-hbox')?.innerText") + " moves nothing"
            )


def test_wrong_answer_is_told_its_misconception_and_the_right_one_that_it_is_right(page):
    if f"/{FIRST}.ipynb" not in page.url:
        pytest.skip("this looks at notebook 01")
    ids = page.locator(".jp-CodeCell", has_text='check("architecture.widest", widest)')
    stub = ids.first
    stub.scroll_into_view_if_needed()
    assert "not yet" in output_of(page, stub)
    head, check = "def widest(budget, inputs, outputs):\n    return ", '\n\n\ncheck("architecture.widest", widest)'
    wrong = answer(page, stub, f"{head}(budget - outputs) // (inputs + outputs){check}")
    assert "✘" in wrong
    assert "A hidden unit also has a bias" in wrong
    right = answer(page, stub, f"{head}(budget - outputs) // (inputs + 1 + outputs){check}")
    assert "✔ correct" in right
