"""The words of the course: what each means in one line, how others say it, and which concept teaches it."""

from __future__ import annotations

from typing import NamedTuple


class Term(NamedTuple):
    """A word of the course.

    Attributes:
        name: The word, as the notebooks use it.
        line: What it means, in one line of plain text.
        concept: Id of the concept that teaches it, as in notebooks/course.yml ("A1").
        also: What others call it.
    """

    name: str
    line: str
    concept: str
    also: tuple[str, ...] = ()


TERMS = (
    Term("accuracy", "share of the examples whose predicted class is right", "L9"),
    Term("activation", "the number that a unit hands on, a = f(z)", "A1"),
    Term(
        "activation function",
        "the function f that a weighted sum goes through, bent or curved in hidden layers",
        "A1",
        ("non-linearity", "transfer function"),
    ),
    Term("Adagrad", "divides each weight's step by the root of the sum of its squared gradients so far", "O5"),
    Term("Adam", "momentum, each weight's step divided by the root of a running mean of its squared gradients", "O5"),
    Term("AdamW", "Adam with weight decay that acts on the weights, not through the gradient", "O5"),
    Term("attention", "a layer in which each element of a sequence takes a weighted mean over all of them", "A11"),
    Term(
        "AUC", "area under the ROC curve: how often a random positive scores above a random negative", "L9", ("AUROC",)
    ),
    Term(
        "augmentation",
        "new training examples made from old ones by changes that keep the label, or mix it in a known way",
        "R8",
    ),
    Term("autoencoder", "a network that reproduces its input through a narrow layer in the middle", "A11"),
    Term("backend", "the library that computes for Keras: TensorFlow, JAX or PyTorch", "A10"),
    Term(
        "backpropagation",
        "all derivatives of the loss, by the chain rule from the output back",
        "B3",
        ("backprop", "reverse-mode differentiation"),
    ),
    Term("batch", "examples that are processed together; they lie along the first axis", "B8"),
    Term(
        "batch normalization",
        "standardizes each unit over the batch, then scales it by γ and shifts it by β",
        "R6",
        ("BatchNorm",),
    ),
    Term("batch size", "number of examples behind one step of training", "B8"),
    Term("Bayesian optimization", "a search that picks its next trial with a model of all results so far", "U3"),
    Term("bias", "the number that is added to a weighted sum", "A1", ("intercept",)),
    Term(
        "binary cross-entropy",
        "mean of −ln of the probability that the right one of two classes was given",
        "L4",
        ("log loss",),
    ),
    Term("bit", "information in one fair yes-or-no answer: surprise measured with log₂", "L6"),
    Term(
        "Boltzmann machine",
        "an older generative network: random on-off units, each connection the same both ways",
        "S4",
    ),
    Term("broadcasting", "how NumPy stretches axes of size 1 until two shapes fit", "A5"),
    Term("calibration", "of all predictions made with 80 % confidence, 80 % are right", "T8"),
    Term("capacity", "how rich the set of functions is that a network can become", "A12"),
    Term(
        "categorical cross-entropy",
        "mean of −ln of the probability that the right class was given",
        "L5",
        ("softmax loss", "negative log-likelihood"),
    ),
    Term("chain rule", "the slope of nested functions is the product of their slopes", "B2"),
    Term("checkpoint", "weights saved while training runs, to return to or to go on from", "T10"),
    Term(
        "clipping",
        "shortening gradients that are too long: by value, by norm, or by global norm",
        "I7",
        ("gradient clipping",),
    ),
    Term("computation graph", "a formula as boxes and arrows: values run forward, gradients back", "B2"),
    Term("condition number", "largest over smallest curvature; large means a long narrow valley", "O7"),
    Term("confusion matrix", "counts of examples: true class by row, predicted class by column", "L9"),
    Term("convex", "every chord lies on or above the curve, so every local minimum is a global one", "L7"),
    Term(
        "convolutional network",
        "layers of small filters that slide over an image with shared weights",
        "A11",
        ("CNN", "ConvNet"),
    ),
    Term("cross-entropy", "mean surprise −Σ p ln q when outcomes come from p and you expect q", "L6"),
    Term("cross-validation", "k trainings, each validated on another k-th of the data", "T13", ("k-fold",)),
    Term(
        "dead unit",
        "a ReLU that is zero for every example, so that its gradient is exactly zero",
        "C3",
        ("dying ReLU",),
    ),
    Term("decision boundary", "where a classifier is undecided between two classes", "A1"),
    Term(
        "deep network", "a network with two or more hidden layers; deep learning is training them", "A2", ("deep net",)
    ),
    Term(
        "dense layer",
        "a layer whose units are each connected to all units of the layer before",
        "A2",
        ("fully connected layer", "linear layer"),
    ),
    Term("depth", "number of layers that compute", "A4"),
    Term("dropout", "in training, each unit is silent with a given probability, anew at every step", "R5"),
    Term("early stopping", "ending training when validation no longer improves, with the best weights kept", "T10"),
    Term("ELU", "x above zero, α(eˣ − 1) below: like ReLU, smooth at zero when α = 1", "C1"),
    Term("embedding", "a learned vector for each word or category", "A11"),
    Term("ensemble", "several networks whose predictions are averaged, or that vote", "R9", ("committee",)),
    Term("entropy", "mean surprise −Σ p ln p of a distribution", "L6"),
    Term("epoch", "one pass over all training examples", "B8"),
    Term("exploding gradient", "gradients that grow from layer to layer on the way back", "C2"),
    Term("Fashion-MNIST", "70,000 grey images of clothes, 28 × 28 pixels, in ten classes", "T1"),
    Term(
        "feature", "one of the numbers that describe an example: a column of the data", "A5", ("attribute", "covariate")
    ),
    Term("feature map", "where in an image a filter has answered, and how strongly", "A9"),
    Term("fine-tuning", "training on, with a small rate, from weights learned on another task", "I8"),
    Term("forward pass", "computing a prediction, layer by layer", "A6", ("forward propagation",)),
    Term("functional API", "building a Keras model by calling layers on tensors, so that it can branch", "A10"),
    Term("GELU", "x times the probability that a standard normal number is below x", "C1"),
    Term("generalization", "being right on examples that were not in the training set", "R1"),
    Term(
        "Glorot initialization",
        "weights start with variance 2 / (fan_in + fan_out); Keras's default, as uniform",
        "I4",
        ("Xavier initialization",),
    ),
    Term("gradient", "all partial derivatives as one vector: the direction of steepest ascent", "L7"),
    Term("gradient check", "comparing a gradient with differences of the loss at weights a little apart", "B5"),
    Term("gradient descent", "small steps against the gradient: w ← w − η ∇L", "B1", ("steepest descent",)),
    Term("GradientTape", "TensorFlow's recorder of a computation, which then gives its gradients", "B5"),
    Term("grid search", "trying every combination of a few values for each hyperparameter", "U2"),
    Term(
        "He initialization", "weights start with variance 2 / fan_in, made for ReLU", "I4", ("Kaiming initialization",)
    ),
    Term("Hessian", "the matrix of all second derivatives", "O7"),
    Term("hidden layer", "a layer between input and output", "A2"),
    Term("hinge loss", "max(0, 1 − y ŷ) for labels of −1 and 1: no charge beyond a margin of 1", "L4"),
    Term("Huber loss", "squared for small errors, absolute for large ones", "L3", ("smooth L1 loss",)),
    Term("Hyperband", "several rounds of successive halving, from many short runs to few long ones", "U4"),
    Term("hyperparameter", "what is chosen before training, such as learning rate, width or optimizer", "U1"),
    Term("initialization", "the random numbers at which weights start", "I1"),
    Term("iteration", "one update of the weights, from one batch", "B8", ("training step",)),
    Term("Jacobian", "the matrix of derivatives of several outputs by several inputs", "B4"),
    Term("Keras", "the library of this course: networks in a few lines, on one of several backends", "A10"),
    Term(
        "KL divergence",
        "Σ p ln(p / q): the surprise that comes on top of the entropy when you expect q",
        "L6",
        ("relative entropy", "Kullback-Leibler divergence"),
    ),
    Term("L1 penalty", "adds λ Σ |w| to the loss; makes many weights exactly or nearly zero", "R4", ("lasso",)),
    Term("L2 penalty", "adds λ Σ w² to the loss; keeps weights small", "R4", ("ridge",)),
    Term("label smoothing", "targets a little below 1 for the right class and above 0 for the others", "L5"),
    Term("layer", "units that see the same inputs", "A2"),
    Term("layer normalization", "standardizes each example over its units; needs no batch", "R6", ("LayerNorm",)),
    Term("leaky ReLU", "x above zero, a small slope times x below", "C1"),
    Term("learning curve", "loss or metric against epochs, for training and validation", "T9"),
    Term("learning rate", "the factor η between gradient and step", "B1", ("step size",)),
    Term(
        "learning-rate range test",
        "one short run with a growing rate, to see where it begins to diverge",
        "O11",
        ("LR finder",),
    ),
    Term("learning-rate schedule", "a plan for changing the rate during training", "O3"),
    Term("LeCun initialization", "weights start with variance 1 / fan_in", "I4"),
    Term("likelihood", "the probability that a model gives to the data that were seen", "L4"),
    Term("linear probe", "a linear classifier trained on the activations of one layer, to see what they hold", "A9"),
    Term("logistic regression", "a network of one sigmoid unit", "A1"),
    Term("logit", "the weighted sum before a sigmoid or softmax; ln(p / (1 − p)) for two classes", "L4"),
    Term("loss", "the number that training makes small", "L1", ("cost function", "objective function")),
    Term("loss surface", "the loss as a height over the weights", "L7", ("loss landscape",)),
    Term("MAE", "mean absolute error, in the unit of the target; prefers the median", "L3", ("L1 loss",)),
    Term("max pooling", "keeps the largest value of each small window of a feature map", "A9"),
    Term("metric", "a number that people read; training does not use it", "L9"),
    Term("mini-batch", "a small random part of the training set, behind one step", "B8"),
    Term("mixed precision", "computing in 16 bits while weights are kept in 32", "T14"),
    Term("momentum", "steps that remember: v ← βv − η∇L, then w ← w + v", "O4", ("heavy ball",)),
    Term("Monte Carlo dropout", "dropout left on at prediction; the spread of many passes tells doubt", "R5"),
    Term("MSE", "mean squared error; prefers the mean", "L3", ("L2 loss", "quadratic loss")),
    Term("NaN", "not a number: what 0/0 or ∞ − ∞ gives, and everything computed from it", "T11"),
    Term("nat", "surprise measured with the natural logarithm; 1 nat is about 1.44 bits", "L6"),
    Term(
        "Nesterov momentum",
        "momentum whose gradient is taken where the velocity is about to lead",
        "O4",
        ("accelerated gradient",),
    ),
    Term("neuron", "a weighted sum of inputs plus a bias, sent through an activation function", "A1", ("unit", "node")),
    Term("one-hot", "a category as zeros with a single 1", "L5", ("dummy variables",)),
    Term("optimizer", "the rule that turns gradients into steps", "O1"),
    Term(
        "over-fitting",
        "good on the training set, worse on new data: examples are learned, not the rule",
        "R1",
        ("overfitting",),
    ),
    Term("parameter", "a number that training changes: a weight or a bias", "A3", ("trainable variable",)),
    Term("precision", "of those called positive, the share that is", "L9", ("positive predictive value",)),
    Term("quantile loss", "charges misses above and below differently; prefers a quantile", "L8", ("pinball loss",)),
    Term("random search", "trying random combinations of hyperparameters", "U2"),
    Term("recall", "of those that are positive, the share that was found", "L9", ("sensitivity", "true-positive rate")),
    Term("recurrent network", "a network with a state that is carried along a sequence", "A11", ("RNN",)),
    Term("regression", "predicting a number", "L3"),
    Term("regularization", "whatever makes a network better on new data at the price of the training loss", "R1"),
    Term("ReLU", "max(0, x)", "C1", ("rectified linear unit",)),
    Term("representation", "the activations of a layer, as a description of the input", "A9"),
    Term("residual", "target minus prediction", "L2"),
    Term("RMSprop", "divides each weight's step by the root of a running mean of its squared gradients", "O5"),
    Term("ROC curve", "true-positive rate against false-positive rate, for all thresholds", "L9"),
    Term("saddle", "a point with slope zero, a valley one way and a ridge the other", "O8"),
    Term("saliency map", "the gradient of an output with respect to each pixel", "B10"),
    Term("saturation", "where an activation function is flat, so that hardly any gradient passes", "C3"),
    Term("seed", "the number from which all random numbers of a run follow", "T12"),
    Term("sigmoid", "1 / (1 + e⁻ᶻ): squeezes any number between 0 and 1", "A1", ("logistic function",)),
    Term("SiLU", "x times its sigmoid", "C1", ("swish",)),
    Term(
        "skip connection",
        "an input added to the output of a later layer, past the layers between",
        "A12",
        ("residual connection", "shortcut"),
    ),
    Term("softmax", "e to each logit, divided by their sum: probabilities of several classes", "L5"),
    Term("softplus", "ln(1 + eˣ): a smooth ReLU, always positive", "C1"),
    Term("sparse labels", "classes as whole numbers 0 … k − 1 instead of one-hot rows", "L5"),
    Term(
        "standardizing",
        "minus the mean, divided by the standard deviation, both of the training set",
        "I6",
        ("z-score",),
    ),
    Term(
        "stochastic gradient descent",
        "gradient descent in which one random example decides each step; more loosely, a mini-batch",
        "B8",
        ("SGD",),
    ),
    Term("stratified split", "a split in which each class has the same share in every part", "T2"),
    Term("successive halving", "many short runs, the better part goes on for longer, again and again", "U4"),
    Term("target", "the answer that an example asks for", "L1", ("label", "ground truth")),
    Term("temperature", "what logits are divided by before a softmax; above 1 makes it less sure", "C5"),
    Term("tensor", "numbers arranged along any number of axes", "A5", ("n-dimensional array",)),
    Term("test set", "examples that are looked at once, at the very end", "T2", ("holdout set",)),
    Term("threshold", "the score from which on an example is called positive", "L9"),
    Term("tied weights", "one weight used in several places", "A11", ("shared weights",)),
    Term("training", "finding weights that make the loss small", "L1", ("fitting", "learning")),
    Term("transfer learning", "starting from weights learned on another task", "I8"),
    Term("transformer", "a network of attention and dense layers for sequences", "A11"),
    Term(
        "universal approximation",
        "enough hidden units come as close as you like to any continuous function on a compact set",
        "A8",
    ),
    Term("validation set", "examples kept out of training, by which choices are made", "T2", ("development set",)),
    Term("vanishing gradient", "gradients that shrink from layer to layer on the way back", "C2"),
    Term("warm-up", "a learning rate that grows from near zero over the first steps", "O3"),
    Term("weight", "the factor by which a unit multiplies one of its inputs", "A1"),
    Term("weight decay", "shrinking every weight a little at each step", "R4"),
    Term("weight matrix", "the weights of a layer: a row for each input, a column for each unit", "A2", ("kernel",)),
    Term(
        "whitening", "turning and scaling inputs until they are uncorrelated, each with variance 1", "I6", ("sphering",)
    ),
    Term("width", "number of units in a layer", "A4"),
    Term("XOR", "one or the other, but not both: the smallest task that one neuron cannot do", "A7", ("exclusive or",)),
)
"""All terms, in the order of the alphabet."""
