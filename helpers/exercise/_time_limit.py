"""Stop a student's answer that never ends, without a second process and without touching a real Ctrl-C.

A stop is an exception that is raised inside the answer, again and again. An answer whose loop stands whole in `try` and
a bare `except` would swallow each of them. So a stop that was swallowed (Python deletes it at the end of the `except`),
and each stop after the first, has a trace function raise one more at the very next line. That is the line `try:` or
`except:` itself, outside of what this `try` protects: each one leaves a `try` behind, and so the loop.
"""

from __future__ import annotations

import ctypes
import inspect
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

Result = TypeVar("Result")

AGAIN = 0.05
"""Seconds between two stops, where the first one has not ended the work."""


class Stopped(BaseException):
    """Raised in work that runs too long. Not an `Exception`: the answer's own `except Exception` lets it pass."""


def limited(work: Callable[[], Result], seconds: float) -> Result:
    """Return `work()`, stopped after `seconds` whatever it catches.

    In the main thread of Linux and macOS an alarm stops Python code and waiting calls such as `time.sleep` and `input`.
    Elsewhere a watching thread stops Python code, and a waiting call when it returns. A single long call into C (one
    huge matrix product) ends before it is stopped.

    Raises:
        Stopped: The time is over.
    """

    def inside() -> Result:
        return work()

    def frames_inside(frame: FrameType | None) -> list[FrameType]:
        """Return the frames of the work, innermost first, and none where `frame` is not part of it."""
        frames: list[FrameType] = []
        while frame is not None and frame.f_code is not inside.__code__:
            frames.append(frame)
            frame = frame.f_back
        return frames if frame is not None and not over.is_set() else []

    def trace_from(frame: FrameType | None) -> None:
        frames = frames_inside(frame)
        for one in frames:
            one.f_trace = stop_at_next_line
        if frames:
            sys.settrace(stop_at_next_line)

    class Stop(Stopped):
        def __init__(self) -> None:
            stops.append(1)
            if len(stops) > 1:  # the first stop lets the answer's `finally` and `with` blocks end in peace
                trace_from(inspect.currentframe())

        def __del__(self) -> None:
            trace_from(inspect.currentframe())

    def stop_at_next_line(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line" and frames_inside(frame):
            raise Stop  # Python ends the tracing when this is raised
        return stop_at_next_line

    over, stops = threading.Event(), list[int]()
    by_alarm = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    trace_before = sys.gettrace()
    try:
        if by_alarm:
            return _by_alarm(inside, seconds, lambda frame: Stop if frames_inside(frame) else None)
        return _by_watching(inside, seconds, Stop)
    finally:
        over.set()
        if sys.gettrace() is not trace_before:
            sys.settrace(trace_before)


def _by_alarm(
    work: Callable[[], Result], seconds: float, stop_for: Callable[[FrameType | None], type[Stopped] | None]
) -> Result:
    def ring(_: int, frame: FrameType | None) -> None:
        # Only what runs inside the work is stopped: an alarm in the last moment must not hit the lines below.
        stop = stop_for(frame)
        if stop is not None:
            raise stop

    handler_before = signal.signal(signal.SIGALRM, ring)
    started = time.monotonic()
    delay_before, interval_before = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if handler_before is None else handler_before)
        if delay_before:
            left = max(delay_before - (time.monotonic() - started), 0.001)
            signal.setitimer(signal.ITIMER_REAL, left, interval_before)


def _by_watching(work: Callable[[], Result], seconds: float, stop: type[Stopped]) -> Result:
    thread = ctypes.c_ulong(threading.get_ident())
    send = ctypes.pythonapi.PyThreadState_SetAsyncExc
    over, turn = threading.Event(), threading.Lock()

    def watch() -> None:
        pause = seconds
        while not over.wait(pause):
            pause = AGAIN
            with turn:
                if not over.is_set():
                    send(thread, ctypes.py_object(stop))

    def end() -> None:
        with turn:
            over.set()
        send(thread, None)  # takes back a stop that was sent and has not arrived

    threading.Thread(target=watch, daemon=True).start()
    try:
        return work()
    finally:
        try:
            end()
        except Stopped:  # it arrived just now
            end()
