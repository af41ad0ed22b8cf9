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
# # 05 · Initialization: where should the weights start?
#
# Before the first step of training, every weight needs a value. Draw them a little too small, and ten layers later nothing is left of the signal; a little too large, and it explodes.
#
# BADGE

# %% tags=["setup"]
SETUP

# %%
from helpers.figures import initialization as figures

figures.draw_three_starts()

# %% [markdown]
# The same inputs pass through ten ReLU layers, three times. Each row is a histogram: how large are the numbers in that layer? The weights on the left are half as large as those in the middle, the weights on the right twice as large.
#
# **You will be able to**
#
# - say why weights must start different from each other, and how large;
# - derive the rules of LeCun, Glorot and He in four steps, and choose between them;
# - tell from the numbers in its layers what is wrong with a network that does not learn;
# - scale inputs with the right statistics, and say what that gains.
#
# **Time:** 115–150 minutes, exercises included. **You need:** backpropagation (notebook 03), activations and saturation (04), mean, variance and standard deviation.

# %% [markdown]
# ## Three questions from earlier notebooks (2 min)
# Open the answer you think is right.

# %%
import keras
import numpy as np

from helpers.exercise import check, hint, quiz
from helpers.explore import explore, still

quiz("initialization.q1")

# %%
quiz("initialization.q2")

# %%
quiz("initialization.q3")


# %% [markdown] tags=["I1"]
# ## What if all weights start equal? (12 min)
#
# Why not begin with 0 everywhere, or with 0.5? Take a network with two inputs, four tanh units and one sigmoid output, and four choices of initial weights. All biases start at 0, as Keras does it.

# %%
def build(hidden, output):
    """Return a 2-4-1 network whose two kernels come from these initializers."""
    layers = [
        keras.layers.Dense(4, activation="tanh", kernel_initializer=hidden),
        keras.layers.Dense(1, activation="sigmoid", kernel_initializer=output),
    ]
    return keras.Sequential([keras.Input((2,)), *layers])


half = keras.initializers.Constant(0.5)
random = keras.initializers.RandomNormal(stddev=0.5, seed=2)

# %% [markdown]
# (A **kernel** is a layer's weight matrix; an **initializer** draws its first values.) The task is the two moons. A callback keeps the weights after each epoch.

# %%
from sklearn.datasets import make_moons

points, labels = make_moons(200, noise=0.15, random_state=0)
choices = {
    "all 0.5": (half, half),
    "all 0": ("zeros", "zeros"),
    "hidden 0.5, output random": (half, random),
    "all random": (random, random),
}
model = build("zeros", "zeros")
model.compile(keras.optimizers.SGD(2.0), "binary_crossentropy", steps_per_execution=20)
path, paths = [], {}
keep = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: path.append(model.get_weights())
)

# %%
for name, (hidden, output) in choices.items():
    keras.utils.set_random_seed(0)
    model.set_weights(build(hidden, output).get_weights())
    path[:] = [model.get_weights()]
    model.fit(points, labels, epochs=20, batch_size=10, verbose=0, callbacks=[keep])
    paths[name] = list(path)

# %% [markdown]
# In the figure, each hidden unit is a ring; its two incoming weights are its coordinates. Rings in one place are units with the same weights.
#
# **Predict.** From *all 0.5*, where do the four rings go? And from *hidden 0.5, output random*, where all four also begin in one place? Which of the two networks can bend its border around a moon?

# %%
explore(
    figures.copies,
    figsize=(7.6, 3.4),
    paths=paths,
    points=points,
    labels=labels,
    initial_weights=list(choices),
    epoch=(0, 20),
    play="epoch",
    stills=[
        still("all 0.5", initial_weights="all 0.5"),
        still("only hidden 0.5", initial_weights="hidden 0.5, output random"),
    ],
)

# %% [markdown]
# From *all 0.5* the units stay **copies** of each other. They compute the same number, so the output sends the same gradient back to each, so they take the same step, and are equal again. Four copies do the work of one unit, however long you train, and one tanh unit draws a straight border.
#
# From *all 0* not even that happens: tanh 0 = 0, so the output weights get no gradient, and since they are 0 they pass none back. Only the output's bias moves.
#
# One difference is enough to break the **symmetry**. Random output weights send a different gradient to each unit, and after one step the units differ. So **draw the kernels at random**. The biases may start at 0, because the weights already tell the units apart. (Where weights should stay equal, they are *one* variable used in several places, as in a convolution.)

# %% [markdown]
# ### Exercise 1: which units stay copies?
# A 2-3-1 network with tanh units is trained with all examples in every step. From which of these initial weights do the three hidden units stay copies of each other, or never move at all? Give the set of letters. [Solution 1, at the end](#solution-1)
#
# - `"a"`: every weight and bias is 0.
# - `"b"`: hidden weights all 0.1, output weights random, biases 0.
# - `"c"`: every weight 0.1, biases 0.
# - `"d"`: hidden weights random, output weights all 0, biases 0.
# - `"e"`: every weight 0.1, hidden biases random.
# - `"f"`: every weight 0.1, hidden biases 0, the bias of the output random.

# %%
symmetric = ...  # such as {"a", "b"}

check("initialization.symmetric", symmetric)  # hint("initialization.symmetric") helps


# %% [markdown] tags=["I2", "I3"]
# ## What becomes of a signal on its way through ten layers? (10 min)
#
# Random, then. But how large? Take ten layers of 200 units without biases. Every weight is drawn from a normal distribution with mean 0 and **standard deviation s**. Send 50 random examples forward. Then send a random gradient back from the last layer to the first, as backpropagation does.

# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


activations = {  # name: (function, slope)
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "ReLU": (lambda z: np.maximum(z, 0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "linear": (lambda z: z, lambda z: np.ones_like(z)),
}


# %%
inputs = figures.examples()  # (50, 200), standard normal
last_gradient = np.random.default_rng(2).normal(size=inputs.shape)


def propagate(kernels, activation):
    """Return a and ∂L/∂a of every layer, first layer first."""
    f, slope = activations[activation]
    a, sums, forward, gradients = inputs, [], [], [last_gradient]
    for W in kernels:
        sums.append(a @ W)
        a = f(sums[-1])
        forward.append(a)
    for W, z in zip(kernels[:0:-1], sums[:0:-1], strict=True):
        gradients.append((gradients[-1] * slope(z)) @ W.T)
    return forward, gradients[::-1]


# %% [markdown]
# **Predict.** First tanh with small weights, s = 0.02: where do activations and gradients become smallest? Then large weights, s = 0.2, with tanh and with ReLU: with which of the two can the activations run away, and what happens with the other?

# %%
explore(
    figures.signals,
    figsize=(7.6, 3.2),
    propagate=propagate,
    s=(0.01, 0.3, 0.005),
    activation=list(activations),
    stills=[
        still("tanh, small weights", s=0.02),
        still("tanh, large weights", s=0.2),
        still("ReLU, large weights", s=0.2, activation="ReLU"),
    ],
)

# %% [markdown]
# **Too small.** Each layer multiplies the signal by the same factor below 1. Going forward it dies towards layer 10, going back towards layer 1. The gradient of a weight is the activation below it times the gradient above it. So in the middle two small numbers are multiplied, at each end one tiny one: no layer learns.
#
# **Too large.** What happens depends on the activation. A ReLU has no upper bound: the signal **explodes**, by the same factor in each layer. A tanh cannot leave −1 … 1, so its units crowd at the two ends: they **saturate**.

# %%
forward, gradients = propagate(0.2 * figures.draws(), "tanh")
print(f"saturated, |a| > 0.99: {np.mean(np.abs(forward[-1]) > 0.99):.0%} of layer 10")
print(f"median slope in layer 10: {np.median(1 - forward[-1] ** 2):.3f}")
print(f"size of the gradient in layer 1: {figures.size_in_words(gradients[0])}")

# %% [markdown]
# A saturated unit has a slope near 0, so its own weights hardly learn. Yet the gradient as a whole *grows* on its way back: the units between the ends pass it on through large weights. Some weights learn next to nothing, others get far too much.

# %% [markdown] tags=["I4"]
# ## How large is right? (25 min)
#
# Follow one unit. It adds up products of weights and inputs, z = w₁x₁ + … + wₙxₙ. The number n of its inputs is its **fan-in**. How large is z? Measure size by the **mean square**, the mean of z², for short E[z²].
#
# **1. One product.** A weight and an input have nothing to do with each other, so the mean square of w x is the mean square of w times that of x. Weights have mean 0, so theirs is their variance:
#
# $$\operatorname{E}[(w x)^2] = \operatorname{Var}(w)\,\operatorname{E}[x^2] .$$
#
# **2. Two products.** The square of a sum has a mixed term: (w₁x₁ + w₂x₂)² = (w₁x₁)² + (w₂x₂)² + 2 w₁x₁ w₂x₂. The two weights are independent and have mean 0, so the mixed term is as often positive as negative. On average it is gone. Check it with Var(w) = 1/200:

# %%
rng = np.random.default_rng(0)
w = rng.normal(scale=np.sqrt(1 / 200), size=(2, 400_000))
x = rng.normal(size=(2, 400_000))
first, second = w * x
print(f"each square:        {np.mean(first**2):.4f}, {np.mean(second**2):.4f}")
print(f"the mixed term:    {np.mean(2 * first * second):7.4f}")
print(f"square of the sum:  {np.mean((first + second) ** 2):.4f}")

# %% [markdown]
# **3. n products.** What holds for two holds for n. All mixed terms vanish, and n equal terms remain:
#
# $$\operatorname{E}[z^2] = n\,\operatorname{Var}(w)\,\operatorname{E}[x^2] .$$
#
# With n = 200 and Var(w) = 1/200 the sum is as large as a single input: the size is kept.
#
# **4. The activation.** ReLU sets the negative half of the numbers to 0.
#
# **Predict.** What does that do to the mean square? By what must you multiply the *weights* to make up for it?

# %%
explore(
    figures.bell,
    figsize=(5.6, 3.0),
    n=[1, 2, 10, 50, 200],
    relu=False,
    factor=(0.5, 2.0, 0.1),
    stills=[
        still("one product", n=1),
        still("200 of them added up", n=200),
        still("then ReLU", n=200, relu=True),
        still("all weights × √2, then ReLU", n=200, relu=True, factor=2**0.5),
    ],
)

# %% [markdown]
# The area of the square is the mean square; the dotted square is 1. The bell widens as products are added: 200 times 0.005 is 1. ReLU cuts off half of it, and with it half of the mean square. The weights have to double it again, so their *variance* must double, and their standard deviation grows by √2.
#
# ### And going back?
#
# The same argument runs in the other direction. ∂L/∂a sums over the units *above*; their number is the **fan-out**. Each term also passes the slope f′(z):
#
# $$\operatorname{E}\!\left[\left(\tfrac{\partial L}{\partial a}\right)^{\!2}\right] = n_{\text{out}}\,\operatorname{Var}(w)\,\operatorname{E}[f'(z)^2]\;\operatorname{E}\!\left[\left(\tfrac{\partial L}{\partial a^{\text{above}}}\right)^{\!2}\right].$$
#
# (This treats what comes from above as independent of the weights and slopes that it meets.) Both formulas together predict all ten layers without drawing a single weight:

# %%
from statistics import NormalDist

# 2,001 equally likely values of a standard normal: a mean over them is E[…]
normal = np.array([NormalDist().inv_cdf((i + 0.5) / 2001) for i in range(2001)])


def predict(s, activation, units=200, layers=10):
    """Return the predicted values of a and of ∂L/∂a in every layer."""
    f, slope = activations[activation]
    mean_square, forward, slopes, gradients = 1.0, [], [], [normal]
    for _ in range(layers):
        z = np.sqrt(units * s**2 * mean_square) * normal
        forward.append(f(z))
        slopes.append(np.mean(slope(z) ** 2))
        mean_square = np.mean(forward[-1] ** 2)
    for slope_square in slopes[:0:-1]:
        gradients.append(np.sqrt(units * s**2 * slope_square) * gradients[-1])
    return forward, gradients[::-1]


# %% [markdown]
# **Predict.** The black line will be this prediction, the filled shapes the numbers of a real network. Ten layers deep, will the two agree within 10 %, within a factor of 2, or of 10?

# %%
explore(
    figures.signals,
    figsize=(7.6, 3.2),
    propagate=propagate,
    predict=predict,
    s=(0.01, 0.3, 0.005),
    activation=list(activations),
    stills=[
        still("ReLU, weights a little too small", s=0.08, activation="ReLU"),
        still("tanh, large weights", s=0.2),
    ],
)

# %%
off = []
for name in activations:
    for s in (0.02, 0.2):
        pairs = zip(propagate(s * figures.draws(), name), predict(s, name), strict=True)
        for real, told in pairs:
            sizes = [[np.sqrt(np.mean(a**2)) for a in rows] for rows in (real, told)]
            off.append(np.max(np.abs(np.log(np.divide(*sizes)))))
print(f"largest error, 8 networks: a factor of {np.exp(max(off)):.2f}")

# %% [markdown]
# Two short formulas describe all of these networks, from vanishing to exploding, within a third. The rest is chance: 200 units are not infinitely many.
#
# ### Three rules
#
# Which variance keeps the size from layer to layer? That depends on the activation, and on the direction you care about.
#
# | rule | variance of a weight | made for | in Keras |
# |---|---|---|---|
# | LeCun | 1 / fan-in | going forward, if f is about linear near 0 | `"lecun_normal"` |
# | Glorot (Xavier) | 2 / (fan-in + fan-out) | both directions, tanh | `"glorot_uniform"`, Keras's default |
# | He (Kaiming) | 2 / fan-in | going forward, ReLU | `"he_normal"` |
#
# Each rule comes as `_normal` and as `_uniform`, with the same variance; which of the two hardly matters ([deeper](05_initialization_deeper.ipynb)). A uniform distribution from −r to r has variance r²/3, so Glorot's limit is r = √(6 / (fan-in + fan-out)).
#
# **Predict.** A layer with 400 inputs and 100 units gets a signal of mean square 1, and a gradient of mean square 1 from above. Which rule keeps the 1 forward, which backward? Does one of them keep both?

# %%
rng = np.random.default_rng(1)
x, gradient = rng.normal(size=(100, 400)), rng.normal(size=(100, 100))
variances = {"LeCun": 1 / 400, "Glorot": 2 / 500, "He": 2 / 400}
predicted, measured = {}, {}
for rule, variance in variances.items():
    ahead, back = 400 * variance, 100 * variance
    predicted[rule] = [ahead, ahead / 2, back, back / 2]
    rows = []
    for _ in range(10):
        W = np.sqrt(variance) * rng.normal(size=(400, 100))
        z, passed = x @ W, gradient * (rng.random((100, 100)) < 0.5)
        signals = [z, np.maximum(z, 0), gradient @ W.T, passed @ W.T]
        rows.append([np.mean(numbers**2) for numbers in signals])
    measured[rule] = np.mean(rows, axis=0)

figures.draw_rules(predicted, measured)

# %% [markdown]
# Going forward, LeCun keeps a linear signal and He a signal that passes ReLU. Going back, the layer gets wider, from 100 to 400, and all three are too small; no variance can serve both directions when the fans differ. Glorot splits the difference: 1.6 forward, 0.4 backward. Where all layers are equally wide, Glorot and LeCun are the same.

# %% [markdown]
# ### Exercise 2: which panel is which?
# Ten layers of 200 units, four initializations. Choose for each panel: `"He, ReLU"`, `"Glorot, ReLU"`, `"too large, ReLU"` or `"too large, tanh"`. [Solution 2, at the end](#solution-2)

# %%
figures.draw_four_starts()

# %%
answer = {"A": ..., "B": ..., "C": ..., "D": ...}

check("initialization.which_start", answer)

# %% [markdown]
# ### Exercise 3: inputs that are not standardized
# The pixels of a data set have a mean square of 0.2. You want the sums z of the *first* layer to have mean square 1. Write the standard deviation that its weights need, for any number of inputs and any mean square. [Solution 3, at the end](#solution-3)

# %%
def first_layer(inputs, mean_square):
    """Return the standard deviation of the weights. Example: 100, 0.25 → 0.2"""
    return ...  # replace the three dots


check("initialization.first_layer", first_layer)

# %% [markdown] tags=["I4"]
# ## Is it enough to keep the size? (8 min)
#
# A network has to tell examples apart. If two different examples arrive at the top as nearly the same numbers, nothing can be learned about them, however large the numbers are. So measure a second thing: the **cosine** of the angle between the activations of two examples. It is 0 when they are at right angles, 1 when they point the same way.
#
# To be fair, each activation gets weights that keep its size. How large these are can be measured: put standard normal numbers in, and see what mean square comes out. The factor on top of LeCun's standard deviation is the activation's **gain**.

# %%
for name, (f, _) in activations.items():
    print(f"{name:8} mean square {np.mean(f(normal) ** 2):.2f}", end=", ")
    print(f"gain {1 / np.sqrt(np.mean(f(normal) ** 2)):.2f}")

# %% [markdown]
# ReLU halves the mean square, so its gain is √2: that is He's rule.
#
# **Predict.** All layers keep their size. tanh is centred on 0, ReLU and sigmoid give no negative numbers. With which of the three do two examples stay apart? And does it help ReLU to have smaller weights?

# %%
explore(
    figures.apart,
    figsize=(5.6, 4.4),
    activation=["tanh", "ReLU", "sigmoid", "GELU"],
    weights_times=(0.7, 1.3, 0.1),
    stills=[
        still("tanh: still apart", activation="tanh"),
        still("ReLU: pulled together", activation="ReLU"),
        still("sigmoid: the same", activation="sigmoid"),
        still("ReLU, weights × 0.8", activation="ReLU", weights_times=0.8),
    ],
)

# %% [markdown]
# The size tells nothing about it. With tanh two examples stay at right angles. ReLU pulls them together: 30° after ten layers. (Bands: five seeds.) With a sigmoid they are one from layer 4 on: every example gives each unit the same number, and only that number is kept large. Notebook 04 showed the result, a deep sigmoid network that learns nothing.
#
# With smaller weights the size decays, but the cosine of ReLU stays as it was: a ReLU network that is multiplied by 0.8 in each layer computes the same directions. So He's rule cannot repair it. This is one reason why very deep ReLU networks are hard to train even with He's rule.

# %% [markdown] tags=["I5"]
# ## Do the initial weights decide whether a deep network learns? (11 min)
#
# Twenty hidden layers of 32 ReLUs, on images of clothes shrunk to 14 × 14 pixels. In Keras the initializer is one argument. (An initializer *object* draws the same numbers every time it is called, so each layer gets one of its own.)

# %%
from helpers.data import hold_out, load_fashion_mnist, small_images

(images, classes), _ = load_fashion_mnist()
training, validation, comparison = hold_out(small_images(images), classes)
mean, deviation = training[0].mean(), training[0].std()


def deep_model(initializer):
    """Return a network of 20 hidden layers; `initializer()` makes an initializer."""
    hidden = [
        keras.layers.Dense(32, "relu", kernel_initializer=initializer())
        for _ in range(20)
    ]
    model = keras.Sequential([keras.Input((196,)), *hidden, keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.05), loss, steps_per_execution=47)
    return model


# %%
from helpers.training_plot import TrainingPlot

keras.utils.set_random_seed(0)
x_train, y_train = (training[0] - mean) / deviation, training[1]
x_validation = (validation[0] - mean) / deviation

model = deep_model(keras.initializers.HeNormal)
seen = {"validation_data": (x_validation, validation[1]), "callbacks": [TrainingPlot()]}
_ = model.fit(x_train, y_train, epochs=4, batch_size=64, verbose=0, **seen)

# %% [markdown]
# One network from one initialization proves little. So the same for four initializations, five seeds each. `stack` makes one Keras model of twenty that share their shape: each is trained as if it were alone, and `fit` gives a loss for each.
#
# **Predict.** Order the four by their loss after four epochs. Which will not learn at all, and what will their loss be?

# %%
from helpers.stacked import stack

initializers = {
    "small, s = 0.01": lambda: keras.initializers.RandomNormal(stddev=0.01),
    "Glorot": keras.initializers.GlorotUniform,
    "He": keras.initializers.HeNormal,
    "large, s = 0.35": lambda: keras.initializers.RandomNormal(stddev=0.35),
}
models = []
for make in initializers.values():
    for seed in range(5):
        keras.utils.set_random_seed(seed)
        models.append(deep_model(make))

# %%
many = stack(models)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
many.compile(keras.optimizers.SGD(0.05), loss, steps_per_execution=47)
history = many.fit(x_train, y_train, epochs=4, batch_size=64, verbose=0)
losses = np.array(history.history["loss"]).reshape(4, 4, 5)  # epochs, kinds, seeds

figures.draw_learning(dict(zip(initializers, np.moveaxis(losses, 1, 0), strict=True)))

# %% [markdown]
# With s = 0.01 nothing arrives, neither forward nor backward: the loss stays at ln 10 = 2.30, as if every class had 10 %. With s = 0.35 the first loss is in the hundreds, and the first steps throw the weights so far off that the network never recovers. He's rule learns from the first epoch. Glorot's rule, Keras's default, halves the mean square in every ReLU layer, 2⁻²⁰ in the end, and loses most of its time.
#
# One learning rate for all is not fair: perhaps another initialization only needs another rate. So a program has tuned the rate of each on validation images and then trained it from eight new seeds.

# %%
from helpers.results import read_results

results = read_results("initialization")
figures.draw_accuracies(
    results["starts"],
    "Tuned learning rates do not rescue a wrong initialization",
    note="3,000 images for comparison, eight seeds, six epochs",
)

# %% [markdown]
# The order stays. (One dot is one seed; the tuned learning rate stands at the right.) Normal or uniform makes no difference that is larger than the spread of the seeds. Smaller rates keep the large weights from flying apart, but they learn next to nothing. What helps beyond initialization is in the [deeper notebook](05_initialization_deeper.ipynb): layers that *add* to their input, orthogonal matrices, clipping.

# %% [markdown]
# ### Exercise 4: read the log
# Four networks of 20 layers with 32 ReLUs print their loss before the first step, and the mean loss of epochs 1 and 5. Choose the most likely cause for each: `"weights too small"`, `"weights too large"`, `"fine"` or `"all weights equal"`. [Solution 4, at the end](#solution-4)
#
# | network | before | epoch 1 | epoch 5 | distinct units in layer 1 |
# |---|---|---|---|---|
# | A | 2.303 | 2.303 | 2.303 | 32 |
# | B | 587 | 10²⁴ | 2.303 | 32 |
# | C | 2.95 | 1.91 | 0.88 | 32 |
# | D | 2.303 | 2.16 | 2.04 | 1 |

# %%
answer = {"A": ..., "B": ..., "C": ..., "D": ...}

check("initialization.read_the_log", answer)


# %% [markdown] tags=["I6"]
# ## What should the inputs look like? (13 min)
#
# All of this began with inputs of mean square 1. Real inputs are metres, euros, grey values up to 255: raw pixels have a mean square near 13,000, and a first layer that expects 1 answers with numbers a hundred times too large. To **standardize** a feature, subtract its mean and divide by its standard deviation:

# %%
def standardize(x, mean, deviation):
    return (x - mean) / deviation


mean = training[0].mean(axis=0)  # one number for each pixel
deviation = np.maximum(training[0].std(axis=0), 0.05)  # some are nearly always 0
z_train = standardize(training[0], mean, deviation)
print(f"mean square of the inputs: {np.mean(z_train**2):.2f}")

# %% [markdown]
# In Keras, the layer `Normalization` does this inside the model, after its method `adapt` has seen the training images; in scikit-learn it is `StandardScaler`.
#
# ### Whose mean?
#
# The two statistics are numbers of the model, just as its weights are: they come from the *training* set, and every later image is treated with the same ones. Twenty networks with one hidden layer are trained on standardized clothes. Then a shop sends sandals, sneakers and boots, and no other clothes.
#
# **Predict.** Somebody standardizes the shop's images with *their own* mean and standard deviation. They have mean 0 and standard deviation 1 again, just like the training images. What happens to the accuracy?

# %%
def small_model(seed):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Dense(32, "relu"), keras.layers.Dense(10)]
    return keras.Sequential([keras.Input((196,)), *layers])


crowd = stack([small_model(seed) for seed in range(20)])
crowd.compile(keras.optimizers.SGD(0.1), loss, steps_per_execution=47)
_ = crowd.fit(z_train, y_train, epochs=6, batch_size=64, verbose=0)

shoes = np.isin(comparison[1], (5, 7, 9))  # sandal, sneaker, ankle boot
raw, shoe_labels = comparison[0][shoes], comparison[1][shoes]
own_deviation = np.maximum(raw.std(axis=0), 0.05)
scaled = {
    "training statistics": standardize(raw, mean, deviation),
    "their own": standardize(raw, raw.mean(axis=0), own_deviation),
}

# %%
right = {}
for name, x in scaled.items():
    answers = crowd.predict(x, verbose=0).argmax(axis=-1)  # (images, networks)
    right[name] = np.mean(answers == shoe_labels[:, None], axis=0)

figures.draw_shoes({"as they are": raw} | scaled, shoe_labels, right)

# %% [markdown]
# (Blue is above the mean, red below.) With the training statistics a shoe is dark where other clothes would be: the empty space above it is part of what makes it a shoe. Subtract the mean of all *shoes*, and that part is gone. A single image, standardized by itself pixel by pixel, would be a row of zeros.
#
# The opposite mistake is a **leak**: computing the statistics from training and test images together. Then the test images have had a say in the model, and the score no longer says how it does on images it has never seen.

# %% [markdown]
# ### Exercise 5: which of these is wrong?
# Answer `"fine"`, `"leak"` (images for testing have a say in the model) or `"mismatch"` (inputs are scaled differently in training and in use). [Solution 5, at the end](#solution-5)
#
# - A: The mean is computed on the training images and stored with the model. A phone app uses the stored numbers.
# - B: All 10,000 images are standardized with their common mean, then split into training and test images.
# - C: In training, pixels are divided by 255. In the app, each photo is divided by its own brightest pixel.
# - D: Which of three scalings to use is decided by the accuracy on the test images.
# - E: A `Normalization` layer is adapted to the training images and saved inside the model.

# %%
answer = {"A": ..., "B": ..., "C": ..., "D": ..., "E": ...}

check("initialization.whose_mean", answer)

# %% [markdown]
# ### Exercise 6: bug hunt
# `prepare` splits rows into training and test part and standardizes them. Models trained on it get a test score that is a little too good. Find the mistake and repair the function; it returns the two parts. [Solution 6, at the end](#solution-6)

# %%
def prepare(x, train_rows):
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    return x[:train_rows], x[train_rows:]


check("initialization.bug_hunt", prepare)

# %% [markdown]
# ### Does it beat dividing by 255?
#
# Most tutorials divide the grey values of Fashion-MNIST by 255 and go on. A program has compared: a network with 64 hidden units, each scaling with its own tuned learning rate, eight seeds. *All pixels alike* uses one mean and one standard deviation for all.
#
# **Predict.** After 8 epochs of SGD, which scaling is ahead? And after 40 epochs, or with Adam?

# %%
chosen = ("÷ 255", "all pixels alike", "each pixel")
figures.draw_scalings(results["scaling"], chosen)

# %% [markdown]
# Standardizing each pixel gains 1.6 points after 8 epochs of SGD, and still 1.2 after 40 epochs and with Adam; it gains with every one of the eight seeds. One mean and one standard deviation for all pixels gain nearly as much. That is small but dependable: each accuracy is uncertain by ± 0.6 points, because 3,000 images are only a sample, but all are measured on the same images, so most of that cancels in a difference. Raw grey values from 0 to 255 are far behind, 70 % with SGD. Why scaling makes the walk downhill straighter is drawn in the [deeper notebook](05_initialization_deeper.ipynb).
#
# ## What to remember
#
# - Units with equal weights, in and out, stay equal. Draw kernels at random; biases may start at 0.
# - E[z²] = fan-in · Var(w) · E[x²]: a layer multiplies the size of its signal, so ten layers multiply it ten times.
# - LeCun 1/fan-in, Glorot 2/(fan-in + fan-out), He 2/fan-in for ReLU. Keras's default is Glorot: in a deep ReLU network, write `kernel_initializer="he_normal"`.
# - Keeping the size does not keep examples apart. Measure both.
# - Standardize with the statistics of the training set, in training and in use. Here that gains about a point over dividing by 255.
# - One run is one draw. Show several seeds, and tune every competitor.
#
# ## Further reading
#
# - LeCun, Bottou, Orr, Müller (1998), [Efficient BackProp](https://doi.org/10.1007/3-540-49430-8_2): variance 1/fan-in, and why to standardize inputs.
# - Glorot, Bengio (2010), [Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html): the histograms, layer by layer.
# - He, Zhang, Ren, Sun (2015), [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852): the rule for ReLU.
# - Schoenholz, Gilmer, Ganguli, Sohl-Dickstein (2017), [Deep information propagation](https://arxiv.org/abs/1611.01232): whether two examples stay apart, to infinite depth.

# %% [markdown]
# ## Solutions

# %% [markdown]
# <a id="solution-1"></a>
# ### Solution 1: which units stay copies?
# In *a*, *c* and *f* the units are equal in everything that comes in and goes out; the single output bias treats them alike. In *b* the gradients that come back differ, in *d* and *e* the numbers that go forward do.

# %% tags=["solution"]
symmetric = {"a", "c", "f"}

check("initialization.symmetric", symmetric, record=False)

# %% [markdown]
# <a id="solution-2"></a>
# ### Solution 2: which panel is which?
# B cannot leave 1, so it is tanh, saturated. C stands upright: He. A shrinks by √½ in each layer, which is what Glorot's rule leaves after ReLU. D grows.

# %% tags=["solution"]
answer = {
    "A": "Glorot, ReLU",
    "B": "too large, tanh",
    "C": "He, ReLU",
    "D": "too large, ReLU",
}

check("initialization.which_start", answer, record=False)


# %% [markdown]
# <a id="solution-3"></a>
# ### Solution 3: inputs that are not standardized
# Set n Var(w) E[x²] = 1 and take the root of Var(w). Nothing comes before these sums but the pixels, so ReLU does not matter yet.

# %% tags=["solution"]
def first_layer(inputs, mean_square):
    return np.sqrt(1 / (inputs * mean_square))


check("initialization.first_layer", first_layer, record=False)

# %% [markdown]
# <a id="solution-4"></a>
# ### Solution 4: read the log
# A stays at ln 10: nothing arrives. B begins with huge outputs and flies apart; afterwards its ReLUs are dead, and it says 10 % to everything. D also begins at ln 10, because equal output weights give every class 10 %. It learns a little, as much as one unit per layer can tell: the units are copies.

# %% tags=["solution"]
answer = {
    "A": "weights too small",
    "B": "weights too large",
    "C": "fine",
    "D": "all weights equal",
}

check("initialization.read_the_log", answer, record=False)

# %% [markdown]
# <a id="solution-5"></a>
# ### Solution 5: which of these is wrong?
# In B and D test images have decided something: the mean, or the scaling. In C a dark photo is brightened in the app and was not in training.

# %% tags=["solution"]
answer = {"A": "fine", "B": "leak", "C": "mismatch", "D": "leak", "E": "fine"}

check("initialization.whose_mean", answer, record=False)


# %% [markdown]
# <a id="solution-6"></a>
# ### Solution 6: bug hunt
# Split first. Then compute both statistics on the training part and use them for both parts.

# %% tags=["solution"]
def prepare(x, train_rows):
    train, test = x[:train_rows], x[train_rows:]
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / deviation, (test - mean) / deviation


check("initialization.bug_hunt", prepare, record=False)
