"""Inputs as inputs.ts makes them, and digests as digest.ts makes them."""

import math

import torch

MASK = 0xFFFFFFFF
SAMPLES = 61


def hashed(n):
    """The finalizer of MurmurHash3, of an int64 tensor; products may wrap, only their low 32 bits count."""
    h = n & MASK
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & MASK
    return h ^ (h >> 16)


def numbers_of(spec):
    shape, values = spec["shape"], spec.get("values")
    if values is not None:
        return torch.tensor(values, dtype=torch.float64).reshape(shape)
    low, high = spec.get("low", -1), spec.get("high", 1)
    start = hashed(torch.tensor(spec.get("seed", 0)))
    bits = hashed(start + torch.arange(math.prod(shape))) >> 8
    return (low + (high - low) * (bits.double() / 2**24)).reshape(shape)


def input_of(spec, requires_grad=False):
    return numbers_of(spec).to(getattr(torch, spec["dtype"])).requires_grad_(requires_grad)


def tensors_in(result):
    if isinstance(result, torch.Tensor):
        return [result]
    return [x for part in result for x in tensors_in(part)]


def finite(x):
    return x if math.isfinite(x) else None


def digest_of(result):
    flat = [x.detach().double().reshape(-1) for x in tensors_in(result)]
    every = torch.cat(flat) if flat else torch.zeros(0, dtype=torch.float64)
    size = every.numel()
    count = min(SAMPLES, size)
    signs = 1 - 2 * (hashed(torch.arange(size)) & 1)
    return {
        "size": size,
        "rms": finite(math.sqrt(every.square().sum().item() / max(1, size))),
        "mixed": finite((every * signs).sum().item() / math.sqrt(max(1, size))),
        "sample": [finite(every[i * size // count].item()) for i in range(count)],
    }
