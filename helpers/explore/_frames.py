"""A moving figure for pages without a kernel: its states as pictures behind plain HTML controls, in one text."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import itertools
import json
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from PIL import Image

from helpers.explore._controls import Choices, is_same_value, list_choices, spread_evenly
from helpers.explore._redraw import Picture

MOST_BYTES = 3_000_000
"""Size of the HTML of one figure at most, pictures and all."""

MOST_FRAMES = 121
"""States of one figure at most: two sliders of eleven values each. It bounds the time to make them."""

LOSSLESS_BYTES = 24_000
"""A frame that is bigger without loss, such as a smooth surface, loses some detail instead of many of its states."""

FORM = "flex-wrap:wrap;gap:.4em 1.4em;align-items:center;margin-bottom:.4em"
HIDDEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"

FEW = 3
"""A slider is thinned down to this many values before a choice loses any of its own."""

SCRIPT = """
for (const figure of document.querySelectorAll('[data-explore="IDENTIFIER"]:not([data-ready])')) {
  figure.dataset.ready = "";
  const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  const image = figure.querySelector("img"), status = figure.querySelector("[role=status]");
  const inputs = [...figure.querySelectorAll("[data-control]")];
  const place = input => input.type === "checkbox" ? Number(input.checked) : Number(input.value);
  const update = () => {
    let state = 0;
    inputs.forEach((input, i) => {
      state = state * data.labels[i].length + place(input);
      const label = data.labels[i][place(input)], output = input.parentNode.querySelector("output");
      if (output) { output.textContent = label; input.setAttribute("aria-valuetext", label); }
    });
    image.src = "data:image/webp;base64," + data.frames[data.order[state]];
    image.alt = status.textContent = data.sentences[data.said[state]];
  };
  const reset = () => inputs.forEach((input, i) => {
    if (input.type === "checkbox") input.checked = Boolean(data.initial[i]); else input.value = data.initial[i];
  });
  figure.addEventListener("input", update);
  const form = figure.querySelector("form");
  const buttons = Object.fromEntries([...figure.querySelectorAll("button")].map(b => [b.dataset.action, b]));
  let timer = 0;
  const stop = () => {
    clearInterval(timer); timer = 0;
    if (buttons.play) buttons.play.textContent = "▶ play";
  };
  if (buttons.reset) buttons.reset.addEventListener("click", () => { stop(); reset(); update(); });
  if (buttons.play) buttons.play.addEventListener("click", () => {
    if (timer) { stop(); return; }
    const input = inputs[data.play], last = data.labels[data.play].length - 1;
    if (Number(input.value) === last) { input.value = 0; update(); }
    buttons.play.textContent = "⏸ pause";
    timer = setInterval(() => {
      input.value = Number(input.value) + 1; update();
      if (Number(input.value) >= last) stop();
    }, data.interval);
  });
  reset();
  form.style.display = inputs.length ? "flex" : "none";
  form.hidden = inputs.length === 0;
}
"""


def frames_to_html(
    picture: Callable[[dict[str, Any]], Picture], controls: Mapping[str, Any], *, play: str | None, interval: int
) -> str:
    """Return an HTML figure in which plain controls choose among pictures of the states; it needs no network.

    Args:
        picture: Returns the picture of a state, given a value for each control.
        controls: Name → widget, standing at the initial state.
        play: Name of the control that a play button moves, or None.
        interval: Milliseconds between two steps of playing.

    Without JavaScript the initial picture stands there. The same figure gives the same text, byte for byte.
    """
    names, widgets = list(controls), list(controls.values())
    offered = [list_choices(widget, MOST_FRAMES) for widget in widgets]
    kept = [list(range(len(choice.values))) for choice in offered]
    initial = [
        next(i for i, value in enumerate(choice.values) if is_same_value(value, widget.value))
        for choice, widget in zip(offered, widgets, strict=True)
    ]
    frames: dict[tuple[int, ...], tuple[bytes, str]] = {}
    lossless = True
    most = MOST_FRAMES
    while True:
        kept = _thin(kept, initial, [choice.kind == "range" for choice in offered], most)
        for state in [tuple(initial), *itertools.product(*kept)]:
            if state not in frames:
                values = [choice.values[i] for choice, i in zip(offered, state, strict=True)]
                shown = picture(dict(zip(names, values, strict=True)))
                frame = _webp(shown.png, lossless)
                if not frames and len(frame) > LOSSLESS_BYTES:
                    lossless = False
                    frame = _webp(shown.png, lossless)
                frames[state] = frame, shown.alternative
        shown_controls = [
            _Shown(name, choice, indices, indices.index(start))
            for name, choice, indices, start in zip(names, offered, kept, initial, strict=True)
        ]
        states = list(itertools.product(*kept))
        text = _page(shown_controls, [frames[state] for state in states], play, interval)
        size = len(text.encode())
        if size <= MOST_BYTES or len(states) == 1:
            return text
        most = max(1, min(len(states) - 1, len(states) * MOST_BYTES // size))


class _Shown(NamedTuple):
    """A control on the page: its name, what it could take, the indices of what it takes, where among them it stands."""

    name: str
    offered: Choices
    indices: list[int]
    start: int

    @property
    def labels(self) -> list[str]:
        return [self.offered.labels[i] for i in self.indices]


def _thin(kept: list[list[int]], initial: list[int], slides: list[bool], most: int) -> list[list[int]]:
    """Return the grid `kept` with so many values left out, evenly, that it has `most` states or fewer.

    Sliders lose values first, then choices; a control that loses all but its initial value leaves the page. Later
    controls go before earlier ones.
    """
    counts = [len(indices) for indices in kept]
    while math.prod(counts) > most:
        loser = max(range(len(counts)), key=lambda i: (slides[i] and counts[i] > FEW, counts[i], i))
        counts[loser] -= 1
    return [
        [indices[i] for i in spread_evenly(len(indices), count, indices.index(start))]
        for indices, count, start in zip(kept, counts, initial, strict=True)
    ]


def _webp(png: bytes, lossless: bool) -> bytes:
    """Return the picture as WebP, which every browser shows: half as big as PNG, or a fifth when it may lose detail."""
    buffer = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    if lossless:
        image.save(buffer, "webp", lossless=True, quality=75, method=2)
    else:
        image.save(buffer, "webp", quality=88, method=4)
    return buffer.getvalue()


def _page(shown: list[_Shown], frames: list[tuple[bytes, str]], play: str | None, interval: int) -> str:
    """Return the HTML of the controls in `shown` and one frame (picture, text alternative) for each of their states."""
    moving = [control for control in shown if len(control.indices) > 1]
    pictures: dict[bytes, int] = {}
    order = [pictures.setdefault(frame, len(pictures)) for frame, _ in frames]
    sentences: dict[str, int] = {}
    said = [sentences.setdefault(sentence, len(sentences)) for _, sentence in frames]
    encoded = [base64.b64encode(frame).decode() for frame in pictures]
    names = [control.name for control in moving]
    data = {
        "frames": encoded,
        "order": order,
        "sentences": list(sentences),
        "said": said,
        "labels": [control.labels for control in moving],
        "initial": [control.start for control in moving],
        "play": names.index(play) if play in names else -1,
        "interval": interval,
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    identifier = hashlib.sha256(text.encode()).hexdigest()[:16]
    start = 0
    for control in moving:
        start = start * len(control.indices) + control.start
    width = Image.open(io.BytesIO(frames[start][0])).width
    inputs = "".join(_input(control) for control in moving)
    if data["play"] != -1:
        inputs += '<button type="button" data-action="play">▶ play</button>'
    if moving:
        inputs += '<button type="button" data-action="reset">reset</button>'
    left_out = "".join(f"<p><small>{html.escape(sentence)}</small></p>" for sentence in _left_out(shown))
    return (
        f'<div data-explore="{identifier}">'
        f'<form hidden autocomplete="off" onsubmit="return false" style="{FORM}">{inputs}</form>'
        f'<img src="data:image/webp;base64,{encoded[order[start]]}" alt="{html.escape(frames[start][1])}" '
        f'style="width:{width}px;max-width:100%;height:auto">'
        f'<span role="status" style="{HIDDEN}"></span>{left_out}'
        f'<script type="application/json">{text}</script></div>'
        f"<script>{SCRIPT.replace('IDENTIFIER', identifier)}</script>"
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
        f'value="{control.start}" aria-valuetext="{labels[control.start]}" style="width:16em;vertical-align:middle"> '
        f"<output>{labels[control.start]}</output></label>"
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
