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
# # 04 · Activations, deeper: where does a signal survive?
#
# Two inputs that differ a little enter forty random layers. Do they come out as one, as neighbours, or as strangers? The size of the weights decides, and a map shows where.
#
# BADGE

# %% tags=["setup"]
SETUP

# %%
from helpers.explore import explore, still
from helpers.figures import activations_deeper as figures

explore(
    figures.signal_map,
    panels=(1, 2),
    figsize=(7.6, 3.4),
    weight=(0.5, 3.0, 0.1),
    stills=[
        still("tanh, small weights: two inputs become one", weight=0.6),
        still("tanh, large weights: they become strangers", weight=2.0),
    ],
)

# %% [markdown]
# **You will be able to**
#
# - choose among ten activations, and say what each is for;
# - say how far a gradient can be trusted, and why a long one needs a tiny learning rate;
# - compute whether a given initialization keeps examples apart;
# - measure what a zero-centred activation is worth, and how well a network is calibrated;
# - build a gated block, and compare it fairly with a plain one.
#
# **Time:** 90–125 minutes, exercises included; each section stands alone. **You need:** [the core notebook](04_activations.ipynb).

# %% [markdown]
# ## Three questions from earlier notebooks (2 min)
# Open the answer you think is right.

# %%
import keras
import numpy as np
import tensorflow as tf

from helpers.exercise import check, quiz
from helpers.figures import activations as core_figures

quiz("activations.q6")

# %%
quiz("activations.q5")

# %%
quiz("activations.q7")


# %% [markdown] tags=["C1"]
# ## Which other shapes are in use? (12 min)
#
# | Activation | f(z) | made for |
# |---|---|---|
# | **PReLU**, parametric ReLU (2015) | z if z > 0, else α z, with α *learned* | a leaky slope nobody has to choose |
# | **ELU**, exponential linear unit (2015) | z if z > 0, else eᶻ − 1 | outputs with a mean nearer to 0 |
# | **SELU**, scaled ELU (2017) | 1.0507 z if z > 0, else 1.758 (eᶻ − 1) | outputs with mean 0 and variance 1 |
# | **SiLU**, or swish (2016) | z σ(z) | much like GELU |
# | **softplus** (2000) | ln(1 + eᶻ) | a smooth ReLU; outputs that must be positive |
#
# **Predict.** Which of the five pass on *more* gradient than they get, for some z?

# %%
others = {
    "PReLU": lambda z: np.where(z > 0, z, 0.25 * z),  # 0.25 as if learned
    "ELU": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "SELU": lambda z: 1.0507 * np.where(z > 0, z, 1.67326 * np.expm1(np.minimum(z, 0))),
    "SiLU": lambda z: z / (1 + np.exp(-z)),
    "softplus": lambda z: np.logaddexp(0, z),
}
core_figures.draw_gallery(others)

# %% [markdown]
# SELU everywhere right of 0, and most of all just left of it; SiLU a little for z between about 1.3 and 4. What do all ten make of sums with mean 0 and variance 1?

# %%
import pandas as pd
from scipy.special import ndtri

formulas = core_figures.FORMULAS | others
z = ndtri((np.arange(10_000) + 0.5) / 10_000)  # spread like a standard normal
rows, slope, ends = {}, core_figures.slope, {"the left": -20.0, "the right": 20.0}
for name, f in formulas.items():
    rows[name] = {
        "mean out": f(z).mean(),
        "variance out": f(z).var(),
        "mean square of f′": (slope(f, z) ** 2).mean(),
        "flat at": ", ".join(end for end in ends if abs(slope(f, ends[end])) < 0.001),
    }
numbers = ["mean out", "variance out", "mean square of f′"]
pd.DataFrame(rows).T.style.format("{:.2f}", subset=numbers)

# %% [markdown]
# Only tanh and SELU have a mean of 0; SELU also keeps the variance, as its two constants were computed for. The last number is what a layer with weights of variance 1/n leaves of a squared gradient, and, near equality, of a squared difference between examples.
#
# ### A slope that is learned
#
# PReLU's α has a gradient like any other parameter: ∂f/∂α is z for negative z, and 0 otherwise. In Keras α starts at 0, so a fresh PReLU *is* a ReLU. Here one imitates a leaky ReLU with slope 0.6.

# %%
unit = keras.Sequential([keras.Input((1,)), keras.layers.PReLU()])
unit.compile(keras.optimizers.SGD(0.2), loss="mse")
inputs = np.linspace(-2, 2, 81)[:, None]
target = np.where(inputs > 0, inputs, 0.6 * inputs)
slopes = {0: float(unit.get_weights()[0][0])}
for step in range(1, 31):
    unit.train_on_batch(inputs, target)
    if step in (1, 4, 30):
        slopes[step] = float(unit.get_weights()[0][0])
figures.draw_hinge(slopes)

# %% [markdown]
# ### What do they cost?
#
# Time for the value and the derivative of a million numbers, on the machine that ran this notebook, beside the matrix product that makes those numbers in a layer with 512 inputs.

# %% tags=["timing"]
import time

million = tf.random.stateless_normal((2048, 512), seed=(0, 0))
kernel = tf.random.stateless_normal((512, 512), seed=(1, 1))


def milliseconds(function):
    """Return the shortest of eight times, value and gradient with respect to x."""

    @tf.function
    def both(x):
        value = function(x)
        return value, tf.gradients(value, x)[0]

    times = []
    for _ in range(9):  # the first call compiles
        begin = time.perf_counter()
        _ = [part.numpy()[0, 0] for part in both(million)]
        times.append(time.perf_counter() - begin)
    return 1000 * min(times[1:])


# %% tags=["timing"]
cost = {
    name: milliseconds(keras.activations.get(name.lower().replace(" ", "_")))
    for name in formulas
    if name != "PReLU"
}
figures.draw_cost(cost, product=milliseconds(lambda x: x @ kernel))

# %% [markdown]
# The order differs between machines, and fused kernels change it again. But here even the dearest costs less than the product, and in wider layers the product grows and the activation does not: cost alone is a weak reason to choose.

# %%
quiz("activations.q4")


# %% [markdown] tags=["C2"]
# ## How far can you trust a gradient? (13 min)
#
# With large initial weights, gradients become enormous. Isn't a long gradient good news? It means big steps. But the gradient is the slope *here*. Walk along it, and the slope changes.
#
# Take a chain of ten layers with one weight each, the same in all: ŷ = w¹⁰, and the loss ½ (w¹⁰ − 1)². The tangent (dashed) is what the gradient promises. On the green strip the promise is right within a tenth of the loss.
#
# **Predict.** From w = 1.1 to w = 1.5 the slope grows about five hundredfold. Does the green strip become five hundred times narrower, or wider, or does it stay about the same?

# %%
explore(
    figures.tangent,
    figsize=(5.4, 3.4),
    depth=[2, 5, 10],
    weight=(1.1, 1.5, 0.05),
    stills=[
        still("w = 1.1", weight=1.1, own_scale=True),
        still("w = 1.5", weight=1.5, own_scale=True),
    ],
)

# %% [markdown]
# The strip stays a few hundredths wide. A step is η times the slope long, and it must stay on the strip. So when the slope grows by some factor, the learning rate must *shrink by about the same factor*.
#
# Is it so in a network? Twenty layers of leaky ReLUs, with initial weights 1.4, 2 and 3 times the size of Glorot's. Each network takes one single step, at many learning rates.
#
# **Predict.** With weights × 3 the gradient is about a million times as long as with × 1.4. How many times smaller will its best learning rate be?

# %%
from sklearn.datasets import load_digits

digits, digit_labels = load_digits(return_X_y=True)
digits = ((digits - digits.mean()) / digits.std()).astype("float32")
few, few_labels = digits[:256], digit_labels[:256]
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def leaky_network(size, seed):
    keras.utils.set_random_seed(seed)
    start = keras.initializers.VarianceScaling(size**2, "fan_avg", "uniform")
    hidden = [
        keras.layers.Dense(64, activation="leaky_relu", kernel_initializer=start)
        for _ in range(20)
    ]
    return keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10)])


# %%
def one_step(size, seed, promises=np.geomspace(0.02, 300, 15)):
    """Return learning rates, loss after one step ÷ before, length of gradient."""
    model = leaky_network(size, seed)
    weights = model.trainable_variables
    with tf.GradientTape() as tape:
        loss = cross_entropy(few_labels, model(few))
    gradients, first = tape.gradient(loss, weights), model.get_weights()
    squared = sum(float(tf.reduce_sum(tf.cast(g, "float64") ** 2)) for g in gradients)
    rates, left = promises * float(loss) / squared, []
    for rate in rates:
        model.set_weights([w - rate * g for w, g in zip(first, gradients)])
        left.append(float(cross_entropy(few_labels, model(few)) / loss))
    return rates, np.array(left), np.sqrt(squared)


runs = {size: [one_step(size, seed) for seed in range(5)] for size in (1.4, 2.0, 3.0)}
figures.draw_one_step({size: [run[:2] for run in five] for size, five in runs.items()})

# %%
for size, five in runs.items():
    length = np.median([length for *_, length in five])
    best = [rates[np.argmin(left)] * length for rates, left, length in five]
    print(
        f"× {size}: gradient {length:,.0f} long (median),"
        f" best step {min(best):.2f} to {max(best):.2f} long"
    )

# %% [markdown]
# The valleys lie millions of times apart. The printed numbers say why: measured as a distance in weight space, the best steps overlap. That is what an **exploding gradient** does: it grows, and the region in which it is true does not. At an ordinary learning rate the step leads far out, and the loss soon becomes `nan`. Smaller initial weights and clipping (notebook 05) and normalization (08) are the remedies.


# %% [markdown] tags=["C8"]
# ## Which weights keep two examples apart? (9 min)
#
# The core notebook multiplied slopes. Here is the same thought with numbers, following Poole (2016) and Schoenholz (2017). A wide random layer has weights with variance σ_w²/n and biases with variance σ_b². Its sums z follow a normal distribution, and their mean square q settles after a few layers:
#
# $$q \leftarrow \sigma_w^2\, \operatorname{mean}\bigl[f(\sqrt q\, u)^2\bigr] + \sigma_b^2, \qquad u \text{ standard normal.}$$
#
# Two examples that differ a little have their squared distance multiplied, in each layer, by
#
# $$\chi = \sigma_w^2\, \operatorname{mean}\bigl[f'(\sqrt q\, u)^2\bigr] .$$

# %%
u = ndtri((np.arange(300) + 0.5) / 300)  # spread like a standard normal


def factor_per_layer(f, weight, bias):
    """Return χ for weights of size σ_w and biases of size σ_b."""
    q = 1.0
    for _ in range(30):
        q = min(weight**2 * np.mean(f(np.sqrt(q) * u) ** 2) + bias**2, 1e8)
    return weight**2 * np.mean(core_figures.slope(f, np.sqrt(q) * u) ** 2)


# %% [markdown]
# The same χ multiplies the squared gradient on its way back. Below 1 examples become one, and gradients vanish; above 1 neighbours part, and gradients explode. The line χ = 1 is where a deep network can be trained.
#
# **Predict.** Where on the map does He's initialization lie for ReLU: in the red, on the line, in the blue? And Glorot's for tanh, for the sigmoid?

# %%
explore(
    figures.signal_map,
    panels=(1, 2),
    figsize=(7.6, 3.4),
    factor=factor_per_layer,
    activation=["ReLU", "tanh", "sigmoid", "leaky ReLU", "GELU"],
    weight=(0.5, 3.0, 0.1),
    bias=(0.0, 1.5, 0.1),
    stills=[
        still("ReLU: the line is σ_w = √2", activation="ReLU", weight=1.4),
        still("sigmoid: red as far as one sees", activation="sigmoid"),
    ],
)

# %% [markdown]
# He lies exactly on the line, Glorot for tanh just left of it: the two initializations of the core notebook that work. Biases push tanh into the red; they give all examples something in common. For the sigmoid the line is outside of the map, near σ_w = 10, where nearly every unit is saturated. (On the map q has settled. ReLUs have no such rest beyond √2: there the activations grow as well.)
#
# The right panel is a test: one random network of 200 units per layer, forty layers, two inputs. It follows the map.
#
# ### Exercise 1: three networks on the map
# For a forty-layer network, choose `"become one"`, `"stay apart"` or `"drift apart"`. A: sigmoid with weights four times Glorot's, σ_w = 4. B: leaky ReLU (slope 0.2) with σ_w = 1.387. C: tanh with σ_w = 2.5. All without biases. [Solution 1, at the end](#solution-1)

# %%
answer = {"A": ..., "B": ..., "C": ...}

check("activations.signal_map", answer)


# %% [markdown] tags=["C6"]
# ## What does the centre of the outputs cost? (14 min)
#
# The outputs of one layer are the inputs of the next. For one example the gradient of a unit's weights is ∂L/∂wᵢ = δ aᵢ. If all aᵢ are positive, as after a sigmoid, all these numbers have the sign of δ: *all weights of the unit want up, or all want down*.
#
# **Predict.** Move the mean of two inputs from 0 to 2. Left: which way does each of 60 examples push the two weights? Right: gradient descent on all 60, at the best of forty learning rates. How many steps will it need?

# %%
centred = np.tanh(np.random.default_rng(0).normal(size=(60, 2)))
centred = centred - centred.mean(axis=0)

explore(
    figures.zig_zag,
    panels=(1, 2),
    figsize=(7.6, 3.7),
    inputs=centred,
    mean=(0.0, 2.0, 0.25),
    stills=[still("mean 0", mean=0.0), still("mean 2", mean=2.0)],
)

# %% [markdown]
# With positive inputs each example can push only up and right or down and left (grey), and the way leads down and right. Together they overshoot along one diagonal, so the learning rate must be small, and along the other they creep: a **zig-zag** in a long, narrow valley.
#
# In a batch, examples with different δ are averaged, and the constraint weakens. In fresh 64-64-10 networks: what share of the 64 weights of an output unit agrees on a direction?

# %%
def agreement(activation, batch_size, seed):
    keras.utils.set_random_seed(seed)
    hidden = keras.layers.Dense(64, activation=activation)
    model = keras.Sequential([keras.Input((64,)), hidden, keras.layers.Dense(10)])
    rows = np.random.default_rng(seed).choice(len(digits), batch_size, replace=False)
    with tf.GradientTape() as tape:
        loss = cross_entropy(digit_labels[rows], model(digits[rows]))
    gradient = tape.gradient(loss, model.layers[1].kernel).numpy()
    up, down = (gradient > 0).sum(axis=0), (gradient < 0).sum(axis=0)
    return np.mean(np.maximum(up, down) / (up + down))  # a gradient of 0 has no sign


for name in ("sigmoid", "relu", "tanh"):
    for size in (1, 256):
        shares = [agreement(name, size, seed) for seed in range(10)]
        print(f"{name:7} batch {size:3}: {min(shares):.0%} to {max(shares):.0%} agree")

# %% [markdown]
# (With tanh a little more than half agree: the larger of two random counts.)
#
# ### Slope and centre, in a two by two
#
# A sigmoid is not centred, and it is not steep. Which of the two hurts? Four activations: σ(z); the same, centred, σ(z) − ½; tanh(z) + 1 = 2σ(2z), as steep as tanh and never negative; and tanh. A 64-32-32-10 network sees 600 single examples; each kind gets the best of five learning rates.
#
# **Predict.** Start from σ(z), and change one thing. Does the slope or the centre bring more? And what does the other one add?

# %%
from helpers.stacked import PerNetwork, stack

def centred_sigmoid(z):
    return keras.ops.sigmoid(z) - 0.5


def raised_tanh(z):
    return keras.ops.tanh(z) + 1


kinds = {
    ("¼", "never negative"): "sigmoid",
    ("¼", "centred"): centred_sigmoid,
    ("1", "never negative"): raised_tanh,
    ("1", "centred"): "tanh",
}
rates = [0.02, 0.05, 0.12, 0.3, 0.7]


# %%
def small_network(activation, seed):
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(32, activation=activation) for _ in range(2)]
    return keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10)])


# %%
some, losses = (digits[:600], digit_labels[:600]), {}
for kind, activation in kinds.items():
    five = [small_network(activation, seed) for seed in range(5)]
    networks = stack(five * len(rates))
    rate_of_each = PerNetwork(np.repeat(rates, 5))
    networks.compile(keras.optimizers.SGD(rate_of_each), loss=cross_entropy)
    networks.fit(*some, batch_size=1, verbose=0)
    ends = networks.evaluate(*some, verbose=0, return_dict=True)
    ends = np.reshape(ends["loss"], (len(rates), 5))
    losses[kind] = ends[np.nanargmin(ends.mean(axis=1))]
figures.draw_two_by_two(losses)

# %% [markdown]
# Either change alone brings more than half of the gain, and the other one adds less than it would have brought alone. Both help the same thing through: the difference between examples. A comparison in one order only would have given most of the credit to whichever came first.

# %%
quiz("activations.q8")


# %% [markdown] tags=["C5"]
# ## What is under a softmax, and how honest is it? (7 min)
#
# The logarithm of a softmax is a subtraction: ln ŷⱼ = zⱼ − LSE(z), with the **log-sum-exp** LSE(z) = ln Σ exp(zₘ). That is what a loss computes from logits. Begin with two logits, 0 and z: LSE is ln(1 + eᶻ), the softplus. Where z is far above 0 it is z, where z is far below it is 0: a maximum of 0 and z without the corner. A temperature sharpens it.
#
# **Predict.** What becomes of T · LSE(0, z/T) when T goes to 0?

# %%
def log_sum_exp(z):
    """Return ln Σ exp(z) along the last axis, without overflow."""
    largest = z.max(axis=-1)
    return largest + np.log(np.exp(z - largest[..., None]).sum(axis=-1))


axis = np.linspace(-3, 2.5, 300)
two = np.column_stack([np.zeros(300), axis])
curves = {T: T * log_sum_exp(two / T) for T in (1.0, 0.4, 0.1)}
figures.draw_smooth_maximum(curves, axis)

# %% [markdown]
# The ReLU. With any number of logits, LSE is a **smooth maximum**: at least the largest, at most ln k above it. Its slopes are the softmax. So softmax, sigmoid, softplus and ReLU are one family. (Written without taking the largest logit out first, exp overflows for logits of about 90 in single precision.)
#
# ### Exercise 2: a log-sum-exp for a batch
# Write it for logits (examples, classes), without `log_sum_exp` from above: one number per example. Logits of ±1000 must come out right. [Solution 2, at the end](#solution-2)

# %%
def stable_log_sum_exp(logits):
    """Return an array (examples,)."""
    return ...  # replace the three dots


check("activations.log_sum_exp", stable_log_sum_exp)


# %% [markdown]
# ### Exercise 3: bug hunt
# The probabilities of an image change when other images are added to the batch. Find the mistake and repair it. [Solution 3, at the end](#solution-3)

# %%
def class_probabilities(logits):
    exponentials = np.exp(logits - logits.max(axis=0))
    return exponentials / exponentials.sum(axis=0)


check("activations.bug_hunt", class_probabilities)

# %% [markdown]
# ### One number for the gap
#
# The core notebook drew how sure a network is against how often it is right. The **expected calibration error** sums up that picture: put the examples into ten groups by confidence, take in each group the gap between mean confidence and share right, and average the gaps, each weighted by the size of its group.
#
# ### Exercise 4: the expected calibration error
# `confidence` (n,) is how sure each answer was, `right` (n,) whether it was right, 1 or 0. Ten groups of equal width; a confidence of 1 belongs to the last. [Solution 4, at the end](#solution-4)

# %%
def calibration_error(confidence, right):
    """Return a number. Example: [0.95, 0.95], [1, 0] → 0.45"""
    return ...  # replace the three dots


check("activations.calibration_error", calibration_error)

# %% [markdown] tags=["C8"]
# ## What is a gated activation? (8 min)
#
# Open models of today rarely have a plain activation in their wide layers. They have a **gated linear unit** (GLU): two products with x, one of which opens or closes the other, element by element:
#
# $$\text{GLU}(x) = (x\,W_1) \circ \sigma(x\,W_2), \qquad \text{SwiGLU}(x) = (x\,W_1) \circ \text{SiLU}(x\,W_2) .$$
#
# The gate makes a layer *multiply* two features of its input, which no plain activation of one sum does. In Keras:

# %%
def block(x, kind, width):
    """Return a hidden block of `width` units and a layer that brings it to 64."""
    if kind == "SwiGLU":
        gate = keras.layers.Dense(width, activation="silu", use_bias=False)(x)
        value = keras.layers.Dense(width, use_bias=False)(x)
        hidden = keras.layers.Multiply()([value, gate])
    else:
        hidden = keras.layers.Dense(width, activation=kind, use_bias=False)(x)
    return keras.layers.Dense(64, use_bias=False)(hidden)


# %%
def network(kind, width, seed):
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((196,))
    x = keras.layers.Dense(64)(inputs)
    for _ in range(2):
        x = keras.layers.Add()([x, block(x, kind, width)])  # see notebook 05
    return keras.Model(inputs, keras.layers.Dense(10)(x))


# %% [markdown]
# A gated block has three matrices instead of two, so with equal width it has half as many weights again. A fair comparison gives it fewer units.
#
# ### Exercise 5: how wide may it be?
# A plain block takes 128 numbers to 512 units and back to 128, without biases. How many units may a gated block have, at most, if it must not have more weights? [Solution 5, at the end](#solution-5)

# %%
answer = ...

check("activations.gated_width", answer)

# %% [markdown]
# Now the comparison: clothes at 14 × 14 pixels, two blocks, ReLU and GELU with 192 units, SwiGLU with 128, so all have equally many weights. Adam, six epochs on 3,000 images, the best of four learning rates on 1,000 others, five seeds, and accuracy on 3,000 more. All start from Glorot.
#
# **Predict.** Will the gate be ahead by ten points, by one, or by less than the seeds differ?

# %%
from helpers.data import hold_out, load_fashion_mnist, small_images

(images, classes), _ = load_fashion_mnist()
parts = hold_out(small_images(images).reshape(-1, 196), classes, seed=0)
(x, y), (x_choose, y_choose), (x_new, y_new) = parts
rates = [0.001, 0.002, 0.004, 0.008]

# %%
accuracies, chosen = {}, {}
for kind, width in (("relu", 192), ("gelu", 192), ("SwiGLU", 128)):
    networks = stack([network(kind, width, seed) for seed in range(5)] * len(rates))
    adam = keras.optimizers.Adam(PerNetwork(np.repeat(rates, 5)))
    networks.compile(adam, loss=cross_entropy, metrics=["accuracy"])
    networks.fit(x[:3000], y[:3000], batch_size=128, epochs=6, verbose=0)
    choose, new = [
        networks.evaluate(*pair, verbose=0, return_dict=True)["accuracy"].reshape(-1, 5)
        for pair in ((x_choose, y_choose), (x_new, y_new))
    ]
    best = choose.mean(axis=1).argmax()
    accuracies[kind], chosen[kind] = 100 * new[best], rates[best]

title = "Equal numbers of weights, own learning rates"
figures.draw_dots(accuracies, xlabel="accuracy (%)", title=title)

# %%
print("learning rates chosen:", chosen)
gain = accuracies["SwiGLU"] - accuracies["relu"]
print(f"SwiGLU − ReLU, seed by seed: {gain.min():+.1f} to {gain.max():+.1f} points")

# %% [markdown]
# By less than the seeds differ: seed by seed, the gate is now ahead and now behind. On small images nothing speaks for it. In large language models, published comparisons at equal size favour gates by a little, and Shazeer (2020) offers no explanation why.
#
# ## What to remember
#
# - SELU keeps mean 0 and variance 1; PReLU learns its slope; softplus is positive and smooth. Cost is a weak reason.
# - An exploding gradient grows, and the region in which it is true does not: the learning rate must shrink by the same factor.
# - χ = σ_w² mean[f′²] multiplies squared differences going up and squared gradients going down. He puts ReLU on the line χ = 1, Glorot puts tanh close to it.
# - Slope and centre: either one alone brings more than half of what tanh gains on the sigmoid.
# - Log-sum-exp is the smooth maximum under softmax, sigmoid and softplus. The expected calibration error is the mean gap between sure and right.
# - A gate multiplies two features of the input. Compare it at equal numbers of weights.
#
# ## Further reading
#
# - He, Zhang, Ren, Sun (2015), [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852): PReLU, and the initialization for ReLU.
# - Klambauer, Unterthiner, Mayr, Hochreiter (2017), [Self-normalizing neural networks](https://arxiv.org/abs/1706.02515): SELU.
# - Poole, Lahiri, Raghu, Sohl-Dickstein, Ganguli (2016), [Exponential expressivity in deep neural networks through transient chaos](https://arxiv.org/abs/1606.05340): the map.
# - LeCun, Bottou, Orr, Müller (1998), [Efficient BackProp](https://doi.org/10.1007/3-540-49430-8_2): why outputs should be centred.
# - Naeini, Cooper, Hauskrecht (2015), [Obtaining well calibrated probabilities using Bayesian binning](https://doi.org/10.1609/aaai.v29i1.9602): the expected calibration error.
# - Shazeer (2020), [GLU variants improve transformer](https://arxiv.org/abs/2002.05202): four pages, and an honest last sentence.

# %% [markdown]
# ## Solutions

# %% [markdown]
# <a id="solution-1"></a>
# ### Solution 1: three networks on the map
# `factor_per_layer` gives χ = 0.40 for A: larger weights push sigmoids up, and their slopes down. For B χ is 1.387² · (1 + 0.04) / 2 = 1.00. For C it is about 1.6, so neighbours part.

# %% tags=["solution"]
answer = {"A": "become one", "B": "stay apart", "C": "drift apart"}

check("activations.signal_map", answer, record=False)


# %% [markdown]
# <a id="solution-2"></a>
# ### Solution 2: a log-sum-exp for a batch
# Subtract the largest logit of each row before the exponentials, and add it after the logarithm.

# %% tags=["solution"]
def stable_log_sum_exp(logits):
    largest = logits.max(axis=1)
    return largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))


check("activations.log_sum_exp", stable_log_sum_exp, record=False)


# %% [markdown]
# <a id="solution-3"></a>
# ### Solution 3: bug hunt
# Maximum and sum run down the columns, over the images. They belong along the rows, over the classes.

# %% tags=["solution"]
def class_probabilities(logits):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


check("activations.bug_hunt", class_probabilities, record=False)


# %% [markdown]
# <a id="solution-4"></a>
# ### Solution 4: the expected calibration error
# The gap of a group, times its size, is the size of the sum of its differences.

# %% tags=["solution"]
def calibration_error(confidence, right):
    confidence, right = np.asarray(confidence), np.asarray(right)
    group = np.minimum((10 * confidence).astype(int), 9)
    gaps = [abs(np.sum(confidence[group == k] - right[group == k])) for k in range(10)]
    return sum(gaps) / len(right)


check("activations.calibration_error", calibration_error, record=False)

# %% [markdown]
# <a id="solution-5"></a>
# ### Solution 5: how wide may it be?
# The plain block has 2 · 128 · 512 = 131,072 weights, a gated one of width n has 3 · 128 · n. So n is at most 341: two thirds of 512. That is why such widths occur in published models.

# %% tags=["solution"]
answer = 2 * 128 * 512 // (3 * 128)

check("activations.gated_width", answer, record=False)
