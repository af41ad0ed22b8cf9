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
# # 06 · Optimizers, deeper: what decides how fast a network learns?
#
# On a parabola, the curvature decides which learning rates are possible. In a network it is the other way round: train at learning rate η, and the steepest curvature settles near 2/η.
#
# BADGE

# %% tags=["setup"]
SETUP

# %%
from helpers.figures import optimizers_deeper as figures
from helpers.results import read_results

today = read_results("optimizers_today")
figures.draw_edge(today["edge"])

# %% [markdown]
# **You will be able to**
#
# - compute the largest stable learning rate of a parabola, with and without momentum, and say why a network does not obey it;
# - explain why nobody trains networks by Newton's method, and what leaves a saddle;
# - read a learning-rate range test, and move a learning rate to another batch size;
# - judge a comparison of optimizers: same tuning effort, paired differences, sampling error.
#
# **Time:** 150–200 minutes, exercises included. Every section stands alone. **You need:** [the core notebook](06_optimizers.ipynb); for the first two sections also matrices and eigenvalues.

# %% [markdown]
# ## Three questions from earlier notebooks (2 min)
# Open the answer you think is right.

# %%
import keras
import numpy as np

from helpers.exercise import check, hint, quiz
from helpers.explore import explore, still
from helpers.surface import SURFACES, gradient, hessian, trace, walk

quiz("optimizers.q4")

# %%
quiz("optimizers.q9")

# %%
quiz("optimizers.q10")

# %% [markdown] tags=["O7"]
# ## How does a valley set the learning rate? (17 min)
#
# Take a bowl with two weights, L = ½ (1 · w₁² + κ · w₂²). It is two separate parabolas, one gentle and one steep. Both share the learning rate, so each step multiplies w₁ by 1 − η and w₂ by 1 − ηκ. The ratio κ of the largest to the smallest curvature is the **condition number**.
#
# **Predict.** Which learning rate makes the *slower* of the two as fast as possible? What factor is left when κ = 25, and when κ = 100?

# %%
explore(
    figures.factors,
    figsize=(4.2, 3.4),
    kappa=(2, 200),
    stills=[
        still("a long valley", kappa=25),
        still("a gorge", kappa=100),
    ],
)

# %% [markdown]
# Where the two lines cross, both directions shrink by the same factor: at η = 2/(1 + κ), by (κ − 1)/(κ + 1). For κ = 100 that is 0.98 per step. The steep direction forbids more, and the gentle one pays.
#
# ### When the valley runs slantwise
#
# Most valleys are not aligned with the weights. Near a point, a smooth loss is nearly a parabola, and the second derivatives of that parabola form a matrix, the **Hessian** H, with entry ∂²L/∂wᵢ∂wⱼ in row i and column j. Its **eigenvectors** are the axes of the parabola, and its **eigenvalues** are the curvatures along them.

# %%
H = hessian("beale", (3, 0.5))
curvatures, axes = np.linalg.eigh(H)
print("H =", H.round(1).tolist(), " curvatures", curvatures.round(2))
print("condition number", round(curvatures[1] / curvatures[0]))

# %% [markdown]
# Red and dashed: the contours of the parabola at the blue point. **Predict.** At the starting point of Beale the ground is a wall. Will both curvatures be positive there?

# %%
explore(
    figures.axes_of,
    figsize=(4.2, 3.6),
    at=["at the minimum", "near it", "at the start"],
    stills=[
        still("close to the minimum the two agree", at="at the minimum"),
        still("at the start the parabola is a saddle", at="at the start"),
    ],
)


# %% [markdown]
# At the minimum the parabola fits the valley, with curvatures 49 and 0.30, and so κ = 162. At the start one curvature is negative: the parabola there knows nothing of the minimum. What follows from curvature holds near a point, not for a whole landscape.
#
# ### What momentum buys
#
# Two facts about momentum on a parabola (proofs in Goh's article):
#
# - the limit rises from 2/λ to **2 (1 + β)/λ**;
# - with its best settings the distance shrinks by (√κ − 1)/(√κ + 1) per step: **κ becomes √κ**.

# %%
def heavy_ball(w, gradient, state, step, learning_rate, beta):
    state["v"] = beta * state.get("v", 0.0) - learning_rate * gradient
    return w + state["v"]


for beta in (0.0, 0.5, 0.9):
    limit = 2 * (1 + beta) / 25  # the bowl's steepest curvature is 25
    for share in (0.99, 1.01):
        rate = share * limit
        end = walk(heavy_ball, "bowl", steps=3000, learning_rate=rate, beta=beta)[-1]
        fate = "settles" if abs(end[1]) < 1 else "leaves"
        print(f"β = {beta}, {share:.2f} of the limit: {fate}")


# %%
def steps_needed(curvatures, learning_rate, beta):
    """Return after how many steps a walk from (1, 1) stays within a thousandth."""
    w, v, last = np.ones(2), np.zeros(2), 0
    for step in range(1, 20_000):
        v = beta * v - learning_rate * curvatures * w
        w = w + v
        if np.linalg.norm(w) > 1e-3:
            last = step
    return last + 1


needed = {}
for kappa in (10, 100, 1000):
    root = np.sqrt(kappa)
    best = 4 / (1 + root) ** 2, ((root - 1) / (root + 1)) ** 2
    steep = np.array([1, kappa])
    plain = steps_needed(steep, 2 / (1 + kappa), 0)
    needed[kappa] = plain, steps_needed(steep, *best)

figures.draw_speed(needed)

# %% [markdown]
# (The factor predicts somewhat fewer steps for momentum: at the best β the distance falls like t ρᵗ, not ρᵗ, and the t costs some steps at first.)

# %% [markdown]
# ### Exercise 1: how fast does it converge?
# Return the factor by which the *slowest* direction shrinks per step of plain descent, as a size without sign. [Solution 1, at the end](#solution-1)

# %%
def contraction(eigenvalues, learning_rate):
    """Example: curvatures [1, 10], learning rate 0.15 → 0.85"""
    return ...  # replace the three dots


check("optimizers.contraction", contraction)


# %% [markdown]
# ### Exercise 2: the limit of a slanting valley
# Return the largest stable learning rate for a symmetric `hessian` and momentum `beta`. [Solution 2, at the end](#solution-2)

# %%
def largest_stable_rate(hessian, beta):
    """Example: [[10, 3], [3, 2]] and 0 → 0.1835"""
    return ...  # replace the three dots


check("optimizers.largest_stable_rate", largest_stable_rate)

# %% [markdown] tags=["O14"]
# ## Does a network obey 2/λ? (8 min)
#
# The first figure of this notebook shows a 196-64-10 network with tanh, trained on 500 images by full-batch descent on squared error, with three learning rates and five seeds each. The steepest curvature, the largest eigenvalue of the Hessian, was measured every 100 steps.
#
# Before training it lies between 12 and 15, so the rule of the bowl would allow learning rates up to about 0.14. Yet 0.15 and 0.2 train as well. The curvature first drops; then it climbs, until it reaches 2/η, and there it stays: within 5 % for all fifteen networks.
#
# Why does it work at all? Beyond 2/η the walk begins to swing along the steepest direction. On a bowl it would be lost. In a network the swinging itself moves the weights to ground that curves less, until 2/η fits again. This balance is the **edge of stability** ([Cohen and others 2021](https://arxiv.org/abs/2103.00065)).
#
# So the question "which learning rate is too large?" has no answer before training. 2/λ is a law of bowls; in a network λ follows η. What *is* fatal is a learning rate so large that the first swings do not find flatter ground in time: that is where warm-up helps.

# %% [markdown]
# ### Exercise 3: read the edge
# Three full-batch trainings, with the steepest curvature measured late. Is each `"at the edge"` or `"below it"`? Then A's learning rate is doubled, and the training survives: to which curvature will it go? [Solution 3, at the end](#solution-3)
#
# | training | η | curvature |
# |---|---|---|
# | A | 0.05 | 39 |
# | B | 0.05 | 12 |
# | C | 0.2 | 10 |

# %%
answer = {"A": ..., "B": ..., "C": ..., "then": ...}

check("optimizers.read_the_edge", answer)

# %% [markdown] tags=["O7"]
# ## Why not jump to the bottom of the parabola? (9 min)
#
# If the quadratic approximation is good, its bottom is a better next point than a step along the slope. With gradient g and Hessian H the parabola is level at
#
# $$w \leftarrow w - H^{-1} g .$$
#
# This is **Newton's step**. It has no learning rate, and the condition number does not matter: each axis gets its own learning rate 1/λ.
#
# **Predict.** Where does 1/λ lead when λ is *negative*?

# %%
def newton(w, gradient, state, step):
    return w - np.linalg.solve(hessian("beale", w), gradient)


def descent(w, gradient, state, step, learning_rate):
    return w - learning_rate * gradient


paths = {}
for start in ((2.5, 0.3), (1.0, 1.5)):
    paths[start] = walk(newton, "beale", start, steps=8)
    print(f"from {start}: {paths[start][-1].round(3)} after 8 steps")

by_slope = walk(descent, "beale", learning_rate=0.02)
figures.draw_map({"Newton": paths[1.0, 1.5], "SGD": by_slope}, "beale")

# %% [markdown]
# From (2.5, 0.3), inside the hollow, Newton is at the minimum after a few steps. From (1, 1.5) it walks, just as surely, to the saddle at (0, 1): a negative λ turns the step round, uphill. Newton goes to the nearest place of slope 0, whatever it is.
#
# And it must know H. **L-BFGS** never builds H. It estimates the curvature from its last steps and the changes of the gradient, and checks along a line that the loss really falls.

# %%
from scipy.optimize import minimize

for name in ("beale", "rosenbrock", "himmelblau"):
    surface = SURFACES[name]
    found = minimize(
        lambda w, s=surface: s.function(*w),
        surface.start,
        jac=lambda w, s=surface: gradient(s, w),
        method="L-BFGS-B",
    )
    print(f"{name:10} {found.nfev} gradients, below a millionth: {found.fun < 1e-6}")

# %% [markdown]
# A few dozen gradients, where plain descent needs hundreds or thousands. Why are networks not trained like this? L-BFGS and Newton trust exact values, and mini-batches are noisy. And H is large: a gradient costs two or three forward passes, whatever the number n of weights, but H has n² entries, and solving with it takes about n³ operations. For 670,000 weights H alone fills 1.8 terabytes. Measured on a logistic regression with 1,000 examples:

# %% tags=["timing"]
import time


def shortest(function, repeats=5):
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        function()
        times.append(time.perf_counter() - begin)
    return min(times)


for n in (400, 1600):
    x, p = np.random.default_rng(0).normal(size=(1000, n)), np.full(1000, 0.5)
    first = shortest(lambda: x.T @ (1 / (1 + np.exp(-x @ np.zeros(n))) - 0.5))
    H = x.T @ x / 4 + np.eye(n)
    second = shortest(lambda: np.linalg.solve((x.T * (p * p)) @ x + np.eye(n), H[0]))
    print(f"{n} weights: a Newton step costs {second / first:.0f} gradients")

# %% [markdown]
# Methods between the two exist: Shampoo, SOAP and K-FAC keep a small curvature matrix per layer, and Muon (last section) a cheap relative of it.

# %% [markdown] tags=["O8"]
# ## How do you leave a saddle, or a plateau? (10 min)
#
# The slope is 0 at minima (even poor ones), at maxima and at **saddles**, and nearly 0 on **plateaus**. On the saddle w₁² − w₂² the ridge w₂ = 0 leads down to the saddle point and to rest. Off the ridge, each step of plain descent multiplies w₂ by 1 + 2η.
#
# **Predict.** Exactly on the ridge, without noise: does momentum help? And how much noise is needed?

# %%
explore(
    figures.saddle,
    figsize=(4.2, 3.6),
    noise=[0.0, 0.0001, 0.01, 0.1],
    off=[0.0, 0.000001, 0.001],
    beta=[0.0, 0.5, 0.9],
    stills=[
        still("on the ridge, β = 0.9, no noise", beta=0.9),
        still("on the ridge, noise 0.0001", noise=0.0001),
        still("a millionth off, no momentum", off=0.000001),
        still("a millionth off, β = 0.9", off=0.000001, beta=0.9),
    ],
)


# %% [markdown]
# On the ridge momentum cannot help: all slopes across it were 0. The smallest push is enough, because whatever is off the ridge grows exponentially; a hundred times less noise delays the departure by some tens of steps only. And momentum, once it has something to collect, is much faster. Mini-batches always have noise.
#
# On a plateau the direction is clear, but the slope is tiny. How many steps does each rule need from (−3, 2), and from twice as far out?

# %%
def adam(w, gradient, state, step, learning_rate):
    state["m"] = m = 0.9 * state.get("m", 0.0) + 0.1 * gradient
    state["r"] = r = 0.999 * state.get("r", 0.0) + 0.001 * gradient**2
    m, r = m / (1 - 0.9**step), r / (1 - 0.999**step)
    return w - learning_rate * m / (np.sqrt(r) + 1e-7)


for name, rule, rate in (("SGD", descent, 0.5), ("Adam", adam, 0.05)):
    counts = []
    for start in ((-3.0, 2.0), (-6.0, 4.0)):
        path = walk(rule, "plateau", start, steps=2500, learning_rate=rate)
        counts.append(int(np.argmax(np.linalg.norm(path, axis=1) < 0.5)))
    print(f"{name:5} {counts[0]:5} and {counts[1]:5} steps")


# %% [markdown]
# Plain descent pays more than tenfold for twice the distance; Adam, whose steps do not depend on the size of the slope, about twofold.
#
# ### How common are saddles?
#
# Where the slope is 0, the signs of the Hessian's eigenvalues decide. As a *model*, draw Hessians at random.

# %%
def saddle_share(n, seed, matrices=1000):
    """Return the share of random symmetric n × n matrices with both signs."""
    entries = np.random.default_rng(seed).normal(size=(matrices, n, n))
    values = np.linalg.eigvalsh(entries + entries.transpose(0, 2, 1))
    return np.mean((values[:, 0] < 0) & (values[:, -1] > 0))


sizes = (1, 2, 3, 4, 6, 8)
shares = [[saddle_share(n, seed) for seed in range(5)] for n in sizes]
figures.draw_shares(sizes, shares)

# %% [markdown]
# With one weight there are no saddles, with two 71 % (√½ exactly), with six nearly all. It has been argued that trainings stall at saddles for this reason ([Dauphin and others 2014](https://arxiv.org/abs/1406.2572)), and that the minima of large networks lie in a narrow band of losses ([Choromanska and others 2015](https://arxiv.org/abs/1412.0233)). A network's Hessian is no random matrix, though, and later work shows that descent with a little noise avoids saddles ([Jin and others 2017](https://arxiv.org/abs/1703.00887)).

# %%
quiz("optimizers.q7")

# %% [markdown] tags=["O5"]
# ## What else is there besides Adam? (15 min)
#
# All of these are element-wise. m and r are Adam's running means, g is the gradient.
#
# | | step | idea |
# |---|---|---|
# | Adadelta | $-\eta\,g\,\sqrt{d+\varepsilon}/\sqrt{r+\varepsilon}$, d: running mean of squared steps | steps in the units of the weights; η = 1 |
# | Adamax | $-\eta\,\hat m/u$, $u \leftarrow \max(\beta_2 u, \lvert g\rvert)$ | the largest recent size, not the mean |
# | Nadam | Adam with $\beta_1\hat m + \ldots\,g$ for $\hat m$ | Nesterov's look-ahead in Adam |
# | AdamW | Adam, then $-\eta\,\lambda\,w$ | decay beside the gradient, not in it |
# | Lion | $-\eta\,\mathrm{sign}(\beta_1 m + (1-\beta_1) g)$ | one number per weight; all steps η long |

# %%
def adamax(w, g, state, step, learning_rate):
    state["m"] = 0.9 * state.get("m", 0.0) + 0.1 * g
    state["u"] = np.maximum(0.999 * state.get("u", 0.0), abs(g))
    return w - learning_rate * state["m"] / (1 - 0.9**step) / (state["u"] + 1e-7)


def adamw(w, g, state, step, learning_rate, weight_decay=0.004):
    return adam(w, g, state, step, learning_rate) - learning_rate * weight_decay * w


def lion(w, g, state, step, learning_rate):
    m = state.get("m", 0.0)
    state["m"] = 0.99 * m + 0.01 * g
    return w - learning_rate * np.sign(0.9 * m + 0.1 * g)


# %%
def adadelta(w, g, state, step, learning_rate):
    d, r = state.get("d", 0.0), state.get("r", 0.0)
    state["r"] = r = 0.95 * r + 0.05 * g**2
    move = g * np.sqrt(d + 1e-7) / np.sqrt(r + 1e-7)
    state["d"] = 0.95 * d + 0.05 * move**2
    return w - learning_rate * move


def nadam(w, g, state, step, learning_rate):
    u = [0.9 * (1 - 0.5 * 0.96 ** (step + k)) for k in (0, 1)]  # β₁ warms up
    product = state["p"] = state.get("p", 1.0) * u[0]
    state["m"] = m = 0.9 * state.get("m", 0.0) + 0.1 * g
    state["r"] = r = 0.999 * state.get("r", 0.0) + 0.001 * g**2
    m_hat = u[1] * m / (1 - product * u[1]) + (1 - u[0]) * g / (1 - product)
    return w - learning_rate * m_hat / (np.sqrt(r / (1 - 0.999**step)) + 1e-7)


# %%
kinds = keras.optimizers
pairs = {
    "Adadelta": (adadelta, kinds.Adadelta(3.0), 3.0),
    "Adamax": (adamax, kinds.Adamax(0.2), 0.2),
    "Nadam": (nadam, kinds.Nadam(0.1), 0.1),
    "AdamW": (adamw, kinds.AdamW(0.1), 0.1),
    "Lion": (lion, kinds.Lion(0.02), 0.02),
}
real = trace({name: pair[1] for name, pair in pairs.items()}, "beale", steps=60)
for name, (rule, _, rate) in pairs.items():
    gap = abs(walk(rule, "beale", steps=60, learning_rate=rate) - real[name]).max()
    print(f"{name:8} equals Keras's path within 0.001: {gap < 1e-3}")


# %% [markdown]
# **Where libraries differ.** Keras starts Adagrad's sum at 0.1, not 0, and puts ε *inside* the root there and in RMSprop; PyTorch puts it outside. Keras's Adam adds ε before the correction of r, which matters only when gradients are as small as ε. RMSprop has no correction, so its first step is η/√(1 − ρ), with ρ = 0.9 about 3.2 η. Default learning rates differ too: RMSprop has 0.001 in Keras and 0.01 in PyTorch.
#
# ### Three textbooks, three momentums
#
# | form | velocity | step | same path when |
# |---|---|---|---|
# | A (Keras) | v ← βv − ηg | w + v | |
# | B (PyTorch) | v ← βv + g | w − ηv | η does not change on the way |
# | C (damped) | v ← βv + (1 − β)g | w − ηv | its η is 1/(1 − β) times as large |
#
# With a schedule, A and B differ: in B, lowering η shortens also what the velocity has collected. Keras's Nesterov stores the look-ahead point θ = w + βv instead of w, with θ ← θ + βv − ηg(θ) for the new v; it is the same walk, looked at one βv ahead.
#
# ### How long are Adam's steps in a network?
#
# On a ramp they are η long. **Predict.** With mini-batches, after one epoch: about η, half of it, or a tenth?

# %%
from helpers.data import hold_out, load_fashion_mnist, small_images

(x, y), _ = load_fashion_mnist()
(x_train, y_train), validation, _ = hold_out(x, y, seed=0)
x_train = small_images(x_train)


def build(hidden=64):
    keras.utils.set_random_seed(0)
    inside = keras.layers.Dense(hidden, activation="relu")
    return keras.Sequential([keras.Input((196,)), inside, keras.layers.Dense(10)])


cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

# %%
model = build()
model.compile(keras.optimizers.Adam(0.001), cross_entropy)
lengths = {}
for step in range(95):
    before = model.layers[0].get_weights()[0]
    rows = np.arange(64 * step, 64 * step + 64) % len(x_train)
    model.train_on_batch(x_train[rows], y_train[rows])
    moves = abs(model.layers[0].get_weights()[0] - before) / 0.001
    if step in (0, 9, 94):
        lengths[f"step {step + 1}"] = moves[moves > 0]

figures.draw_step_sizes(lengths)

# %% [markdown]
# The first step is η long for every weight, whatever its gradient. Then the noise begins to cancel in m, while r keeps it, and after an epoch the typical step is a small part of η.
#
# ### Weight decay is not an L2 penalty, here
#
# An L2 penalty ½ λ ‖w‖² adds λw to the gradient. Plain descent then shrinks w by the factor 1 − ηλ per step: the penalty *is* a decay. **Predict.** In Adam, with no other gradient: what happens when λ is ten times as large?

# %%
def shrink(rule, penalty=0.0, decay=0.0):
    """Return a weight that starts at 1 and feels nothing but an L2 penalty or a decay."""
    w, state, path = 1.0, {}, [1.0]
    for step in range(1, 101):
        w = rule(w, penalty * w, state, step, 0.01) - 0.01 * decay * w
        path.append(w)
    return path


figures.draw_decays(
    {
        "Adam, L2, λ = 0.05": shrink(adam, penalty=0.05),
        "Adam, L2, λ = 0.5": shrink(adam, penalty=0.5),
        "SGD, L2, λ = 0.5": shrink(descent, penalty=0.5),
        "AdamW, λ = 0.5": shrink(adam, decay=0.5),
    }
)

# %% [markdown]
# The two curves of Adam with L2 are one: the division by the size removes λ altogether. **AdamW** applies the decay outside of the division ([Loshchilov and Hutter 2019](https://arxiv.org/abs/1711.05101)), so λ means what it says.

# %% [markdown] tags=["O3"]
# ## What is a schedule worth on images? (13 min)
#
# A schedule is a share of the **peak learning rate** as a function of step t of T.

# %%
def warm_up_cosine(t, T):
    return np.where(t < 0.1 * T, t / (0.1 * T), cosine(t - 0.1 * T, 0.9 * T))


def cosine(t, T):
    return (1 + np.cos(np.pi * t / T)) / 2


t, T = np.arange(200), 200
schedules = {
    "step": 0.3 ** (t // 50),
    "exponential": 0.03 ** (t / T),
    "inverse time": 1 / (1 + 60 * t / T),
    "polynomial": (1 - t / T) ** 2,
    "cosine": cosine(t, T),
    "warm-up, cosine": warm_up_cosine(t, T),
    "warm restarts": cosine(t % 50, 50),
    "triangular": 0.05 + 0.95 * (1 - np.abs(6 * t / T % 2 - 1)),
    "one cycle": np.where(t < 60, 0.1 + 0.9 * t / 60, cosine(t - 60, 140)),
    "by hand": np.select([t < 100, t < 160], [1.0, 0.2], 0.04),
}
figures.draw_sparklines(schedules)

# %% [markdown]
# In Keras: `ExponentialDecay` (with `staircase=True` for steps), `InverseTimeDecay`, `PolynomialDecay`, `CosineDecay` (with `warmup_target=` and `warmup_steps=`), `CosineDecayRestarts`, `PiecewiseConstantDecay` (which keeps the old value *up to and including* its boundary). Triangular and one-cycle are a few lines: subclass `LearningRateSchedule`.
#
# Six of them on the 196-64-10 network, momentum and Adam, 8 epochs, five seeds, each at its best of seven peaks. The loss is measured on 3,000 other images.
#
# **Predict.** Which will differ more: schedule from schedule, or any schedule from a constant learning rate?

# %%
sweeps = read_results("optimizers")
figures.draw_ranges(figures.by_rate(sweeps["schedules"], "yard_loss"))

# %% [markdown]
# SCHEDULES
#
# Bars mark the peaks within 10 % of the best, numbers the mean and the range of five seeds.
#
# - **Warm restarts** and **triangular** cycles look bad at the start of a cycle and good at its end: keep the best model of the cycles, `ModelCheckpoint(save_best_only=True)`, or let the ends vote (notebook 08).
# - **Warm-up** matters where the first steps are dangerous: large learning rates, large networks, Adam's r that has seen few squares.
# - **Warm-up, stable, decay** keeps η constant for most of the training and decays only at the end, so the end need not be known at the start.
#
# ### The one that watches the loss
#
# `ReduceLROnPlateau` multiplies η when the validation loss has not improved for `patience` epochs. (It sets a number, so it stops with an error when the optimizer has a schedule.)

# %%
model = build()
model.compile(keras.optimizers.SGD(0.15, momentum=0.9), cross_entropy)
plateau = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.3, patience=2)
pair = (small_images(validation[0]), validation[1])
settings = {"validation_data": pair, "batch_size": 64, "callbacks": [plateau]}
log = model.fit(x_train, y_train, epochs=12, verbose=0, **settings).history
print("η by epoch:", *[f"{rate:.3g}" for rate in log["learning_rate"]])
print("validation loss:", *[f"{loss:.2f}" for loss in log["val_loss"]])

# %% [markdown]
# Old code: `SGD(lr=0.1)` is an error in Keras 3. `SGD(0.1, decay=0.001)` is worse: `decay` is ignored with a warning, and the recipe trains without its decay.

# %% [markdown]
# ### Exercise 4: a cosine with warm-up
# Return the learning rate at `step`: up from 0 in a straight line to `peak` at step `warmup`, then half a cosine down to 0 at step `total`. [Solution 4, at the end](#solution-4)

# %%
def rate_at(step, warmup, total, peak):
    """Example: step 5, warmup 10, total 110, peak 0.4 → 0.2"""
    return ...  # replace the three dots


check("optimizers.warmup_cosine", rate_at)

# %% [markdown] tags=["O9"]
# ## Which optimizer trains a network best? (12 min)
#
# Eleven optimizers at nine learning rates, five seeds each: half a thousand networks of 196-64-10, up to 24 epochs at a constant learning rate, each stopped at the epoch that 1,000 images choose, compared on 3,000 others. Nobody gets more tuning than anybody else.
#
# **Predict.** How much will the best and the worst differ, once each has its best learning rate? Which has the widest range of good ones? A diamond is Keras's default.

# %%
curves = figures.by_rate(sweeps["sweep"], "yard_loss")
defaults = dict.fromkeys(("Adagrad", "RMSprop", "Adam", "Adamax", "Nadam", "AdamW"), 0.001)
defaults |= {"SGD": 0.01, "Lion": 0.001}

figures.draw_ranges(curves, defaults=defaults)

# %% [markdown]
# SWEEP
#
# ### Is the difference real?
#
# Two kinds of chance stand behind each accuracy. One is the seed: initial weights and order of the images. With the *same* seed for both, the difference of two optimizers is **paired**, and part of that chance cancels.
#
# The other is the choice of the 3,000 images, and more seeds do not make it smaller. An accuracy p has the **sampling error** √(p (1 − p)/n), here 0.65 points. For a *difference* on the same images only those count on which the two disagree: with b right for the first alone and c for the second alone, the error is √(b + c)/n.

# %%
accuracies = figures.by_rate(sweeps["sweep"], "yard_accuracy")
accuracy = {}
for name, rates in curves.items():
    best = min(rates, key=lambda rate: np.mean(rates[rate]))
    accuracy[name] = 100 * np.array(accuracies[name][best])
shown = ("SGD", "RMSprop", "Adam", "AdamW", "Lion")
differences = {name: accuracy[name] - accuracy["momentum"] for name in shown}
pairs = sweeps["paired"]["momentum Adam"]
disagree = [run["momentum_only"] + run["adam_only"] for run in pairs]
error = 100 * np.sqrt(np.mean(disagree)) / 3000

figures.draw_differences(differences, error)

# %% [markdown]
# PAIRED
#
# It has often been reported that tuned SGD with momentum *generalizes* better than Adam ([Wilson and others 2017](https://arxiv.org/abs/1705.08292)). GAP

# %% [markdown]
# ### Exercise 5: a verdict
# Two networks are compared on the same 3,000 images. Both are right on 2,430; only the first on 105, only the second on 75. The difference of accuracies is (b − c)/n. Give it and its sampling error in percentage points, and your verdict: `"first"`, `"second"` or `"cannot tell"` (a difference counts from two errors on). [Solution 5, at the end](#solution-5)

# %%
answer = {"difference": ..., "error": ..., "verdict": ...}

check("optimizers.verdict", answer)

# %% [markdown] tags=["O10", "O14"]
# ## What happens when the batch grows? (13 min)
#
# A batch four times as large means a quarter of the steps per epoch, each with half of the noise.
#
# **Predict.** Plain SGD, ten epochs, batches of 16, 64, 256 and 1,024. By what factor does the best learning rate grow from one to the next: 4, 2 or 1?

# %%
by_batch = figures.by_rate(sweeps["batch_sizes"], "yard_loss")
figures.draw_batches({int(size): rates for size, rates in by_batch.items()})

# %% [markdown]
# BATCH
#
# Two rules of thumb, both with limits: the **linear** rule keeps η/B ([Goyal and others 2017](https://arxiv.org/abs/1706.02677)), the **root** rule keeps η/√B. Large studies find that neither holds everywhere ([Shallue and others 2019](https://www.jmlr.org/papers/v20/18-789.html)). For a new batch size, scale by the root, and try a factor of two both ways.
#
# ### The critical batch size
#
# Now count steps instead of epochs: how many does plain SGD need until the training loss is 0.5, with the best learning rate for each batch size? (Batches drawn at random, three seeds.)
#
# **Predict.** Twice the batch, half the steps: up to which size?

# %%
steps = {}
for size, rates in figures.by_rate(today["batches"], "steps").items():
    arrived = [np.mean(counts) for counts in rates.values() if None not in counts]
    steps[int(size)] = min(arrived)  # at the best learning rate

figures.draw_critical(steps)

# %% [markdown]
# Up to a batch of 16 four times the batch means a third of the steps, and from 256 on almost nothing is gained: 225 steps with 256 images, 193 with 4,096. Counted in *images* it is the other way round: 9,700 with batches of 4, nearly 800,000 with batches of 4,096.
#
# Below the bend a larger batch replaces steps, and several devices can share it. Above it, extra images are wasted. The bend is called the **critical batch size** ([McCandlish and others 2018](https://arxiv.org/abs/1812.06162)). It is not a constant: it grows during training, as gradients shrink and noise does not.
#
# ### A batch that does not fit
#
# **Gradient accumulation** averages the gradients of several small batches and then takes one step. Four batches of 16 are one of 64:

# %%
results = []
for batch, accumulate in ((64, None), (16, 4)):
    model = build()
    adam_64 = keras.optimizers.Adam(0.001, gradient_accumulation_steps=accumulate)
    model.compile(adam_64, cross_entropy)
    few = x_train[:1280], y_train[:1280]
    model.fit(*few, batch_size=batch, shuffle=False, verbose=0)
    results.append(model.get_weights())
gap = max(abs(a - b).max() for a, b in zip(*results, strict=True))
print("the same weights after 20 steps, within 0.0001:", gap < 1e-4)

# %% [markdown]
# It saves memory, not time. And because the noise falls as the batch grows, raising the batch is another way to cool down: four times the batch does to the noise what a quarter of η does, with fewer steps ([Smith and others 2018](https://arxiv.org/abs/1711.00489)).

# %% [markdown] tags=["O11"]
# ## How do you find the learning rate in one epoch? (9 min)
#
# A sweep trains dozens of networks. The **range test** ([Smith 2017](https://arxiv.org/abs/1506.01186)) trains one, for two epochs, while η *grows* exponentially from far too small to far too large. A schedule does it, and a callback listens.

# %%
class Growing(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, lowest, highest, steps):
        self.lowest, self.highest, self.steps = lowest, highest, steps

    def __call__(self, step):
        share = keras.ops.cast(step, "float32") / self.steps
        return self.lowest * (self.highest / self.lowest) ** share


class Listener(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.totals = [0.0]

    def on_train_batch_end(self, batch, logs=None):
        self.totals.append(logs["loss"] * (batch + 1))  # Keras reports the mean so far


# %%
def range_test(make_optimizer, lowest, highest, steps=188):
    model, listener = build(), Listener()
    order = np.random.default_rng(0).permutation(2 * len(x_train)) % len(x_train)
    order = order[: 64 * steps]
    model.compile(make_optimizer(Growing(lowest, highest, steps)), cross_entropy)
    data = x_train[order], y_train[order]
    model.fit(*data, batch_size=64, verbose=0, callbacks=[listener])
    return np.geomspace(lowest, highest, steps), np.diff(listener.totals)


# %% [markdown]
# **Predict.** The sweep found the best learning rates; look them up above. On which side of the lowest point of the curve will they lie?

# %%
def with_momentum(rate):
    return keras.optimizers.SGD(rate, momentum=0.9)


tests = {
    "momentum": range_test(with_momentum, 1e-4, 3.0),
    "Adam": range_test(keras.optimizers.Adam, 1e-5, 0.3),
}
figures.draw_range_test(tests)

# %% [markdown]
# RANGE
#
# Read it as a range, not as a number: each loss is measured after training with *all smaller* learning rates, and one seed is one seed. For a constant learning rate start near the green line; for the peak of a schedule go up towards the red one.

# %%
quiz("optimizers.q8")

# %% [markdown] tags=["O13"]
# ## What has come after Adam? (10 min)
#
# - **AdamW with warm-up and cosine** is the usual recipe for transformers.
# - **EMA** and **SWA** average the *weights* of the last steps. In Keras: `Adam(0.003, use_ema=True)`.
# - **Schedule-free** methods average inside the optimizer and want no decay: `ScheduleFreeAdamW`, in Keras from 3.14 on.
# - **Muon** treats a weight matrix as a matrix. It takes the momentum of a layer and replaces its singular values by (nearly) 1, so that all directions of the layer move equally far. Bias vectors and the output layer are left to AdamW: `Muon(0.01, exclude_layers=["output"])`.
#
# A step has a *shape*, not only a length:

# %%
velocity = np.random.default_rng(0).normal(size=(64, 4)) @ np.diag([8, 4, 1, 0.2])
step = velocity / np.linalg.norm(velocity)
for _ in range(5):  # Newton–Schulz: a polynomial that pushes singular values to 1
    square = step.T @ step
    step = 3.4445 * step - 4.775 * step @ square + 2.0315 * step @ square @ square
before = np.linalg.svd(velocity, compute_uv=False)
print("singular values before:", (before / before[0]).round(2))
print("after five rounds:     ", np.linalg.svd(step, compute_uv=False).round(2))

# %% [markdown]
# All of them on one budget: 196-64-64-10, 8 epochs, batches of 64, learning rates half a power of ten apart, until the best does not lie at an end; five seeds.
#
# **Predict.** What is worth more than the choice of the rule?

# %%
methods = figures.by_rate(today["today"], "yard_loss")
methods |= {"Adam, SWA": figures.by_rate(today["today"], "swa_yard_loss")["Adam"]}

figures.draw_ranges(methods)

# %% [markdown]
# TODAY
#
# ## What to remember
#
# - Two parabolas share one learning rate: the steep one sets the limit 2/λ (2 (1 + β)/λ with momentum), the gentle one the time. κ steps become √κ with momentum.
# - In a network the curvature follows the learning rate, to about 2/η.
# - Newton goes to any place of slope 0. Noise leaves saddles.
# - Adam's division removes the scale of the loss, and of an L2 penalty with it: hence AdamW.
# - Compare optimizers only with equal tuning, seed by seed, and beside the sampling error of the images.
# - Learning rate and decay are worth more than the rule.
#
# ## Further reading
#
# - Goh (2017), [Why momentum really works](https://distill.pub/2017/momentum/): the proofs behind the first section.
# - Cohen and others (2021), [Gradient descent on neural networks typically occurs at the edge of stability](https://arxiv.org/abs/2103.00065).
# - Loshchilov, Hutter (2019), [Decoupled weight decay regularization](https://arxiv.org/abs/1711.05101): AdamW.
# - Defazio and others (2024), [The road less scheduled](https://arxiv.org/abs/2405.15682): schedule-free.
# - Jordan and others (2024), [Muon](https://kellerjordan.github.io/posts/muon/): an optimizer for the matrices of a network.

# %% [markdown]
# ## Solutions

# %% [markdown]
# <a id="solution-1"></a>
# ### Solution 1: how fast does it converge?
# Every direction has its own factor; the largest size is left when all others have died out.

# %% tags=["solution"]
def contraction(eigenvalues, learning_rate):
    return np.max(np.abs(1 - learning_rate * np.asarray(eigenvalues)))


check("optimizers.contraction", contraction, record=False)


# %% [markdown]
# <a id="solution-2"></a>
# ### Solution 2: the limit of a slanting valley
# The steepest axis decides, and it is an eigenvector, not one of the weights.

# %% tags=["solution"]
def largest_stable_rate(hessian, beta):
    return 2 * (1 + beta) / np.linalg.eigvalsh(hessian).max()


check("optimizers.largest_stable_rate", largest_stable_rate, record=False)

# %% [markdown]
# <a id="solution-3"></a>
# ### Solution 3: read the edge
# The edges are 2/η = 40, 40 and 10. B is still getting steeper. With η = 0.1 A's edge is 20: it swings until it finds ground that curves so little.

# %% tags=["solution"]
answer = {"A": "at the edge", "B": "below it", "C": "at the edge", "then": 20}

check("optimizers.read_the_edge", answer, record=False)


# %% [markdown]
# <a id="solution-4"></a>
# ### Solution 4: a cosine with warm-up
# Two pieces that meet at the peak.

# %% tags=["solution"]
def rate_at(step, warmup, total, peak):
    if step < warmup:
        return peak * step / warmup
    return peak * (1 + np.cos(np.pi * (step - warmup) / (total - warmup))) / 2


check("optimizers.warmup_cosine", rate_at, record=False)

# %% [markdown]
# <a id="solution-5"></a>
# ### Solution 5: a verdict
# (105 − 75)/3000 is 1.0 point, with an error of √180/3000 = 0.45 points: 2.2 errors. Only the 180 images on which the two disagree count.

# %% tags=["solution"]
answer = {"difference": 1.0, "error": 0.45, "verdict": "first"}

check("optimizers.verdict", answer, record=False)
