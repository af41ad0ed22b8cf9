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
# # 06 · Optimizers: how do you walk downhill when you only see the slope?
#
# Five walkers stand on the same spot of the same landscape, and each is told nothing but the slope under its feet. Why do they take five different ways?
#
# BADGE

# %% tags=["setup"]
SETUP

# %%
from helpers.explore import explore, still
from helpers.figures import optimizers as figures

explore(
    figures.race,
    figsize=(4.6, 5.0),
    rules=figures.RUNNERS,
    moment=(0, 100),
    play="moment",
    stills=[
        still("after 20 steps", moment=20),
        still("after 100 steps", moment=100),
    ],
)

# %% [markdown]
# **You will be able to**
#
# - say from the curvature of a hill which learning rates settle, and which throw you out;
# - draw a step of momentum, Nesterov and Adam, and explain what each part is for;
# - recognize an optimizer by its path, and a wrong learning rate by its loss curve;
# - choose an optimizer, a learning rate and a schedule in Keras, and know what to change when training goes wrong.
#
# **Time:** 95–130 minutes, exercises included. **You need:** gradient descent and mini-batches (notebook 03), and contour maps of a loss (02).

# %% [markdown]
# ## Three questions from earlier notebooks (2 min)
# Open the answer you think is right.

# %%
import keras
import numpy as np

from helpers.exercise import check, hint, quiz
from helpers.surface import SURFACES, trace, walk

quiz("optimizers.q1")

# %%
quiz("optimizers.q2")

# %%
quiz("optimizers.q3")

# %% [markdown] tags=["O1"]
# ## Where can you watch an optimizer think? (7 min)
#
# A network has thousands of weights, and nobody can draw its loss. So optimizers are studied on **test surfaces**: functions of two weights whose minima are known. The walkers above are on **Beale's function**, whose minimum lies at (3, 0.5). Its walls are steep, and the floor of its valley is nearly flat, much like the loss of a network.
#
# On the maps of this notebook white is low and blue is high. Where contours crowd, the ground is steep. (Neighbouring contours differ by equal amounts of the *root* of the loss, so that the flat floor has some too.) A star marks a minimum, a white ring the starting point.
#
# Six surfaces are ready: Beale, Rosenbrock's bent valley, Himmelblau's four hollows, a long bowl, a saddle and a plateau. Here plain descent walks for 60 steps.
#
# **Predict.** Before you look at the red line on a map: which way does the first step go, compared with the contour it starts on?

# %%
explore(
    figures.two_views,
    panels=(1, 2),
    figsize=(7.6, 3.4),
    surface=list(SURFACES),
    stills=[
        still("long walls, and a flat floor", surface="beale", own_scale=True),
        still("up on one line, down on the other", surface="saddle", own_scale=True),
    ],
)


# %% [markdown]
# The first step crosses the contour at a right angle, because the gradient does. On Beale it runs into the opposite wall, and then creeps along the floor. On the saddle it walks down towards the middle and slowly turns aside; [the deeper notebook](06_optimizers_deeper.ipynb) asks how one leaves a saddle.
#
# ### Write a rule, and let it walk
#
# An optimizer is an **update rule**: it is given the weights and the gradient, and returns new weights. What it wants to remember from one step to the next it keeps in `state`, a dictionary.

# %%
def descent(w, gradient, state, step, learning_rate):
    return w - learning_rate * gradient


path = walk(descent, "beale", steps=100, learning_rate=0.02)
print("start", path[0], "one step", path[1].round(2), "100 steps", path[-1].round(2))

# %% [markdown] tags=["O2"]
# ## What does plain descent do? (14 min)
#
# Cut through a valley, and look at it from the side. The slice is a parabola, L = ½ λ w², and its **curvature** λ says how quickly the slope changes: the slope at w is λ w. One step takes w to
#
# $$w - \eta\,\lambda\,w = (1 - \eta\lambda)\,w .$$
#
# So each step multiplies the distance to the bottom by the same factor, 1 − ηλ. Notebook 03 had λ = 1; here λ = 25.
#
# **Predict.** From which learning rate on does the ball jump to the other side? From which on does it climb out?

# %%
explore(
    figures.ball,
    figsize=(4.2, 3.4),
    rule=descent,
    learning_rate=(0.004, 0.096, 0.004),
    steps=(1, 8),
    stills=[
        still("creeps down one side", learning_rate=0.02),
        still("jumps across, and settles", learning_rate=0.068),
        still("swings for ever", learning_rate=0.08),
        still("climbs out", learning_rate=0.084),
    ],
)

# %% [markdown]
# Up to η = 1/λ = 0.04 the factor is positive: the ball creeps down on its own side. Beyond it the factor is negative, and the ball jumps across. At 2/λ = 0.08 the factor is −1, and above it every jump is longer than the last. **The limit is 2/λ**: ground that curves twice as much stands only half the learning rate.

# %% [markdown]
# ### Exercise 1: three hills, one learning rate
# The balls stand at w = −1, and all three hills are drawn to the same scale. With η = 0.1, what will each ball do: `"creeps"`, `"jumps and settles"` or `"climbs out"`? [Solution 1, at the end](#solution-1)

# %%
figures.draw_three_hills()

# %%
answer = {"A": ..., "B": ..., "C": ...}

check("optimizers.three_hills", answer)  # hint("optimizers.three_hills") helps

# %% [markdown]
# ### On Beale
#
# With two weights the curvature differs from place to place and from direction to direction. Big leaps carry their number.
#
# **Predict.** From the ring, η = 0.02 ends 0.33 away from the minimum after 100 steps. Will 0.035 end nearer? And 0.04?

# %%
explore(
    figures.one_map,
    figsize=(4.2, 3.5),
    rule=descent,
    learning_rate=[0.001, 0.005, 0.01, 0.02, 0.03, 0.035, 0.04],
    steps=(1, 100),
    play="steps",
    stills=[
        still("too small", learning_rate=0.001),
        still("one leap, then along the valley", learning_rate=0.02),
        still("four wild leaps, then it settles", learning_rate=0.035),
        still("the second leap leaves the map", learning_rate=0.04),
    ],
)

# %% [markdown]
# The largest learning rate that survives ends nearest, and a slightly larger one is lost within five steps. No warning comes before. Where a loss explodes, the learning rate is the first suspect.
#
# ### Which minimum?
#
# Himmelblau's function has four minima, all equally deep. Each starting point below has the colour of the minimum in which its walk ends; white walks find none. The number at a minimum is its steepest curvature.
#
# **Predict.** Raise η until 2/η is 125, and then until it is 100. Which countries will disappear?

# %%
explore(
    figures.countries,
    figsize=(4.2, 4.0),
    learning_rate=[0.003, 0.01, 0.016, 0.02],
    stills=[
        still("η = 0.003", learning_rate=0.003),
        still("η = 0.016", learning_rate=0.016),
        still("η = 0.02", learning_rate=0.02),
    ],
)

# %% [markdown]
# A minimum can hold a walk only while its curvature is below 2/η: first 134 is lost, then 105 as well (red). So **a large learning rate can only rest in a wide minimum**. In which one a walk ends depends on the starting point, the learning rate and the rule.

# %% [markdown] tags=["O4"]
# ## What do the gradients of yesterday know? (13 min)
#
# In a long valley one direction curves 25 times as much as the other. The steep one sets the limit, 2/25, and the gentle one is left with tiny steps. But while the steep gradient keeps changing its sign, the gentle one always points the same way. **Momentum** uses that. It keeps a **velocity** v:
#
# $$v \leftarrow \beta\,v - \eta\,\nabla L(w), \qquad w \leftarrow w + v .$$
#
# A ball with some friction: each step keeps the share β of the old velocity. Written out, v is −η times g + β × (the gradient before) + β² × (the one before that) + … Gradients that agree add up, to at most 1 + β + β² + … = 1/(1 − β) times one step; gradients that flip cancel.

# %%
def momentum(w, gradient, state, step, learning_rate, beta):
    v = state.get("v", 0.0)
    state["v"] = beta * v - learning_rate * gradient
    return w + state["v"]


# %% [markdown]
# **Predict.** The same η = 0.02 and 60 steps, with β = 0, 0.5, 0.9 and 0.99. Is more always better?

# %%
explore(
    figures.valley,
    figsize=(4.2, 2.4),
    rule=momentum,
    beta=[0.0, 0.5, 0.8, 0.9, 0.95, 0.99],
    learning_rate=[0.005, 0.01, 0.02, 0.04, 0.08],
    steps=(1, 100),
    play="steps",
    stills=[
        still("no memory: it crawls", beta=0.0, steps=60),
        still("a little faster", beta=0.5, steps=60),
        still("there in time", beta=0.9, steps=60),
        still("too little friction: it swings", beta=0.99, steps=60),
    ],
)

# %% [markdown]
# β = 0.9 arrives. β = 0.99 remembers about a hundred steps, so it is still being pushed by slopes from the other side of the valley. 0.9 is the usual first choice. Momentum also raises the limit, to 2 (1 + β)/λ; the deeper notebook shows why.

# %%
quiz("optimizers.q5")

# %% [markdown]
# ### Look before you leap: Nesterov
#
# One step of momentum is a sum of two arrows: the old velocity, shortened, and a gradient step. Where should the gradient be measured?
#
# **Predict.** The old velocity is about to carry the ball past the valley. If you measured the gradient *at the tip* of the dashed arrow, would the gradient step be longer or shorter? Which way would it point?

# %%
explore(
    figures.arrows,
    figsize=(4.2, 4.0),
    look_ahead=False,
    step=(2, 9),
    beta=(0.5, 0.95, 0.05),
    stills=[
        still("measured at the ball, added at the tip"),
        still("measured at the tip", look_ahead=True),
    ],
)

# %% [markdown]
# Both pictures start from the same ball with the same velocity. On the left the gradient (grey, where it was measured) knows nothing of the wall ahead, and the ball ends 1.55 from the minimum. **Nesterov's rule** asks for the gradient at w + βv, feels the wall, and turns in time. In Keras: `SGD(0.01, momentum=0.9, nesterov=True)`.

# %% [markdown]
# ### Exercise 2: which β was it?
# Three walks down the long valley with the same learning rate, 60 steps each, a dot every 10 steps. Which one had β = 0, which 0.9 and which 0.99? Then imagine that all gradients are multiplied by 2: which walk, if any, would now leave the valley for good? (Its steep curvature is 25, η is 0.02; the limit with momentum is 2 (1 + β)/λ.) Answer `"A"`, `"B"`, `"C"` or `"none"`. [Solution 2, at the end](#solution-2)

# %%
figures.draw_three_betas()

# %%
answer = {"A": ..., "B": ..., "C": ..., "leaves": ...}

check("optimizers.which_beta", answer)


# %% [markdown]
# ### Exercise 3: one step of Nesterov
# `slope` is a function: `slope(w)` returns the gradient at w. Return the new weights and the new velocity. [Solution 3, at the end](#solution-3)

# %%
def nesterov_step(w, v, slope, learning_rate, beta):
    """Return (w, v). Example: w [1.], v [1.], slope 2w, 0.1, 0.5 → ([1.2], [0.2])"""
    return ...  # replace the three dots


check("optimizers.nesterov_step", nesterov_step)

# %% [markdown] tags=["O5"]
# ## Does every weight deserve the same learning rate? (20 min)
#
# The most used optimizer, Adam, is one idea in three steps. Take a valley that is worse still: curvature 100 for one weight, 1 for the other. Plain descent with η = 0.0196, just below its limit, is told these 24 gradients.

# %%
curvatures, w, gradients = np.array([1.0, 100.0]), np.array([1.0, 0.3]), []
for _ in range(24):
    gradients.append(curvatures * w)  # the gradient of ½ (w₁² + 100 w₂²)
    w = w - 0.0196 * gradients[-1]
gradients = np.array(gradients)  # (24 steps, 2 weights)

figures.draw_stages({"The gradients": gradients})


# %% [markdown]
# The steep weight is told "30", then "−29": it flips from wall to wall. The gentle weight is told "1" each time, and could safely take much longer steps.
#
# ### First: divide by the size
#
# Give each weight a step that does not depend on how large its gradients are: divide each gradient by the usual size of that weight's gradients. The size is the root of a mean of squares. A **running mean** counts recent values more: β times what was before, plus the new one.

# %%
def running_mean(values, beta):
    """Return, for each step, the mean of the values so far; older ones count less."""
    total, weight, means = 0.0, 0.0, []
    for value in values:
        total = beta * total + value
        weight = beta * weight + 1
        means.append(total / weight)
    return np.array(means)


size = np.sqrt(running_mean(gradients**2, beta=0.999))
divided = gradients / size

# %% [markdown]
# **Predict.** After the division, which weight gets the longer steps? And what is still wrong with them?

# %%
figures.draw_stages({"The gradients": gradients, "÷ running size": divided})

# %% [markdown]
# Both weights now take steps of about one size, whatever their gradients are measured in. But the steep one still flips.
#
# How long should the memory of the size be? **Adagrad** never forgets: it divides by the root of the *sum* of all squares. **RMSprop** uses a running mean. Give both 2,000 gradients that stay equally large, and look at the **effective learning rate**, η divided by the size.
#
# **Predict.** What becomes of Adagrad's?

# %%
noise = np.random.default_rng(0).normal(size=2000)
figures.draw_effective_rates(
    {
        "Adagrad": 0.01 / np.sqrt(np.cumsum(noise**2)),
        "RMSprop": 0.01 / np.sqrt(running_mean(noise**2, beta=0.99)),
    }
)

# %% [markdown]
# A sum only grows, so Adagrad's steps fade with 1/√t. That can be what you want at the end of a training, but nobody asked when. RMSprop stays.
#
# ### Second: average
#
# Momentum's idea again: a running mean of the gradients themselves.

# %%
averaged = running_mean(gradients, beta=0.9) / size

figures.draw_stages(
    {"The gradients": gradients, "÷ running size": divided, "… and averaged": averaged}
)


# %% [markdown]
# The flips cancel, and the steady one stays. This is **Adam** ("adaptive moments"): a mean of the gradients, divided by the root of a mean of their squares. In practice both means are kept in this form:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\,g, \qquad r \leftarrow \beta_2 r + (1 - \beta_2)\,g^2 .$$
#
# ### Third: correct the start
#
# Both begin at 0, so at first they are too small: after t equal gradients, m is only 1 − β₁ᵗ of what it should be, and r only 1 − β₂ᵗ. Adam divides by these factors:
#
# $$\hat m = \frac{m}{1 - \beta_1^{\,t}}, \qquad \hat r = \frac{r}{1 - \beta_2^{\,t}}, \qquad w \leftarrow w - \eta\,\frac{\hat m}{\sqrt{\hat r} + \varepsilon} .$$
#
# All operations are element-wise; ε is tiny, and only prevents a division by 0. The usual β₁ = 0.9 remembers about ten gradients, β₂ = 0.999 about a thousand squares.

# %%
def adam(w, gradient, state, step, learning_rate, correct=True):
    state["m"] = m = 0.9 * state.get("m", 0.0) + 0.1 * gradient
    state["r"] = r = 0.999 * state.get("r", 0.0) + 0.001 * gradient**2
    if correct:
        m, r = m / (1 - 0.9**step), r / (1 - 0.999**step)
    return w - learning_rate * m / (np.sqrt(r) + 1e-7)


# %% [markdown]
# **Predict.** Without the correction, m is too small *and* r is too small. Are the first steps too short or too long? Four equal gradients, in units of η:

# %%
lengths = {"corrected": [], "not corrected": []}
for name in lengths:
    w, state = 0.0, {}
    for step in (1, 2, 3, 4):
        new = adam(w, -1.0, state, step, learning_rate=1.0, correct=name == "corrected")
        lengths[name].append(new - w)
        w = new

figures.draw_first_steps(lengths)

# %% [markdown]
# Too long, by a factor of 3 to 5: r fills up much more slowly than m, and it is r that is divided by.
#
# How long is a step of Adam? About η where gradients agree, whatever their size. At most a little over 3 η, when a large gradient comes after a long silence. With the noise of mini-batches it is typically 0.1 to 0.2 η, because noise cancels in m and not in r (measured in the deeper notebook).
#
# Is this what Keras does? `trace` lets the real optimizers walk.

# %%
real = trace({"Adam": keras.optimizers.Adam(0.3)}, "beale")["Adam"]
ours = walk(adam, "beale", learning_rate=0.3)
print("equal to Keras in all 100 steps, within 0.0001:", abs(real - ours).max() < 1e-4)

# %%
quiz("optimizers.q6")


# %% [markdown]
# ### Exercise 4: bug hunt
# This Adam starts well, and then goes wrong. Find the mistake and repair it. (ε stands at its usual place.) [Solution 4, at the end](#solution-4)

# %%
def buggy_adam(w, gradients, learning_rate, beta_1, beta_2, epsilon):
    m, r = 0.0, 0.0
    for step, g in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * g
        r = beta_2 * r + (1 - beta_2) * g**2
        m_hat, r_hat = m / (1 - beta_1), r / (1 - beta_2)
        w = w - learning_rate * m_hat / (np.sqrt(r_hat) + epsilon)
    return w


check("optimizers.bug_hunt", buggy_adam)

# %% [markdown] tags=["O6"]
# ## Which one is fastest? (9 min)
#
# Now the race of the first figure, by your own rules.

# %%
def rmsprop(w, gradient, state, step, learning_rate):
    state["r"] = 0.9 * state.get("r", 0.0) + 0.1 * gradient**2
    return w - learning_rate * gradient / (np.sqrt(state["r"]) + 1e-7)


def heavy_ball(w, gradient, state, step, learning_rate):
    return momentum(w, gradient, state, step, learning_rate, beta=0.9)


runners = {
    "SGD": (descent, 0.02),
    "momentum": (heavy_ball, 0.002),
    "RMSprop": (rmsprop, 0.05),
    "Adam": (adam, 0.3),
}

# %% [markdown]
# The learning rates suit Beale. **Predict.** Take the same rules and the same learning rates to other ground. Who will get into trouble in Rosenbrock's narrow, bent valley? Who will win in the bowl?

# %%
explore(
    figures.race,
    figsize=(4.6, 5.0),
    rules=runners,
    surface=["beale", "rosenbrock", "himmelblau", "bowl", "plateau"],
    moment=(0, 100),
    play="moment",
    stills=[
        still("Rosenbrock", surface="rosenbrock", moment=100, own_scale=True),
        still("the bowl", surface="bowl", moment=100, own_scale=True),
    ],
)

# %% [markdown]
# Rosenbrock's walls throw plain descent out: its learning rate was made for gentler ground. Rules that divide by the size of the gradient survive everywhere, because the scale of the loss cancels. But there is no winner for all surfaces: each result is one start, one surface and one set of learning rates.
#
# So why is Adam the usual choice? Not because it is always fastest, but because *one* learning rate suits it on very different ground.

# %% [markdown]
# ### Exercise 5: whose path is it?
# Plain descent, momentum and Adam, from a new starting point, with the learning rates of the race; 60 steps, a dot every 10. Name each: `"SGD"`, `"momentum"` or `"Adam"`. [Solution 5, at the end](#solution-5)

# %%
figures.draw_three_paths()

# %%
answer = {"A": ..., "B": ..., "C": ...}

check("optimizers.whose_path", answer)


# %% [markdown] tags=["O3"]
# ## Should the learning rate stay the same to the end? (7 min)
#
# With mini-batches every gradient is noisy, and every step multiplies the noise by η. Far from the minimum you want long steps; near it, the noise is all that is left. A **schedule** makes η a function of the step t of T.

# %%
def constant(t, T):
    return 0.07


def careful(t, T):
    return 0.01


def cosine(t, T):
    return 0.07 * (1 + np.cos(np.pi * t / T)) / 2


# %% [markdown]
# A noisy descent of the bowl. Red dots are the last 50 of 200 steps. **Predict.** Which of the three ends nearest?

# %%
explore(
    figures.cooling,
    figsize=(4.2, 3.7),
    schedules={"large": constant, "small": careful, "cosine": cosine},
    schedule=["large", "small", "cosine"],
    steps=(0, 200, 5),
    play="steps",
    stills=[
        still("arrives, and never rests", schedule="large"),
        still("calm, and not there yet", schedule="small"),
        still("long steps first, short ones last", schedule="cosine"),
    ],
)

# %% [markdown]
# The title gives the mean distance of 40 walks. The large rate arrives, and the noise keeps throwing it about. The small one is calm, and late. The cosine does both: it goes far while there is far to go, and then cools down. In Keras a schedule takes the place of the number:

# %%
schedule = keras.optimizers.schedules.CosineDecay(0.07, decay_steps=200)
optimizer = keras.optimizers.SGD(learning_rate=schedule)
print("step 0, 100, 200:", [round(float(schedule(t)), 3) for t in (0, 100, 200)])

# %% [markdown]
# Others are steps (`PiecewiseConstantDecay`), **warm-up** (a few hundred steps *up* from 0, because the first steps are the dangerous ones), and `ReduceLROnPlateau`, a callback that lowers η when the loss stops falling. [Deeper](06_optimizers_deeper.ipynb): ten schedules, and what each is worth on images.

# %% [markdown] tags=["O12"]
# ## Which one do you start with? (9 min)
#
# Two weights say little about thousands. Here is a real network, 196-64-64-10, on Fashion-MNIST shrunk to 14 × 14 pixels: 6,000 images, 8 epochs. A program of this course ran Adam at several learning rates, constant and with a cosine decay, with five random seeds each; the loss is measured on 3,000 other images.
#
# **Predict.** Keras's default for Adam is 0.001. Is it too small, right, or too large here? And with a decay, will the best learning rate be smaller or larger than without?

# %%
from helpers.results import read_results

losses = figures.by_rate(read_results("optimizers_today")["today"], "yard_loss")
figures.draw_rates(
    {name: losses[name] for name in ("Adam", "Adam, cosine")}, marked={0.001: "default"}
)

# %% [markdown]
# RESULT
#
# In Keras that is all:

# %%
from helpers.data import hold_out, load_fashion_mnist, small_images
from helpers.training_plot import TrainingPlot

(x, y), _ = load_fashion_mnist()
(x_train, y_train), validation, _ = hold_out(x, y, seed=0)
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((196,))])
for _ in range(2):
    model.add(keras.layers.Dense(64, activation="relu"))
model.add(keras.layers.Dense(10, activation="softmax"))
steps = 8 * len(x_train) // 64
decay = keras.optimizers.schedules.CosineDecay(0.01, decay_steps=steps)
model.compile(keras.optimizers.Adam(decay), "sparse_categorical_crossentropy")

# %%
history = model.fit(
    small_images(x_train),
    y_train,
    validation_data=(small_images(validation[0]), validation[1]),
    batch_size=64,
    epochs=8,
    verbose=0,
    callbacks=[TrainingPlot()],
)

# %% [markdown]
# 1. **Start with Adam at 0.001**, or AdamW if you want weight decay (notebook 08). It is safe almost everywhere, and slow on a short budget.
# 2. **Then the learning rate**: a few runs a factor of 3 apart. Nothing else pays as well.
# 3. **Then a decay** to near 0, from a peak higher than you could keep. Warm-up if the first steps are rough.
#
# Tuned SGD with momentum needs less memory (one extra number per weight, where Adam needs two), and many published recipes use it. [The deeper notebook](06_optimizers_deeper.ipynb) compares eleven optimizers, each with its own learning rate.
#
# | symptom | first suspect | try |
# |---|---|---|
# | the loss becomes NaN, or explodes | η too large | a tenth of it; clip gradients (notebook 05) |
# | the loss falls, but crawls | η too small | 3 and 10 times as much; scale the inputs |
# | it jitters around a level | η too large for the end | a decay, or larger batches |
# | it leaps up at first, then all is well | the first steps | warm-up |
# | it stays at its first value | not the optimizer, perhaps | activations (04), initialization (05) |
#
# ### Exercise 6: four sick curves
# Training losses of four runs; their vertical axes differ. Choose one remedy for each: `"raise η"`, `"lower η"`, `"decay η"` or `"warm up"`. [Solution 6, at the end](#solution-6)

# %%
figures.draw_sick_curves()

# %%
answer = {"A": ..., "B": ..., "C": ..., "D": ...}

check("optimizers.remedies", answer)

# %% [markdown]
# ## What to remember
#
# - On a parabola of curvature λ each step multiplies the distance by 1 − ηλ: best at 1/λ, lost above 2/λ. The steepest direction sets the limit, the gentlest one the time. (A network is no bowl: its curvature *follows* the learning rate, as the deeper notebook measures.)
# - Momentum adds up gradients that agree and cancels those that flip. Nesterov measures the slope where the velocity is about to lead.
# - Adam: a running mean of the gradients, divided by the root of a running mean of their squares, both corrected for their start at 0. So the scale of the loss cancels.
# - Large steps first, small ones last.
# - Learning rate before optimizer.
#
# ## Further reading
#
# - Goh (2017), [Why momentum really works](https://distill.pub/2017/momentum/): to play with, and with all the proofs.
# - Kingma, Ba (2015), [Adam](https://arxiv.org/abs/1412.6980): the two pages with the algorithm can be read after this notebook.
# - Ruder (2016), [An overview of gradient descent optimization algorithms](https://arxiv.org/abs/1609.04747): the family tree.
# - Zhang, Lipton, Li, Smola (2023), [Dive into Deep Learning, chapter 12](https://d2l.ai/chapter_optimization/index.html): the same subjects with more formulas.

# %% [markdown]
# ## Solutions

# %% [markdown]
# <a id="solution-1"></a>
# ### Solution 1: three hills, one learning rate
# L = ½ λ w², so the height at w = −1 is λ/2: λ is 4, 15 and 25. The factors 1 − ηλ are 0.6, −0.5 and −1.5.

# %% tags=["solution"]
answer = {"A": "creeps", "B": "jumps and settles", "C": "climbs out"}

check("optimizers.three_hills", answer, record=False)

# %% [markdown]
# <a id="solution-2"></a>
# ### Solution 2: which β was it?
# B never overshoots: no memory. A swings a little and settles, C swings for a long time. Gradients twice as large are curvatures twice as large: 50. The limits 2 (1 + β)/50 are 0.04, 0.076 and 0.08, all above 0.02.

# %% tags=["solution"]
answer = {"A": 0.9, "B": 0, "C": 0.99, "leaves": "none"}

check("optimizers.which_beta", answer, record=False)


# %% [markdown]
# <a id="solution-3"></a>
# ### Solution 3: one step of Nesterov
# Only the gradient is taken at the look-ahead point. The step itself starts at w.

# %% tags=["solution"]
def nesterov_step(w, v, slope, learning_rate, beta):
    v = beta * v - learning_rate * slope(w + beta * v)
    return w + v, v


check("optimizers.nesterov_step", nesterov_step, record=False)


# %% [markdown]
# <a id="solution-4"></a>
# ### Solution 4: bug hunt
# The correction must fade: its exponent is the step. As it stood, m̂ was ten times too large after many steps, and the root of r̂ about thirty times.

# %% tags=["solution"]
def repaired_adam(w, gradients, learning_rate, beta_1, beta_2, epsilon):
    m, r = 0.0, 0.0
    for step, g in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * g
        r = beta_2 * r + (1 - beta_2) * g**2
        m_hat, r_hat = m / (1 - beta_1**step), r / (1 - beta_2**step)
        w = w - learning_rate * m_hat / (np.sqrt(r_hat) + epsilon)
    return w


check("optimizers.bug_hunt", repaired_adam, record=False)

# %% [markdown]
# <a id="solution-5"></a>
# ### Solution 5: whose path is it?
# C never overshoots, and its dots crowd as the slope fades: plain descent. B's dots are far apart on steep and on flat ground alike, and it runs past the minimum: Adam, whose steps do not depend on the size of the gradient. A swings around the minimum, and its dots crowd at the end: momentum.

# %% tags=["solution"]
answer = {"A": "momentum", "B": "Adam", "C": "SGD"}

check("optimizers.whose_path", answer, record=False)

# %% [markdown]
# <a id="solution-6"></a>
# ### Solution 6: four sick curves
# A crawls from the first step to the last. B explodes. C has arrived at a level, and single batches throw it about. D leaps once, at the start, and then behaves.

# %% tags=["solution"]
answer = {"A": "raise η", "B": "lower η", "C": "decay η", "D": "warm up"}

check("optimizers.remedies", answer, record=False)
