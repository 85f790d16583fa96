import torch
from torch import func

RATE = 0.1


def logits(parameters, x):
    y = x
    for i in range(0, len(parameters), 2):
        if i > 0:
            y = torch.relu(y)
        y = y @ parameters[i] + parameters[i + 1]
    return y


def loss(parameters, x, y):
    return -(torch.log_softmax(logits(parameters, x), -1) * y).sum(-1).mean()


def recorded(parameters):
    return [p.detach().requires_grad_() for p in parameters]


def forward(inputs, _):
    x, _, *parameters = inputs
    return lambda: logits(parameters, x)


def value_and_grad(inputs, _):
    x, y, *rest = inputs
    parameters = recorded(rest)

    def call():
        value = loss(parameters, x, y)
        return [value, torch.autograd.grad(value, parameters)]

    return call


def step(inputs, _):
    x, y, *rest = inputs
    parameters = recorded(rest)

    def call():
        g = torch.autograd.grad(loss(parameters, x, y), parameters)
        with torch.no_grad():
            return [p - RATE * d for p, d in zip(parameters, g)]

    return call


def per_sample(inputs, _):
    x, y, *parameters = inputs
    each = func.vmap(func.grad(loss), in_dims=(None, 0, 0))
    return lambda: each(parameters, x, y)


def jvp(inputs, _):
    x, _, *rest = inputs
    parameters, direction = tuple(rest[: len(rest) // 2]), tuple(rest[len(rest) // 2 :])
    return lambda: func.jvp(lambda *p: logits(p, x), parameters, direction)[1]


def hvp(inputs, _):
    x, y, *rest = inputs
    parameters, direction = tuple(rest[: len(rest) // 2]), tuple(rest[len(rest) // 2 :])
    gradient = func.grad(lambda p: loss(p, x, y))
    return lambda: func.jvp(gradient, (parameters,), (direction,))[1]


TASKS = {
    "mlp.forward": forward,
    "mlp.valueAndGrad": value_and_grad,
    "mlp.step": step,
    "mlp.perSample": per_sample,
    "mlp.jvp": jvp,
    "mlp.hvp": hvp,
}
