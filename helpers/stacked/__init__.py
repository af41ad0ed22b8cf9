"""Many small networks as one Keras model, each trained as if it were alone: chance and choices in the time of a fit.

    def network(seed):
        keras.utils.set_random_seed(seed)
        return keras.Sequential([keras.Input((784,)), layers.Dense(64, "relu"), layers.Dense(10)])

    networks = stack([network(seed) for seed in range(5)])
    networks.compile(keras.optimizers.Adam(0.001), loss, metrics=["accuracy"])
    history = networks.fit(x_train, y_train, epochs=10, validation_data=(x_val, y_val))
    history.history["val_accuracy"]  # (epochs, networks)

- `stack(models)`: plain Keras models of one architecture (Dense, activations, Dropout, normalization; Sequential or
  functional) become one. Weights, dropout rates and penalties (L1, L2) are those of each model.
- `networks.compile`, `fit`, `evaluate`, `predict` are Keras's. Losses and metrics are arrays, one number a network;
  `predict` returns (examples, networks, outputs).
- `Adam(PerNetwork([0.001, 0.01, …]))`: a learning rate or a Keras schedule for each network.
- `callbacks=[EarlyStopping(patience=5)]`: each network stops and gets its best weights back by itself.
- `stack(…, own_batches=True)` and `fit(OwnBatches(x, y, seeds, batch_size=64))`: each seed its own order of examples.
- `networks.activations(x)`, `networks.gradients(x, y)`: arrays (networks, …) for each layer or weight.
- `networks.unstack(k)`: network k as a plain Keras model with the weights it has now.

Equal to separate fits within 1e-5 where an optimizer moves each weight by its own gradient alone (SGD, momentum, Adam,
AdamW, …), with dropout 0 and the same batches. Clipping by norm, Muon, Lamb and Adafactor look at whole layers and are
refused. A bias before batch normalization has a gradient of 0 but for rounding, which Adam makes large: it may differ.
"""

from helpers.stacked._first_edition import sweep_images, train_many
from helpers.stacked._model import StackedModel, stack
from helpers.stacked._training import EarlyStopping, OwnBatches, PerNetwork

__all__ = [
    "EarlyStopping",
    "OwnBatches",
    "PerNetwork",
    "StackedModel",
    "stack",
    "sweep_images",
    "train_many",
]
