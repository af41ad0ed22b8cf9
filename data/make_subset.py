"""Make `fashion_mnist.npz`, the images that every notebook starts from, out of the official 70,000.

    python data/make_subset.py --idx FOLDER      from the four official files (train-images-idx3-ubyte.gz, ...)
    python data/make_subset.py --openml          from OpenML, data set 40996
    python data/make_subset.py --idx FOLDER --check    write nothing, compare with the file that is there

Debian's package `dataset-fashion-mnist` has the four files in /usr/share/datasets/fashion-mnist.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import random
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from helpers import data

SEED = 2017
TRAIN_PER_CLASS, TEST_PER_CLASS = 1_000, 200
SUBSET_SHA256 = (
    "e6aa0f4e7fade813394bb6c1b0a40e5a1aa19b8d6431f045558766d5fe6eff58",
    "ef3cbb9197f253fbb2a1cac8b25406bcf3c06a8fd036401bcaaba319850c490e",
)
"""`helpers.data.digest` of the training and the test images with their labels."""
ROWS_SHA256 = (
    "efd4b1aca8ca0db50610783a043e9fb58e55b30813ca7bb09dd91c142f208cf9",
    "0ff40cfb553476cbe43f038d5df7a858bbf488f1cf8a5cbd3ddf006dcac68e21",
)
"""SHA-256 of the chosen rows of the official training and test sets, as little-endian uint16."""

DEFLATED = 6_000
"""Training images packed with deflate, six times as fast to unpack as LZMA; the rest is LZMA, to stay under 5 MB."""


def read_idx(folder: Path) -> data.Split:
    """Return the official training and test set from the four .gz files in `folder`.

    Raises:
        OSError: A file is missing or unreadable.
        ValueError: A file is not in IDX format, or the images are not the official ones.
    """

    def read(name: str) -> data.Images:
        try:
            raw = gzip.decompress((folder / name).read_bytes())
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{name} is damaged ({error})") from error
        if raw[:3] != b"\0\0\x08":
            raise ValueError(f"{name} is no IDX file of bytes")
        start = 4 + 4 * raw[3]  # two zeros, type of the values, number of axes; then the length of each axis
        return np.frombuffer(raw, np.uint8, offset=start).reshape(np.frombuffer(raw, ">i4", count=raw[3], offset=4))

    train, test = (
        (read(f"{part}-images-idx3-ubyte.gz"), read(f"{part}-labels-idx1-ubyte.gz")) for part in ("train", "t10k")
    )
    if (data.digest(*train), data.digest(*test)) != data.OFFICIAL_SHA256:
        raise ValueError(f"the images in {folder} are not the official Fashion-MNIST")
    return train, test


def choose_rows(labels: data.Images, per_class: int, seed: int) -> np.ndarray:
    """Return `per_class` rows of each class in random order, the same on every version of Python and NumPy.

    Python promises the sequence of `random.random`; NumPy promises none for its generators, so none is used.
    """
    numbers = random.Random(seed)
    order = np.argsort([numbers.random() for _ in labels], kind="stable")
    chosen = np.concatenate([order[labels[order] == label][:per_class] for label in range(10)])
    return chosen[np.argsort([numbers.random() for _ in chosen], kind="stable")].astype("<u2")


def make(train: data.Part, test: data.Part) -> dict[str, np.ndarray]:
    """Return the arrays of the subset, by the names that they have in the file."""
    rows_train = choose_rows(train[1], TRAIN_PER_CLASS, SEED)
    rows_test = choose_rows(test[1], TEST_PER_CLASS, SEED + 1)
    return {
        "x_train_1": train[0][rows_train[:DEFLATED]],
        "x_train_2": train[0][rows_train[DEFLATED:]],
        "y_train": train[1][rows_train],
        "x_test": test[0][rows_test],
        "y_test": test[1][rows_test],
        "rows_train": rows_train,
        "rows_test": rows_test,
    }


def digests(arrays: dict[str, np.ndarray]) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the digests of the subset's images and of its rows, to be equal to the constants of this file."""
    x_train = np.concatenate([arrays["x_train_1"], arrays["x_train_2"]])
    images = data.digest(x_train, arrays["y_train"]), data.digest(arrays["x_test"], arrays["y_test"])
    rows = tuple(hashlib.sha256(arrays[name].astype("<u2")).hexdigest() for name in ("rows_train", "rows_test"))
    return images, rows


def pack(arrays: dict[str, np.ndarray]) -> bytes:
    """Return the .npz file of `arrays`: the same bytes whenever the same versions of zlib and liblzma pack them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy")  # dated 1980
            method = zipfile.ZIP_DEFLATED if name == "x_train_1" else zipfile.ZIP_LZMA
            content = io.BytesIO()
            np.lib.format.write_array(content, array, version=(1, 0), allow_pickle=False)
            archive.writestr(member, content.getvalue(), compress_type=method, compresslevel=9)
    return packed.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Make or check the file, and say what was found; 0 when all is as it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--idx", type=Path, metavar="FOLDER", help="folder with the four official .gz files")
    source.add_argument("--openml", action="store_true", help="download the 70,000 images from OpenML")
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    try:
        train, test = data.load_fashion_mnist(full=True) if options.openml else read_idx(options.idx)
        arrays = make(train, test)
        if digests(arrays) != (SUBSET_SHA256, ROWS_SHA256):
            raise ValueError("the subset made now has other digests than this script knows")
        if options.check:
            with np.load(data.EMBEDDED, allow_pickle=False) as there:
                if set(there.files) != set(arrays) or not all(np.array_equal(there[k], arrays[k]) for k in arrays):
                    raise ValueError(f"{data.EMBEDDED.name} holds other arrays than those made now")
        else:
            data.EMBEDDED.write_bytes(pack(arrays))
        file_digest = hashlib.sha256(data.EMBEDDED.read_bytes()).hexdigest()
        if file_digest != data.EMBEDDED_SHA256:
            raise ValueError(f"the arrays are right, but helpers.data.EMBEDDED_SHA256 must become {file_digest}")
    except (OSError, ValueError, RuntimeError) as error:
        print(f"make_subset: {error}", file=sys.stderr)
        return 1
    print(f"{data.EMBEDDED.name}: {data.EMBEDDED.stat().st_size:,} bytes, as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
