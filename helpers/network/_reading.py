"""What a network to be drawn is: its layer sizes and parameters, read from a list of sizes or from a Keras model."""

from __future__ import annotations

import operator
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_LAYERS = 40
"""More layers than this cannot be told apart in one drawing."""

_PASSED_OVER = (
    "InputLayer",
    "Identity",
    "Flatten",
    "Activation",
    "ReLU",
    "LeakyReLU",
    "PReLU",
    "ELU",
    "Softmax",
    "Dropout",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
    "ActivityRegularization",
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "RMSNormalization",
    "UnitNormalization",
    "Normalization",
    "Rescaling",
)
"""Keras layers that leave the units as they are; so do their subclasses, and the drawing passes over all of them."""


@dataclass(frozen=True)
class Network:
    """Layer sizes with the parameters between them; entry i of the tuples belongs to the step from layer i to i + 1.

    Attributes:
        sizes: Units of each layer, inputs first.
        has_bias: Whether each step adds a bias.
        kernels: Weights of shape (inputs, units); None where they are not known.
        biases: Biases of shape (units,); None where they are not known or not there.
        other: Parameters that are neither, such as those of batch normalization.
        output_activation: Keras's name for the last layer's activation; "" when it is not known.
    """

    sizes: tuple[int, ...]
    has_bias: tuple[bool, ...]
    kernels: tuple[np.ndarray | None, ...]
    biases: tuple[np.ndarray | None, ...]
    other: int = 0
    output_activation: str = ""

    def step_parameters(self) -> list[int]:
        """Return the number of weights and biases of each step."""
        pairs = zip(self.sizes, self.sizes[1:], self.has_bias, strict=False)
        return [inputs * units + units * bias for inputs, units, bias in pairs]

    def counts(self) -> tuple[int, int, int]:
        """Return (weights, biases, total); the total holds `other` too, as `model.count_params()` does."""
        total = sum(self.step_parameters())
        biases = sum(units for units, bias in zip(self.sizes[1:], self.has_bias, strict=True) if bias)
        return total - biases, biases, total + self.other

    def known(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Return (kernels, biases).

        Raises:
            ValueError: A weight or bias is NaN or infinite, as after a training that diverged.
        """
        for number, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True), start=1):
            for array in (kernel, bias):
                if array is not None:
                    _finite(array, f"the model's weights between layers {number} and {number + 1}")
        return self.kernels, self.biases


def read_network(network: Any, *, biases: bool = True) -> Network:
    """Return what `network` is.

    Args:
        network: Layer sizes, inputs first, as list, tuple or 1-D array; or a built Keras model.
        biases: For layer sizes: whether the network has biases. A model says so itself.

    Raises:
        TypeError: `network` is neither, or `biases` is no truth value.
        ValueError: A size is not a positive whole number, there are fewer than two layers or too many, or the model
            is not built or not a chain of Dense layers.
    """
    check_flag(biases, "biases")
    # A model can only exist when Keras is loaded, so nothing needs to be imported to recognize one.
    keras = sys.modules.get("keras")
    if keras is not None and hasattr(keras, "Model") and isinstance(network, keras.Model):
        return _read_model(network)
    if isinstance(network, np.ndarray) and network.ndim > 0:
        network = list(network)
    if not isinstance(network, Sequence) or isinstance(network, str | bytes | bytearray):
        raise TypeError(f"a network is a list of layer sizes or a built Keras model, not {_shown(network)}")
    sizes = _checked([_size(value, number) for number, value in enumerate(network, start=1)])
    unknown = (None,) * (len(sizes) - 1)
    return Network(sizes, (bool(biases),) * len(unknown), unknown, unknown)


def check_flag(value: Any, what: str) -> None:
    """Raise TypeError unless `value` is True or False; 1 and 0 are as good."""
    if not isinstance(value, int | np.integer | np.bool_):
        raise TypeError(f"{what} must be True or False, not {_shown(value)}")


def read_parameters(values: Any, sizes: Sequence[int], what: str) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return (kernels, biases), one entry a step, from arrays in Keras's order.

    Args:
        values: A list of arrays (inputs, units), each of which an array (units,) of biases may follow: what
            `model.get_weights()` and `tape.gradient` return for Dense layers.
        sizes: Units of each layer.
        what: "weights" or "gradients", for the messages.

    Raises:
        TypeError: `values` is not a list of arrays of numbers.
        ValueError: Number of arrays, a shape or a value is wrong.
    """
    kernels: list[np.ndarray] = []
    biases: list[np.ndarray | None] = []
    for number, value in enumerate(_listed(values, what), start=1):
        array = _finite(value, f"array {number} of the {what}")
        if array.ndim == 2:
            kernels.append(array)
            biases.append(None)
        elif array.ndim == 1 and biases and biases[-1] is None:
            biases[-1] = array
        else:
            raise ValueError(
                f"{what} must be arrays of shape (inputs, units), each with at most one array (units,) of biases after "
                f"it, but an array of shape {array.shape} follows {len(kernels)} of them"
            )
    steps = len(sizes) - 1
    if len(kernels) != steps:
        raise ValueError(f"{len(sizes)} layers need {steps} arrays of {what}, but there are {len(kernels)}")
    for step, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
        between = f"between layers {step + 1} and {step + 2}"
        expected = (sizes[step], sizes[step + 1])
        if kernel.shape != expected:
            raise ValueError(f"{what} {between} must have shape {expected}, but have {kernel.shape}")
        if bias is not None and bias.shape != expected[1:]:
            raise ValueError(f"biases in {what} {between} must have shape {expected[1:]}, but have {bias.shape}")
    return tuple(kernels), tuple(biases)


def read_per_unit(values: Any, sizes: Sequence[int], what: str) -> list[np.ndarray | None]:
    """Return one array (units,) a layer from `values`, a list with an array or None for each layer.

    Raises:
        TypeError: `values` is not a list of arrays of numbers.
        ValueError: The number of layers, a length or a value is wrong.
    """
    entries = _listed(values, what)
    if len(entries) != len(sizes):
        raise ValueError(
            f"{what} must have one entry for each of the {len(sizes)} layers, but there are {len(entries)}"
        )
    arrays: list[np.ndarray | None] = []
    for number, (value, size) in enumerate(zip(entries, sizes, strict=True), start=1):
        array = None if value is None else _finite(value, f"{what} of layer {number}")
        if array is not None and array.shape not in ((size,), (1, size)):
            raise ValueError(f"{what} of layer {number} must have shape ({size},), but have {array.shape}")
        arrays.append(None if array is None else array.reshape(size))
    return arrays


def _checked(sizes: list[int]) -> tuple[int, ...]:
    """Return `sizes` as tuple when there are neither too few nor too many."""
    if len(sizes) < 2:
        there = f"the list is {sizes}" if sizes else "the list is empty"
        raise ValueError(f"a network needs at least two layers, inputs and outputs, but {there}")
    if len(sizes) > MAX_LAYERS:
        raise ValueError(f"at most {MAX_LAYERS} layers can be drawn, but there are {len(sizes)}")
    return tuple(sizes)


def _size(value: Any, number: int) -> int:
    """Return a layer size as int, or say what is wrong with it."""
    said = f"layer sizes must be positive whole numbers, but layer {number} has {_shown(value)}"
    if isinstance(value, float | np.floating):
        raise ValueError(f"{said} (write {int(value)})" if value.is_integer() and 0 < value < 1e9 else said)
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        size = operator.index(value)
    except TypeError:
        raise TypeError(said) from None
    if size < 1:
        raise ValueError(said)
    return size


def _read_model(model: Any) -> Network:
    """Return the network that a Keras model is, when it is built and a chain of Dense layers."""
    keras = sys.modules["keras"]
    layers = _chain(model)
    passed_over = tuple(getattr(keras.layers, name) for name in _PASSED_OVER if hasattr(keras.layers, name))
    for layer in layers:
        if not isinstance(layer, (keras.layers.Dense, *passed_over)):
            raise ValueError(
                f"only Dense layers and layers that act on each unit alone can be drawn, but {layer.name!r} is a "
                f"{type(layer).__name__} layer"
            )
    dense = [layer for layer in layers if isinstance(layer, keras.layers.Dense)]
    if not dense:
        raise ValueError(f"a network to draw needs a Dense layer, but the model {model.name!r} has none")
    _refuse_rows(model, layers)
    kernels = [_kernel(layer) for layer in dense]
    biases = [None if layer.bias is None else _numbers(layer.bias) for layer in dense]
    drawn = sum(kernel.size for kernel in kernels) + sum(bias.size for bias in biases if bias is not None)
    # A quantized layer may count two codes as one parameter, and it counts their scales, which the network has not.
    stored = sum(layer.count_params() - _parameters_of(layer) for layer in dense if _quantization(layer))
    after = [layer for layer in layers[layers.index(dense[-1]) :] if hasattr(layer, "activation")]
    return Network(
        _checked([kernels[0].shape[0], *(layer.units for layer in dense)]),
        has_bias=tuple(bias is not None for bias in biases),
        kernels=tuple(kernels),
        biases=tuple(biases),
        other=model.count_params() - drawn - stored,
        output_activation=getattr(after[-1].activation, "__name__", ""),
    )


def _refuse_rows(model: Any, layers: list[Any]) -> None:
    """Refuse a Dense layer that acts on each row of a table, which a column of units does not show."""
    keras = sys.modules["keras"]
    shape = model.input_shape
    for layer in layers:
        if isinstance(layer, keras.layers.Dense) and any(length != 1 for length in shape[1:-1]):
            raise ValueError(
                f"units are drawn as one column a layer, but {layer.name!r} gets inputs of shape {shape[1:]} (is a "
                "Flatten layer missing before it?)"
            )
        if not isinstance(layer, keras.layers.InputLayer):
            shape = layer.compute_output_shape(shape)


def _numbers(variable: Any) -> np.ndarray:
    """Return what a variable or tensor of Keras holds."""
    return np.asarray(sys.modules["keras"].ops.convert_to_numpy(variable))


def _quantization(layer: Any) -> str | None:
    """Return how a Dense layer is quantized, such as "int8"; None when it is not."""
    return getattr(layer, "quantization_mode", None)


def _parameters_of(layer: Any) -> int:
    """Return how many parameters a Dense layer has, whatever it keeps them in."""
    inputs, units = layer.kernel.shape
    learned = layer.lora_rank * (inputs + units) if layer.lora_enabled else 0
    return inputs * units + (0 if layer.bias is None else units) + learned


def _kernel(layer: Any) -> np.ndarray:
    """Return the weights (inputs, units) that a Dense layer computes with.

    Raises:
        ValueError: It keeps them as codes whose meaning Keras does not offer.
    """
    mode = _quantization(layer)
    cannot = (
        f"weights can be drawn as floats or as codes of int8 and int4, but those of {layer.name!r} are quantized with "
        f"{mode}{' and LoRA' * layer.lora_enabled} (draw the model before it is quantized)"
    )
    try:
        kernel = _numbers(layer.kernel)
    except Exception as error:  # Keras 3.13 adds what LoRA has learned to packed codes, which TensorFlow refuses
        raise ValueError(cannot) from error
    if mode not in ("int8", "int4"):
        if mode and (kernel.dtype.kind in "iu" or layer.lora_enabled):
            raise ValueError(cannot)
        return kernel
    # Keras adds what LoRA has learned to the codes; it belongs to the weights.
    learned: Any = 0.0
    if layer.lora_enabled:
        learned = layer.lora_alpha / layer.lora_rank * _numbers(layer.lora_kernel_a) @ _numbers(layer.lora_kernel_b)
    codes, scale = kernel - learned, _numbers(layer.kernel_scale)
    if scale.ndim == 1:  # one scale a unit
        return codes / scale + learned
    group = _numbers(layer.g_idx).astype(int)  # of each input; a group has a scale and a zero of its own
    return (codes - _numbers(layer.kernel_zero)[group]) * scale[group] + learned


def _chain(model: Any) -> list[Any]:
    """Return the layers of a Sequential or functional model in order, those of models inside it included."""
    keras = sys.modules["keras"]
    sequential = isinstance(model, keras.Sequential)
    if not sequential and not hasattr(model, "operations"):
        raise ValueError(
            f"Sequential and functional models can be drawn, but {model.name!r} is of the class {type(model).__name__}"
        )
    if not model.built:
        raise ValueError(
            f"the model {model.name!r} has no weights yet: begin it with keras.Input, or call build, before drawing it"
        )
    flat: list[Any] = []
    for layer in model.layers if sequential else _functional_chain(model):
        # Spectral normalization divides the weights of its layer by their largest factor, and keeps them there.
        wrapped = layer.layer if isinstance(layer, keras.layers.SpectralNormalization) else layer
        flat.extend(_chain(wrapped) if isinstance(wrapped, keras.Model) else [wrapped])
    if len({id(layer) for layer in flat}) < len(flat):
        raise ValueError(f"a chain of different layers can be drawn, but the model {model.name!r} uses a layer twice")
    return flat


def _functional_chain(model: Any) -> list[Any]:
    """Return the layers from input to output."""
    keras = sys.modules["keras"]
    branched = f"a single chain of layers can be drawn, but the model {model.name!r} "
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ValueError(f"{branched}has {len(model.inputs)} inputs and {len(model.outputs)} outputs")
    layers: list[Any] = []

    def follow(layer: Any, *inputs: Any, **options: Any) -> Any:
        """Note a layer, and go on with a stand-in for its output."""
        tensors = [value for value in keras.tree.flatten((inputs, options)) if isinstance(value, keras.KerasTensor)]
        if len(tensors) != 1:
            raise ValueError(f"{branched}branches: {layer.name!r} has {len(tensors)} inputs")
        layers.append(layer)
        return keras.ops.copy(tensors[0])

    # A layer does not say publicly which call of it belongs to a model; cloning goes through the calls in their order.
    uncompiled = keras.Model(model.inputs, model.outputs, name=model.name)
    keras.models.clone_model(uncompiled, clone_function=lambda layer: layer, call_function=follow)
    return layers


def _listed(values: Any, what: str) -> list[Any]:
    """Return `values` as list when it is a list or tuple."""
    if not isinstance(values, list | tuple):
        raise TypeError(f"{what} must be a list of arrays, one for each layer, not {_shown(values)}")
    return list(values)


def _finite(value: Any, what: str) -> np.ndarray:
    """Return `value` as an array of finite floats."""
    try:
        if value is None or np.asarray(value).dtype.kind not in "biufV":
            raise TypeError
        array = np.asarray(value).astype(float)
    except (TypeError, ValueError):
        raise TypeError(f"{what} must be an array of numbers, but are {_shown(value)}") from None
    if not np.isfinite(array).all():
        raise ValueError(f"{what} must be finite, but hold NaN or infinity")
    return array


def _shown(value: Any) -> str:
    """Return a short form of `value` for a message."""
    text = repr(value)
    return text if len(text) <= 60 and "\n" not in text else f"a value of type {type(value).__name__}"
