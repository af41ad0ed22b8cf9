"""Fashion-MNIST as arrays: a subset that lies in the repository, or all 70,000 images from OpenML.

Source: Han Xiao, Kashif Rasul, Roland Vollgraf (2017), https://arxiv.org/abs/1708.07747; Zalando SE, MIT licence.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helpers._files import check_regular, replacing, user_path
from helpers.data._hold_out import HeldOut, hold_out, small_images
from helpers.data._openml import DataUnavailable, download

__all__ = ["CLASS_NAMES", "DataUnavailable", "HeldOut", "hold_out", "load_fashion_mnist", "small_images"]

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""The name of each label, 0 to 9, as the data set's authors have it."""

EMBEDDED = Path(__file__).resolve().parents[2] / "data" / "fashion_mnist.npz"
EMBEDDED_SHA256 = "3cc72fb2a3b0a208e864f72825dba1fe1885a75bc63f50c69d8066744f496b9f"

OFFICIAL_SHA256 = (
    "16d82e2b505296aa2b78bd5ea0992634f30419a4c97def7c907d154a35ac6157",
    "9f1ec356a747bfe4ebab3cfb722d3694c9ca737e2570f6f90cf31d7b6fd689d4",
)
"""`digest` of the official 60,000 training and 10,000 test images with their labels, in the official order."""

CACHE_NAME = "fashion_mnist_70000.npz"

Images = NDArray[np.uint8]
Part = tuple[Images, Images]
Split = tuple[Part, Part]


def load_fashion_mnist(full: bool = False) -> Split:
    """Return Fashion-MNIST as `keras.datasets.fashion_mnist.load_data()` has it.

    Args:
        full: False: 10,000 + 2,000 images from the repository, 1,000 and 200 a class, drawn from the official training
            and test sets; no network. True: the official 60,000 + 10,000 from OpenML (data set 40996, some tens of MB),
            kept for the next time in the folder that the environment variable `COURSE_CACHE` names, else in
            `inside-neural-networks` in the user's cache folder.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images (n, 28, 28), uint8 from 0 (background) to 255, and labels (n,),
        uint8 from 0 to 9. The arrays belong to the caller and may be changed.

    Raises:
        DataUnavailable: These very images cannot be had; other data are never returned in their place.
        TypeError: `full` is neither True nor False.

    Examples:
        >>> (x_train, y_train), (x_test, y_test) = load_fashion_mnist()
        >>> x_train.shape, x_test.shape
        ((10000, 28, 28), (2000, 28, 28))
        >>> CLASS_NAMES[y_train[0]]
        'Sandal'
    """
    if not isinstance(full, (bool, np.bool_)):
        raise TypeError(f"full must be True or False, but is {full!r}")
    return _load_full() if full else _load_embedded()


def digest(images: Images, labels: Images) -> str:
    """Return the SHA-256 of all pixels followed by all labels, uint8 each."""
    sha = hashlib.sha256(np.ascontiguousarray(images).data)
    sha.update(np.ascontiguousarray(labels).data)
    return sha.hexdigest()


def _load_embedded() -> Split:
    try:
        raw = EMBEDDED.read_bytes()
    except OSError as error:
        raise DataUnavailable(
            f"the course's own images are not at {EMBEDDED} ({error.strerror}): clone the whole repository again"
        ) from error
    if hashlib.sha256(raw).hexdigest() != EMBEDDED_SHA256:
        raise DataUnavailable(f"{EMBEDDED} is damaged: take it back with `git checkout -- data/{EMBEDDED.name}`")
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
            x_train = np.concatenate([archive["x_train_1"], archive["x_train_2"]])
            return (x_train, archive["y_train"]), (archive["x_test"], archive["y_test"])
    except (RuntimeError, NotImplementedError) as error:
        raise DataUnavailable(
            f"this Python cannot unpack LZMA ({error}): install one that has the lzma module"
        ) from error


def _load_full() -> Split:
    path = _cache_file()
    damaged = ""
    if path is not None:
        try:
            check_regular(path)
            # np.load given a path leaves the file open when it is cut.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                return _official(archive["images"], archive["labels"])
        except FileNotFoundError:
            pass
        except Exception:  # whatever a damaged file may raise, the answer is the same: download again
            damaged = f"the copy in {path} is damaged, and "
    try:
        images, labels = download()
        images = images.reshape(-1, 28, 28)
        split = _official(images, labels)
    except DataUnavailable as error:
        raise DataUnavailable(
            f"the full Fashion-MNIST is not available because {damaged}{error}; "
            "load_fashion_mnist() without full=True needs no network"
        ) from error
    if problem := _keep(path, images, labels):
        print(f"The images are complete, but {problem}, so the next time they come from OpenML again.")
    return split


def _official(images: Images, labels: Images) -> Split:
    """Return 70,000 images (n, 28, 28) and labels (n,) as training and test set, if they are the official ones.

    Raises:
        DataUnavailable: They are not; the message says what is wrong, in words that go on after "because".
    """
    if images.shape != (70_000, 28, 28) or labels.shape != (70_000,):
        raise DataUnavailable(f"{len(images):,} images came instead of 70,000")
    if images.dtype != np.uint8 or labels.dtype != np.uint8:
        raise DataUnavailable(f"pixels and labels came as {images.dtype} and {labels.dtype} instead of uint8")
    if not np.array_equal(np.bincount(labels), np.full(10, 7_000)):
        raise DataUnavailable("the images that came are not 7,000 of each of ten classes")
    train, test = (images[:60_000], labels[:60_000]), (images[60_000:], labels[60_000:])
    if (digest(*train), digest(*test)) != OFFICIAL_SHA256:
        raise DataUnavailable("the images that came, or their order, differ from the official ones")
    return train, test


def _cache_file() -> Path | None:
    """Return where the 70,000 images are kept between runs, None where there is no home folder; it need not exist."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    if sys.platform == "win32":
        cache = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        cache = "~/Library/Caches"
    elif not os.path.isabs(cache):  # the standard says to ignore a relative one
        cache = "~/.cache"
    chosen = os.environ.get("COURSE_CACHE", "").strip()
    try:
        return user_path(chosen or f"{cache}/inside-neural-networks").resolve() / CACHE_NAME
    except ValueError:
        return None


def _keep(path: Path | None, images: Images, labels: Images) -> str:
    """Write the cache file in one step, and say in words that go on after "but" where that fails."""
    if path is None:
        return "there is no home folder to keep them in (COURSE_CACHE can name another)"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            np.savez(part, images=images, labels=labels)
    except OSError as error:
        return f"{path} cannot be written ({error.strerror or error})"
    return ""
