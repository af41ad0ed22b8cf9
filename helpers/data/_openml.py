"""Data set 40996 of OpenML, Fashion-MNIST, downloaded by the `openml` client in a process of its own.

The client waits for minutes on a silent server and keeps its settings in module globals. In its own process every
received byte can be counted, a silent download can be ended at any moment, and the notebook's process keeps neither
settings nor memory. What arrives, Parquet or ARFF, is read here and not by the client, which would write pickles.
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

DATA_SET = 40996
PUBLIC_SERVER = "https://www.openml.org/api/v1/xml"
PIXELS = [f"pixel{number}" for number in range(1, 785)]

SILENCE = 30.0
"""Seconds without a byte after which a download is given up; one that is slow but moving goes on."""

UNREACHABLE = 2.5
"""Seconds without a connection, name look-up included, after which the machine counts as offline."""


class DataUnavailable(RuntimeError):
    """The data that were asked for cannot be had; the message says in one sentence why, and what works instead."""


def download() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the images and labels that OpenML sends, in its order, while a progress bar runs on standard output.

    The server is the one in the environment variable `COURSE_OPENML_SERVER`, else the one that the `openml` client is
    set to (`openml.config.server`, or its configuration file). No account and no key are needed.

    Returns:
        Pixels of shape (images, 784) and labels of shape (images,), both uint8. Nothing is checked but their form.

    Raises:
        DataUnavailable: The client is missing, the machine is offline, or what arrived is not such a table; the message
            is the reason alone, in words that go on after "because".
    """
    if importlib.util.find_spec("openml") is None:
        raise DataUnavailable("the package openml is missing (`pip install openml` installs it)")
    from tqdm import tqdm

    loaded: Any = sys.modules.get("openml")
    server = os.environ.get("COURSE_OPENML_SERVER") or (loaded.config.server if loaded else None)
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            settings = {"folder": folder, "server": server, "silence": SILENCE, "unreachable": UNREACHABLE}
            process = subprocess.Popen(
                # -P: the folder of this file must not hide packages of the same names as its modules.
                [sys.executable, "-P", __file__, json.dumps(settings)],
                env={**os.environ, "OPENML_CACHE_DIR": folder},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
            )
            assert process.stdout is not None
            message: dict[str, Any] = {}
            try:
                with tqdm(desc="Fashion-MNIST from OpenML", unit="B", unit_scale=True, file=sys.stdout) as bar:
                    for line in process.stdout:
                        message = json.loads(line)
                        bar.update(message.get("bytes", bar.n) - bar.n)
            finally:
                process.kill()
                process.wait()
                process.stdout.close()
            if "done" not in message:
                raise DataUnavailable(message.get("error", "the download broke off"))
            return np.load(Path(folder, "images.npy")), np.load(Path(folder, "labels.npy"))
    except OSError as error:
        raise DataUnavailable(f"the download has no place on this machine ({error.strerror or error})") from error


def read_table(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return pixels (rows, 784) and labels (rows,) of a Parquet or ARFF file with columns pixel1 … pixel784 and class.

    Raises:
        ValueError: The file is neither, a column or a value is missing, or a value is no whole number from 0 to 255.
    """
    import pyarrow as pa
    from pyarrow import parquet

    table = _read_arff(path) if path.suffix == ".arff" else parquet.read_table(path)
    missing = {*PIXELS, "class"} - set(table.column_names)
    if missing:
        raise ValueError(f"{len(missing)} of 785 columns are missing, among them {min(missing)}")

    def whole_numbers(name: str) -> NDArray[np.uint8]:
        column = table[name]
        if column.null_count:
            raise ValueError(f"column {name} has empty places")
        if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
            column = column.cast(pa.string())  # classes are text, or codes of text
        # Arrow's casts raise ArrowInvalid, a ValueError, where a value does not survive.
        return column.cast(pa.uint8()).to_numpy()

    images = np.empty((table.num_rows, len(PIXELS)), np.uint8)
    for position, name in enumerate(PIXELS):
        images[:, position] = whole_numbers(name)
    return images, whole_numbers("class")


def _read_arff(path: Path) -> Any:
    """Return the table in a dense ARFF file."""
    from pyarrow import csv

    names: list[str] = []
    with path.open("rb") as file:
        for line in file:
            words = line.decode("utf-8", "replace").split(maxsplit=2)
            keyword = words[0].lower() if words else ""
            if keyword == "@attribute" and len(words) > 1:
                names.append(words[1].strip("'\""))
            elif keyword == "@data":
                break
        else:
            raise ValueError("the ARFF file has no data section")
        return csv.read_csv(
            file,
            read_options=csv.ReadOptions(column_names=names),
            parse_options=csv.ParseOptions(
                quote_char="'", invalid_row_handler=lambda row: "skip" if row.text.startswith("%") else "error"
            ),
        )


class _Traffic:
    """Counts the bytes that this process receives, and ends the process when it has waited for too long.

    It wraps the few functions of the standard library in which a download can wait: name look-up, connection,
    handshake and reading. `report` is called with a message (a dict) for the parent process.
    """

    def __init__(self, report: Callable[..., None], silence: float, unreachable: float) -> None:
        self.report, self.silence, self.unreachable = report, silence, unreachable
        self.received, self.reported = 0, 0.0
        self.started: float | None = None
        self.waiting: float | None = None
        self.connected = False
        modules: Any = socket, ssl
        modules[0].getaddrinfo = self._watched(socket.getaddrinfo)
        modules[0].socket.connect = self._watched(socket.socket.connect, self._on_connected)
        modules[1].SSLSocket.do_handshake = self._watched(ssl.SSLSocket.do_handshake)
        modules[0].SocketIO.readinto = self._watched(socket.SocketIO.readinto, self._on_received)
        threading.Thread(target=self._watch, daemon=True).start()

    def _watched(self, function: Callable[..., Any], after: Callable[[Any], None] | None = None) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            self.waiting = time.monotonic()
            self.started = self.started or self.waiting
            try:
                result = function(*args, **kwargs)
            finally:
                self.waiting = None
            if after:
                after(result)
            return result

        return watched

    def _on_connected(self, _: None) -> None:
        self.connected = True

    def _on_received(self, count: int | None) -> None:
        self.received += count or 0
        if time.monotonic() - self.reported > 0.1:
            self.reported = time.monotonic()
            self.report(bytes=self.received)

    def _watch(self) -> None:
        while True:
            time.sleep(0.05)
            now, waiting = time.monotonic(), self.waiting
            if self.started and not self.connected and now - self.started > self.unreachable:
                self.report(error="OpenML cannot be reached from this machine")
                os._exit(1)
            if waiting and now - waiting > self.silence:
                self.report(error=f"OpenML has sent nothing for {self.silence:g} seconds")
                os._exit(1)


def _knock(server: str | None) -> None:
    """Fail where there is no network before the client is loaded, which can take seconds.

    Raises:
        OSError: Nothing answers at the server's address. Behind a proxy, or with a server that only the client knows
            (from its configuration file), there is nothing to try here.
    """
    configurations = (Path(os.environ.get("XDG_CONFIG_HOME", "~/.config"), "openml"), Path("~/.openml"))
    known = server or not any(Path(folder, "config").expanduser().is_file() for folder in configurations)
    if known and not {"http", "https", "all"} & urllib.request.getproxies().keys():
        address = urlsplit(server or PUBLIC_SERVER)
        port = address.port or (80 if address.scheme == "http" else 443)
        socket.create_connection((address.hostname or "", port)).close()


def _fetch(folder: str, server: str | None, traffic: _Traffic) -> None:
    """Let the client download the data set into `folder`, and leave its arrays there."""
    _knock(server)
    import openml

    openml.config.server = server or openml.config.server
    openml.config.set_root_cache_directory(folder)
    openml.config.set_retry_policy("human", 1)  # the first request tells whether there is a network, and at once
    openml.datasets.get_dataset(DATA_SET, download_data=False)
    openml.config.set_retry_policy("human", 3)
    data_set = openml.datasets.get_dataset(DATA_SET, download_data=True)
    traffic.report(bytes=traffic.received)
    images, labels = read_table(Path(str(data_set.parquet_file or data_set.data_file)))
    np.save(Path(folder, "images.npy"), images)
    np.save(Path(folder, "labels.npy"), labels)


def _main(settings: dict[str, Any]) -> None:
    """Download in this process, and write one JSON object a line for the parent: bytes so far, then done or error."""
    messages = os.fdopen(os.dup(1), "w", encoding="utf-8")
    sys.stdout = sys.stderr  # nothing but messages may reach the parent

    def report(**message: object) -> None:
        messages.write(json.dumps(message) + "\n")
        messages.flush()

    traffic = _Traffic(report, settings["silence"], settings["unreachable"])
    try:
        _fetch(settings["folder"], settings["server"], traffic)
    except ImportError as error:
        report(error=f"the package openml does not load ({error})")
    except Exception as error:  # the client lets through what any of its libraries raises
        if traffic.connected:
            detail = (str(error).strip().splitlines() or [""])[0][:120]
            report(error=f"OpenML did not deliver them ({type(error).__name__}: {detail})")
        else:
            report(error="OpenML cannot be reached from this machine")
    else:
        report(done=True)


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
