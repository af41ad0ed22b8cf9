"""A moving figure for pages without a kernel: its states as files beside the page, behind plain HTML controls.

What moves them is a script of the page's own (`site/static/figures.js`); without it, the first picture stands there.
"""

from __future__ import annotations

import hashlib
import html
import io
import itertools
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image, ImageChops

from helpers import style
from helpers.explore._controls import Choices, is_same_value, list_choices, spread_evenly
from helpers.explore._redraw import Picture
from helpers.explore._stills import Still

MOST_BYTES = 800_000
"""Size of the frames of one figure at most: a page has about ten figures, and is to stay under 6 MB."""

MOST_FRAMES = 80
"""States of one figure at most: two sliders of eight and ten values. It bounds the time to make them."""

MOST_CHOICES = 121
"""Values of one control at most, where a script draws the figure and no frame is needed."""

SAMPLE = 8
"""Frames, from everywhere, from which the size of all is guessed (a seventh too low) before many are drawn in vain."""

COLORS = 128
"""Of a frame: without those of smoothed edges that nobody tells apart, it takes half of the bytes."""

STEP, STEPS = 4, 0.05
"""With so few colours, no more than this share of a drawing's pixels may change by so many of 255 grey levels."""

FEW = 3
"""A slider is thinned down to this many values before a choice loses any of its own."""


def frames_to_html(
    picture: Callable[[dict[str, Any]], Picture],
    controls: Mapping[str, Any],
    folder: Path,
    *,
    name: str = "",
    constants: Mapping[str, Any] | None = None,
    play: str | None = None,
    interval: int = 250,
    stills: Sequence[Still] = (),
) -> str:
    """Return an HTML figure in which plain controls choose among pictures, and write these into `folder`.

    Args:
        picture: Returns the picture of a state, given a value for each control.
        controls: Name → widget, standing at the initial state.
        folder: Gets a file for each picture, named after its content.
        name: Of the function that draws. Where COURSE_LIVE lists it, a script of the page draws all states but the
            first, and there are no more frames.
        constants: What `draw` gets in every state; such a script is told the names in dictionaries.
        play: Name of the control that a play button moves, or None.
        interval: Milliseconds between two steps of playing.
        stills: States that must be among the frames; those with captions get a button.

    The same figure gives the same text and the same files, byte for byte.
    """
    live = bool(name) and name in os.environ.get("COURSE_LIVE", "").split(",")
    names, widgets = list(controls), list(controls.values())
    offered = [list_choices(widget, MOST_CHOICES) for widget in widgets]
    initial = [_place(choice, widget.value) for choice, widget in zip(offered, widgets, strict=True)]
    wanted = [
        [start, *(_place(choice, one.state[control]) for one in stills if control in one.state)]
        for control, choice, start in zip(names, offered, initial, strict=True)
    ]
    kept = [list(range(len(choice.values))) for choice in offered]
    frames: dict[tuple[int, ...], tuple[bytes, str]] = {}

    def draw(states: Sequence[tuple[int, ...]]) -> int:
        """Draw those states that are not drawn yet, and return how many bytes all of these have."""
        for state in states:
            if state not in frames:
                values = [choice.values[i] for choice, i in zip(offered, state, strict=True)]
                shown = picture(dict(zip(names, values, strict=True)))
                frames[state] = _webp(shown.png), shown.alternative
        return sum(map(len, {frames[state][0] for state in states}))

    draw([tuple(initial)])
    most_bytes = int(MOST_BYTES * style.scale())  # pictures for a lecture are larger
    weights = [
        0 if choice.kind != "range" else 1 if control == play else 2
        for choice, control in zip(offered, names, strict=True)
    ]
    kept = _thin(kept, wanted, weights, math.prod(map(len, kept)) if live else MOST_FRAMES)
    states = [tuple(initial)] if live else list(itertools.product(*kept))
    if len(states) > 3 * SAMPLE:
        sample = _spread(states, SAMPLE)
        share = 1.15 * most_bytes / (draw(sample) * len(states) / len(sample))
        if share < 1:
            kept = _thin(kept, wanted, weights, max(1, int(share * len(states))))
            states = list(itertools.product(*kept))
    while (size := draw(states)) > most_bytes and len(states) > 1:
        kept = _thin(kept, wanted, weights, max(1, len(states) * most_bytes // size))
        states = list(itertools.product(*kept))
    shown_controls = [
        _Shown(control, choice, indices, indices.index(start))
        for control, choice, indices, start in zip(names, offered, kept, initial, strict=True)
    ]
    files = {frame: _file(frame) for frame, _ in map(frames.__getitem__, states)}
    folder.mkdir(parents=True, exist_ok=True)
    for frame, file in files.items():
        (folder / file).write_bytes(frame)
    presets = [
        (one.caption, [_nearest(kept[i], offered[i], one.state.get(names[i]), initial[i]) for i in range(len(names))])
        for one in stills
        if one.caption
    ]
    pictures = [(files[frames[state][0]], frames[state][1]) for state in states]
    told = {key: list(value) for key, value in (constants or {}).items() if isinstance(value, Mapping)}
    named = (name, told) if live else ("", {})
    return _page(shown_controls, pictures, frames[tuple(initial)], presets, play, interval, *named)


class _Shown(NamedTuple):
    """A control on the page: its name, what it could take, the indices of what it takes, where among them it stands."""

    name: str
    offered: Choices
    indices: list[int]
    start: int

    @property
    def labels(self) -> list[str]:
        return [self.offered.labels[i] for i in self.indices]


def _place(choice: Choices, value: Any) -> int:
    """Return which of the values offered is `value`, or the nearest number."""
    same = [i for i, other in enumerate(choice.values) if is_same_value(other, value)]
    if same or choice.kind != "range":
        return same[0] if same else 0
    return min(range(len(choice.values)), key=lambda i: abs(choice.values[i] - value))


def _nearest(indices: list[int], choice: Choices, value: Any, start: int) -> int:
    """Return where among the `indices` of what is shown stands `value`, or what the control starts with for None."""
    place = start if value is None else _place(choice, value)
    return min(range(len(indices)), key=lambda i: abs(indices[i] - place))


def _thin(kept: list[list[int]], wanted: list[list[int]], weights: list[int], most: int) -> list[list[int]]:
    """Return the grid `kept` with so many values left out, evenly, that it has `most` states or fewer.

    Sliders lose values first, those of weight 2 down to half of the one that plays; then choices, of weight 0. What is
    `wanted` goes last. Later controls go before earlier ones.
    """
    counts = [len(indices) for indices in kept]
    while math.prod(counts) > most:
        least = [max(FEW, len(set(values))) if weight else 1 for weight, values in zip(weights, wanted, strict=True)]
        loser = max(
            range(len(counts)),
            key=lambda i: (bool(weights[i]) and counts[i] > least[i], counts[i] * max(weights[i], 1), i),
        )
        counts[loser] -= 1
    return [
        [indices[i] for i in spread_evenly(len(indices), count, [indices.index(i) for i in want if i in indices])]
        for indices, count, want in zip(kept, counts, wanted, strict=True)
    ]


def _spread(states: list[tuple[int, ...]], count: int) -> list[tuple[int, ...]]:
    """Return about `count` of the states, from everywhere: even steps might always meet one value of a control."""
    golden = (math.sqrt(5) - 1) / 2
    return [states[i] for i in sorted({int(k * golden * len(states)) % len(states) for k in range(count)})]


def _file(frame: bytes) -> str:
    """Return the name of the file of a frame: the same picture is one file, in whatever figure it stands."""
    return f"{hashlib.sha256(frame).hexdigest()[:16]}.webp"


def _webp(png: bytes) -> bytes:
    """Return the picture as WebP, which every browser shows: with few colours and no other loss, or like a photograph.

    The latter for smooth surfaces, such as mist, on which few colours make steps.
    """
    buffer = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    drawing = image.quantize(COLORS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).convert("RGB")
    changed = ImageChops.difference(image, drawing).convert("L").histogram()
    if sum(changed[STEP:]) > STEPS * sum(changed):
        image.save(buffer, "webp", quality=88, method=2)
    else:
        drawing.save(buffer, "webp", lossless=True, quality=75, method=2)
    return buffer.getvalue()


def _page(
    shown: list[_Shown],
    pictures: list[tuple[str, str]],
    first: tuple[bytes, str],
    presets: list[tuple[str, list[int]]],
    play: str | None,
    interval: int,
    live: str,
    constants: dict[str, list[str]],
) -> str:
    """Return the HTML of the controls in `shown` and of `pictures` (file, text alternative) for their states."""
    moving = [control for control in shown if len(control.indices) > 1]
    names = [control.name for control in moving]
    files = list(dict.fromkeys(file for file, _ in pictures))
    sentences = list(dict.fromkeys(sentence for _, sentence in pictures))
    data: dict[str, Any] = {
        "names": names,
        "labels": [control.labels for control in moving],
        "initial": [control.start for control in moving],
        "play": names.index(play) if play in names else -1,
        "interval": interval,
        "presets": [
            [places[i] for i, control in enumerate(shown) if len(control.indices) > 1] for _, places in presets
        ],
    }
    if live:
        data["constants"] = constants
        data["values"] = [[control.offered.values[i] for i in control.indices] for control in moving]
    else:
        data["files"], data["order"] = files, [files.index(file) for file, _ in pictures]
        data["sentences"], data["said"] = sentences, [sentences.index(sentence) for _, sentence in pictures]
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    width, height = Image.open(io.BytesIO(first[0])).size
    inputs = "".join(_input(control) for control in moving)
    if data["play"] != -1:
        inputs += '<button type="button" data-action="play">▶ play</button>'
    if moving:
        inputs += '<button type="button" data-action="reset">reset</button>'
    states = "".join(
        f'<button type="button" data-preset="{i}">{html.escape(caption)}</button>'
        for i, (caption, _) in enumerate(presets)
    )
    left_out = "" if live else "".join(f"<p><small>{html.escape(said)}</small></p>" for said in _left_out(shown))
    drawn = f' data-live="{html.escape(live)}"' if live else ""
    states = f'<div class="presets" hidden>{states}</div>' if states and moving else ""
    return (
        f'<div class="moving"{drawn}>'
        f'<form hidden autocomplete="off" onsubmit="return false">{inputs}</form>'
        f'<div class="picture"><img src="frames/{_file(first[0])}" alt="{html.escape(first[1])}" width="{width}" '
        f'height="{height}" loading="lazy"></div>'
        f'<span role="status"></span>{states}{left_out}<script type="application/json">{text}</script></div>'
    )


def _input(control: _Shown) -> str:
    """Return the HTML of one control inside its label; its value is the place of a value among its values."""
    name = html.escape(control.name.replace("_", " "))
    labels = [html.escape(label) for label in control.labels]
    if control.offered.kind == "select":
        options = "".join(
            f'<option value="{i}"{" selected" if i == control.start else ""}>{label}</option>'
            for i, label in enumerate(labels)
        )
        return f"<label>{name} <select data-control>{options}</select></label>"
    if control.offered.kind == "checkbox":
        checked = " checked" if control.start else ""
        return f'<label><input type="checkbox" data-control{checked}> {name}</label>'
    return (
        f'<label>{name} <input type="range" data-control min="0" max="{len(labels) - 1}" step="1" '
        f'value="{control.start}" aria-valuetext="{labels[control.start]}"> <output>{labels[control.start]}</output>'
        "</label>"
    )


def _left_out(shown: list[_Shown]) -> list[str]:
    """Return sentences on what this page cannot show, or nothing."""
    parts = []
    for name, offered, indices, _ in shown:
        title = name.replace("_", " ")
        if offered.kind == "fixed" or (len(indices) == 1 and offered.total > 1):
            parts.append(f"{title} stays at {offered.labels[indices[0]]}")
        elif len(indices) < offered.total:
            parts.append(f"{title} takes {len(indices)} of its {offered.total} values")
    return [f"On this page {', '.join(parts)}; in the notebook everything moves."] if parts else []
