"""Stop a student's answer that never ends, without a second process and without touching a real Ctrl-C."""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

Result = TypeVar("Result")


class Stopped(BaseException):
    """Raised in work that runs too long. Not an `Exception`: the answer's own `except Exception` lets it pass."""


def limited(work: Callable[[], Result], seconds: float) -> Result:
    """Return `work()`, stopped after `seconds`.

    In the main thread of Linux and macOS an alarm stops Python code and waiting calls such as `time.sleep`. Elsewhere a
    watching thread stops Python code. A single long call into C (one huge matrix product) ends before it is stopped.

    Raises:
        Stopped: The time is over.
    """
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _by_alarm(work, seconds)
    return _by_watching(work, seconds)


def _by_alarm(work: Callable[[], Result], seconds: float) -> Result:
    def inside() -> Result:
        return work()

    def stop(_: int, frame: FrameType | None) -> None:
        # Only what runs inside the work is stopped: an alarm in the last moment must not hit the lines below.
        while frame is not None:
            if frame.f_code is inside.__code__:
                raise Stopped
            frame = frame.f_back

    handler_before = signal.signal(signal.SIGALRM, stop)
    started = time.monotonic()
    # It rings again and again, because a bare `except:` of the student may swallow it.
    delay_before, interval_before = signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
    try:
        return inside()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if handler_before is None else handler_before)
        if delay_before:
            left = max(delay_before - (time.monotonic() - started), 0.001)
            signal.setitimer(signal.ITIMER_REAL, left, interval_before)


def _by_watching(work: Callable[[], Result], seconds: float) -> Result:
    thread = ctypes.c_ulong(threading.get_ident())
    send = ctypes.pythonapi.PyThreadState_SetAsyncExc
    over, turn = threading.Event(), threading.Lock()

    def watch() -> None:
        if not over.wait(seconds):
            with turn:
                if not over.is_set():
                    send(thread, ctypes.py_object(Stopped))

    threading.Thread(target=watch, daemon=True).start()
    try:
        return work()
    finally:
        with turn:
            over.set()
        send(thread, None)  # takes back a stop that was sent and has not arrived
