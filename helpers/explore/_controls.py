"""Controls of a moving figure: from the keywords of `explore` to widgets, and from a widget to its values."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from ipywidgets import ValueWidget, Widget, fixed, interactive

RESERVED = ("draw", "panels", "figsize", "play", "stills", "panel", "own_scale")
"""Keywords of `explore` and `still`, which a draw function therefore cannot use as names of its own parameters."""


class Choices(NamedTuple):
    """What a control can take in a figure without a kernel: values, their labels, how many there would be, its form."""

    values: list[Any]
    labels: list[str]
    total: int
    kind: str


def is_constant(value: Any) -> bool:
    """Tell whether a keyword of `explore` is handed to `draw` as it is, because it describes no control.

    Functions, arrays, models and other objects are constants, and so is what stands in `ipywidgets.fixed`. A tuple of
    numbers or texts is meant as a range, if perhaps a wrong one; of other things, such as arrays, it is a constant.
    """
    if isinstance(value, fixed):
        return True
    if isinstance(value, tuple):
        return hasattr(value, "_fields") or not all(isinstance(part, Real | str) for part in value)
    return value is not None and not isinstance(value, list | Mapping | Real | str | Widget)


def find_constants(draw: Callable[..., object], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of the keywords `given` to `explore` is handed to `draw` in every state.

    A list or dictionary is something to choose from, but for a parameter without a default, which says no first choice,
    it is a constant.
    """
    try:
        parameters = list(inspect.signature(draw).parameters.values())
    except (TypeError, ValueError):  # `read_defaults` says what is wrong
        parameters = []
    needed = {parameter.name for parameter in parameters if parameter.default is inspect.Parameter.empty}
    return {
        name: constant_of(value)
        for name, value in given.items()
        if is_constant(value) or (name in needed and isinstance(value, list | Mapping))
    }


def constant_of(value: Any) -> Any:
    """Return what `draw` gets for a value of which `is_constant` is true."""
    return value.value if isinstance(value, fixed) else value


def read_defaults(
    draw: Callable[..., object], names: Collection[str], constants: Collection[str] = ()
) -> dict[str, Any]:
    """Return the default of each parameter of `draw`, from its signature.

    Args:
        draw: The function that draws.
        names: Parameters that are to move, or to have a value.
        constants: Those among them that need no default.

    Raises:
        TypeError: `draw` is not a function of this form, or one of `names` is not a parameter of it.
    """
    if not callable(draw):
        raise TypeError(f"explore needs a function that draws, such as def draw(ax, beta=0.9), but got {_short(draw)}")
    name = getattr(draw, "__name__", "draw")
    try:
        parameters = list(inspect.signature(draw).parameters.values())
    except (TypeError, ValueError):
        raise TypeError(f"explore cannot read the parameters of {name}: wrap it in a function of your own") from None
    kinds = inspect.Parameter
    first = parameters[0] if parameters else None
    if first is None or first.kind in (kinds.KEYWORD_ONLY, kinds.VAR_KEYWORD) or first.name in names:
        got = f"its first parameter is {first.name}" if first else "it has no parameters"
        raise TypeError(f"{name} must take the Axes first, as in def {name}(ax, beta=0.9), but {got}")
    if first.default is not kinds.empty:
        raise TypeError(
            f"{name} must take the Axes first, without a default, as in def {name}(ax, …), "
            f"but its first parameter is {first.name}={_short(first.default)}"
        )
    others = [p for p in parameters[1:] if p.kind in (kinds.POSITIONAL_OR_KEYWORD, kinds.KEYWORD_ONLY)]
    for parameter in others:
        if parameter.name in RESERVED:
            raise TypeError(f"explore uses the name {parameter.name} itself: rename this parameter of {name}")
    for parameter in parameters[1:]:
        open_ended = parameter.kind in (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD)
        if parameter.default is kinds.empty and not open_ended and parameter.name not in constants:
            raise TypeError(f"{name} needs a default for {parameter.name}: it is what the figure shows first")
    known = {parameter.name: parameter.default for parameter in others}
    takes_any = any(parameter.kind is kinds.VAR_KEYWORD for parameter in parameters)
    for control in names:
        if control not in known and not takes_any:
            has = ", ".join(known) or "no parameters besides the Axes"
            raise TypeError(f"{name} has no parameter {control} to move: it has {has}")
    return known


def make_control(name: str, abbreviation: Any, defaults: Mapping[str, Any]) -> Any:
    """Return the widget for one control, standing at the default of `draw`.

    Args:
        name: The parameter; with spaces for underscores it is what stands beside the control.
        abbreviation: As ipywidgets has it: (start, end[, step]) → slider, list or dictionary → choice, bool →
            checkbox, str → text, number → slider around it, or a widget that has a value.
        defaults: The defaults of `draw`; a control that is not in it (`**kwargs`) keeps the widget's own value.

    Raises:
        TypeError: `abbreviation` describes no control.
        ValueError: Its range is empty, or the default is not one of its values.
    """
    given = isinstance(abbreviation, Widget)
    if isinstance(abbreviation, tuple):
        _check_range(name, abbreviation)
    elif given and not hasattr(abbreviation, "value"):
        raise TypeError(f"the widget for {name} has no value to move: {type(abbreviation).__name__}")
    elif not given and isinstance(abbreviation, list | Mapping) and not abbreviation:
        raise ValueError(f"{name} needs something to choose from, but its choice is empty")
    if _are_pairs(abbreviation) and not all(isinstance(first, str) for first, _ in abbreviation):
        abbreviation = [(str(option), option) for option in abbreviation]  # ipywidgets would take them for labels
    if isinstance(abbreviation, Mapping):
        abbreviation = [(str(label), value) for label, value in abbreviation.items()]  # ipywidgets 7 warns of mappings
    try:
        widget = abbreviation if given else interactive.widget_from_abbrev(abbreviation)
    except Exception as error:
        raise TypeError(f"{name} cannot be a control made from {_short(abbreviation)}: {error}") from error
    if widget is None:
        raise TypeError(
            f"{name} needs (start, end, step), a list, a dictionary, True or False, a text or a widget, "
            f"but got {_short(abbreviation)}"
        )
    if name in defaults:
        stand_at(widget, defaults[name], f"{name} starts at {_short(defaults[name])} (its default)")
    if isinstance(widget, ValueWidget):
        _lay_out(widget, name, given)
    return widget


def _check_range(name: str, limits: tuple[Any, ...]) -> None:
    """Raise ValueError or TypeError unless `limits` is a range with a step that leads somewhere."""
    numbers = all(isinstance(limit, Real) and not isinstance(limit, bool) for limit in limits)
    if len(limits) not in (2, 3) or not numbers:
        raise TypeError(
            f"a slider for {name} needs (start, end) or (start, end, step), but got {_short(limits)}; "
            "a constant goes into ipywidgets.fixed(…)"
        )
    if not all(math.isfinite(limit) for limit in limits) or limits[0] >= limits[1]:
        raise ValueError(f"the range of {name} must start below its end, but got {_short(limits)}")
    if len(limits) == 3 and not limits[2] > 0:
        raise ValueError(f"the step of {name} must be above zero, but got {_short(limits[2])}")


def _are_pairs(options: Any) -> bool:
    """Tell whether `options` is a list of pairs, which ipywidgets reads as labels and values."""
    return isinstance(options, list) and all(isinstance(one, list | tuple) and len(one) == 2 for one in options)


def stand_at(widget: Any, value: Any, said: str) -> None:
    """Set `widget` to `value`; ipywidgets itself would quietly take the nearest value it has.

    Raises:
        ValueError: It has no such value; the message begins with what was `said`.
    """
    if isinstance(value, np.floating) and not hasattr(widget, "options"):
        value = float(str(value))  # 0.1 in 32 bits is meant as 0.1, not as 0.10000000149011612
    try:
        widget.value = value
        stands = is_same_value(widget.value, value)
    except Exception:
        stands = False
    if not stands:
        low, high = getattr(widget, "min", None), getattr(widget, "max", None)
        if low is not None and high is not None:
            takes = f"goes from {low} to {high}" + (" in whole numbers" if isinstance(low, Integral) else "")
        elif hasattr(widget, "options"):
            takes = "offers " + ", ".join(label for label, _ in _options(widget))
        else:
            takes = f"is a {type(widget).__name__}"
        raise ValueError(f"{said}, but its control {takes}")


def is_same_value(one: Any, other: Any) -> bool:
    """Tell whether two control values are the same, also when they are arrays or lists of them."""
    if one is other:
        return True
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(is_same_value, one, other))
    return bool(np.array_equal(one, other)) if isinstance(one, np.ndarray) else bool(one == other)


def _lay_out(widget: Any, name: str, given: bool) -> None:
    """Write the name beside the control in full, and give the numbers of sliders the digits of their step."""
    if not getattr(widget, "description", name):
        widget.description = name.replace("_", " ")
    if hasattr(widget, "style") and hasattr(widget.style, "description_width"):
        widget.style.description_width = "initial"
    if hasattr(widget, "layout") and widget.layout.width is None:
        # The name takes its own width first, so that a long one does not squeeze the track.
        widget.layout.width = f"{18 + len(widget.description) // 2}em" if hasattr(widget, "readout") else "auto"
        widget.layout.max_width = "100%"
    if not given and isinstance(getattr(widget, "value", None), float) and hasattr(widget, "readout_format"):
        decimals = max(_decimals(widget.step), _decimals(widget.min), _decimals(widget.value))
        widget.readout_format = f".{decimals}f" if decimals <= 6 else ".3g"


def _decimals(number: float) -> int:
    """Return how many digits after the point `number` needs, as people write it."""
    exponent = Decimal(f"{number:.9g}").normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _options(widget: Any) -> list[tuple[str, Any]]:
    """Return (label, value) of each option of a choice widget, however they were given."""
    options = widget.options
    if isinstance(options, Mapping):
        return [(str(label), value) for label, value in options.items()]
    if _are_pairs(list(options)):
        return [(str(label), value) for label, value in options]
    return [(str(option), option) for option in options]


def describe_value(widget: Any, value: Any) -> str:
    """Return `value` as the control `widget` writes it: with its digits, or as the label of a choice."""
    if hasattr(widget, "options"):
        return next((label for label, option in _options(widget) if is_same_value(option, value)), str(value))
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        try:
            return format(value, widget.readout_format)
        except (AttributeError, ValueError):
            return f"{value:g}"
    return str(value)


def list_choices(widget: Any, most: int) -> Choices:
    """Return at most `most` of the values that `widget` can take, spread evenly, its present one always among them."""
    value, step = widget.value, getattr(widget, "step", None)
    if isinstance(value, bool):
        return Choices([False, True], ["off", "on"], 2, "checkbox")
    if hasattr(widget, "options") and isinstance(getattr(widget, "index", None), int):
        options = _options(widget)
        chosen = spread_evenly(len(options), most, [widget.index])
        return Choices([options[i][1] for i in chosen], [options[i][0] for i in chosen], len(options), "select")
    if isinstance(value, Real) and hasattr(widget, "min") and step:
        total = math.floor((widget.max - widget.min) / step + 1e-6) + 1
        base = getattr(widget, "base", None)  # of a logarithmic slider, whose ends and step are exponents
        place = math.log(value, base) if base else value
        now = min(max(round((place - widget.min) / step), 0), total - 1)
        ticks = [widget.min + i * step for i in spread_evenly(total, most, [now])]
        values = [without_dust(base**tick if base else tick) for tick in ticks]
        nearest = min(range(len(values)), key=lambda i: abs(values[i] - value))
        values[nearest] = value
        return Choices(values, [describe_value(widget, each) for each in values], total, "range")
    return Choices([value], [describe_value(widget, value)], 1, "fixed")


def spread_evenly(total: int, most: int, keep: Sequence[int]) -> list[int]:
    """Return at most `most` of the numbers 0 … total − 1, evenly spread from end to end, with those of `keep` first."""
    if most >= total:
        return list(range(total))
    picked = {round(i * (total - 1) / (most - 1)) for i in range(most)} if most > 1 else {0}
    first = list(dict.fromkeys(keep))[: max(most, 1)]
    for wanted in first:
        if wanted not in picked:
            picked.remove(min(picked - set(first), key=lambda i: abs(i - wanted)))
            picked.add(wanted)
    return sorted(picked)


def without_dust(value: Any) -> Any:
    """Return `value`, without the dust that a slider's arithmetic leaves: 0.30000000000000004 is 0.3."""
    if not isinstance(value, float):
        return value
    short = float(f"{value:.12g}")
    return short if len(repr(short)) <= 10 else value


def _short(value: Any) -> str:
    """Return `value` as a student typed it, cut to a length that fits a message."""
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
