"""How the programs of a search on several machines find each other, and the worker: it trains what the chief chooses.

All of it speaks KerasTuner's own protocol (gRPC) to KerasTuner's own server; `helpers.tune._chief` is the other end.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from helpers.tune._folder import SearchProblem, differences, read_settings, reason

HEARTBEAT = 1.0
"""Seconds between two questions of a worker about its running trial, the sign that it lives."""

ANNOUNCED = "search"
LONGEST_REQUEST = 600.0
CHANNEL = [
    ("grpc.enable_http_proxy", 0),
    ("grpc.initial_reconnect_backoff_ms", 300),
    ("grpc.min_reconnect_backoff_ms", 300),
    ("grpc.max_reconnect_backoff_ms", 1000),
]


def distribute(name: str, host: str, port: int) -> None:
    """Set the variables by which KerasTuner knows who this program is ("chief" or a worker) and where the chief is."""
    os.environ["KERASTUNER_TUNER_ID"] = name
    os.environ["KERASTUNER_ORACLE_IP"] = host
    os.environ["KERASTUNER_ORACLE_PORT"] = str(port)


def check_port(host: str, port: int) -> None:
    """Find out whether a chief can listen here; gRPC itself would silently share the port with another chief.

    Raises:
        SearchProblem: It cannot.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":  # What is left of the connections of a chief that was just killed does not count.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        raise SearchProblem(
            f"the chief cannot listen at {host}:{port} ({reason(error)}): give another address, or end what uses it"
        ) from error


def connect(host: str, port: int, wait: float, say: Callable[[str], None]) -> Any:
    """Return a gRPC channel to the chief as soon as it listens, saying so when that takes time.

    Raises:
        SearchProblem: It did not listen within `wait` seconds.
    """
    import grpc

    channel = grpc.insecure_channel(f"{host}:{port}", options=CHANNEL)
    ready = grpc.channel_ready_future(channel)
    begin = time.monotonic()
    for pause in (min(0.5, wait), wait - min(0.5, wait)):
        try:
            ready.result(timeout=max(pause, 0.01))
            return channel
        except grpc.FutureTimeoutError:
            if time.monotonic() - begin < wait:
                say(f"Waiting up to {wait:g} s for the chief at {host}:{port}.")
    ready.cancel()
    channel.close()
    raise SearchProblem(f"no chief answered at {host}:{port} within {wait:g} s: start it, or check its address", 3)


class PatientStub:
    """KerasTuner's requests to the chief, repeated while the chief is being started again.

    A request that comes twice does no harm: who has a trial is given the same one, and a trial ends once.
    """

    def __init__(self, stub: Any, address: str, wait: float) -> None:
        self._stub, self._address, self._wait = stub, address, wait
        self._gone: ChiefGone | None = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return the request of this name, made patient."""
        import grpc

        request = getattr(self._stub, name)

        def patient(message: Any, **_: Any) -> Any:
            last = time.monotonic() + self._wait
            while self._gone is None:
                try:
                    return request(message, timeout=LONGEST_REQUEST)
                except grpc.RpcError as error:
                    if error.code() is not grpc.StatusCode.UNAVAILABLE:
                        problem = f"what answers at {self._address} is not the chief of this search, or has a problem"
                        self._gone = ChiefGone(f"{problem} ({error.details()})")
                    elif time.monotonic() > last:
                        problem = f"the chief at {self._address} has not answered for {self._wait:g} s"
                        problem += ": it ended, or it can be started again with the same command"
                        self._gone = ChiefGone(problem, 3)
                    else:
                        time.sleep(0.3)
            raise self._gone  # Also the next time: KerasTuner goes on as if the trial had failed.

        return patient


class ChiefGone(SearchProblem):
    """A request was not answered."""


class Heartbeat:
    """Asks the chief something every second, in a thread of its own, so that the chief knows that this worker lives.

    It asks for the space that is searched, and while a trial runs, for that trial. It begins while TensorFlow is still
    being loaded, and therefore works on bytes: KerasTuner's classes for messages would load it.

    Args:
        channel: From `connect`.
    """

    def __init__(self, channel: Any) -> None:
        self._requests = {name: channel.unary_unary(f"/keras_tuner.Oracle/{name}") for name in ("GetSpace", "GetTrial")}
        self.idle()
        threading.Thread(target=self._beat, daemon=True).start()

    def idle(self) -> None:
        """Ask for the space from now on."""
        self._question = ("GetSpace", b"")

    def runs(self, message: bytes) -> None:
        """Ask for a trial from now on: with `message`, a serialized `GetTrialRequest`."""
        self._question = ("GetTrial", message)

    def _beat(self) -> None:
        import grpc

        while True:
            name, message = self._question
            # What is wrong with an unanswered question is found out by the requests of the search itself.
            with contextlib.suppress(grpc.RpcError):
                self._requests[name](message, timeout=5 * HEARTBEAT)
            time.sleep(HEARTBEAT)


def run_worker(
    channel: Any,
    heartbeat: Heartbeat,
    name: str,
    host: str,
    port: int,
    wanted: Mapping[str, Any],
    folder: Path | None,
    *,
    wait: float,
    say: Callable[[str], None],
) -> None:
    """Train the trials that the chief gives, until there are no more.

    Args:
        channel: From `connect`.
        heartbeat: On this channel.
        name: What the chief calls this worker.
        host: Where the chief is.
        port: The same.
        wanted: Settings as in `helpers.tune._folder.DEFAULTS`; those that are not None must be the chief's.
        folder: The chief's folder as this machine sees it; None where it has the same path here.
        wait: Seconds for which the chief may be away.
        say: Takes a sentence for whoever watches.

    Raises:
        SearchProblem: The chief is gone, has another search, or its folder is not here or cannot be written.
    """
    from keras_tuner.src import protos

    from helpers.tune import FIT, load_split, make_tuner

    patient = PatientStub(protos.get_service_grpc().OracleStub(channel), f"{host}:{port}", wait)
    space = patient.GetSpace(protos.get_service().GetSpaceRequest()).hyperparameters
    if not (announced := space.values.values[ANNOUNCED].string_value):
        raise SearchProblem(f"what answers at {host}:{port} is a KerasTuner chief of another program")
    settings = json.loads(announced)
    if difference := differences(wanted, settings):
        raise SearchProblem(f"the chief's search has {difference}: leave that to the chief", 2)
    folder = folder or Path(settings["folder"])
    if (here := read_settings(folder)) is None or here["id"] != settings["id"]:
        raise SearchProblem(
            f"{folder} is not the chief's folder: workers need the same folder, for instance on a network disk, "
            "and --output names it as this machine sees it"
        )

    train, validation = load_split(full=settings["full"], images=settings["images"])
    distribute(f"{name}.{secrets.token_hex(3)}", host, port)  # Two workers of one name are two workers.
    tuner = make_tuner(settings["tuner"], folder, epochs=settings["epochs"], seed=settings["seed"])
    tuner.oracle.stub = patient
    ended = []

    def begin(trial: Any) -> None:
        heartbeat.runs(protos.get_service().GetTrialRequest(trial_id=trial.trial_id).SerializeToString())
        say(f"Worker {name}: trial {int(trial.trial_id)} begins.")

    def end(trial: Any) -> None:
        heartbeat.idle()
        ended.append(trial)
        why = f" ({trial.message.strip().splitlines()[-1]})" if trial.message else ""
        say(f"Worker {name}: trial {int(trial.trial_id)} has ended{why}.")

    tuner.on_begin, tuner.on_end = begin, end
    try:
        tuner.search(*train, validation_data=validation, epochs=settings["epochs"], **FIT)
    except OSError as error:
        raise SearchProblem(f"{folder} cannot be written ({reason(error)})") from error
    say(f"Worker {name}: the search is finished; trials run here: {len(ended)}.")
