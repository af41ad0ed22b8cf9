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
# # 05 · Initialization, deeper: what else can a start decide?
#
# The rules of [the core notebook](05_initialization.ipynb) keep the size of a signal. These sections ask for more: every direction kept, forty layers, any width, any input, and weights that have learned something already.
#
# BADGE

# %% tags=["setup"]
SETUP

# %%
from helpers.explore import explore, still
from helpers.figures import initialization_deeper as figures

explore(
    figures.stretches,
    figsize=(5.6, 3.0),
    kind=["random", "orthogonal"],
    depth=(1, 40),
    play="depth",
    stills=[
        still("random, 1 layer", depth=1),
        still("random, 4 layers", depth=4),
        still("random, 20 layers", depth=20),
        still("orthogonal, 20 layers", kind="orthogonal", depth=20),
    ],
)

# %% [markdown]
# By how much do linear layers of 32 units stretch each of 32 directions? Random weights of the right size keep the *average*, and lose nearly all directions. The first section makes use of this.
#
# **You will be able to**
#
# - initialize a network of forty layers so that it trains, in two ways;
# - transfer a learning rate from a narrow network to a wide one;
# - scale correlated and skewed inputs, and clip gradients without turning them;
# - judge whether pre-training helped, and how much of a result is luck.
#
# **Time:** 90–125 minutes, exercises included; each section stands alone. **You need:** the core notebook.

# %% [markdown]
# ## Three questions from earlier notebooks (2 min)

# %%
import keras
import numpy as np

from helpers.exercise import check, hint, quiz
from helpers.figures.initialization import draw_accuracies
from helpers.results import read_results

quiz("initialization.q4")

# %%
quiz("initialization.q5")

# %%
quiz("initialization.q6")

# %% [markdown] tags=["I10"]
# ## Can a layer keep every direction? (5 min)
#
# Every matrix stretches some directions and shrinks others. Multiply many random ones, and a few directions win: in the figure above, after 20 layers only a handful of 32 is left. Whatever the other directions said about an example is lost, forward and backward.
#
# An **orthogonal** matrix turns and mirrors, and stretches nothing: WᵀW is the identity, and so is the product of twenty. Saxe and others (2013) proposed to start with one. It is drawn from a random matrix, whose columns are made perpendicular (by the QR decomposition):

# %%
W = np.array(keras.initializers.Orthogonal(gain=1.0, seed=0)((32, 32)))
print("largest deviation of WᵀW from the identity below 0.00001:", end=" ")
print(np.abs(W.T @ W - np.eye(32)).max() < 1e-5)

# %% [markdown]
# An activation bends what the matrix has kept. Does the start still help in a real network, trained on clothes?
#
# **Predict.** tanh is about linear near 0; ReLU cuts off half of the numbers in every layer. For which of them will an orthogonal start help more, and at which depth?

# %%
results = read_results("initialization")
orthogonal = {
    name.replace("relu", "ReLU"): runs for name, runs in results["orthogonal"].items()
}
draw_accuracies(
    orthogonal, "Orthogonal matrices rescue forty layers of tanh, and ReLU little"
)

# %% [markdown]
# At 20 layers nothing is won that is larger than the spread of the eight seeds. At 40 layers of tanh, orthogonal matrices take every network above 70 %, while with random ones of the same size most stay below 60 %. ReLU gains less: it throws directions away itself. (The gain is 1 for tanh, √2 for ReLU; each way has its own tuned learning rate, at the right.)

# %% [markdown] tags=["I10"]
# ## What if each layer adds instead of replacing? (6 min)
#
# Another way to lose nothing is to keep what is there. A **skip connection** carries the input around the layer, and the layer only *adds* to it (a **residual branch**):
#
# $$a \leftarrow a + f(a W + b) .$$
#
# Forward, the signal passes unchanged beside the layer. Backward, the derivative is 1 + …, so the gradient passes too. In Keras:

# %%
def add_layers(depth, factor):
    """Return a network of layers that add; each branch is multiplied by `factor`."""
    x = inputs = keras.Input((32,))
    for _ in range(depth):
        branch = keras.layers.Dense(32, "relu", kernel_initializer="he_normal")(x)
        x = keras.layers.Add()([x, keras.layers.Rescaling(factor)(branch)])
    return keras.Model(inputs, x)


start = np.random.default_rng(0).normal(size=(200, 32)).astype("float32")
for factor in (1.0, 20**-0.5):
    keras.utils.set_random_seed(0)
    out = np.asarray(add_layers(20, factor)(start))
    print(f"20 layers, factor {factor:.2f}: size {np.sqrt(np.mean(out**2)):,.1f}")

# %% [markdown]
# He's rule makes each branch as large as its input. Two of them together have twice the mean square or more, and it doubles again with every layer. *How large is right?* is a question about the whole architecture, not about one layer. Three remedies:
#
# - **scale each branch** by 1/√depth, so that all branches together are about as large as the input (GPT-2 does this to its branches' last weights);
# - **begin at 0**: multiply each branch by a number that starts at 0 and is learned (SkipInit, ReZero); the network begins as the identity;
# - begin with **small weights**, which elsewhere is the worst choice there is.
#
# (Batch normalization in every branch, as in the first ResNets, is a fourth: notebook 08.)
#
# **Predict.** Plain layers with He's rule get worse with depth. What about the three remedies, at 40 layers?

# %%
figures.draw_skips(results["skips"])

# %% [markdown]
# At 40 layers, plain layers get 37 % on average over eight seeds. Layers that add 0 at first get 79 %, nearly as much as with 5 layers (81 %), and small weights almost the same. The factor 1/√depth alone is the weakest of the three, 62 %. Layers that add with the factor 1 are missing from the figure: at 20 and 40 layers they diverge at every learning rate down to 0.0003. None of these networks gets *better* with depth; these images do not need it.

# %% [markdown] tags=["I10"]
# ## Does a wider network need another learning rate? (5 min)
#
# You tune the learning rate on a small network and then train a large one. Will the rate still be right? Take three hidden layers of 16, 64 or 256 units, trained with Adam (notebook 06) for three epochs. Adam moves every weight by about the learning rate, whatever its gradient. A unit that adds up four times as many such movements, all in the same sense, moves four times as far.
#
# So a width-aware parametrization divides the learning rate of a layer by its fan-in. **μP** (maximal update parametrization, Yang and others 2022) works this out for all layers. For Adam, against a narrow network of width 16:
#
# | layer | standard deviation of initial weights | learning rate |
# |---|---|---|
# | first | as usual | as usual |
# | hidden, 16 · k units | as usual (∝ 1/√fan-in) | divided by k |
# | last | as usual, divided by √k more | divided by k |
#
# **Predict.** How does the best learning rate of the usual parametrization move when the width grows by 4, and by 16? And with μP?

# %%
figures.draw_width(results["width"])

# %% [markdown]
# With the usual parametrization the best rate falls by a factor of 8, from 0.0096 to 0.0012. With μP it stays within a factor of 2, the distance of the rates that were tried (medians of five seeds). So take the rate tuned at width 16 to width 256: with μP that costs nothing (loss 0.43, and 0.43 at the best rate), with the usual parametrization a lot (0.50 instead of 0.38). μP transfers the rate; it does not promise a lower loss. Tuned at its own width, the usual network is the better one here.

# %% [markdown] tags=["I4"]
# ## What does the gain of an activation leave undone? (8 min)
#
# For any activation the **gain** can be measured: put standard normal numbers in, and divide 1 by the root of the mean square that comes out. Weights with LeCun's standard deviation times the gain then keep the size of z from layer to layer. What about the gradient? Going back, a layer multiplies its mean square by E[f′(z)²] / E[f(z)²].

# %%
activations = {
    "linear": lambda z: z,
    "tanh": np.tanh,
    "SELU": lambda z: np.asarray(keras.ops.selu(z)),
    "GELU": lambda z: np.asarray(keras.ops.gelu(z, approximate=False)),
    "ReLU": lambda z: np.maximum(z, 0),
    "softplus": lambda z: np.logaddexp(z, 0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}

# %%
z = np.random.default_rng(0).normal(size=200_000)


def gain(f):
    return 1 / np.sqrt(np.mean(f(z) ** 2))


def gradient_left(f, layers=10, h=1e-4):
    """Return the size of a gradient that began with 1 and went back some layers."""
    slope = (f(z + h) - f(z - h)) / (2 * h)
    return np.sqrt(np.mean(slope**2) / np.mean(f(z) ** 2)) ** layers


# %% [markdown]
# **Predict.** Sigmoid and softplus give positive numbers only. Their z keeps its size like all others'. Does their gradient? And do two examples stay apart?

# %%
def last_cosine(f, layers=10, units=200, seed=0):
    """Return the mean cosine of 50 pairs of examples after some layers."""
    rng = np.random.default_rng(seed)
    a, s = rng.normal(size=(100, units)), gain(f) / np.sqrt(units)
    for layer in range(layers):
        sums = a @ rng.normal(scale=s if layer else units**-0.5, size=(units, units))
        a = f(sums)
    one, other = sums[:50], sums[50:]
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.mean((one * other).sum(axis=1) / lengths)


# %%
left = {name: gradient_left(f) for name, f in activations.items()}
cosine = {
    name: np.mean([last_cosine(f, seed=seed) for seed in range(5)])
    for name, f in activations.items()
}
figures.draw_gains(left, cosine)

# %% [markdown]
# For sigmoid and softplus the gradient is lost going back, and the differences between examples are lost going forward: the same slopes shrink both, and no size of the weights can help. ReLU and GELU lie between: they keep the gradient, and draw examples together slowly. For tanh the gradient doubles in ten layers, because its gain is 1.6; Glorot's rule leaves the gain out, and lets both shrink a little.
#
# ### Normal or uniform?
#
# The argument used nothing but mean and variance, so the shape of the distribution should not matter. (Keras's normal initializers cut the bell at two standard deviations, so that no weight begins extreme, and widen it before by 1/0.8796 to make up for it.) Ten ReLU layers, five seeds:

# %%
for name in ("he_normal", "he_uniform", "glorot_normal", "glorot_uniform"):
    ends = []
    for seed in range(5):
        keras.utils.set_random_seed(seed)
        a = np.random.default_rng(seed).normal(size=(50, 200))
        for _ in range(10):
            a = np.maximum(a @ np.array(keras.initializers.get(name)((200, 200))), 0)
        ends.append(np.sqrt(np.mean(a**2)))
    print(f"{name:15} size in layer 10: {min(ends):.3f} to {max(ends):.3f}")

# %% [markdown]
# Normal and uniform overlap; He and Glorot are a factor of 2⁵ = 32 apart.

# %% [markdown]
# ### Exercise 1: the gain of your own activation
# Write `own_gain(activation, z)`: `z` holds numbers drawn from a standard normal distribution, `activation` is a function of arrays whose mean need not be 0. [Solution 1, at the end](#solution-1)

# %%
def own_gain(activation, z):
    """Return the gain. Example: an activation that doubles its input → 0.5"""
    return ...  # replace the three dots


check("initialization.gain", own_gain)

# %% [markdown] tags=["I6"]
# ## Why does scaling shorten the walk? (14 min)
#
# Take one linear neuron with two inputs and no bias. Its squared error over the two weights is a bowl. The gradient of a weight is proportional to its input, so the bowl is steep along the weight of a large feature, and flat along that of a small one. Gradient descent has *one* learning rate for both: what the steep side allows is a crawl on the flat one.
#
# Three ways to scale features, with the mean of each subtracted already:

# %%
def standardize(x):
    return x / x.std(axis=0)


def whiten(x):
    """Turn the cloud onto its axes, stretch it until it is round, and turn it back."""
    variances, axes = np.linalg.eigh(np.cov(x.T))
    return x @ (axes / np.sqrt(variances)) @ axes.T


scalings = {
    "as they are": lambda x: x,
    "standardized": standardize,
    "whitened": whiten,
}

# %% [markdown]
# Each bowl is seen from above: dark is low, the cross is the best place, the ring the first one. The cloud of examples stands beside it. The learning rate is the best that each bowl has (notebook 06 derives it), and the number counts the steps over 99 % of the way.
#
# **Predict.** A wide feature makes the walk long, and standardizing cures that. Does it also cure two features that rise together?

# %%
explore(
    figures.bowl,
    figsize=(5.6, 3.2),
    scalings=scalings,
    scaling=list(scalings),
    unit=(1.0, 8.0, 1.0),
    correlation=(0.0, 0.9, 0.1),
    stills=[
        still("feature 2 is 4 times as wide"),
        still("the same, standardized", scaling="standardized"),
        still("correlated, standardized", scaling="standardized", correlation=0.8),
        still("correlated, whitened", scaling="whitened", correlation=0.8),
    ],
)

# %% [markdown]
# The rounder the cloud, the rounder the bowl, and the shorter the walk. Standardizing makes the two widths equal; the tilt stays, and with it the zigzag. **Whitening** turns and stretches the cloud until it is round, and the first step arrives. On images it is no free gift: it blows up directions in which images hardly differ, and with them the noise. In the experiment of the core notebook it stayed behind standardizing (8 epochs of SGD: 82.0 % against 83.1 %).
#
# ### Skewed features
#
# Incomes, populations and prices have many small values and a few huge ones. Standardizing moves and stretches such a feature, but keeps its shape. A **logarithm** turns equal ratios into equal distances; a **quantile** scale replaces a value by the share of training values below it.
#
# **Predict.** A line should predict from an income (a) how content somebody is, one point more for each doubling, (b) the tax, 20 % of it. Which scale is best for which?

# %%
scales = {
    "standardized": lambda train, x: (x - train.mean()) / train.std(),
    "logarithm": lambda train, x: np.log(x) - np.log(train).mean(),
    "quantile": lambda train, x: np.searchsorted(np.sort(train), x) / len(train),
}

# %%
explained = {name: {"content": [], "tax": []} for name in scales}
for seed in range(5):
    rng = np.random.default_rng(seed)
    income = np.exp(rng.normal(10, 1, size=600))
    content = np.log2(income) + rng.normal(0, 0.5, 600)
    targets = {"content": content, "tax": 0.2 * income + rng.normal(0, 3000, 600)}
    for name, scale in scales.items():
        v = scale(income[:300], income)
        for task, y in targets.items():
            line = np.polyval(np.polyfit(v[:300], y[:300], 1), v[300:])
            share = 1 - np.mean((y[300:] - line) ** 2) / y[300:].var()
            explained[name][task].append(share)

# %%
shown = {name: scale(income[:300], income) for name, scale in scales.items()}
figures.draw_scales(shown, explained)

# %% [markdown]
# (Share of the variance on 300 new people that the line explains, mean of five seeds; 1 is perfect.) Where ratios matter, take logarithms; where amounts matter, do not. A quantile scale is safe against outliers, and forgets how far apart values are.

# %% [markdown] tags=["I7"]
# ## What if a gradient explodes all the same? (18 min)
#
# Training can meet a **cliff**: a place where the loss is so steep that one step throws the weights far away. Deep and recurrent networks, which multiply many weights, have many of them. The remedy is crude: when a gradient is too large, shorten it before the step.

# %%
def clip_by_value(gradient, limit):
    return np.clip(gradient, -limit, limit)  # each number by itself


def clip_by_norm(gradient, limit):
    length = np.linalg.norm(gradient)
    return gradient * (limit / length) if length > limit else gradient


# %% [markdown]
# **Predict.** The gradient is [3, 1.2] and the limit 1. Which of the two keeps its direction? What becomes of [0.1, 10]?

# %%
explore(
    figures.clip_arrows,
    figsize=(5.6, 3.4),
    by_value=clip_by_value,
    by_norm=clip_by_norm,
    first=(0.0, 5.0, 0.1),
    second=(0.0, 10.0, 0.1),
    limit=(0.5, 2.5, 0.25),
    stills=[
        still("[3, 1.2], limit 1"),
        still("[0.1, 10], limit 1", first=0.1, second=10.0, own_scale=True),
    ],
)

# %% [markdown]
# By value, [0.1, 10] becomes [0.1, 1], another direction; by norm it becomes [0.01, 1.00] (exactly [0.0099995, 0.99995]). In Keras, these are arguments of every optimizer: `clipvalue`; `clipnorm`, which measures each kernel and bias by itself; `global_clipnorm`, which measures all of them together. Only the last keeps the direction of the step *as a whole*.
#
# ### A cliff
#
# Ten linear layers share one weight w, and the loss is ¾ (w¹⁰ − 1)², seen from the side. Its minimum is at w = 1.
#
# **Predict.** From w = 1.25, with a learning rate of 0.01: where does the first step end without a limit? And what does a limit do for a walk that begins on the plateau, at 0.4?

# %%
explore(
    figures.cliff,
    figsize=(5.6, 3.2),
    clip=clip_by_norm,
    limit=[0, 20, 10, 5, 2],
    start=(0.3, 1.3, 0.05),
    stills=[
        still("no limit", limit=0),
        still("limit 20", limit=20),
        still("limit 5", limit=5),
        still("limit 5, from the plateau", limit=5, start=0.4),
    ],
)

# %% [markdown]
# Without a limit the wall throws the walk nine units to the left. With a limit it comes down in steps of equal length and then descends as usual. On the plateau clipping does nothing: it makes large gradients smaller, not small ones larger.
#
# ### And in a real network?
#
# The twenty ReLU layers of the core notebook, from He's rule and from weights that are too large (s = 0.35), with every kind of clipping. Learning rate *and* limit are tuned for each way.
#
# **Predict.** Can clipping make up for a wrong initialization? Does it change anything where the initialization is right?

# %%
title = "Clipping helps He's rule, and does not replace it"
draw_accuracies(results["clipping"], title)

# %% [markdown]
# With He's rule, clipping raises the mean from 67 % to 70–75 %. It does so mainly by lifting the worst networks, from 51 % to 66 % and more; clipping by norm costs some of the good ones a few points. Clipping each number, the crude way, does best here. With the large weights clipping turns networks that learn next to nothing (16 %) into networks that learn something: 48 % with the best kind. So clipping does not replace a right initialization. It is worth having *with* one: most large trainings have it switched on.

# %% [markdown]
# ### Exercise 2: which kind was it?
# Two variables have the gradients [0.6, 0.8] and [3, 4]. Four optimizers with the limit 1 made four steps of them. Choose for each: `"clipvalue"`, `"clipnorm"`, `"global_clipnorm"` or `"none"`. [Solution 2, at the end](#solution-2)
#
# | step | first variable | second variable |
# |---|---|---|
# | A | 0.118, 0.157 | 0.588, 0.784 |
# | B | 0.6, 0.8 | 1, 1 |
# | C | 0.6, 0.8 | 3, 4 |
# | D | 0.6, 0.8 | 0.6, 0.8 |

# %%
answer = {"A": ..., "B": ..., "C": ..., "D": ...}

check("initialization.which_clip", answer)

# %% [markdown] tags=["I8"]
# ## Can another task's weights be the start? (11 min)
#
# Perhaps the best initial weights are those that have learned something. **Transfer learning**: **pre-train** a network on a task with many labels, put a new output layer on its hidden layers, and train on the task with few. The learned layers can be **frozen**, used as they are, or **fine-tuned**, trained further. The competitor trains everything **from scratch**. In Keras, freezing is one line:

# %%
body = keras.Sequential(
    [
        keras.Input((400,)),
        keras.layers.Dense(128, "relu"),
        keras.layers.Dense(64, "relu"),
    ]
)
transferred = keras.Sequential([body, keras.layers.Dense(5, "softmax")])
body.trainable = False  # before compile; True again to fine-tune
learned = sum(int(np.prod(w.shape)) for w in transferred.trainable_weights)
print(f"frozen: {learned} of {transferred.count_params():,} parameters learn")

# %% [markdown]
# The task: ten classes of clothes, divided at random into five to pre-train on and five new ones, with few labels. To make it hard, each image lies at a random place of a larger frame. Pre-training sees every image at twelve places.

# %%
from helpers.data import hold_out, load_fashion_mnist, small_images

(images, classes), _ = load_fashion_mnist()
(x_train, y_train), *_ = hold_out(small_images(images), classes)


def framed(image, row, column):
    frame = np.zeros((20, 20))
    frame[row : row + 14, column : column + 14] = image.reshape(14, 14)
    return frame


rng = np.random.default_rng(0)
boot, *others = (x_train[y_train == label][0] for label in (9, 1, 3, 8))
figures.draw_frames(
    {
        "pre-training": [framed(x, *rng.integers(0, 7, 2)) for x in others],
        "one new image, moved": [framed(boot, *rng.integers(0, 7, 2)) for _ in "123"],
    }
)

# %% [markdown]
# What has pre-training learned that few images cannot teach? Perhaps only that the place in the frame does not matter. But that can be had without pre-training: copy each of the few images to twelve random places. So a fair comparison gives *every* way the same moved copies, the same images and a tuned learning rate; eight random divisions of the classes.
#
# **Predict.** With 5 labels per class, which gains more: moved copies, or pre-training? And is it better to freeze or to fine-tune?

# %%
figures.draw_transfer(results["transfer"])

# %% [markdown]
# Moving the few images gains 18 points with 5 labels per class, in all eight divisions. With the same copies for everyone, fine-tuning gains 2 to 4 points more, down to 2 with 500 labels. **Frozen** layers gain nothing: −1 point with 5 labels, −5 with 500, for they know only what five other classes needed. Without copies of the few images, frozen layers seem to gain 7 points with 5 labels: that is the copies that *pre-training* has seen.
#
# Where the pixels of the pre-training images are shuffled, in the same way for all, fine-tuning gains nothing either: what was learned has to fit.
#
# Is a **broad** source better? Pre-trained on the same number of garments from 2 to 5 classes, then frozen, 20 labels per class:

# %%
for number, runs in results["breadth"].items():
    shares = [run["comparison"] for run in runs]
    print(f"{number} classes: mean {np.mean(shares):.1%}", end=", ")
    print(f"{min(shares):.0%} to {max(shares):.0%}")
pairs = zip(results["breadth"]["2"], results["breadth"]["5"], strict=True)
gains = [100 * (five["comparison"] - two["comparison"]) for two, five in pairs]
print(f"5 classes instead of 2: {min(gains):+.0f} to {max(gains):+.0f} points")

# %% [markdown]
# With the same number of garments, more classes teach more: 5 instead of 2 gain in all eight divisions, 7 points on average. One feature may tell two classes apart; five classes need many, and one of them is more likely to be of use elsewhere. That is one reason to pre-train on broad data. It is not the whole story: on photographs, 127 classes instead of 1,000 cost little (Huh and others 2016).
#
# **Meta-learning** makes the start itself the goal. Take many small tasks. From the present start w, train a few steps on one task; call the result w′. Then move the start a little towards it, w ← w + ε (w′ − w), and take the next task (Reptile, a simple relative of MAML). The start drifts to a place from which every task is near.

# %% [markdown]
# ### Exercise 3: is the comparison fair?
# Answer `"fair"` or `"unfair"` for each. [Solution 3, at the end](#solution-3)
#
# - A: A pre-trained network is fine-tuned with flipped and moved copies of 50 images. The network from scratch gets the 50 images.
# - B: Both get the same 50 images, the same copies, and the best of five learning rates each. Five seeds.
# - C: The pre-trained network gets the best of five learning rates. The network from scratch uses Keras's default.
# - D: Both are tuned alike. Pre-trained: 71.2 %, from scratch: 70.4 %, one seed each.

# %%
answer = {"A": ..., "B": ..., "C": ..., "D": ...}

check("initialization.fair_transfer", answer)

# %% [markdown] tags=["I9"]
# ## How much of a result is luck? (8 min)
#
# The same network, the same data, another seed: another result. Luck matters most where a network is barely large enough. Two hidden units *can* represent XOR (notebook 01).
#
# **Predict.** Of 50 random initializations with 2 tanh units, how many learn XOR? And with 4, with 16?

# %%
from helpers.stacked import stack

corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
x_xor, y_xor = np.tile(corners, (50, 1)), np.tile([0, 1, 1, 0], 50)


def xor_model(units, seed):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Dense(units, "tanh"), keras.layers.Dense(1, "sigmoid")]
    return keras.Sequential([keras.Input((2,)), *layers])


# %%
luck = {}
for units in (2, 4, 16):
    many = stack([xor_model(units, seed) for seed in range(50)])
    many.compile(
        keras.optimizers.SGD(1.0), "binary_crossentropy", steps_per_execution=50
    )
    # 40 epochs of 50 batches: each batch holds the four corners
    many.fit(x_xor, y_xor, epochs=40, batch_size=4, shuffle=False, verbose=0)
    result = many.evaluate(x_xor, y_xor, batch_size=4, verbose=0, return_dict=True)
    luck[f"{units} units"] = np.array(result["loss"])

figures.draw_luck(luck)

# %% [markdown]
# Two units can represent XOR, and yet about half of the initializations do not get there in 2,000 steps. Many stay near ½ ln 2 = 0.35: two corners right, the other two at one half. (Some of them sit on a plateau and would still arrive, as in notebook 03.) With four units nearly all succeed. This is one reason why networks are made larger than they need to be.
#
# ### Ask several
#
# Thirty networks differ in their initial weights and in nothing else. Are the best and the worst far apart? And how good is a vote of several, the mean of their probabilities?

# %%
(x_train, y_train), _, (x_new, y_new) = hold_out(small_images(images), classes)
mean, deviation = x_train.mean(), x_train.std()


def one_network(seed):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Dense(32, "relu"), keras.layers.Dense(10, "softmax")]
    return keras.Sequential([keras.Input((196,)), *layers])


crowd = stack([one_network(seed) for seed in range(30)])
loss = keras.losses.SparseCategoricalCrossentropy()
crowd.compile(keras.optimizers.SGD(0.1), loss, steps_per_execution=47)
crowd.fit((x_train - mean) / deviation, y_train, epochs=6, batch_size=64, verbose=0)
chances = crowd.predict((x_new - mean) / deviation, verbose=0)  # images, networks, 10
single = np.mean(chances.argmax(axis=-1) == y_new[:, None], axis=0)

# %%
rng, voted = np.random.default_rng(0), {}
for size in (1, 2, 3, 5, 8, 12):
    groups = [rng.permutation(30)[:size] for _ in range(30)]
    votes = [chances[:, group].mean(axis=1).argmax(axis=-1) for group in groups]
    voted[size] = np.array([np.mean(vote == y_new) for vote in votes])

figures.draw_votes(single, voted)

# %% [markdown]
# A vote of twelve is about 0.7 points better than the mean network, and as good as the best single one, which you cannot know beforehand. Networks that score alike do not make the same mistakes; where one is wrong by chance, most others are right. Keep the size in mind: 0.7 points are 21 of 3,000 images, and each accuracy alone is uncertain by ± 0.7. More in notebook 08.

# %%
quiz("initialization.q7")

# %% [markdown]
# ## Further reading
#
# - Saxe, McClelland, Ganguli (2013), [Exact solutions to the nonlinear dynamics of learning in deep linear networks](https://arxiv.org/abs/1312.6120): orthogonal starts.
# - He, Zhang, Ren, Sun (2016), [Deep residual learning](https://arxiv.org/abs/1512.03385); De, Smith (2020), [Batch normalization biases residual blocks towards the identity function](https://arxiv.org/abs/2002.10444): SkipInit; Bachlechner and others (2020), [ReZero is all you need](https://arxiv.org/abs/2003.04887).
# - Yang and others (2022), [Tensor programs V](https://arxiv.org/abs/2203.03466): μP, and tuning large networks through small ones.
# - Pascanu, Mikolov, Bengio (2013), [On the difficulty of training recurrent neural networks](https://arxiv.org/abs/1211.5063): cliffs, and clipping by norm.
# - Yosinski, Clune, Bengio, Lipson (2014), [How transferable are features in deep neural networks?](https://arxiv.org/abs/1411.1792); Huh, Agrawal, Efros (2016), [What makes ImageNet good for transfer learning?](https://arxiv.org/abs/1608.08614)
# - Nichol, Achiam, Schulman (2018), [On first-order meta-learning algorithms](https://arxiv.org/abs/1803.02999): Reptile.
# - Lakshminarayanan, Pritzel, Blundell (2017), [Simple and scalable predictive uncertainty estimation using deep ensembles](https://arxiv.org/abs/1612.01474): votes.

# %% [markdown]
# ## Solutions

# %% [markdown]
# <a id="solution-1"></a>
# ### Solution 1: the gain of your own activation
# What the next sums depend on is the mean square, not the variance: a mean that is not 0 counts too.

# %% tags=["solution"]
def own_gain(activation, z):
    return 1 / np.sqrt(np.mean(activation(z) ** 2))


check("initialization.gain", own_gain, record=False)

# %% [markdown]
# <a id="solution-2"></a>
# ### Solution 2: which kind was it?
# All numbers together have the length √(1 + 25) = 5.1, and A divides everything by it. B cuts 3 and 4 off at 1. D shortens the second variable to length 1; the first has it already.

# %% tags=["solution"]
answer = {"A": "global_clipnorm", "B": "clipvalue", "C": "none", "D": "clipnorm"}

check("initialization.which_clip", answer, record=False)

# %% [markdown]
# <a id="solution-3"></a>
# ### Solution 3: is the comparison fair?
# In A one side has more images, in C more tries. In D the difference is smaller than what another seed can change.

# %% tags=["solution"]
answer = {"A": "unfair", "B": "fair", "C": "unfair", "D": "unfair"}

check("initialization.fair_transfer", answer, record=False)
