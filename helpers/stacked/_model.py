"""`stack`: plain Keras models of one architecture become one Keras model that holds them all."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import ArrayLike, NDArray

from helpers.stacked._layers import (
    StackedBatchNormalization,
    StackedDense,
    StackedDropout,
    StackedLayerNormalization,
)
from helpers.stacked._training import EachMean, OwnBatches, check_optimizer

ACT_ON_EACH_UNIT = (
    layers.Activation,
    layers.Add,
    layers.ELU,
    layers.Flatten,
    layers.LeakyReLU,
    layers.Multiply,
    layers.PReLU,
    layers.ReLU,
    layers.Rescaling,
    layers.Subtract,
)
"""Layers that need no axis for the network: they stand in a stacked model as they are."""

ACCURACIES = {
    "sparse": keras.metrics.sparse_categorical_accuracy,
    "one-hot": keras.metrics.categorical_accuracy,
    "binary": keras.metrics.binary_accuracy,
}

STEPS_PER_EXECUTION = 16


class StackedModel(keras.Model):
    """Many networks as one Keras model, made by `stack`; `compile` and `fit` are those of Keras.

    Outputs are (examples, networks, units). Each network gets the gradient of its own mean loss and of its own
    penalties, and none notices the others. What `fit` logs and `evaluate` returns is an array of one number for each
    network; in `history.history` each curve is an array (epochs, networks).
    """

    networks: int
    steps_per_execution: int
    chooses_steps = False
    made_for: dict[str, Any]
    # Functions, because Keras takes models in attributes for layers of this one.
    plain: Callable[[int], Any]
    read: Callable[..., Any]

    def compile(self, optimizer: Any = "rmsprop", loss: Any = None, *, metrics: Any = (), **settings: Any) -> None:
        """Compile as Keras does, several steps at once; `metrics` are "accuracy" or functions as Keras has them.

        Between two steps Keras spends as much time as these small networks, so a step alone would cost half as much
        again. Callbacks for batches hear of every 16th; `steps_per_execution=1` changes that. Where `fit` or `evaluate`
        are given a number of steps, so many at once are made as go into it.

        Raises:
            ValueError: There is no loss, it is not a mean, a metric has no number for each network, or the optimizer
                looks at whole layers.
        """
        if loss is None:
            raise ValueError("stacked networks need a loss")
        found, metrics = keras.losses.get(loss), keras.tree.flatten(metrics or ())
        reduction = getattr(found, "reduction", "mean")
        if reduction not in ("mean", "sum_over_batch_size"):
            raise ValueError(f'a loss is the mean of each network, so its reduction must be "mean", not {reduction!r}')
        optimizer = keras.optimizers.get(optimizer)
        check_optimizer(optimizer, self.networks)
        self.chooses_steps = "steps_per_execution" not in settings
        super().compile(optimizer, loss, **{"steps_per_execution": STEPS_PER_EXECUTION} | settings)
        self.cost = found.call if isinstance(found, keras.losses.Loss) else found
        self.sparse = (
            isinstance(found, keras.losses.SparseCategoricalCrossentropy)
            or found is keras.losses.sparse_categorical_crossentropy
        )
        kind = "sparse" if self.sparse else "binary" if self.output_shape[-1] == 1 else "one-hot"
        functions = [ACCURACIES[kind] if metric in ("accuracy", "acc") else metric for metric in metrics]
        for function in functions:
            if isinstance(function, str | keras.metrics.Metric) or not callable(function):
                raise ValueError(
                    f'metrics are "accuracy" or functions of targets and predictions, but got {function!r}'
                )
        names = [metric if isinstance(metric, str) else metric.__name__ for metric in metrics]
        self.measures = list(zip(functions, [EachMean(self.networks, name) for name in names], strict=True))
        self.each_loss = EachMean(self.networks, "loss")

    @property
    def metrics(self) -> list[Any]:
        """What is measured of each network; Keras empties them before each epoch."""
        return [self.each_loss, *(tracker for _, tracker in self.measures)] if self.compiled else []

    def fit(self, x: Any = None, y: Any = None, *others: Any, **settings: Any) -> Any:
        """Train as Keras does, and return its history with arrays (epochs, networks).

        Raises:
            ValueError: A callback of Keras would compare one number where there is one for each network.
        """
        one = keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau, keras.callbacks.TerminateOnNaN
        for callback in keras.tree.flatten(settings.get("callbacks") or ()):
            if isinstance(callback, one):
                raise ValueError(
                    f"Keras's {type(callback).__name__} looks at one number where each network has one: "
                    "leave it out, or use helpers.stacked.EarlyStopping"
                )
        if isinstance(x, OwnBatches):
            settings.setdefault("shuffle", False)  # it has shuffled; Keras would shuffle whole batches again
        self._choose_steps(settings.get("steps_per_epoch"), settings.get("validation_steps"))
        self._make_anew("train_function", x, y)
        history = super().fit(x, y, *others, **settings)
        history.history = {name: np.array(values) for name, values in history.history.items()}
        return history

    def evaluate(self, x: Any = None, y: Any = None, *others: Any, **settings: Any) -> Any:
        """Return loss and metrics as Keras does, each an array (networks,)."""
        if settings.get("steps") and not isinstance(settings.get("callbacks"), keras.callbacks.CallbackList):
            self._choose_steps(settings["steps"])  # with such a list it is `fit` that asks, and that has chosen
        self._make_anew("test_function", x, y)
        return super().evaluate(x, y, *others, **settings)

    def predict(self, x: Any, *others: Any, **settings: Any) -> Any:
        """Return the outputs of all networks as Keras does, (examples, networks, outputs)."""
        at_once, self.steps_per_execution = self.steps_per_execution, 1  # of more, Keras writes each into the graph
        self._make_anew("predict_function", x)
        try:
            return super().predict(x, *others, **settings)
        finally:
            self.steps_per_execution = at_once

    def _choose_steps(self, *wanted: int | None) -> None:
        """Let Keras make as many steps at once as go into the wanted numbers: it only knows how to stop after those."""
        if self.chooses_steps:
            self.steps_per_execution = math.gcd(STEPS_PER_EXECUTION, *(steps or 0 for steps in wanted))

    def _make_anew(self, function: str, x: Any, y: Any = None) -> None:
        """Have Keras compile its function anew for other steps at once, or where x or y have other numbers of axes.

        TensorFlow would compile it once for all shapes, and then does not know which of the two an input has.
        """
        batch = x[0] if isinstance(x, keras.utils.PyDataset) else getattr(x, "element_spec", (x, y))
        made_for = self.steps_per_execution, *(len(np.shape(part)) for part in keras.tree.flatten(batch))
        if self.made_for.get(function) != made_for:
            setattr(self, function, None)
            self.made_for[function] = made_for

    def save(self, *_: Any, **__: Any) -> None:
        """Refuse, as Keras could not load it.

        Raises:
            ValueError: Always.
        """
        raise ValueError("Keras cannot load a stack: save networks one by one, networks.unstack(k).save(…)")

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the outputs of all networks; examples that are the same for all may always be (examples, features)."""
        return super().call(self._spread(inputs), training=training, mask=mask)

    def _spread(self, inputs: Any) -> Any:
        shared = len(inputs.shape) < len(self.input_shape)
        return ops.repeat(inputs[:, None], self.networks, axis=1) if shared else inputs

    def _targets(self, y: Any, y_pred: Any) -> Any:
        """Return the targets of each network: what is the same for all is repeated."""
        wanted = ops.shape(y_pred)[:2] if self.sparse else ops.shape(y_pred)
        if len(y.shape) == 1:
            y = y[:, None]
        if len(y.shape) < len(wanted):  # one output: (examples, networks), or (examples, 1) for all
            y = y[..., None] if y_pred.shape[-1] == 1 else y[:, None]
        return ops.broadcast_to(y, wanted)

    def losses_of_each(self, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the loss of each network with its penalties, (networks,), as a separate fit would log it."""
        cost = self.cost(self._targets(y, y_pred), y_pred)
        if sample_weight is not None:
            cost *= ops.reshape(ops.cast(sample_weight, cost.dtype), (-1, 1))
        return ops.mean(cost, axis=0) + sum(layer.penalties() for layer in self.layers if hasattr(layer, "penalties"))

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """Return the sum over the networks: no weight of one is in the loss of another."""
        each = self.losses_of_each(y, y_pred, sample_weight)
        self.each_loss.update_state(each, ops.shape(y_pred)[0])
        return ops.sum(each)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Return loss and metrics of each network so far, arrays (networks,)."""
        for function, tracker in self.measures:
            values = ops.cast(function(self._targets(y, y_pred), y_pred), "float32")
            means = ops.mean(values, axis=[axis for axis in range(len(values.shape)) if axis != 1])
            tracker.update_state(means, ops.shape(y_pred)[0])
        return {tracker.name: tracker.result() for tracker in self.metrics}

    def activations(self, x: ArrayLike, *, training: bool = False) -> list[NDArray[Any]]:
        """Return what leaves each layer for examples `x`, arrays (networks, examples, units).

        With `training`, dropout and batch normalization work as in training.
        """
        outputs = self.read(self._spread(ops.convert_to_tensor(x, "float32")), training=training)
        return [output.numpy().swapaxes(0, 1) for output in outputs]

    def gradients(self, x: ArrayLike, y: ArrayLike, *, training: bool = False) -> list[NDArray[Any]]:
        """Return the gradient of each network's loss with respect to its trainable weights, arrays (networks, *shape).

        Of a Dense layer that is kernel (networks, inputs, units) and bias (networks, units). With `training`, dropout
        and batch normalization work as in training.

        Raises:
            ValueError: The networks have no loss yet.
        """
        import tensorflow as tf

        if not self.compiled:
            raise ValueError("gradients are those of a loss: compile the networks first")
        with tf.GradientTape() as tape:
            y_pred = self(ops.convert_to_tensor(x, "float32"), training=training)
            total = ops.sum(self.losses_of_each(ops.convert_to_tensor(y), y_pred))
        return [_first(array.numpy()) for array in tape.gradient(total, self.trainable_weights)]

    def get_weights_of_each(self) -> list[NDArray[Any]]:
        """Return all weights as copies, arrays (networks, *shape), in the order of `weights`."""
        return [_first(weight.numpy()).copy() for weight in self.weights]

    def set_weights_of_each(self, weights: Sequence[NDArray[Any]]) -> None:
        """Put back what `get_weights_of_each` returned."""
        for weight, value in zip(self.weights, weights, strict=True):
            weight.assign(_first(value))

    def unstack(self, network: int) -> Any:
        """Return network number `network` as a plain Keras model with the weights of now, not compiled.

        Raises:
            IndexError: There is no such network.
        """
        if network not in range(-self.networks, self.networks):
            raise IndexError(f"there are {self.networks} networks, counted from 0, but not {network!r}")
        model = keras.models.clone_model(self.plain(network), clone_function=_copied)
        for layer, stacked in zip(_layers(model), _layers(self), strict=True):
            layer.set_weights([_first(weight.numpy())[network] for weight in stacked.weights])
        return model


def _first(array: NDArray[Any]) -> NDArray[Any]:
    """Put the axis of the network first in an array of weights, or back: in kernels (inputs, networks, units) only."""
    return array.swapaxes(0, 1) if array.ndim == 3 else array


def _layers(model: Any) -> list[Any]:
    return [layer for layer in model.layers if not isinstance(layer, layers.InputLayer)]


def stack(models: Sequence[Any], *, own_batches: bool = False) -> StackedModel:
    """Make one Keras model of many, which trains each as if it were alone and costs little more than one.

    It starts from the weights of `models`, which stay as they are; what is frozen in them is frozen in it. Networks may
    differ in weights, dropout rates and penalties; their learning rates are given to the optimizer by `PerNetwork`.

    Args:
        models: Plain Sequential or functional Keras models of one architecture with one input and one output, of Dense,
            Dropout, BatchNormalization, LayerNormalization, and layers that act on each unit: activations, Add,
            Multiply, Rescaling.
        own_batches: Whether inputs are (examples, networks, features), each network its own, as `OwnBatches` gives
            them, or (examples, features), the same for all.

    Raises:
        ValueError: There are no models with inputs, they differ in more than numbers, or a layer cannot be stacked.

    Examples:
        >>> import keras
        >>> import numpy as np
        >>> from helpers.stacked import stack
        >>> def network(seed):
        ...     keras.utils.set_random_seed(seed)
        ...     return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "tanh"), keras.layers.Dense(1)])
        >>> networks = stack([network(seed) for seed in range(5)])
        >>> networks.compile(keras.optimizers.SGD(0.1), "mse")
        >>> history = networks.fit(np.eye(2), np.array([0, 1]), epochs=3, verbose=0)
        >>> history.history["loss"].shape
        (3, 5)
        >>> networks.unstack(4).count_params()
        13
    """
    models = list(models) if isinstance(models, Iterable) else []
    if not models:
        raise ValueError("stack needs a list of at least one model")
    for number, model in enumerate(models):
        if not getattr(model, "inputs", None):
            raise ValueError(f"stack needs Keras models that begin with keras.Input, but model {number} is {model!r}")
    kinds = [([_kind(layer) for layer in _layers(model)], _wiring(model)) for model in models]
    for number, one in enumerate(kinds):
        if one != kinds[0]:
            raise ValueError(f"the models must have one architecture, but model {number} differs from model 0")
    columns = {id(column[0]): column for column in zip(*(_layers(model) for model in models), strict=True)}
    settings: dict[str, Any] = {"clone_function": lambda layer: _stacked(columns[id(layer)])}
    if own_batches:
        own = keras.Input((len(models), *models[0].input_shape[1:]))
        listed = isinstance(models[0], keras.Sequential)  # clone_model wants the structure of the inputs
        settings["input_tensors"] = [own] if listed else keras.tree.map_structure(lambda _: own, models[0].input)
    clone = keras.models.clone_model(models[0], **settings)
    together = StackedModel(clone.inputs, clone.outputs)
    together.networks, together.plain, together.made_for = len(models), models.__getitem__, {}
    together.read = keras.Model(
        clone.inputs, [layer.output for layer in _layers(clone) if len(layer.output.shape) == 3]
    ).__call__
    together.input_spec = None  # `call` takes two shapes
    for stacked, column in zip(_layers(together), columns.values(), strict=True):
        stacked.trainable = column[0].trainable
        for weight, *each in zip(stacked.weights, *(layer.weights for layer in column), strict=True):
            weight.assign(_first(np.stack([one.numpy() for one in each])))
    return together


def _wiring(model: Any) -> list[list[int]]:
    """Return of each layer the places of the layers whose outputs it takes, -1 for the inputs of the model."""
    if isinstance(model, keras.Sequential):
        return [[k - 1] for k in range(len(_layers(model)))]
    places = {id(layer.output): k for k, layer in enumerate(_layers(model))} | {id(model.inputs[0]): -1}
    taken = [[id(source) for source in _sources(layer)] for layer in _layers(model)]
    if not places.keys() >= {id(model.outputs[0]), *(source for sources in taken for source in sources)}:
        raise ValueError("stack knows models with one input and one output in which each layer is called once")
    return [[places[source] for source in sources] for sources in taken]


def _sources(layer: Any) -> list[Any]:
    return layer.input if isinstance(layer.input, list) else [layer.input]


def _settings(layer: Any) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras calls a lambda unsafe to store, and nothing is stored here
        return layer.get_config()


def _kind(layer: Any) -> Any:
    """Return what all networks must have in common in a layer."""
    function = getattr(layer, "activation", None)
    if isinstance(function, layers.Layer):
        function = _kind(function)
    elif inspect.isfunction(function):  # made anew for each network, a function is the same when its text is
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        function = function.__code__, function.__defaults__, cells
    may_differ = ("name", "activation", "rate", "seed")
    same = {name: value for name, value in _settings(layer).items() if name not in may_differ}
    same = {name: value for name, value in same.items() if not name.endswith(("initializer", "regularizer"))}
    return type(layer), function, same, [tuple(weight.shape) for weight in layer.weights]


def _copied(layer: Any) -> Any:
    """Return a layer with the same settings, also where its activation is a function that Keras does not know."""
    settings = _settings(layer)
    if "activation" in settings:
        settings["activation"] = layer.activation
    return type(layer).from_config(settings)


def _stacked(column: Sequence[Any]) -> Any:
    """Return the layer that stands for one layer of all networks."""
    layer = column[0]
    if isinstance(layer, layers.Dense) and len(layer.input.shape) == 2:
        for name in ("bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint"):
            if any(getattr(one, name) is not None for one in column):
                raise ValueError(f"stack knows penalties on kernels, but no {name}")
        l1, l2 = (_penalties(column, name) for name in ("l1", "l2"))
        return StackedDense(len(column), layer.units, layer.use_bias, activation=layer.activation, l1=l1, l2=l2)
    if isinstance(layer, layers.Dropout) and layer.noise_shape is None:
        return StackedDropout([one.rate for one in column])
    if isinstance(layer, layers.BatchNormalization | layers.LayerNormalization) and len(layer.input.shape) == 2:
        if not (layer.center and layer.scale):
            raise ValueError("stack knows normalization with center and scale only")
        if isinstance(layer, layers.BatchNormalization):
            return StackedBatchNormalization(layer.momentum, layer.epsilon)
        return StackedLayerNormalization(layer.epsilon)
    if isinstance(layer, ACT_ON_EACH_UNIT):
        return _copied(layer)
    raise ValueError(f"stack knows Dense, Dropout, normalization and activations, but not {type(layer).__name__}")


def _penalties(column: Sequence[Any], name: str) -> Any:
    regularizers = [layer.kernel_regularizer for layer in column]
    for regularizer in regularizers:
        if not isinstance(regularizer, None | keras.regularizers.L1 | keras.regularizers.L2 | keras.regularizers.L1L2):
            raise ValueError(f"stack knows the penalties L1, L2 and L1L2, but not {type(regularizer).__name__}")
    return np.array([getattr(regularizer, name, 0.0) for regularizer in regularizers], "float32")
