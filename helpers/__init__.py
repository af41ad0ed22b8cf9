"""What the notebooks of Inside Neural Networks share: data, drawings, plots, moving figures, exercises.

Nothing is imported here on purpose: `from helpers.network import draw_network` must not load TensorFlow.
"""
