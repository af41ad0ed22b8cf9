"""Figures that move: a function that draws, and a control for each number that the student should feel."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import inf
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from ipywidgets import HTML, Box, Button, DOMWidget, HBox, Image, IntSlider, Layout, Play, VBox, link

from helpers._pixels import Memory
from helpers.explore._controls import (
    describe_value,
    find_constants,
    is_constant,
    make_control,
    read_defaults,
    stand_at,
    without_dust,
)
from helpers.explore._frames import frames_to_html
from helpers.explore._redraw import Picture, Redrawer, key_of
from helpers.explore._stills import NOTE, Still, draw_stills, still
from helpers.picture import bundle_pixels

__all__ = ["Explorer", "explore", "still"]

PLAY_INTERVAL = 250
"""Milliseconds between two steps of the play button."""

MEMORY: Memory[Picture] = Memory(limit=64 * 2**20)
"""The pictures of all figures: one bound for the whole notebook, however often its cells are run."""


class Explorer:
    """A figure with controls, as `explore` returns it; the last value of a cell, it displays itself.

    Attributes:
        controls: Name → widget.
        image: The `ipywidgets.Image` that holds the present picture.
        player: The `ipywidgets.Play` that moves the control named by `play`, or None.
        alternative: What the present picture shows, in words.
        error: The exception that `draw` raised for the present state, or None.
    """

    def __init__(
        self,
        redrawer: Redrawer,
        controls: dict[str, Any],
        play: str | None,
        stills: Sequence[Still],
    ) -> None:
        self.controls = controls
        self.alternative = ""
        self.error: Exception | None = None
        self._redrawer = redrawer
        self._play = play
        self._stills = stills
        self._initial = {name: control.value for name, control in controls.items()}
        self._together = False
        self._owner = object()  # in the keys of MEMORY; an id could come again
        self.image = Image(format="png", layout=Layout(width="auto", max_width="100%", object_fit="contain"))
        # Widgets' pictures have no text alternative, so the sentence follows for screen readers, out of sight.
        self._sentence = HTML(layout=Layout(width="1px", height="1px", margin="0", overflow="hidden"))
        self.player = self._make_player()
        self.update()
        for control in controls.values():
            control.observe(self.update, names="value")
        self._view = VBox([self._make_bar(), self.image, self._sentence], layout=Layout(align_items="flex-start"))

    @property
    def values(self) -> dict[str, Any]:
        """The present state: name → value, as `draw` gets it."""
        return {name: without_dust(control.value) for name, control in self.controls.items()}

    def update(self, _change: object = None) -> None:
        """Put the picture of the present state into `image`: from memory if it was seen before, else drawn now."""
        if self._together:
            return
        picture = self._picture(self.values)
        self.alternative, self.error = picture.alternative, picture.error
        self.image.value = picture.png
        self._sentence.value = f'<span role="status">{html.escape(picture.alternative)}</span>'

    def reset(self, _button: object = None) -> None:
        """Put all controls back where they stood first, and draw once."""
        self._together = True
        try:
            for name, value in self._initial.items():
                self.controls[name].value = value
        finally:
            self._together = False
        self.update()

    def _picture(self, values: dict[str, Any]) -> Picture:
        try:
            key = (self._owner, *map(key_of, values.values()))
        except Exception:  # a value without identity: its pictures cannot be kept
            return self._redrawer.picture(values)
        picture = MEMORY.get(key)
        if picture is None:
            picture = self._redrawer.picture(values)
            if picture.error is None:
                MEMORY.put(key, picture)
        return picture

    def _make_player(self) -> Play | None:
        if self._play is None:
            return None
        slider = self.controls[self._play]
        player = Play(
            min=slider.min,
            max=slider.max,
            step=slider.step,
            value=slider.value,
            interval=PLAY_INTERVAL,
            description="play " + self._play.replace("_", " "),
        )
        link((player, "value"), (slider, "value"))
        return player

    def _make_bar(self) -> Box:
        """Return the controls side by side, in as many rows as they need."""
        shown = []
        for name, control in self.controls.items():
            if name == self._play:
                shown.append(HBox([self.player, control], layout=Layout(align_items="center")))
            elif isinstance(control, DOMWidget):
                shown.append(control)
        if shown:
            reset = Button(description="reset", tooltip="back to the first state", layout=Layout(width="auto"))
            reset.on_click(self.reset)
            shown.append(reset)
        return Box(shown, layout=Layout(display="flex", flex_flow="row wrap", align_items="center", width="100%"))

    def _caption(self, state: Mapping[str, Any]) -> str:
        """Return the caption of a state that has none of its own: its values, as the controls write them."""
        parts = []
        for name, value in state.items():
            if not is_constant(value):
                control = self.controls.get(name)
                parts.append(f"{name.replace('_', ' ')} = {describe_value(control, value) if control else value}")
        return ", ".join(parts)

    def _still(self) -> tuple[Any, str]:
        """Return what stands in a page without a kernel, as pixels and in words: the stills, or the present state."""
        note = NOTE if self.controls else ""
        if not self._stills:
            return draw_stills(self._redrawer, [Still("", self.values)], note)
        start = {name: without_dust(value) for name, value in self._initial.items()}
        whole = [
            replace(
                one,
                caption=self._caption(one.state) if one.caption is None else one.caption,
                state={**start, **one.state},
            )
            for one in self._stills
        ]
        return draw_stills(self._redrawer, whole, note)

    def __repr__(self) -> str:
        """Return what the picture shows: this is all that a console can show of it."""
        return self.alternative

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        """Return one display: HTML with COURSE_STATIC, else widgets and, where no kernel runs, a PNG in their place."""
        if folder := os.environ.get("COURSE_STATIC"):
            page = frames_to_html(
                self._picture,
                self.controls,
                Path(folder),
                name=self._redrawer.name,
                constants=getattr(self._redrawer.draw, "keywords", {}),
                play=self._play,
                interval=PLAY_INTERVAL,
                stills=[one if one.caption else replace(one, caption=self._caption(one.state)) for one in self._stills],
            )
            return {"text/plain": self.alternative, "text/html": page}, {}
        data, metadata = bundle_pixels(*self._still())
        if self._view.model_id is not None:
            data["application/vnd.jupyter.widget-view+json"] = {
                "version_major": 2,
                "version_minor": 0,
                "model_id": self._view.model_id,
            }
        return data, metadata


def explore(
    draw: Callable[..., object],
    *,
    panels: tuple[int, int] = (1, 1),
    figsize: tuple[float, float] | None = None,
    play: str | None = None,
    stills: Sequence[Still | Mapping[str, Any]] = (),
    **controls: Any,
) -> Explorer:
    """Return a figure that `draw` draws anew whenever one of `controls` moves.

    In a notebook, write it as the last line of a cell. Where no kernel runs (GitHub, PDF) a still picture stands in its
    place; where the environment variable COURSE_STATIC names a folder, it is HTML with frames in files there.

    >>> import numpy as np
    >>> def wave(ax, data, frequency=1.0):
    ...     ax.plot(data, np.sin(2 * np.pi * frequency * data))
    ...     return f"A sine wave that goes up and down {frequency} times a second."
    >>> explore(wave, data=np.linspace(0, 1, 100), frequency=(0.5, 4.0, 0.5))
    A sine wave that goes up and down 1.0 times a second.

    Args:
        draw: `draw(ax, **values)`, a plain function whose parameters have defaults: the first state. It gets empty Axes
            each time; with several panels an array of them, as `Figure.subplots(rows, columns)` gives it. A string that
            it returns is the text alternative of the picture. When it raises, its message takes the picture's place.
        panels: Rows and columns of Axes.
        figsize: Width and height of the figure in inches; by default from the style. Stills of a figure that is given a
            width of 5.8 or less may stand side by side, wider ones stand one below the other.
        play: Name of a whole-number slider that gets a play button.
        stills: States to show where there is no kernel, such as `[still("follows the noise", beta=0.5), still("calm",
            beta=0.95)]`, or without captions `[{"beta": 0.5}, {"beta": 0.95}]`; a parameter that a state leaves out
            keeps its first value. They stand in one picture, on one scale. By default the present state alone.
        **controls: For each parameter to move: (start, end[, step]), a number, a list or dictionary to choose from,
            True or False, a text, or a widget. A parameter without control keeps its default. Whatever else stands
            here (a function, an array, a model) is a constant: `draw` gets it as it is in every state, and its
            parameter needs no default; so is a list or dictionary for a parameter without a default. Another constant
            that looks like a control goes into `ipywidgets.fixed(…)`.

    Raises:
        TypeError: `draw` is not of this form, or a control is none.
        ValueError: A default or a still lies outside of its control, a range is empty, or `panels` or `figsize` are no
            sizes.
    """
    constants = find_constants(draw, controls)
    defaults = read_defaults(draw, controls, constants)
    _check_sizes(panels, figsize)
    widgets = {
        name: make_control(name, control, defaults) for name, control in controls.items() if name not in constants
    }
    if play is not None and not isinstance(widgets.get(play), IntSlider):
        raise ValueError(f"play needs the name of a slider over whole numbers, but got {play!r}")
    if not isinstance(stills, list | tuple) or not all(isinstance(one, Still | Mapping) for one in stills):
        raise TypeError(
            "stills needs a list of states, such as [still('too fast', beta=0.5), still('calm', beta=0.95)]"
        )
    chosen = [one if isinstance(one, Still) else Still(None, dict(one)) for one in stills]
    for one in chosen:
        read_defaults(draw, one.state, constants)
        for name, value in one.state.items():
            if name in widgets:
                first = widgets[name].value
                stand_at(widgets[name], value, f"the still {one.caption!r} sets {name} to {value!r}")
                widgets[name].value = first
            if isinstance(constants.get(name), list | Mapping):
                raise ValueError(
                    f"the still {one.caption!r} changes {name}, which is a constant: its parameter has no default"
                )
        last = panels[0] * panels[1] - 1
        if one.panel is not None and one.panel > last:
            raise ValueError(f"the still {one.caption!r} shows panel {one.panel}, but the panels are 0 to {last}")
    redrawer = Redrawer(partial(draw, **constants) if constants else draw, (panels[0], panels[1]), figsize)
    return Explorer(redrawer, widgets, play, chosen)


def _check_sizes(panels: Any, figsize: Any) -> None:
    """Raise ValueError unless `panels` are two whole numbers from 1 up and `figsize` None or two positive numbers."""
    if not (_are_two(panels, Integral) and min(panels) >= 1):
        raise ValueError(f"panels needs (rows, columns), such as (1, 2), but got {panels!r}")
    if figsize is not None and not (_are_two(figsize, Real) and all(0 < side < inf for side in figsize)):
        raise ValueError(f"figsize needs (width, height) in inches, such as (8, 4), but got {figsize!r}")


def _are_two(values: object, kind: type) -> bool:
    return (
        isinstance(values, list | tuple)
        and len(values) == 2
        and all(isinstance(value, kind) and not isinstance(value, bool) for value in values)
    )
