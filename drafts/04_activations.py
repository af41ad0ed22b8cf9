# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
# ---

# %% [markdown]
# # 04 · Activations: what does an activation function do to learning?
#
# Send two images up through ten layers, and a gradient back down. With sigmoids the two images become one, and the gradient is gone: one cause, in both directions.
#
# BADGE

# %% tags=["setup"]
SETUP

# %%
from helpers.explore import explore, still
from helpers.figures import activations as figures

explore(
    figures.both_ways,
    panels=(1, 2),
    figsize=(7.6, 4.2),
    depth=(3, 12),
    play="depth",
    stills=[
        still("Ten layers: two images go up", panel=0),
        still("and a gradient comes back", panel=1),
    ],
)

# %% [markdown]
# **You will be able to**
#
# - read an activation from its curve and from its derivative;
# - explain why a deep stack of sigmoids does not learn, and check what a given stack does to a signal;
# - recognize dead units, and say which can come back;
# - choose an activation for hidden layers and outputs, and correct a network that is too sure of itself.
#
# **Time:** 110–150 minutes, exercises included. **You need:** layers and why they need an activation (notebook 01), softmax and cross-entropy (02), the chain rule and δ (03).

# %% [markdown]
# ## Three questions from earlier notebooks (2 min)
# Open the answer you think is right.

# %%
import keras
import numpy as np
import tensorflow as tf

from helpers.exercise import check, hint, quiz

quiz("activations.q1")

# %%
quiz("activations.q2")

# %%
quiz("activations.q3")


# %% [markdown] tags=["C1"]
# ## Which shapes can an activation have? (12 min)
#
# A unit computes a weighted sum z and sends f(z) on. Going forward, the *value* f(z) counts. Going back, the chain rule multiplies by the *derivative* f′(z). So an activation is two curves, and learning depends on both. Five of them:
#
# | Activation | f(z) | in wide use since |
# |---|---|---|
# | sigmoid | σ(z) = 1 / (1 + e⁻ᶻ) | the 1980s |
# | tanh | (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ) | the 1990s |
# | **ReLU**, rectified linear unit | max(z, 0) | about 2011 (first used in 1969) |
# | **leaky ReLU** | z if z > 0, else α z, with a small slope α | 2013 |
# | **GELU**, Gaussian error linear unit | z Φ(z), where Φ(z) is the share of a standard normal distribution below z | 2018 |

# %%
from scipy.special import ndtr  # Φ


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


formulas = {
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "ReLU": lambda z: np.maximum(z, 0),
    "leaky ReLU": lambda z: np.where(z > 0, z, 0.2 * z),
    "GELU": lambda z: z * ndtr(z),
}

# %% [markdown]
# **Predict.** Which of the five has a derivative of exactly 0 on half of the axis? Which has a derivative near 0 at *both* ends? Which falls somewhere while its input rises?

# %%
figures.draw_gallery(formulas)

# %% [markdown]
# Sigmoid and tanh flatten at both ends: they **saturate**. Compare the two humps: the sigmoid's slope is at most ¼, tanh's reaches 1. It is the same curve, twice as high and twice as fast: tanh(z) = 2 σ(2z) − 1.
#
# The ReLU has slope 1 on the right and exactly 0 on the left; the leaky ReLU keeps a small slope there. GELU is a ReLU without the kink. (How leaky? In Keras the name `"leaky_relu"` means 0.2, the layer `LeakyReLU()` 0.3: write the slope down.) [Deeper](04_activations_deeper.ipynb): five more shapes, one of which learns its slope.
#
# ### What comes out when many sums go in
#
# A unit meets one z for each example; say they follow a normal distribution (grey, below the curve). Each sum goes up to the curve and left to its output. Watch a sigmoid when the sums grow.

# %%
explore(
    figures.crowd,
    figsize=(5.4, 3.6),
    formulas=formulas,
    activation=list(formulas),
    deviation=(0.5, 6.0, 0.5),
    mean=(-4.0, 4.0, 0.5),
    stills=[
        still("standard deviation 1", deviation=1.0),
        still("standard deviation 6", deviation=6.0),
        still("ReLU, standard deviation 1", activation="ReLU"),
        still("tanh, standard deviation 6", activation="tanh", deviation=6.0),
    ],
)

# %% [markdown]
# The outputs pile up at 0 and 1. Nearly two thirds of the sums lie on the grey ground, where the slope is below 0.05: those examples teach the weights below almost nothing. The ReLU answers 0 for half of the sums. The outputs of tanh are **zero-centred**; those of a sigmoid or a ReLU are never negative. [Deeper](04_activations_deeper.ipynb): what that costs.

# %% [markdown]
# ### Exercise 1: whose outputs are these?
# Sums with mean 0 and standard deviation 3 went into four units. Which activation does each of them have? (The tall bars are cut off.) [Solution 1, at the end](#solution-1)

# %%
figures.draw_four_outputs()

# %%
answer = {"A": ..., "B": ..., "C": ..., "D": ...}

check("activations.whose_outputs", answer)  # hint("activations.whose_outputs") helps


# %% [markdown] tags=["C2"]
# ## What do ten slopes in a row do? (13 min)
#
# Backpropagation takes the gradient of a layer from the layer above it (notebook 03), here for one example, a row:
#
# $$\frac{\partial L}{\partial a^{(\ell-1)}} = \Bigl(\frac{\partial L}{\partial a^{(\ell)}} \circ f'(z^{(\ell)})\Bigr)\, W^{(\ell)\top} .$$
#
# Now look the other way. Two examples enter a layer and differ by a small d. Then their sums differ by d W, and their outputs by
#
# $$d^{(\ell)} \approx \bigl(d^{(\ell-1)}\, W^{(\ell)}\bigr) \circ f'(z^{(\ell)}) .$$
#
# The same weights and the same slopes, in both directions. What shrinks the gradient on its way down also shrinks the *difference between examples* on its way up, and without it no layer above can tell them apart.
#
# Measure both, in networks fresh from Keras: ten hidden layers of 64 units, on images of handwritten digits, 8 × 8 pixels.

# %%
from sklearn.datasets import load_digits

digits, digit_labels = load_digits(return_X_y=True)
digits = ((digits - digits.mean()) / digits.std()).astype("float32")


def deep_network(activation, initializer="glorot_uniform", seed=0, units=64):
    keras.utils.set_random_seed(seed)
    hidden = [
        keras.layers.Dense(units, activation=activation, kernel_initializer=initializer)
        for _ in range(10)
    ]
    return keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10)])


# %%
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def both_ways(model, x, y):
    """Return distances between examples, the images first, and lengths of ∂L/∂a."""
    activations = [tf.constant(x)]
    with tf.GradientTape() as tape:
        tape.watch(activations[0])
        for layer in model.layers:
            activations.append(layer(activations[-1]))
        loss = cross_entropy(y, activations[-1])
    gradients = tape.gradient(loss, activations[1:-1])
    distances = [np.sqrt(2 * np.var(a, axis=0).mean()) for a in activations[:-1]]
    return distances, [np.linalg.norm(g, axis=1).mean() for g in gradients]


# %% [markdown]
# (√2 times the standard deviation is the typical distance between two examples.) The weights come from one of two initializations: **Glorot**, the default of Keras, with variance 1/64 here, and **He**, with twice that variance. Notebook 05 explains both.

# %%
in_keras = dict(zip(formulas, ("sigmoid", "tanh", "relu", "leaky_relu", "gelu")))
initializers = {"Glorot": "glorot_uniform", "He": "he_uniform"}
measured = {
    (name, start): [
        both_ways(deep_network(in_keras[name], initializers[start], seed), x, y)
        for seed in range(5)
    ]
    for name in formulas
    for start in initializers
    for x, y in [(digits[:128], digit_labels[:128])]
}

# %% [markdown]
# **Predict.** The sums z in these networks lie near 0. There the slope of the sigmoid is ¼, that of GELU ½, that of tanh 1. Ten sigmoid layers cost a factor of a million. What will ten layers of GELU cost? Of tanh?

# %%
explore(
    figures.chosen_signal,
    panels=(1, 2),
    figsize=(7.6, 3.7),
    measured=measured,
    activation=["GELU", "tanh", "leaky ReLU", "ReLU", "sigmoid"],
    initialization=["Glorot", "He"],
    stills=[
        still("GELU, Glorot: slopes near ½", activation="GELU"),
        still("tanh, Glorot: slopes near 1", activation="tanh"),
    ],
)

# %% [markdown]
# Glorot's weights keep the length of a vector about as it is, so what is lost per layer is the slope: ¼¹⁰ is one in a million, ½¹⁰ one in a thousand. tanh loses little. A gradient that fades like this is a **vanishing gradient**.
#
# A ReLU loses too, with Glorot's weights: half of its slopes are 0. Weights √2 times as large make up for it. That is the He initialization: *activation and initial weights belong together*. With weights that are too large both lines rise, and the gradient **explodes**: [deeper](04_activations_deeper.ipynb), with a map of where signals survive.

# %% [markdown]
# ### Exercise 2: which change would you try first?
# Three networks of eight layers do not learn. The figure shows per layer the typical size of the activations, the distance between examples, and the length of the gradient (layer 8 = 1). Choose for each `"larger initial weights"`, `"smaller initial weights"` or `"another activation"`; each fits once. [Solution 2, at the end](#solution-2)

# %%
figures.draw_three_networks()

# %%
answer = {"A": ..., "B": ..., "C": ...}

check("activations.which_change", answer)


# %% [markdown] tags=["C2"]
# ## Why does a deep stack of sigmoids not learn? (11 min)
#
# Two things are lost, the gradient and the difference. Which of them stops the learning? Look at the difference first: the figure shows the activations of the layers for two images, a 3 and an 8, as patterns of 8 × 8 units.

# %%
def layer_outputs(model, x):
    outputs = [x]
    for layer in model.layers[:-1]:
        outputs.append(layer(outputs[-1]).numpy())
    return outputs


two = digits[[3, 8]]
figures.draw_two_examples(
    {
        "sigmoid, Glorot": layer_outputs(deep_network("sigmoid"), two),
        "ReLU, He": layer_outputs(deep_network("relu", "he_uniform"), two),
    }
)

# %% [markdown]
# Each pair is drawn from its own lowest to its own highest value. From layer 5 on, the sigmoids show one pattern for both images. An output layer on top of that can learn how frequent the classes are, and nothing else.
#
# Now the decisive experiment. **Freeze** the lowest nine hidden layers at their random initial weights, so that they get no gradient at all. If the missing gradient is the illness, that is fatal. If the missing difference is, then layers that keep it will do, trained or not.
#
# **Predict.** Which of these learn: tanh, all layers trained; tanh, nine layers frozen; sigmoid, all trained; sigmoid, nine frozen?
#
# Each one gets the best of four learning rates, and five seeds. `stack`, from this course, makes one Keras model of 20 networks; `fit` then trains each of them as if it were alone.

# %%
from helpers.stacked import PerNetwork, stack

rates = [0.1, 0.3, 1.0, 3.0]


def train(five, frozen=0):
    """Fit five networks at four rates; return the losses at the best rate."""
    networks = stack(five * len(rates))
    for layer in networks.layers[: 1 + frozen]:  # the first is the input
        layer.trainable = False
    rate_of_each = PerNetwork(np.repeat(rates, 5))
    networks.compile(keras.optimizers.SGD(rate_of_each), loss=cross_entropy)
    x, y = digits[:1200], digit_labels[:1200]
    history = networks.fit(x, y, batch_size=100, epochs=12, verbose=0)
    losses = history.history["loss"].reshape(-1, len(rates), 5)
    best = np.nanargmin(losses[-1].mean(axis=1))
    return losses[:, best]


# %%
losses = {}
for name in ("tanh", "sigmoid"):
    five = [deep_network(name, "glorot_uniform", seed, units=32) for seed in range(5)]
    losses[name] = train(five)
    losses[f"{name}, 9 frozen"] = train(five, frozen=9)

figures.draw_control(losses)

# %% [markdown]
# tanh learns even with nine frozen layers: worse, but it learns. The sigmoids stay at ln 10, the loss of knowing nothing. So a missing gradient below is not what holds them there. What they lack is the difference between examples, above.
#
# Then the gradient goes too, in *all* layers: once the output has learned the class frequencies, nothing is left to improve.

# %%
networks = stack(five)  # the sigmoids, untrained
networks.compile(keras.optimizers.SGD(1.0), loss=cross_entropy)
x, y = digits[:1200], digit_labels[:1200]
fifty = np.tile(x, (50, 1)), np.tile(y, 50)  # fifty times all examples: fifty steps
for steps in (0, 50):
    if steps:
        networks.fit(*fifty, batch_size=1200, shuffle=False, verbose=0)
    *_, output_layer, _ = networks.gradients(x, y)
    length = np.linalg.norm(output_layer, axis=(1, 2)).mean()
    print(f"gradient of the output layer after {steps:2} steps: {length:.7f}")

# %% [markdown]
# ### What brings the difference back
#
# **Batch normalization** (notebook 08) stands between the weighted sum and the activation. It shifts and scales each unit's z to mean 0 and standard deviation 1 over the batch. However small the difference between examples has become, the next layer gets it at full size.

# %%
def normalized_network(activation, seed):
    keras.utils.set_random_seed(seed)
    layers = [keras.Input((64,))]
    for _ in range(10):
        layers.append(keras.layers.Dense(32))
        layers.append(keras.layers.BatchNormalization())
        layers.append(keras.layers.Activation(activation))
    return keras.Sequential([*layers, keras.layers.Dense(10)])


rescued = train([normalized_network("sigmoid", seed) for seed in range(5)])
low, high = rescued[-1].min(), rescued[-1].max()
print(f"sigmoids with batch normalization: loss {low:.2f} to {high:.2f}")

# %% [markdown]
# The slopes are as small as before. What has come back is the difference.

# %%
quiz("activations.q5")


# %% [markdown] tags=["C3"]
# ## When does a unit stop learning for good? (20 min)
#
# A saturated sigmoid has a slope near 0. A ReLU with a negative sum has a slope of *exactly* 0. (At 0 itself it has a kink and no derivative; any number from 0 to 1 serves, a **subgradient**, and TensorFlow takes 0.)
#
# Does the difference matter? Three single units stand at z = −6, far on the wrong side. Each should answer 1, and descends on ½ (f(z) − 1)² with η = 0.1.
#
# **Predict.** In which order do they reach an output of ½? Do all of them?

# %%
def slope(f, z, h=1e-4):
    return (f(z + h) - f(z - h)) / (2 * h)


def way_back(f, z=-6.0, steps=6000, learning_rate=0.1):
    """Return the outputs of a unit on its way to 1."""
    outputs = []
    for _ in range(steps):
        outputs.append(float(f(z)))
        z = z - learning_rate * (f(z) - 1) * slope(f, z)
    return outputs


three = ("leaky ReLU", "sigmoid", "ReLU")
figures.draw_ways_back({name: way_back(formulas[name]) for name in three})

# %% [markdown]
# ### Dead units
#
# A ReLU unit that is 0 for some examples does what it is for. A unit that is 0 for *every* example of the training set is **dead**: no example sends a gradient to its weights.
#
# In the plane you can see it happen. Each hidden unit of a 2-12-1 network is a line, where its sum is 0; it is on at one side. Twenty seeds and four learning rates make 80 networks. Keep the weights of the hidden layer after each of ten steps.

# %%
from sklearn.datasets import make_moons

points, labels = make_moons(200, noise=0.15, random_state=0)


def small_network(seed):
    keras.utils.set_random_seed(seed)
    scattered = keras.initializers.RandomUniform(-0.5, 0.5)
    hidden = keras.layers.Dense(12, activation="relu", bias_initializer=scattered)
    return keras.Sequential([keras.Input((2,)), hidden, keras.layers.Dense(1)])


# %%
binary = keras.losses.BinaryCrossentropy(from_logits=True)
step_sizes = [0.6, 2.0, 4.0, 6.0]
networks = stack([small_network(seed) for seed in range(20)] * len(step_sizes))
rate_of_each = PerNetwork(np.repeat(step_sizes, 20))
networks.compile(keras.optimizers.SGD(rate_of_each), loss=binary)
film = [networks.get_weights_of_each()[:2]]
for _ in range(10):
    networks.fit(points, labels, batch_size=200, verbose=0)  # one step
    film.append(networks.get_weights_of_each()[:2])

# %% [markdown]
# In the figure, short hairs stand on the side where a unit is on. Below, each small picture is one unit, with the points for which it is on.
#
# **Predict.** The network takes five steps with η = 6. Where do the lines of dead units run, and on which side are their hairs?

# %%
explore(
    figures.dying,
    figsize=(5.4, 4.6),
    runs=(film, points, labels, step_sizes),
    learning_rate=step_sizes[::-1],
    step=(0, 10),
    seed=(0, 19),
    play="step",
    stills=[
        still("before the first step", step=0),
        still("η = 6, after five steps", step=5),
    ],
)

# %%
dead = figures.count_dead(film[5], points).reshape(len(step_sizes), 20)
for step_size, counts in zip(step_sizes, dead):
    found = f"{counts.min()} to {counts.max()}, median {np.median(counts):.0f}"
    print(f"η = {step_size}: dead after five steps, of 12: {found}")

# %% [markdown]
# The line of a dead unit (black) has left the data, and its hairs point away: all points are on the side where the unit is off. Small steps push hardly any line that far. Large ones do, and an initial bias below 0 puts lines there from the start.
#
# ### Can the dead come back?
#
# In two hidden layers there is a difference. The inputs of the first layer are the data, which never change. The inputs of the second are activations, which change as the units below learn.
#
# A script trained 2-16-16-1 networks on the moons beforehand, for 300 steps: two initial biases, four learning rates, five seeds. Every 15 steps it noted which units were dead.
#
# **Predict.** Four groups of dead units: ReLUs in the first layer, ReLUs in the second, leaky ReLUs in the first, in the second. In which group does *none* come back?

# %%
from helpers.results import read_results

stored = read_results("activations")
figures.draw_comebacks(stored["comebacks"])

# %% [markdown]
# Left: the initial bias decides more than a sane learning rate does. Right: of the dead ReLUs in the first layer none comes back. In the second layer some do, although their gradient is just as exactly 0. It was not these units that moved but those in the layer below. A leaky ReLU needs no such luck: its slope on the left brings it back. (This is plain descent on all points; with mini-batches, a unit that is off for one batch may be on for the next.)

# %% [markdown]
# ### Exercise 3: which of these units can learn?
# Four units of a *first* hidden layer, with hairs on the side where they are on. For each, choose `"dead"`, `"a line on the data"` (on for all points, so it adds only a linear function) or `"a kink"` (on for some). [Solution 3, at the end](#solution-3)

# %%
figures.draw_four_units()

# %%
answer = {"A": ..., "B": ..., "C": ..., "D": ...}

check("activations.four_units", answer)


# %% [markdown]
# ### Exercise 4: count the dead
# Write `dead_units(activations)`: `activations` (examples, units) are the outputs of a ReLU layer. How many of its units are 0 for every example? [Solution 4, at the end](#solution-4)

# %%
def dead_units(activations):
    """Return a whole number. Example: [[0.5, 0, 0], [0, 0, 2]] → 1"""
    return ...  # replace the three dots


check("activations.dead_units", dead_units)

# %% [markdown] tags=["C4"]
# ## Does the activation show in what a network learns? (8 min)
#
# A network of ReLUs is **piecewise linear**: as long as no unit turns on or off, it is one linear function, and where a unit does, it bends. A network of tanh is smooth. One, two or four hidden layers of 8 units, five seeds each, trained with Adam (an optimizer from notebook 06):

# %%
new_points, new_labels = make_moons(2000, noise=0.15, random_state=1)


def moons_network(activation, depth, seed):
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(8, activation=activation) for _ in range(depth)]
    return keras.Sequential([keras.Input((2,)), *hidden, keras.layers.Dense(1)])


# %%
fifty = np.tile(points, (50, 1)), np.tile(labels, 50)  # fifty times all points
moons, right = {}, {}
for name in ("ReLU", "tanh"):
    for depth in (1, 2, 4):
        five = [moons_network(in_keras[name], depth, seed) for seed in range(5)]
        networks = stack(five)
        networks.compile(keras.optimizers.Adam(0.02), loss=binary)
        networks.fit(*fifty, batch_size=25, verbose=0)  # 400 steps
        moons[name, depth] = networks.get_weights_of_each()
        logits = networks.predict(new_points, verbose=0)[..., 0].T
        right[name, depth] = (logits > 0) == new_labels

# %%
explore(
    figures.moons,
    figsize=(5.4, 3.9),
    networks=moons,
    data=(points, labels),
    activation=["ReLU", "tanh"],
    layers=[1, 2, 4],
    seed=(1, 5),
    stills=[
        still("the border bends at the edges", layers=1),
        still("no pieces, no corners", layers=1, activation="tanh"),
        still("four layers: lines that bend", layers=4),
        still("four layers of tanh", layers=4, activation="tanh"),
    ],
)

# %%
for depth in (1, 4):
    for name in ("ReLU", "tanh"):
        shares = right[name, depth].mean(axis=1)
        print(f"{name}, {depth} hidden: {shares.min():.1%} to {shares.max():.1%} right")

# %% [markdown]
# Eight lines make at most 37 pieces, and here not all of them cross the picture. Inside a piece the function is flat as a board, so the border consists of straight stretches. With more layers the edges themselves bend, and the pieces multiply.
#
# The scores are close, though now and then a seed falls behind. So are the times: in networks this small, which of the two is faster changes between runs. On an easy problem the activation shows in the *shape* of the function.

# %% [markdown] tags=["C5"]
# ## What should the last layer say? (14 min)
#
# In a hidden layer the activation is a matter of learning. In the output layer it is a matter of *meaning*: its range must be the range of the answer.
#
# | Answer | Output activation | Range |
# |---|---|---|
# | any number | none (linear) | −∞ to ∞ |
# | a number that is never negative | softplus, ln(1 + eᶻ) | 0 to ∞ |
# | yes or no; several labels at once | sigmoid, one for each | 0 to 1 each |
# | one of k classes | softmax | 0 to 1, adding up to 1 |
#
# (With sigmoid and softmax it is safer to leave the activation out and give logits to the loss, `from_logits=True`, as this notebook does.)
#
# ### How sure may a network be?
#
# Softmax turns logits into probabilities, and the largest of them is the **confidence** of the answer. Is it right that often? Take a network with 64 hidden ReLUs, 1,500 images of clothes, and more epochs than are good for it.

# %%
from helpers.data import CLASS_NAMES, hold_out, load_fashion_mnist
from helpers.training_plot import TrainingPlot

(images, classes), _ = load_fashion_mnist()
(x, y), (x_choose, y_choose), (x_new, y_new) = hold_out(images, classes, seed=0)
x, x_choose, x_new = [part.reshape(-1, 784) / 255.0 for part in (x, x_choose, x_new)]


def clothes_network(seed):
    keras.utils.set_random_seed(seed)
    hidden = keras.layers.Dense(64, activation="relu")
    return keras.Sequential([keras.Input((784,)), hidden, keras.layers.Dense(10)])


# %%
model = clothes_network(seed=0)
model.compile(keras.optimizers.Adam(0.002), loss=cross_entropy, metrics=["accuracy"])
history = model.fit(
    x[:1500],
    y[:1500],
    batch_size=50,
    epochs=30,
    validation_data=(x_choose, y_choose),
    verbose=0,
    callbacks=[TrainingPlot()],
)
logits_choose = model.predict(x_choose, verbose=0)
logits_new = model.predict(x_new, verbose=0)

# %% [markdown]
# The validation loss turns upwards, although the validation accuracy does not fall. The answers are as good as before; the network has become too sure of them. It is **over-confident**.
#
# Divide all logits by a **temperature** T before softmax:
#
# $$\hat y_j = \frac{e^{z_j / T}}{\sum_m e^{z_m / T}} .$$
#
# T is one more number to learn, but not from the training images: on those the network is right. Choose the T with the lowest cross-entropy on the 1,000 validation images, and measure on 3,000 others.
#
# **Predict.** Will that T be above or below 1? What will it do to the accuracy?

# %%
temperatures = np.arange(0.5, 5.05, 0.1)
losses = [float(cross_entropy(y_choose, logits_choose / T)) for T in temperatures]
best_T = round(float(temperatures[np.argmin(losses)]), 1)

# %%
explore(
    figures.heat,
    panels=(1, 2),
    figsize=(7.6, 3.6),
    logits=logits_new,
    labels=y_new,
    images=x_new.reshape(-1, 28, 28),
    class_names=list(CLASS_NAMES),
    temperature=(0.5, 5.0, 0.1),
    stills=[
        still("as trained, T = 1", temperature=1.0),
        still("with the T that the validation images chose", temperature=best_T),
    ],
)

# %% [markdown]
# Left: the probabilities move closer together, and their order stays, so no answer changes. Right: on the dotted diagonal a network is right as often as it is sure; below it, less often than it claims. (The area of a dot is its number of images.) The T from the validation images brings the curve close to the diagonal, on images that had no part in the choice. Is one network typical?

# %%
networks = stack([clothes_network(seed) for seed in range(5)])
networks.compile(keras.optimizers.Adam(0.002), loss=cross_entropy)
networks.fit(x[:1500], y[:1500], batch_size=50, epochs=30, verbose=0)
outputs = [networks.predict(part, verbose=0) for part in (x_choose, x_new)]
for to_choose, new in zip(*(logits.swapaxes(0, 1) for logits in outputs)):
    choices = [float(cross_entropy(y_choose, to_choose / T)) for T in temperatures]
    T = temperatures[np.argmin(choices)]
    before, after = (float(cross_entropy(y_new, new / one)) for one in (1.0, T))
    print(f"T = {T:.1f}: cross-entropy on new images {before:.2f} → {after:.2f}")

# %% [markdown]
# [Deeper](04_activations_deeper.ipynb): one number for the gap between sure and right, and the function under softmax, log-sum-exp.
#
# ### Exercise 5: four outputs
# Choose `"linear"`, `"softplus"`, `"sigmoid"` or `"softmax"` for each: the temperature outside, in °C; which one of ten garments an image shows; which topics, one or more, an article is about; how many minutes you will wait. [Solution 5, at the end](#solution-5)

# %%
answer = {"temperature": ..., "garment": ..., "topics": ..., "waiting_time": ...}

check("activations.outputs", answer)

# %% [markdown]
# ### Exercise 6: which temperature?
# Three networks, each measured on 4,000 new images. Should its T be `"below 1"`, `"1"` or `"above 1"`? [Solution 6, at the end](#solution-6)

# %%
figures.draw_three_reliabilities()

# %%
answer = {"A": ..., "B": ..., "C": ...}

check("activations.which_temperature", answer)

# %% [markdown] tags=["C7"]
# ## Which one should you start with? (3 min)
#
# In a fair comparison everyone gets the same care. Ten activations on images of clothes (14 × 14, Adam, six epochs): each got the better of two initializations (Glorot, or its own, which keeps the size of the sums), the best of at least four learning rates, and five seeds. A script ran it beforehand; it chose on 1,000 images and measured on 3,000 others.

# %%
figures.draw_comparison(
    {
        "2 hidden layers": stored["two_layers"]["best"],
        "10 hidden layers": stored["ten_layers"]["best"],
    }
)

# %% [markdown]
# With two hidden layers the ten lie within 1.3 points, and their seeds overlap. With ten, the sigmoids fail: 19 to 51 %. Softplus, whose slope near 0 is ½, falls four points behind; the other eight overlap again. (3,000 images alone leave a standard error of 0.7 points.) Adam hides part of what the initialization does, since it divides each gradient by its usual size: He instead of Glorot gains ReLU half a point here. And ten layers are no better than two.
#
# | Where | Start with | Why |
# |---|---|---|
# | hidden layers, dense or convolutional | **ReLU** with He initialization | cheap, slope 1, well understood |
# | many dead units at a sane learning rate | leaky ReLU or ELU | a slope on the left |
# | transformers, large convolutional networks | GELU, SiLU, or a gated form ([deeper](04_activations_deeper.ipynb)) | what published set-ups use; whether it helps you, measure |
# | many dense layers, no normalization | tanh, SELU or ReLU, each with its own initialization | at ten layers they cannot be told apart above |
# | the output | by the range of the answer | see above |
#
# Leave ReLU when a *measurement* says so: a growing number of dead units, a gradient that fades towards the input, or a function that must be smooth because its derivative is used. Check the learning rate and the initial weights first. They are the more common cause.

# %% [markdown]
# ## What to remember
#
# - An activation is two curves: its value goes up, its slope multiplies the gradient on the way down.
# - The same slopes multiply the *differences between examples* on the way up. In ten layers of sigmoids two images become one, and what stands above cannot learn. A missing gradient below is not the reason.
# - Activation and initial weights belong together: He for ReLU, Glorot for tanh. Batch normalization brings small differences back to full size.
# - A dead ReLU gets a gradient of exactly 0. In the first layer it is lost; in a later one the layer below can wake it. A leaky ReLU wakes by itself.
# - ReLU networks are made of linear pieces, tanh networks are smooth.
# - The output activation follows from the range of the answer. A temperature, fitted on validation images, corrects how sure a network is and changes no answer.
# - Start with ReLU and He. Leave them for a measured reason.
#
# ## Further reading
#
# - Glorot, Bengio (2010), [Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html): saturation, layer by layer.
# - Glorot, Bordes, Bengio (2011), [Deep sparse rectifier neural networks](https://proceedings.mlr.press/v15/glorot11a.html): the case for ReLU.
# - Schoenholz, Gilmer, Ganguli, Sohl-Dickstein (2017), [Deep information propagation](https://arxiv.org/abs/1611.01232): how far a difference between two examples travels.
# - Lu, Shin, Su, Karniadakis (2019), [Dying ReLU and initialization](https://arxiv.org/abs/1903.06733): how likely a network is born dead.
# - Guo, Pleiss, Sun, Weinberger (2017), [On calibration of modern neural networks](https://arxiv.org/abs/1706.04599): over-confidence, and temperature as its cure.

# %% [markdown]
# ## Solutions

# %% [markdown]
# <a id="solution-1"></a>
# ### Solution 1: whose outputs are these?
# B and D pile up at two ends: −1 and 1 for tanh, 0 and 1 for the sigmoid. A and C have no upper end. C reaches far below 0, with the left half of the bell squeezed to a fifth: leaky ReLU. A dips to −0.17 and no lower: GELU. A ReLU would have had nothing below 0.

# %% tags=["solution"]
answer = {"A": "GELU", "B": "tanh", "C": "leaky ReLU", "D": "sigmoid"}

check("activations.whose_outputs", answer, record=False)

# %% [markdown]
# <a id="solution-2"></a>
# ### Solution 2: which change would you try first?
# In C everything grows layer by layer: smaller weights. In B everything shrinks, the activations too: larger weights. In A the activations keep their size, so the weights are not too small; only the difference dies, and the gradient with it, by a factor of 4 per layer. That is the slope of a sigmoid.

# %% tags=["solution"]
answer = {
    "A": "another activation",
    "B": "larger initial weights",
    "C": "smaller initial weights",
}

check("activations.which_change", answer, record=False)

# %% [markdown]
# <a id="solution-3"></a>
# ### Solution 3: which of these units can learn?
# Compare the side of the hairs with the points. A and B have all points on their hairy side: they are on for all, and pass gradients, but bend nothing where there are data. C divides the points. D has no point on its hairy side, and as a unit of the first layer it stays dead.

# %% tags=["solution"]
answer = {
    "A": "a line on the data",
    "B": "a line on the data",
    "C": "a kink",
    "D": "dead",
}

check("activations.four_units", answer, record=False)


# %% [markdown]
# <a id="solution-4"></a>
# ### Solution 4: count the dead
# A unit is a column; it is dead if *all* of its entries are 0.

# %% tags=["solution"]
def dead_units(activations):
    return int(np.sum(np.all(activations == 0, axis=0)))


check("activations.dead_units", dead_units, record=False)

# %% [markdown]
# <a id="solution-5"></a>
# ### Solution 5: four outputs
# A temperature can be any number. An image shows exactly one garment, so the classes share one whole. Topics are separate yes-or-no questions. Minutes are never negative, and have no upper end.

# %% tags=["solution"]
answer = {
    "temperature": "linear",
    "garment": "softmax",
    "topics": "sigmoid",
    "waiting_time": "softplus",
}

check("activations.outputs", answer, record=False)

# %% [markdown]
# <a id="solution-6"></a>
# ### Solution 6: which temperature?
# A lies on the diagonal. B is right more often than it claims: a T below 1 makes it surer. C claims more than it keeps: a T above 1 calms it.

# %% tags=["solution"]
answer = {"A": "1", "B": "below 1", "C": "above 1"}

check("activations.which_temperature", answer, record=False)
