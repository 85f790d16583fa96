"""The PyTorch peer: reads a request, writes replies, as protocol.ts describes."""

import json
import resource
import sys
import time

import torch

import adbench
import jacobian
import memory
import mlp
import ops
from arrays import digest_of, input_of
from timing import median_time

TASKS = {**ops.TASKS, **mlp.TASKS, **jacobian.TASKS, **adbench.TASKS, **memory.TASKS}


def versions():
    found = {"torch": torch.__version__}
    if jacobian.torchjd is not None:
        found["torchjd"] = jacobian.torchjd_version
    return found


def measure(row, budget):
    task = TASKS.get(row["task"])
    if task is None:
        return {"row": row["name"], "status": "missing"}
    settings = row.get("settings", {})
    inputs = [input_of(x, settings.get("recorded") == 1) for x in row["inputs"]]
    call = task(inputs, settings)
    if call is None:
        return {"row": row["name"], "status": "missing"}
    start = time.perf_counter()
    digest = digest_of(call())
    first = (time.perf_counter() - start) * 1e6
    took = first if row.get("once") else median_time(call, budget)
    measured = {"row": row["name"], "status": "ok", "digest": digest}
    measured["time"] = took / row.get("per", 1)
    measured["first"] = first
    if row.get("once"):
        measured["peakMiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return measured


def answer(row, budget):
    try:
        return measure(row, budget)
    except Exception as error:
        return {"row": row["name"], "status": "failed", "message": str(error)}


def reply(message):
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    request = json.load(sys.stdin)
    reply({"versions": versions()})
    for row in request["rows"]:
        torch.set_num_threads(row.get("threads", request["threads"]))
        reply(answer(row, request["budget"]))
