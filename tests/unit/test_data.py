"""The data: the embedded subset, and the 70,000 images through the real client from a server on this machine."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import openml_server
import pyarrow as pa
import pytest
from openml_server import OpenMLServer
from pyarrow import parquet

from helpers import data
from helpers.data import CLASS_NAMES, DataUnavailable, load_fashion_mnist
from helpers.data import _openml as openml_source

ROOT = Path(__file__).resolve().parents[2]
IDX = Path("/usr/share/datasets/fashion-mnist")
NOTHING_LISTENS = "http://127.0.0.1:9/api/v1/xml"

sys.path.insert(0, str(ROOT / "data"))
import make_subset  # noqa: E402


def to_parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def to_table(images: np.ndarray, labels: np.ndarray) -> pa.Table:
    """The columns as OpenML has them: pixels as whole numbers, classes as a dictionary of text."""
    columns = dict(zip(openml_source.PIXELS, np.ascontiguousarray(images.reshape(len(images), -1).T), strict=True))
    return pa.table(columns | {"class": pa.array(labels.astype(str).tolist()).dictionary_encode()})


@pytest.fixture(scope="session")
def official() -> data.Split:
    """The official images, from Debian's package dataset-fashion-mnist."""
    if not IDX.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{IDX} is missing: the checks need Debian's package dataset-fashion-mnist")
        pytest.skip(f"{IDX} is missing: install Debian's package dataset-fashion-mnist for this test")
    return make_subset.read_idx(IDX)


@pytest.fixture(scope="session")
def official_parquet(official: data.Split) -> bytes:
    (x_train, y_train), (x_test, y_test) = official
    return to_parquet(to_table(np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])))


@pytest.fixture(scope="session")
def cached(official: data.Split, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a good cache file."""
    (x_train, y_train), (x_test, y_test) = official
    path = tmp_path_factory.mktemp("cache") / data.CACHE_NAME
    assert not data._keep(path, np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test]))
    return path.read_bytes()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of the test's own, no server, and no temporary files left behind."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSE_OPENML_SERVER", NOTHING_LISTENS)
    yield tmp_path / "cache"
    assert not list(temporary.iterdir())


def use(server: OpenMLServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_OPENML_SERVER", server.url)


def use_files(server: OpenMLServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the server's files; where they lie is known, so no process with OpenML's client need start to ask for it."""
    use(server, monkeypatch)
    parquet, arff = (server.base + openml_server.PATH_OF[name] for name in ("parquet", "arff"))
    monkeypatch.setattr(openml_source, "_describe", lambda _: (parquet, arff))


@pytest.fixture
def delivered(official: data.Split, monkeypatch: pytest.MonkeyPatch) -> None:
    """The official images come, as if OpenML had sent them, without a server and without a file to read."""
    images, labels = (np.concatenate(arrays) for arrays in zip(*official, strict=True))
    monkeypatch.setattr(data, "download", lambda: (images.reshape(-1, 784), labels))


def small_table() -> tuple[np.ndarray, np.ndarray, pa.Table]:
    generator = np.random.default_rng(0)
    images, labels = generator.integers(0, 256, (50, 784), np.uint8), generator.integers(0, 10, 50, np.uint8)
    return images, labels, to_table(images, labels)


def assert_official(split: data.Split, official: data.Split) -> None:
    for (images, labels), (right_images, right_labels) in zip(split, official, strict=True):
        np.testing.assert_array_equal(images, right_images)
        np.testing.assert_array_equal(labels, right_labels)
        assert images.dtype == labels.dtype == np.uint8
        assert images.flags.writeable
        assert labels.flags.writeable


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


# ---- the embedded subset


def test_embedded_subset_has_the_promised_shapes_and_types() -> None:
    (x_train, y_train), (x_test, y_test) = load_fashion_mnist()
    assert (x_train.shape, y_train.shape) == ((10_000, 28, 28), (10_000,))
    assert (x_test.shape, y_test.shape) == ((2_000, 28, 28), (2_000,))
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}


def test_embedded_subset_is_stratified() -> None:
    (_, y_train), (_, y_test) = load_fashion_mnist()
    assert np.bincount(y_train).tolist() == [1_000] * 10
    assert np.bincount(y_test).tolist() == [200] * 10


def test_first_and_last_tenth_of_the_subset_hold_every_class() -> None:
    (_, y_train), _ = load_fashion_mnist()
    for part in (y_train[:1_000], y_train[-1_000:]):
        assert np.bincount(part, minlength=10).min() > 60


def test_changing_loaded_arrays_changes_no_later_load() -> None:
    for array in [array for part in load_fashion_mnist() for array in part]:
        array[:] = 77
    (x_train, y_train), (x_test, y_test) = load_fashion_mnist()
    assert max(y_train.max(), y_test.max()) == 9
    assert not (x_train == 77).all()
    assert not (x_test == 77).all()


def test_class_names_are_the_ten_official_ones() -> None:
    assert [CLASS_NAMES[label] for label in (0, 1, 5, 9)] == ["T-shirt/top", "Trouser", "Sandal", "Ankle boot"]
    assert len(set(CLASS_NAMES)) == 10


def test_embedded_file_is_small_and_its_readme_states_its_digest() -> None:
    raw = data.EMBEDDED.read_bytes()
    assert len(raw) <= 5_000_000
    assert hashlib.sha256(raw).hexdigest() in (ROOT / "data" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("position", [0, 1_000, 2_000_000, -1])
def test_one_changed_byte_of_the_embedded_file_is_noticed(
    position: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = bytearray(data.EMBEDDED.read_bytes())
    raw[position] ^= 1
    (tmp_path / "altered.npz").write_bytes(raw)
    monkeypatch.setattr(data, "EMBEDDED", tmp_path / "altered.npz")
    with pytest.raises(DataUnavailable, match="is damaged"):
        load_fashion_mnist()


def test_missing_embedded_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "EMBEDDED", tmp_path / "gone.npz")
    with pytest.raises(DataUnavailable, match=r"gone\.npz"):
        load_fashion_mnist()


def test_loading_the_subset_imports_no_heavy_package() -> None:
    code = (
        "import sys; from helpers.data import load_fashion_mnist; load_fashion_mnist();"
        "print({'openml', 'pandas', 'pyarrow', 'tensorflow', 'keras', 'matplotlib'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"


@pytest.mark.parametrize("full", ["yes", None, 1, 60_000])
def test_full_must_be_true_or_false(full: object) -> None:
    with pytest.raises(TypeError, match="full must be True or False"):
        load_fashion_mnist(full=full)  # type: ignore[arg-type]


# ---- the script that made the subset


def test_subset_made_again_from_the_official_files_is_the_embedded_one(official: data.Split) -> None:
    made = make_subset.make(*official)
    assert make_subset.digests(made) == (make_subset.SUBSET_SHA256, make_subset.ROWS_SHA256)
    with np.load(data.EMBEDDED, allow_pickle=False) as embedded:
        assert set(embedded.files) == set(made)
        for name, array in made.items():
            np.testing.assert_array_equal(embedded[name], array)


def test_embedded_rows_name_the_official_images(official: data.Split) -> None:
    with np.load(data.EMBEDDED, allow_pickle=False) as embedded:
        rows = embedded["rows_train"], embedded["rows_test"]
    for chosen, part, official_part in zip(rows, load_fashion_mnist(), official, strict=True):
        assert len(set(chosen.tolist())) == len(chosen)
        np.testing.assert_array_equal(part[0], official_part[0][chosen])
        np.testing.assert_array_equal(part[1], official_part[1][chosen])


def test_script_runs_from_any_folder_and_writes_nothing_when_checking(official: data.Split, tmp_path: Path) -> None:
    before = data.EMBEDDED.stat().st_mtime_ns
    command = [sys.executable, str(ROOT / "data" / "make_subset.py"), "--idx", str(IDX), "--check"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert data.EMBEDDED.stat().st_mtime_ns == before


@pytest.mark.slow
def test_script_writes_a_file_that_loads(
    official: data.Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    original = load_fashion_mnist()
    monkeypatch.setattr(data, "EMBEDDED", tmp_path / "again.npz")
    make_subset.main(["--idx", str(IDX)])
    # Another version of zlib or liblzma packs the same arrays into other bytes; the script then says the new digest.
    said = re.search(r"must become (\w{64})", capsys.readouterr().err)
    monkeypatch.setattr(data, "EMBEDDED_SHA256", said[1] if said else data.EMBEDDED_SHA256)
    assert_official(load_fashion_mnist(), original)


def test_script_refuses_a_folder_without_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make_subset.main(["--idx", str(tmp_path), "--check"]) == 1
    assert "train-images-idx3-ubyte.gz" in capsys.readouterr().err


# ---- all 70,000 from a server


@pytest.mark.long
def test_slow_but_moving_download_is_waited_for(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    images, labels, table = small_table()
    monkeypatch.setattr(openml_source, "SILENCE", 0.5)
    with OpenMLServer(to_parquet(table), answers={"parquet": openml_server.slowly(pieces=4, pause=0.2)}) as server:
        use(server, monkeypatch)
        read_images, read_labels = openml_source.download()
        assert server.requests == ["description", "parquet"]
    np.testing.assert_array_equal(read_images, images)
    np.testing.assert_array_equal(read_labels, labels)
    out, err = capfd.readouterr()
    assert "Fashion-MNIST from OpenML" in out
    assert err == ""


@pytest.mark.slow
def test_all_images_come_through_the_client_are_kept_and_need_no_server_again(
    official: data.Split,
    official_parquet: bytes,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(openml_source, "SILENCE", 1.0)
    with OpenMLServer(official_parquet, answers={"parquet": openml_server.slowly(pieces=6, pause=0.3)}) as server:
        use(server, monkeypatch)
        assert_official(load_fashion_mnist(full=True), official)
        assert server.requests == ["description", "parquet"]
    out, err = capfd.readouterr()
    assert "Fashion-MNIST from OpenML" in out
    assert err == ""
    assert files_in(cache) == [data.CACHE_NAME]
    assert_official(load_fashion_mnist(full=True), official)  # the server is gone
    assert capfd.readouterr() == ("", "")


def test_arff_is_read_where_there_is_no_parquet(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images, labels, table = small_table()
    header = "% Fashion-MNIST\n@RELATION Fashion-MNIST\n\n" + "".join(
        f"@ATTRIBUTE {name} REAL\n" for name in openml_source.PIXELS
    )
    header += "@ATTRIBUTE class {0,1,2,3,4,5,6,7,8,9}\n\n@DATA\n"
    sink = pa.BufferOutputStream()
    from pyarrow import csv

    columns = table.set_column(784, "class", table["class"].cast(pa.string()).cast(pa.uint8()))
    csv.write_csv(columns, sink, csv.WriteOptions(include_header=False))
    with OpenMLServer(arff=header.encode() + sink.getvalue().to_pybytes() + b"%\n") as server:
        use(server, monkeypatch)
        read_images, read_labels = openml_source.download()
        assert server.requests == ["description", "arff"]
    np.testing.assert_array_equal(read_images, images)
    np.testing.assert_array_equal(read_labels, labels)


@pytest.mark.long
def test_server_of_the_loaded_client_is_used_and_its_settings_stay(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import openml

    monkeypatch.delenv("COURSE_OPENML_SERVER")
    asked = []
    monkeypatch.setattr(openml_source, "_describe", lambda server: asked.append(server) or ("", "http://[::1/"))
    with OpenMLServer(b"") as server:
        monkeypatch.setattr(openml.config, "server", server.url)
        before = openml.config.get_config_as_dict()
        with pytest.raises(DataUnavailable):
            load_fashion_mnist(full=True)
        assert asked == [server.url]
        assert openml.config.get_config_as_dict() == before


BAD_ANSWERS = {
    "description unknown to OpenML": {
        "description": openml_server.status(
            412,
            b'<oml:error xmlns:oml="http://openml.org/openml"><oml:code>111</oml:code>'
            b"<oml:message>Unknown dataset</oml:message></oml:error>",
        )
    },
    "description garbage": {"description": openml_server.instead(b"\x00\xff not XML")},
    "description stalled": {"description": openml_server.stall},
    "description 404": {"description": openml_server.status(404)},
    "description 500": {"description": openml_server.status(500)},
    "file 404": {"parquet": openml_server.status(404)},
    "file 403": {"parquet": openml_server.status(403)},
    "file cut": {"parquet": openml_server.cut},
    "file garbage": {"parquet": openml_server.instead(b"PAR1 this is no table PAR1")},
    "file empty": {"parquet": openml_server.instead(b"")},
    "file of another data set": {"parquet": openml_server.instead(to_parquet(pa.table({"a": [1]})))},
    "file stalled": {"parquet": openml_server.stall},
}


# Each of these starts OpenML's client, which takes two seconds: a second one of a kind can wait for longer tests.
CLIENT_AGAIN = {
    "description unknown to OpenML": pytest.mark.long,
    "description 404": pytest.mark.slow,
    "description 500": pytest.mark.slow,
}


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=[CLIENT_AGAIN[case]] if case in CLIENT_AGAIN else []) for case in BAD_ANSWERS],
)
def test_bad_answer_ends_in_one_sentence_and_no_cache(
    case: str, cache: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    if "stalled" in case:  # elsewhere, half a second is too little for a machine that has much to do
        monkeypatch.setattr(openml_source, "SILENCE", 0.5)
    if case == "description stalled":
        monkeypatch.setattr(openml_source, "LOADING", 0.0)
    with OpenMLServer(b"PAR1" + bytes(100_000), b"no ARFF", BAD_ANSWERS[case]) as server:
        (use_files if case.startswith("file") else use)(server, monkeypatch)
        with pytest.raises(DataUnavailable, match=r"without full=True") as caught:
            load_fashion_mnist(full=True)
    assert "\n" not in str(caught.value)
    assert ("sent nothing for 0.5 seconds" in str(caught.value)) == ("stalled" in case)
    assert files_in(cache) == []
    assert capfd.readouterr().err == ""


def test_server_error_for_the_file_falls_back_or_says_so(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"parquet": openml_server.status(500), "arff": openml_server.cut}
    with OpenMLServer(b"", b"no ARFF", answers) as server:
        use_files(server, monkeypatch)
        with pytest.raises(DataUnavailable):
            load_fashion_mnist(full=True)
        assert server.requests == ["parquet", "arff"]
    assert files_in(cache) == []


def test_offline_without_a_copy_says_what_works(cache: Path) -> None:
    with pytest.raises(DataUnavailable, match=r"cannot be reached .* load_fashion_mnist\(\) without full=True"):
        load_fashion_mnist(full=True)
    assert files_in(cache) == []


def test_network_that_swallows_everything_counts_as_offline(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    full_queue = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = []
    for _ in range(4):  # further connections are neither accepted nor refused
        waiting.append(socket.socket())
        waiting[-1].setblocking(False)
        waiting[-1].connect_ex(full_queue.getsockname())
    monkeypatch.setattr(openml_source, "UNREACHABLE", 0.5)
    monkeypatch.setenv("COURSE_OPENML_SERVER", f"http://127.0.0.1:{full_queue.getsockname()[1]}/api/v1/xml")
    with pytest.raises(DataUnavailable, match="cannot be reached"):
        load_fashion_mnist(full=True)
    for connection in [*waiting, full_queue]:
        connection.close()


def test_name_look_up_that_hangs_counts_as_offline(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        over.wait(30)
        return []

    monkeypatch.setattr("socket.getaddrinfo", hang)
    monkeypatch.setattr(openml_source, "UNREACHABLE", 0.3)
    monkeypatch.setenv("COURSE_OPENML_SERVER", "https://openml.example/api/v1/xml")
    with pytest.raises(DataUnavailable, match="cannot be reached"):
        load_fashion_mnist(full=True)
    over.set()


@pytest.mark.parametrize("server", ["", "no address", "http://127.0.0.1:port/", "http://[::1/"])
def test_server_that_is_not_an_address_cannot_be_reached(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataUnavailable, match="cannot be reached"):
        openml_source._knock(server)


def test_proxy_is_knocked_at_in_place_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "other.example")
    with OpenMLServer() as proxy:
        monkeypatch.setenv("https_proxy", proxy.base)
        openml_source._knock("https://openml.example/api/v1/xml")
    monkeypatch.setenv("https_proxy", "127.0.0.1:9")
    with pytest.raises(DataUnavailable, match="cannot be reached"):
        openml_source._knock("https://openml.example/api/v1/xml")


PAGE = b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>Log in<br></body></html>"
XHTML = PAGE.replace(b"<br>", b"")


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        pytest.param("description", PAGE, id="HTML for the description", marks=pytest.mark.long),
        pytest.param("description", XHTML, id="XHTML for the description", marks=pytest.mark.slow),
        pytest.param("parquet", PAGE, id="HTML for the file"),
        pytest.param("parquet", XHTML, id="XHTML for the file"),
    ],
)
def test_login_page_of_a_network_is_told_as_such(
    asked: str, page: bytes, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with OpenMLServer(b"", b"", {asked: openml_server.instead(page)}) as server:
        (use_files if asked == "parquet" else use)(server, monkeypatch)
        with pytest.raises(DataUnavailable, match=r"because the answer did not come from OpenML.* login page.*browser"):
            load_fashion_mnist(full=True)


@pytest.mark.slow
def test_network_that_inspects_traffic_is_told_as_such_and_its_certificate_is_accepted(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing, with which this test makes a certificate")
    pem = str(tmp_path / "network.pem")
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", pem, "-out", pem + "2", *subject],
        check=True,
        capture_output=True,
    )
    Path(pem).write_bytes(Path(pem).read_bytes() + Path(pem + "2").read_bytes())
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with OpenMLServer(to_parquet(pa.table({"a": [1]})), certificate=pem) as server:
        use(server, monkeypatch)
        told = r"certificate of the server cannot be verified.*SSL_CERT_FILE"
        with pytest.raises(DataUnavailable, match=told):
            load_fashion_mnist(full=True)
        assert server.requests == []
        with monkeypatch.context() as patch:
            patch.setenv("REQUESTS_CA_BUNDLE", pem)  # enough for the client, and not for the file
            with pytest.raises(DataUnavailable, match=told):
                load_fashion_mnist(full=True)
        monkeypatch.setenv("SSL_CERT_FILE", pem)
        with pytest.raises(DataUnavailable, match="785 of 785 columns"):  # it arrived, and is another table
            load_fashion_mnist(full=True)


def test_certificate_that_cannot_be_verified_has_a_sentence_of_its_own() -> None:
    said = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)"
    assert "set SSL_CERT_FILE" in openml_source._problem("ssl.SSLCertVerificationError", said)


def test_reason_at_the_end_of_a_long_message_is_kept() -> None:
    said = openml_source._problem("requests.exceptions.ProxyError", "begin " + "url " * 100 + "(Caused by\n the end)")
    assert said.startswith("OpenML did not deliver them (ProxyError: begin url")
    assert said.endswith("(Caused by the end))")
    assert len(said) < 250


def test_missing_client_says_how_to_install_it(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openml", None)
    with pytest.raises(DataUnavailable, match="pip install openml"):
        load_fashion_mnist(full=True)


# ---- wrong images


def one_pixel(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    changed = images.copy()
    changed[31_415, 399] ^= 1
    return changed, labels


def other_order(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.roll(images, 10_000, axis=0), np.roll(labels, 10_000)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [(one_pixel, "differ from the official ones"), (other_order, "or their order, differ from the official ones")],
)
@pytest.mark.usefixtures("delivered")
def test_other_images_than_the_official_ones_are_refused(
    change: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    sentence: str,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed = change(*data.download())
    monkeypatch.setattr(data, "download", lambda: changed)
    with pytest.raises(DataUnavailable, match=sentence):
        load_fashion_mnist(full=True)
    assert files_in(cache) == []


@pytest.mark.parametrize(
    ("images", "labels", "sentence"),
    [
        (np.zeros((69_999, 784), np.uint8), np.zeros(69_999, np.uint8), "69,999 images came instead of 70,000"),
        (np.zeros((0, 784), np.uint8), np.zeros(0, np.uint8), "0 images came instead of 70,000"),
        (np.zeros((70_000, 784), np.uint8), np.full(70_000, 200, np.uint8), "not 7,000 of each of ten classes"),
        (np.zeros((70_000, 784), np.uint8), np.arange(70_000, dtype=np.uint16), "uint8 and uint16 instead of uint8"),
        (
            np.zeros((70_000, 784), np.uint8),
            np.repeat(np.arange(10, dtype=np.uint8), 7_000),
            "differ from the official",
        ),
    ],
    ids=["one missing", "none", "class 200", "type", "black images"],
)
def test_tables_of_another_make_are_told_apart(
    images: np.ndarray, labels: np.ndarray, sentence: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "download", lambda: (images, labels))
    with pytest.raises(DataUnavailable, match=sentence):
        load_fashion_mnist(full=True)
    assert files_in(cache) == []


# ---- the forms a table may have


@pytest.mark.parametrize("pixels", [pa.uint8(), pa.int64(), pa.float64(), pa.string()], ids=str)
@pytest.mark.parametrize("classes", ["dictionary", pa.string(), pa.binary(), pa.int64(), pa.float64()], ids=str)
def test_every_type_of_column_is_read(pixels: pa.DataType, classes: pa.DataType | str) -> None:
    images, labels, table = small_table()
    column = table["class"]
    if classes != "dictionary":
        column = column.cast(pa.string()).cast(classes)
    table = table.set_column(784, "class", column).set_column(3, "pixel4", table["pixel4"].cast(pixels))
    read_images, read_labels = openml_source.read_table(to_parquet(table))
    np.testing.assert_array_equal(read_images, images)
    np.testing.assert_array_equal(read_labels, labels)


def test_columns_in_another_order_are_put_right() -> None:
    images, _, table = small_table()
    other = to_parquet(table.select(sorted(table.column_names)))
    np.testing.assert_array_equal(openml_source.read_table(other)[0], images)


@pytest.mark.parametrize("values", [[256] * 50, [-1] * 50, [0.5] * 50, [None] * 50, ["red"] * 50, [float("nan")] * 50])
def test_values_that_are_no_pixels_are_refused(values: list[object]) -> None:
    table = small_table()[2].set_column(3, "pixel4", pa.array(values))
    with pytest.raises(ValueError, match=r".+"):
        openml_source.read_table(to_parquet(table))


# ---- the cache


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def download() -> None:
        raise DataUnavailable("OpenML cannot be reached from this machine")

    monkeypatch.setattr(data, "download", download)


def damage(raw: bytes, how: str) -> bytes:
    if how == "one byte":
        return raw[:30_000_000] + bytes([raw[30_000_000] ^ 1]) + raw[30_000_001:]
    return {"truncated": raw[: len(raw) // 2], "empty": b"", "pickle": b"\x80\x04N.", "text": b"not a cache"}[how]


@pytest.mark.parametrize("how", ["one byte", "truncated", "empty", "pickle", "text"])
@pytest.mark.usefixtures("offline")
@pytest.mark.filterwarnings("error")  # among them: a file is left open
def test_damaged_copy_is_never_used(how: str, cached: bytes, cache: Path) -> None:
    cache.mkdir()
    (cache / data.CACHE_NAME).write_bytes(damage(cached, how))
    with pytest.raises(DataUnavailable, match=r"is damaged, and OpenML cannot be reached"):
        load_fashion_mnist(full=True)


@pytest.mark.usefixtures("offline")
def test_valid_file_with_other_images_is_never_used(cache: Path) -> None:
    cache.mkdir()
    labels = np.repeat(np.arange(10, dtype=np.uint8), 7_000)
    np.savez_compressed(cache / data.CACHE_NAME, images=np.zeros((70_000, 28, 28), np.uint8), labels=labels)
    with pytest.raises(DataUnavailable, match="is damaged"):
        load_fashion_mnist(full=True)


@pytest.mark.usefixtures("delivered")
def test_damaged_copy_is_replaced(
    official: data.Split, cached: bytes, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir()
    (cache / data.CACHE_NAME).write_bytes(damage(cached, "one byte"))
    assert_official(load_fashion_mnist(full=True), official)
    monkeypatch.delattr(data, "download")
    assert_official(load_fashion_mnist(full=True), official)


def test_failed_renewal_leaves_the_file_of_others_alone(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_half(part: Path, **_: np.ndarray) -> None:
        part.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", write_half)
    cache.mkdir()
    (cache / data.CACHE_NAME).write_bytes(b"the copy of another process")
    problem = data._keep(cache / data.CACHE_NAME, np.zeros(1, np.uint8), np.zeros(1, np.uint8))
    assert "No space left" in problem
    assert files_in(cache) == [data.CACHE_NAME]
    assert (cache / data.CACHE_NAME).read_bytes() == b"the copy of another process"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
@pytest.mark.usefixtures("delivered")
def test_full_disk_gives_the_data_and_one_sentence(
    official: data.Split, cache: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000_000, limits[1]))
    try:
        assert_official(load_fashion_mnist(full=True), official)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    out, err = capfd.readouterr()
    assert "cannot be written (File too large)" in out
    assert err == ""
    assert files_in(cache) == []


def test_no_room_for_the_client_is_a_sentence(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with OpenMLServer(b"") as server, monkeypatch.context() as patch:
        use(server, monkeypatch)
        patch.setattr("tempfile.TemporaryDirectory", full)
        with pytest.raises(DataUnavailable, match="No space left on device"):
            load_fashion_mnist(full=True)


@pytest.mark.usefixtures("delivered")
def test_cache_folder_that_cannot_be_written_costs_only_a_sentence(
    official: data.Split, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.write_text("a file where the folder should be")
    assert_official(load_fashion_mnist(full=True), official)
    assert re.fullmatch(r".* cannot be written .*\n", capsys.readouterr().out)
    assert cache.read_text() == "a file where the folder should be"


@pytest.mark.slow
def test_two_processes_at_once_both_get_the_data(
    official: data.Split, official_parquet: bytes, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "from helpers import data; train, test = data.load_fashion_mnist(full=True);"
        "assert (data.digest(*train), data.digest(*test)) == data.OFFICIAL_SHA256; print('right')"
    )
    with OpenMLServer(official_parquet, answers={"parquet": openml_server.slowly(pieces=4, pause=0.2)}) as server:
        use(server, monkeypatch)
        command = [sys.executable, "-c", code]
        processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        said = [process.communicate(timeout=60)[0] for process in processes]
        assert server.requests.count("description") == 2
    assert all("right" in text for text in said)
    assert files_in(cache) == [data.CACHE_NAME]


def test_cache_folder_may_be_relative_or_start_at_home(
    official: data.Split, cached: bytes, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir()
    (cache / data.CACHE_NAME).write_bytes(cached)
    monkeypatch.chdir(cache.parent)
    monkeypatch.setenv("HOME", str(cache.parent))
    monkeypatch.setenv("USERPROFILE", str(cache.parent))
    for name in ("cache", "~/cache"):
        monkeypatch.setenv("COURSE_CACHE", name)
        assert_official(load_fashion_mnist(full=True), official)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="XDG_CACHE_HOME is for Linux")
@pytest.mark.parametrize(
    ("course", "xdg", "place"),
    [
        ("  HOME/a b ", "", "a b"),
        ("  ", "HOME/xdg", "xdg/inside-neural-networks"),
        ("", "relative", ".cache/inside-neural-networks"),
        ("", "~/xdg", ".cache/inside-neural-networks"),
        ("", "", ".cache/inside-neural-networks"),
    ],
)
def test_place_of_the_cache(course: str, xdg: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COURSE_CACHE", course.replace("HOME", str(tmp_path)))
    monkeypatch.setenv("XDG_CACHE_HOME", xdg.replace("HOME", str(tmp_path)))
    assert data._cache_file() == tmp_path / place / data.CACHE_NAME


@pytest.mark.parametrize("chosen", ["~nobody-of-this-name/x", ""])
@pytest.mark.usefixtures("delivered")
def test_without_a_home_the_data_come_and_no_folder_is_made(
    chosen: str,
    official: data.Split,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COURSE_CACHE", chosen)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # so Python does for a user without a name
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert_official(load_fashion_mnist(full=True), official)
    assert re.fullmatch(
        r"The images are complete, but there is no home folder .*COURSE_CACHE.*\n", capsys.readouterr().out
    )
    assert files_in(tmp_path / "here") == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_cache_is_as_readable_as_the_users_other_files(cache: Path) -> None:
    before = os.umask(0o022)
    try:
        assert not data._keep(cache / data.CACHE_NAME, np.zeros(1, np.uint8), np.zeros(1, np.uint8))
    finally:
        os.umask(before)
    assert stat.S_IMODE((cache / data.CACHE_NAME).stat().st_mode) == 0o644


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.usefixtures("offline")
def test_pipe_in_the_place_of_the_cache_is_neither_read_nor_replaced(cache: Path) -> None:
    cache.mkdir()
    os.mkfifo(cache / data.CACHE_NAME)
    with pytest.raises(DataUnavailable, match="cannot be reached"):
        load_fashion_mnist(full=True)
    problem = data._keep(cache / data.CACHE_NAME, np.zeros(1, np.uint8), np.zeros(1, np.uint8))
    assert "it is not a regular file" in problem
    assert (cache / data.CACHE_NAME).is_fifo()
