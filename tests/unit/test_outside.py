"""What people outside meet first: workflows, templates, and the commands that the pages for contributors name."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit_and_may_only_read(path):
    """A tag can be moved by whoever owns the action, a commit cannot."""
    text = path.read_text(encoding="utf-8")
    for used in re.findall(r"uses: *(\S.*)", text):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", used), used
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    for name, job in workflow["jobs"].items():
        assert name == "report" or job["timeout-minutes"], name


@pytest.mark.parametrize(
    "path", [*WORKFLOWS, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / ".ci" / "run"], ids=lambda path: path.name
)
def test_every_command_that_is_named_exists(path):
    named = re.findall(r"(?:`|run: |\n)make ([a-z-]+)", path.read_text(encoding="utf-8"))
    assert set(named) <= TARGETS


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "README.md"])
def test_files_that_pages_name_are_there(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    files = re.findall(r"`((?:tests|helpers|tools|notebooks|results|site)/[\w/.]+\.\w+)`", text)
    assert [file for file in files if not (ROOT / file).exists() and "NAME" not in file] == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.stem
)
def test_templates_ask_for_what_is_needed_to_repeat_it(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= set(form)
    assert any(field.get("validations", {}).get("required") for field in form["body"])
