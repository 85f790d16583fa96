"""The same measurement as measure.ts: a warm-up, then samples until the budget is spent, and their median."""

import gc
import statistics
import time

BATCH = 1024
BATCH_BELOW = 20e-6


def seconds(call, repeats):
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def warm(call, duration):
    """Runs calls for a while; returns the shortest time of one."""
    end = time.perf_counter() + duration
    fastest = seconds(call, 1)
    while time.perf_counter() < end:
        fastest = min(fastest, seconds(call, 1))
    return fastest


def median_time(call, budget):
    """In µs."""
    duration = budget["time"] / 1e3
    repeats = BATCH if warm(call, duration) <= BATCH_BELOW else 1
    gc.collect()
    samples = []
    end = time.perf_counter() + duration
    while len(samples) < budget["calls"] or time.perf_counter() < end:
        samples.append(seconds(call, repeats))
    return statistics.median(samples) * 1e6
