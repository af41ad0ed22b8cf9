"""What people outside meet first: workflows, templates, and the commands that the pages for contributors name."""

import ast
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


def test_nightly_tells_its_tests_to_try_hard():
    """What stands before the first of several commands in a line reaches that command alone."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "\n\t@export COURSE_BROWSER=all HYPOTHESIS_PROFILE=nightly; $(PYTEST)\n" in text
    assert not re.findall(r"\n\t@?\w+=\S+ .*\$\(PYTEST\)", text)


def test_no_recipe_cuts_the_path_of_the_course_at_a_blank():
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    recipes = [line for line in lines if line.startswith(("\t", "PYTEST ="))]
    assert len(recipes) > 20
    assert not [line for line in recipes if re.search(r"\$\((CURDIR|COURSE_PROGRESS)\)", line)]


def test_each_trouble_names_a_test_that_is_there():
    text = (ROOT / "tests" / "TROUBLE.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")][2:]
    for row in rows:
        named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", row)
        assert named, row
        for file, test in named:
            assert f"def {test or 'test_'}" in (ROOT / "tests" / file).read_text(encoding="utf-8"), (file, test)


def test_nothing_from_a_disk_or_a_network_becomes_code():
    """SECURITY.md promises it: no pickle, no eval, no YAML that makes objects."""
    modules, calls = {"pickle", "dill", "joblib", "marshal", "shelve"}, {"eval", "exec", "compile", "__import__"}
    found = []
    suspect = re.compile(rf"pickle|yaml|{'|'.join(modules)}|\b({'|'.join(calls)})\(")  # few files need be parsed
    for path in sorted((ROOT / "helpers").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)) if suspect.search(source) else ():
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            loads = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in calls
            pickles = isinstance(node, ast.keyword) and node.arg == "allow_pickle" and node.value.value is not False
            yaml_objects = isinstance(node, ast.Attribute) and ast.unparse(node) in ("yaml.load", "yaml.unsafe_load")
            if modules & {name.split(".")[0] for name in names} or loads or pickles or yaml_objects:
                found.append(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', '?')}")
    assert found == []
