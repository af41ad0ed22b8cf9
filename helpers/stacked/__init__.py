"""Many small networks trained at once, each as if it were alone."""

from helpers.stacked._many_networks import ManyNetworks
from helpers.stacked._rate_sweep import sweep_images, train_many
from helpers.stacked._side_by_side import SideBySide, accuracy_and_loss

__all__ = ["ManyNetworks", "SideBySide", "accuracy_and_loss", "sweep_images", "train_many"]
