import importlib.metadata

import torch
from torch import func, nn

import programs

try:
    from torchjd import autogram
    from torchjd import autojac as torchjd

    torchjd_version = importlib.metadata.version("torchjd")
except ImportError:
    torchjd = None


def network(inputs):
    x, w, u, *v = inputs
    return lambda z: torch.tanh(z @ w) @ u, x, *v


def objective(inputs):
    f, x, *v = network(inputs)
    return lambda z: torch.logsumexp(f(z), 0), x, *v


def layer(inputs):
    x, w, b = inputs
    return lambda z: torch.tanh(w @ z + b), x


def whole(make, transform):
    def task(inputs, _):
        f, x, *_rest = make(inputs)
        transformed = transform(f)
        return lambda: transformed(x)

    return task


def hvp(inputs, _):
    f, x, v = objective(inputs)
    gradient = func.grad(f)
    return lambda: func.jvp(gradient, (x,), (v,))[1]


def vhp(inputs, _):
    f, x, v = objective(inputs)
    gradient = func.grad(f)
    return lambda: func.vjp(gradient, x)[1](v)[0]


def batched(transform):
    def task(inputs, _):
        f, x = layer(inputs)
        each = func.vmap(transform(f))
        return lambda: each(x)

    return task


def transposed(parameters):
    return [p.T.contiguous() if p.ndim == 2 else p for p in parameters]


def model_of(parameters):
    values = transposed(parameters)
    layers = []
    for i in range(0, len(values), 2):
        out, inner = values[i].shape
        layers += [nn.Tanh()] if i > 0 else []
        layers.append(nn.Linear(inner, out))
    model = nn.Sequential(*layers)
    with torch.no_grad():
        for p, value in zip(model.parameters(), values):
            p.copy_(value)
    return model


def of_parameters(model, x):
    return lambda p: func.functional_call(model, p, (x,))


def model_jvp(inputs, _):
    x, *rest = inputs
    model = model_of(rest[: len(rest) // 2])
    named = {name: p.detach() for name, p in model.named_parameters()}
    direction = dict(zip(named, transposed(rest[len(rest) // 2 :])))
    return lambda: func.jvp(of_parameters(model, x), (named,), (direction,))[1]


def model_jacobian(inputs, _):
    x, *parameters = inputs
    model = model_of(parameters)
    named = {name: p.detach() for name, p in model.named_parameters()}
    jacrev = func.jacrev(of_parameters(model, x))
    return lambda: list(jacrev(named).values())


def sample_losses(model, x):
    return model(x).square().sum(1)


def sample_jac(inputs, _):
    if torchjd is None:
        return None
    x, *parameters = inputs
    model = model_of(parameters)
    ps = list(model.parameters())
    return lambda: torchjd.jac(sample_losses(model, x), ps)


def sample_gramian(inputs, _):
    if torchjd is None:
        return None
    x, *parameters = inputs
    model = model_of(parameters)
    engine = autogram.Engine(model, batch_dim=0)
    return lambda: engine.compute_gramian(sample_losses(model, x))


TASKS = {
    "network.jacrev": whole(network, func.jacrev),
    "network.jacfwd": whole(network, func.jacfwd),
    "network.grad": whole(objective, func.grad),
    "network.hessian": whole(objective, func.hessian),
    "network.hvp": hvp,
    "network.vhp": vhp,
    "layer.jacrev": whole(layer, func.jacrev),
    "layer.jacfwd": whole(layer, func.jacfwd),
    "layer.batchJacobian": batched(func.jacrev),
    "layer.batchHessian": batched(func.hessian),
    "model.jvp": model_jvp,
    "model.jacobian": model_jacobian,
    "model.jac": sample_jac,
    "model.gramian": sample_gramian,
    **programs.TASKS,
}
