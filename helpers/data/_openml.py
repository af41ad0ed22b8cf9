"""Data set 40996 of OpenML, Fashion-MNIST: the `openml` client says where the file is, `urllib` downloads it.

The client is asked in a process of its own, which can be ended: it takes seconds to load, waits for ever where a server
is silent, writes on standard error, and keeps settings in its modules. It would also store the data as a pickle, so the
file, Parquet or ARFF, is downloaded and read here.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import io
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

DATA_SET = 40996
PUBLIC_SERVER = "https://www.openml.org/api/v1/xml"
PIXELS = [f"pixel{number}" for number in range(1, 785)]

SILENCE = 30.0
"""Seconds without a byte after which a download is given up; one that is slow but moving goes on."""

LOADING = 15.0
"""Seconds that the client may need besides, before it asks for its description of a few kB."""

UNREACHABLE = 2.5
"""Seconds without a connection, name look-up included, after which the machine counts as offline."""

CLIENT = f"""
import sys, openml
openml.config.server = sys.argv[1]
openml.config.set_retry_policy("human", 2)
openml.datasets.get_dataset({DATA_SET}, download_data=False)
"""

NOT_OPENML = (
    "the answer did not come from OpenML, or OpenML is in trouble: if your network has a login page, log in with a "
    "browser and try again"
)
CERTIFICATE = (
    "the certificate of the server cannot be verified: if your network inspects encrypted traffic, ask for its root "
    "certificate and set SSL_CERT_FILE to that file"
)


class DataUnavailable(RuntimeError):
    """The data that were asked for cannot be had; the message says in one sentence why, and what works instead."""


def download() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the images and labels that OpenML sends, in its order, while a progress bar runs on standard output.

    The server is the one in the environment variable `COURSE_OPENML_SERVER`, else the one that the `openml` client is
    set to where it is loaded (`openml.config.server`), else OpenML's own. No account and no key are needed.

    Returns:
        Pixels of shape (images, 784) and labels of shape (images,), both uint8. Nothing is checked but their form.

    Raises:
        DataUnavailable: The client is missing, the machine is offline, or what arrived is not such a table; the message
            is the reason alone, in words that go on after "because".
    """
    if importlib.util.find_spec("openml") is None:
        raise DataUnavailable("the package openml is missing (`pip install openml` installs it)")
    client: Any = sys.modules.get("openml")
    server = os.environ.get("COURSE_OPENML_SERVER") or (client.config.server if client else PUBLIC_SERVER)
    _knock(server)
    parquet, arff = _describe(server)
    try:
        try:
            return read_table(_fetch(parquet or arff), arff=not parquet)
        except urllib.error.HTTPError:
            if not (parquet and arff):
                raise
            return read_table(_fetch(arff), arff=True)
    except (OSError, ValueError, http.client.HTTPException, MemoryError) as error:
        cause: Exception = error
        if isinstance(error, urllib.error.URLError) and isinstance(error.reason, OSError):
            cause = error.reason
        if isinstance(cause, TimeoutError):
            raise _silent() from error
        raise DataUnavailable(_problem(type(cause).__name__, str(cause))) from error


def read_table(raw: bytes, *, arff: bool = False) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return pixels (rows, 784) and labels (rows,) of a Parquet or ARFF file with columns pixel1 … pixel784 and class.

    Raises:
        ValueError: It is neither, a column or a value is missing, or a value is not a whole number from 0 to 255.
    """
    import pyarrow as pa
    from pyarrow import parquet

    if raw.lstrip()[:1] == b"<":
        raise ValueError(NOT_OPENML)
    table = _read_arff(io.BytesIO(raw)) if arff else parquet.read_table(pa.BufferReader(raw))
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
    return images, whole_numbers("class").copy()  # Arrow lends its memory, to be read only


def _read_arff(file: io.BytesIO) -> Any:
    """Return the table in a dense ARFF file."""
    from pyarrow import csv

    names: list[str] = []
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


def _knock(url: str) -> None:
    """Find out whether there is a network, before the client is loaded: whether anything answers, or the proxy does.

    Name look-ups cannot be given a time limit, so a thread does it, and is left to itself when time is up.

    Raises:
        DataUnavailable: There is none.
    """
    answered = False

    def connect() -> None:
        nonlocal answered
        with contextlib.suppress(OSError, ValueError):
            address = urlsplit(url)
            proxy = urllib.request.getproxies().get(address.scheme)
            if proxy and not urllib.request.proxy_bypass(address.hostname or ""):
                address = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
            port = address.port or (443 if address.scheme == "https" else 80)
            socket.create_connection((address.hostname or "", port), UNREACHABLE).close()
            answered = True

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(UNREACHABLE)
    if not answered:
        raise DataUnavailable("OpenML cannot be reached from this machine")


def _describe(server: str) -> tuple[str, str]:
    """Return where the client says that the data set lies, as Parquet and as ARFF, each empty where it is not there.

    Raises:
        DataUnavailable: The client does not run, or got no description.
    """
    bundle = os.environ.get("SSL_CERT_FILE")  # `urllib` heeds it, but the client's `requests` only its own variable
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            done = subprocess.run(
                # -P: nothing in the current folder must hide a package of the same name.
                [sys.executable, "-P", "-c", CLIENT, server],
                env={**({"REQUESTS_CA_BUNDLE": bundle} if bundle else {}), **os.environ, "OPENML_CACHE_DIR": folder},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=LOADING + SILENCE,
            )
            if done.returncode:
                names_and_texts = re.findall(r"^([\w.]+(?:Error|Exception)\w*): (.*)", done.stderr, re.MULTILINE)
                raise DataUnavailable(_problem(*names_and_texts[-1] if names_and_texts else ("", "no message")))
            [file] = Path(folder).rglob("description.xml")  # the client's copy of what OpenML sent
            description = ElementTree.parse(file)
    except subprocess.TimeoutExpired as error:
        raise _silent() from error
    except (ValueError, ElementTree.ParseError) as error:  # the client has left no such file
        raise DataUnavailable(NOT_OPENML) from error
    except OSError as error:
        raise DataUnavailable(f"the download has no place on this machine ({error.strerror or error})") from error
    return description.findtext("{*}parquet_url") or "", description.findtext("{*}url") or ""


def _fetch(url: str) -> bytes:
    """Return the file at `url`, while a progress bar runs."""
    import certifi
    from tqdm import tqdm

    context = ssl.create_default_context()  # the system's certificates, and those that the client trusts
    context.load_verify_locations(certifi.where())
    content = bytearray()
    with urllib.request.urlopen(url, timeout=SILENCE, context=context) as answer:
        length = int(answer.headers.get("Content-Length") or 0)
        with tqdm(
            desc="Fashion-MNIST from OpenML", total=length or None, unit="B", unit_scale=True, file=sys.stdout
        ) as bar:
            while piece := answer.read1(1 << 16):
                content += piece
                bar.update(len(piece))
    if len(content) < length:
        raise ValueError(f"the download broke off after {len(content):,} of {length:,} bytes")
    return bytes(content)


def _problem(name: str, said: str) -> str:
    """Return in words, on one line, what an error means that came in the way of the data."""
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return CERTIFICATE
    if name.endswith(("OpenMLServerError", "KeyError", "ExpatError")) or said == NOT_OPENML:
        return NOT_OPENML  # the client read something that is not XML, or is another document
    if len(said) > 160:  # the reason stands at the end of what libraries wrap around it
        said = f"{said[:60]} … {said[-90:]}"
    return f"OpenML did not deliver them ({name.rpartition('.')[2]}: {' '.join(said.split())})"


def _silent() -> DataUnavailable:
    return DataUnavailable(f"OpenML has sent nothing for {SILENCE:g} seconds")
