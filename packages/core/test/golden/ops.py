"""Golden values of every op that PyTorch has too, on its authors' own samples (torch 2.13,
float64).

    pip install torch==2.13.0 numpy expecttest scipy && python ops.py

A case holds our call (`fn`, `args`), what it must give, and derivatives for given cotangents and
tangents: the test needs no mapping.
"""

from collections import Counter
from pathlib import Path

import torch
from torch.testing._internal import common_methods_invocations
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo import core as opinfo

from golden import ABSENT, argument, derivatives, drawing, record, substitute, write

LARGEST = 200  # elements of a tensor
MOST = 12  # cases of an op
SIZES = {"M": 6, "L": 8}  # of the samples' axes; PyTorch tests with 10 and 20

OPS = """
add sub mul div pow neg abs sign reciprocal sqrt rsqrt square exp expm1 log log1p log2 log10 sin cos tan asin acos atan atan2
sinh cosh tanh asinh acosh atanh erf erfc lgamma digamma polygamma floor ceil round trunc remainder clamp minimum maximum
eq ne lt le gt ge logicalAnd logicalOr logicalXor logicalNot isnan isinf isfinite isclose
sum mean prod amax amin max min argmax argmin logSumExp variance std norm all any cumsum cumprod
reshape flatten squeeze unsqueeze permute transpose expand broadcastTo split chunk unbind pad flip roll repeat narrow select
index indexPut diagonal trace triu tril window gather scatterAdd indexSelect takeAlongDim maskedFill maskedSelect nonzero sort argsort topk
matmul mm bmm mv dot outer tensordot cholesky solve triangularSolve inv det slogdet qr eigh svd
softmax logSoftmax sigmoid logSigmoid softplus relu leakyRelu elu selu gelu silu astype allClose allCloseSync equal equalSync
stack concat einsum broadcastTensors where
tensor scalar zeros ones full empty arange linspace eye diag oneHot zerosLike onesLike fullLike
rand randn randint bernoulli randperm multinomial
"""

# ours: torch's name, torch's parameters after the input in order. {x} is an option of ours, {x:y} one that we name y, {x:-} none.
TABLE = """
add sub mul maximum minimum eq ne lt le gt ge atan2 remainder pow: other
logicalAnd=logical_and logicalOr=logical_or logicalXor=logical_xor matmul mm bmm mv dot outer: other
neg abs sign reciprocal sqrt rsqrt square exp expm1 log log1p log2 log10 sin cos:
tan asin acos atan sinh cosh tanh asinh acosh atanh:
erf erfc lgamma digamma floor ceil round trunc logicalNot=logical_not isnan:
isinf isfinite sigmoid trace nonzero:
logSigmoid=nn.functional.logsigmoid relu=nn.functional.relu:
selu=nn.functional.selu silu=nn.functional.silu:
det=linalg.det slogdet=linalg.slogdet inv=linalg.inv cholesky=linalg.cholesky:
div=div/no_rounding_mode div=div/trunc_rounding div=div/floor_rounding: other {rounding_mode:roundingMode}
sum mean prod amax amin argmax argmin all any: dim {keepdim}
logSumExp=logsumexp max=max/reduction_with_dim min=min/reduction_with_dim: dim {keepdim}
max=max/reduction_no_dim min=min/reduction_no_dim:
variance=var std: dim {correction} {keepdim}
norm=linalg.vector_norm: {ord} dim {keepdim}
cumsum cumprod softmax logSoftmax=log_softmax squeeze unsqueeze unbind: dim
clamp: min max
isclose allCloseSync=allclose: other {rtol} {atol} {equal_nan:equalNan}
equalSync=equal: other
reshape: shape
flatten: start_dim end_dim
permute flip: dims
transpose: dim0 dim1
expand broadcastTo=broadcast_to: size
split split=split/list_args: sizes dim
chunk: chunks dim
pad=nn.functional.pad/constant: pad {mode:-} {value}
roll: shifts dims
repeat: repeats
narrow: dim start length
select: dim index
diagonal: {offset} {dim1} {dim2}
diag triu tril: diagonal
gather indexSelect=index_select: dim index
scatterAdd=scatter_add: dim index src
takeAlongDim=take_along_dim: indices dim
maskedFill=masked_fill: mask value
maskedSelect=masked_select: mask
sort argsort: dim {descending} {stable}
topk: k dim {largest} {sorted}
tensordot: other dims
solve=linalg.solve: other
triangularSolve=linalg.solve_triangular: other {upper} {left} {unitriangular}
softplus=nn.functional.softplus: {beta} {threshold}
leakyRelu=nn.functional.leaky_relu: {negative_slope:negativeSlope}
elu=nn.functional.elu: {alpha}
gelu=nn.functional.gelu: {approximate}
stack concat=cat: dim
einsum: equation
broadcastTensors=broadcast_tensors:
where: condition other
index=__getitem__: index
indexPut=index_put: indices values {accumulate}
polygamma=polygamma/polygamma_n_0 polygamma=polygamma/polygamma_n_1: n
polygamma=polygamma/polygamma_n_2 polygamma=polygamma/polygamma_n_3: n
sub=__rsub__ div=__rdiv__ pow=__rpow__ remainder=__rmod__: other
astype=double astype=float astype=int astype=bool:
oneHot=nn.functional.one_hot: num_classes
zeros ones:
full: fill_value
eye: m
arange: end step
linspace: end steps
zerosLike=zeros_like onesLike=ones_like:
fullLike=full_like: fill_value
"""

SKIPPED = {
    "qr eigh svd": "unique only up to the choice of signs and phases",
    "window": "PyTorch has no such function",
    "allClose equal": "promises of what allCloseSync and equalSync return",
    "rand randn randint bernoulli randperm multinomial": "random",
    "tensor scalar empty": "the value is the argument, or undefined",
}


FALSE_BY_DEFAULT = {"as_tuple", "upper", "requires_grad", "inplace", "sparse_grad"}


class Unsupported(Exception):
    """The sample uses what our call does not offer."""


def parameters(text):
    """(torch's name, our option's name or None when it is positional) for each parameter."""
    for word in text.split():
        torch_name, _, ours = word.strip("{}").partition(":")
        yield torch_name, (ours or torch_name) if word.startswith("{") else None


def bind(names, sample):
    """The sample's arguments by name."""
    if len(sample.args) > len(names):
        raise Unsupported("too many arguments")
    bound = dict(zip(names, sample.args)) | sample.kwargs
    known = {name: value for name, value in bound.items() if name in names}
    for name in bound.keys() - known.keys():
        if bound[name] is not None and not (bound[name] is False and name in FALSE_BY_DEFAULT):
            raise Unsupported(name)
    return known


def plain_call(fn, text, sample):
    """Our arguments: the input, positional parameters in order, options last."""
    spec = list(parameters(text))
    bound = bind([name for name, _ in spec], sample)
    positional = [bound.get(name, ABSENT) for name, option in spec if option is None]
    positional = [ABSENT if value is None else value for value in positional]
    while positional and positional[-1] is ABSENT:
        positional.pop()
    options = {
        option: bound[name]
        for name, option in spec
        if option not in (None, "-") and bound.get(name) is not None
    }
    return [sample.input, *positional, *([options] if options else [])]


def einsum(fn, text, sample):
    return [sample.args[0], *sample.input]


def broadcast_tensors(fn, text, sample):
    return [sample.input, *sample.args]


def where(fn, text, sample):
    return [sample.args[0], sample.input, *sample.args[1:]]


def specs(index):
    """The specs of `index`, from what stands in PyTorch's brackets."""
    if isinstance(index, list) and any(
        isinstance(item, (slice, list, type(None))) for item in index
    ):
        raise Unsupported("a nested list as an index")
    return list(index) if isinstance(index, tuple) else [index]


def narrow(fn, text, sample):
    if isinstance(sample.args[1], torch.Tensor):
        raise Unsupported("a tensor as a start")
    return plain_call(fn, text, sample)


def polygamma(fn, text, sample):
    if sample.args[0] > 3:
        raise Unsupported("orders above 3")
    return plain_call(fn, text, sample)


def index(fn, text, sample):
    return [sample.input, *specs(sample.args[0])]


def index_put(fn, text, sample):
    accumulate = sample.kwargs.get("accumulate", sample.args[2] if len(sample.args) > 2 else False)
    return [sample.input, specs(tuple(sample.args[0])), sample.args[1], {"accumulate": accumulate}]


def reflected(fn, text, sample):
    return [sample.args[0], sample.input]


def astype(fn, text, sample):
    return [sample.input, fn]


def creation(fn, text, sample):
    if isinstance(sample.input, bool):
        raise Unsupported("a boolean as a number")
    made = [*plain_call(fn, text, without(sample, "dtype", "device")), {"dtype": "float64"}]
    sample.kwargs["dtype"] = torch.float64
    return made


def topk(fn, text, sample):
    if sample.kwargs.get("sorted") is False or False in sample.args[3:4]:
        raise Unsupported("the order is not defined")
    return plain_call(fn, text, sample)


def without(sample, *names):
    sample.kwargs = {key: value for key, value in sample.kwargs.items() if key not in names}
    return sample


SPECIAL = {
    "einsum": einsum,
    "broadcast_tensors": broadcast_tensors,
    "where": where,
    "__getitem__": index,
    "index_put": index_put,
    "topk": topk,
    "narrow": narrow,
    **dict.fromkeys([f"polygamma/polygamma_n_{n}" for n in range(4)], polygamma),
    **dict.fromkeys(["__rsub__", "__rdiv__", "__rpow__", "__rmod__"], reflected),
    **dict.fromkeys(["zeros", "ones", "full", "eye", "arange", "linspace"], creation),
}
CASTS = {"double": "float64", "float": "float32", "int": "int32", "bool": "bool"}


def rows():
    for line in TABLE.strip().splitlines():
        names, _, text = line.partition(":") if not line.endswith(":") else (line[:-1], "", "")
        for word in names.split():
            ours, _, theirs = word.partition("=")
            yield ours, theirs or ours, text


def ready(tensor):
    return tensor.numel() <= LARGEST and tensor.dtype in (
        torch.float64,
        torch.int32,
        torch.int64,
        torch.bool,
    )


def candidates(op, ours, theirs, text, counts):
    """The samples our call can say, as (sample, our arguments, inputs)."""
    dtype = torch.float64 if torch.float64 in op.dtypes else torch.int64
    torch.manual_seed(0)
    for sample in op.sample_inputs(
        "cpu", dtype, requires_grad=dtype == torch.float64 and op.supports_autograd
    ):
        try:
            if theirs in CASTS:
                made = astype(CASTS[theirs], text, without(sample, "memory_format"))
            else:
                made = SPECIAL.get(theirs, plain_call)(ours, text, sample)
            inputs = []
            args = [argument(value, inputs) for value in made]
        except Unsupported:
            counts["not offered"] += 1
            continue
        if all(ready(tensor) for tensor in inputs):
            yield sample, args, inputs
        else:
            counts["too large"] += 1


def features(args, inputs):
    """What makes a sample different from others."""
    shapes = [(x.dtype, tuple(x.shape)) for x in inputs]
    found = (
        {("shapes", str(shapes))}
        | {("rank", x.ndim) for x in inputs}
        | {("empty", x.numel() == 0) for x in inputs}
    )
    return (
        found | {("argument", str(value)) for value in args} | {("whole", str(shapes), str(args))}
    )


def elements(candidate):
    return sum(x.numel() for x in candidate[2])


def diverse(found):
    """At most MOST samples: always the one that adds most new features, of these the smallest."""
    found = [(candidate, features(candidate[1], candidate[2])) for candidate in found]
    chosen, seen = [], set()
    while found and len(chosen) < MOST:
        best = max(
            range(len(found)), key=lambda i: (len(found[i][1] - seen), -elements(found[i][0]))
        )
        candidate, new = found.pop(best)
        if not new - seen:
            break
        seen |= new
        chosen.append(candidate)
    return chosen


def golden_case(op, ours, theirs, sample, args, inputs, draw):
    structure = (sample.input, list(sample.args), dict(sample.kwargs))

    def call(*values):
        first, rest, options = substitute(structure, inputs, values)
        return op(first, *rest, **options)

    head = {"op": theirs, "fn": ours, "args": args, "inputs": [record(x) for x in inputs]}
    try:
        value = call(*[x.detach() for x in inputs])
    except (RuntimeError, IndexError):
        return None  # the sample needs axes of PyTorch's own sizes
    if isinstance(value, bool):
        return head | {"outputs": [value]}
    try:
        return head | derivatives(call, inputs, draw)
    except (RuntimeError, NotImplementedError) as error:
        print(f"  {theirs}: no second order: {str(error).splitlines()[0][:100]}")
        return head | derivatives(call, inputs, draw, second=False)


def symmetric(draw):
    """Draws for the factor of a symmetric matrix, whose derivative is defined along symmetric ones only."""

    def drawn(shape):
        matrix = draw(shape)
        return matrix + matrix.mT

    return drawn


def draw_for(theirs):
    return symmetric(drawing(theirs)) if theirs == "linalg.cholesky" else drawing(theirs)


def small(case):
    return all(y is True or y is False or len(y["data"]) <= LARGEST for y in case["outputs"])


def main():
    for module in (common_methods_invocations, opinfo):
        for name, size in SIZES.items():
            setattr(module, name, size)
    ops = {f"{op.name}/{op.variant_test_name}".rstrip("/"): op for op in op_db}
    cases, counts = [], Counter()
    for ours, theirs, text in rows():
        op = ops[theirs]
        chosen = diverse(list(candidates(op, ours, theirs, text, counts)))
        made = [golden_case(op, ours, theirs, *candidate, draw_for(theirs)) for candidate in chosen]
        valid = [case for case in made if case is not None]
        kept = [case for case in valid if small(case)]
        counts["needs PyTorch's sizes"] += len(made) - len(valid)
        counts["too large"] += len(valid) - len(kept)
        if not kept:
            print(f"  {ours} ({theirs}): no case")
        cases += kept
    skipped = [
        {"op": op, "reason": reason} for names, reason in SKIPPED.items() for op in names.split()
    ]
    named = {case["fn"] for case in cases} | {entry["op"] for entry in skipped}
    if named != set(OPS.split()):
        raise SystemExit(
            f"neither covered nor skipped, or unknown: {sorted(named ^ set(OPS.split()))}"
        )
    content = {
        "torch": torch.__version__,
        "skipped": skipped,
        "samplesLeftOut": dict(counts),
        "cases": cases,
    }
    write(Path(__file__).with_name("ops.json.gz"), content)
    print(counts)


if __name__ == "__main__":
    main()
