"""One form for every committed notebook: equal content gives equal bytes, and nothing of the machine is in them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from typing import Any

import nbformat
from nbformat import NotebookNode

SIZE_LIMIT = 1_200_000
"""How many bytes the file of a notebook must stay under."""

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
_STILL_FORMS = ("image/png", "image/svg+xml", "text/html", "text/markdown")
_ABSOLUTE_PATH = re.compile(
    r"(?:(?<![\w./~])/(?:home|root|tmp|work|Users|private|var|opt|usr|content)/[\w.-]|\b[A-Za-z]:\\+Users\b|file:///)[^\s'\"<>]*"
)
_LIBRARY = re.compile(rf"{_ABSOLUTE_PATH.pattern}|site-packages")


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of `cell`."""
    return list(cell.metadata.get("tags", []))


def cell_name(notebook: NotebookNode, index: int) -> str:
    """Return how messages name the cell at `index`: its number from 1, and how it begins."""
    first = next(iter(notebook.cells[index].source.strip().splitlines()), "")
    return f"cell {index + 1} ({first[:40].rstrip()}{'…' if len(first) > 40 else ''})"


def normalize(notebook: NotebookNode) -> None:
    """Bring `notebook` into the committed form, in place; a second time changes nothing.

    Widget state and views go, streams become what a terminal would show at the end, `hide-input` and `solution` cells
    are collapsed, and cell ids follow from the content.
    """
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict({"kernelspec": _KERNELSPEC, "language_info": {"name": "python"}})
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    for cell in notebook.cells:
        cell.source = cell.source.strip("\n")
        _normalize_metadata(cell)
        if cell.cell_type == "code":
            cell.outputs = _merge_streams([_normalize_output(output, cell) for output in cell.outputs])
    give_ids(notebook)


def give_ids(notebook: NotebookNode) -> None:
    """Give every cell an id that follows from its kind and its source; equal cells are counted."""
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\0{cell.source}".encode()).hexdigest()[:12]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def dump(notebook: NotebookNode) -> str:
    """Return `notebook` as the text of its file."""
    return nbformat.writes(notebook, version=4, indent=1, sort_keys=True, ensure_ascii=False).rstrip("\n") + "\n"


def faults(notebook: NotebookNode) -> list[str]:
    """Return what forbids to commit the executed and normalized `notebook`, a sentence each."""
    found = []
    for index, cell in enumerate(notebook.cells):
        name = cell_name(notebook, index)
        for output in cell.get("outputs", []):
            if output.output_type == "error" and "raises-exception" not in tags(cell):
                found.append(f"{name} fails: {last_line(f'{output.ename}: {output.evalue}')}")
            if output.output_type == "stream" and output.name == "stderr":
                found.append(f"{name} writes to stderr: {last_line(output.text)}")
            if WIDGET_VIEW in output.get("data", {}):
                found.append(f"{name} shows a widget that has no still picture")
            if path := absolute_path(output_text(output)):
                found.append(f"{name} shows a path of this machine: {path}")
    return found + too_large(notebook)


def too_large(notebook: NotebookNode) -> list[str]:
    """Return in a sentence how large the file of `notebook` is, where it is too large."""
    size = len(dump(notebook).encode())
    return [f"the notebook has {size:,} bytes, and must stay under {SIZE_LIMIT:,}"] if size >= SIZE_LIMIT else []


def output_text(output: NotebookNode) -> str:
    """Return all that can be read in `output`, without colours: a stream, an error, texts and text alternatives."""
    if output.output_type == "stream":
        return _plain(output.text)
    if output.output_type == "error":
        return _plain("\n".join([output.ename, output.evalue, *output.traceback]))
    texts = [value for kind, value in output.data.items() if kind.startswith("text/") or kind == "image/svg+xml"]
    return "\n".join([*texts, *(form.get("alt", "") for form in output.metadata.values() if isinstance(form, dict))])


def absolute_path(text: str) -> str | None:
    """Return the first absolute path of somebody's machine in `text`, or None; web addresses are none."""
    found = _ABSOLUTE_PATH.search(text)
    return found.group() if found else None


def png_bytes(output: NotebookNode) -> bytes:
    """Return the PNG in the display `output`, empty when there is none or it is not Base64."""
    try:
        return base64.b64decode(output.get("data", {}).get("image/png", ""), validate=True)
    except ValueError:
        return b""


def last_line(text: str) -> str:
    """Return the last line of `text` that is not empty."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "(nothing readable)")


def _normalize_metadata(cell: NotebookNode) -> None:
    """Keep of the metadata of `cell` what the course uses, and collapse the cell if its tags say so."""
    kept: dict[str, Any] = {"tags": tags(cell)} if tags(cell) else {}
    if cell.cell_type == "code" and {"hide-input", "solution"} & set(tags(cell)):
        kept.update({"jupyter": {"source_hidden": True}, "cellView": "form"})
    cell.metadata = nbformat.from_dict(kept)


def _normalize_output(output: NotebookNode, cell: NotebookNode) -> NotebookNode:
    """Return `output` of `cell` without widget views that have a still form, and without the frames of libraries."""
    if output.output_type == "execute_result":
        output.execution_count = cell.execution_count
    if output.output_type == "error":
        # The frames inside libraries name folders of this machine, and tell a student nothing.
        output.traceback = [frame for frame in output.traceback if not _LIBRARY.search(_plain(frame))]
    if "data" in output:
        if any(form in output.data for form in _STILL_FORMS):
            output.data.pop(WIDGET_VIEW, None)
        if "image/png" in output.data:
            output.data["image/png"] = "".join(output.data["image/png"].split())
        kept = {form: _alternative(output.metadata.get(form)) for form in output.data}
        output.metadata = nbformat.from_dict({form: said for form, said in kept.items() if said})
    return output


def _alternative(metadata: Any) -> dict[str, Any]:
    """Return what is kept of the `metadata` of one form of a display: the text alternative and the size on the page."""
    return {key: metadata[key] for key in ("alt", "width", "height") if key in metadata} if metadata else {}


def _plain(text: str) -> str:
    """Return `text` without terminal colours."""
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)


def _merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return `outputs` with neighbours of one stream joined, and of each line only what was there at the end."""
    merged: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and merged and merged[-1].get("name") == output.name:
            merged[-1].text += output.text
        else:
            merged.append(output)
    for output in merged:
        if output.output_type == "stream":
            lines = output.text.replace("\b", "").split("\n")
            output.text = "\n".join(_final(line) for line in lines)
    return [output for output in merged if output.output_type != "stream" or output.text.strip()]


def _final(line: str) -> str:
    """Return what a progress bar that rewrites its `line` after carriage returns leaves there."""
    return next((part for part in reversed(line.split("\r")) if part), "")
