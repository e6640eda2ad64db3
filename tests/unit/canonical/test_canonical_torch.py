"""torch's values. torch is large, so these run only where it is installed."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import dill
import numpy as np
import pytest

from mitosis._canonical import canonical
from mitosis.errors import NotCanonicalError
from tests.unit.canonical import samples

torch = pytest.importorskip("torch")
nan = float("nan")
# torch warns of what is new or will go: sparse and quantized tensors.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")


def tensor(*values: Any, **kind: Any) -> Any:
    return torch.tensor(list(values), **kind)


def linear(seed: int = 0, **kind: Any) -> Any:
    torch.manual_seed(seed)
    return torch.nn.Linear(2, 1, **kind)


def hooked(function: Any) -> Any:
    made = linear()
    made.register_forward_hook(function)
    return made


def stepped(steps: int, **kind: Any) -> Any:
    module = linear()
    optimizer = torch.optim.Adam(module.parameters(), **kind)
    for _ in range(steps):
        module(torch.ones(1, 2)).sum().backward()
        optimizer.step()
    return optimizer


def sloped(slope: float) -> Any:
    return torch.nn.Sequential(linear(), torch.nn.LeakyReLU(slope))


def quantized(scale: float) -> Any:
    return torch.quantize_per_tensor(tensor(1.0), scale, 0, torch.qint8)


def short(bits: int, kind: Any) -> Any:
    return torch.tensor([bits], dtype=torch.int16).view(kind)


@pytest.mark.parametrize(
    "pair",
    [
        lambda: (
            torch.arange(6).reshape(2, 3),
            torch.arange(6).reshape(2, 3).t().contiguous().t(),
        ),
        lambda: (torch.arange(10)[::2], tensor(0, 2, 4, 6, 8)),
        lambda: (torch.ones(1).expand(2, 3), torch.ones(2, 3)),
        lambda: (tensor(nan), tensor(-nan)),
        lambda: (short(0x7FC0, torch.bfloat16), short(0x7FC1, torch.bfloat16)),
        lambda: (tensor(1 + 2j).conj(), tensor(1 - 2j)),
        lambda: (
            torch.sparse_coo_tensor([[0, 0, 1]], [1.0, 2.0, 3.0], (2,)),
            torch.sparse_coo_tensor([[1, 0]], [3.0, 3.0], (2,)),
        ),
        lambda: (linear(), linear()),
        lambda: (hooked(samples.plus), hooked(samples.plus)),
        lambda: (stepped(2, lr=0.1), stepped(2, lr=0.1)),
    ],
)
def test_layout_and_counters_do_not_count(pair: Any) -> None:
    one, other = pair()
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    "make",
    [
        lambda: (
            [
                torch.zeros(2, dtype=getattr(torch, name))
                for name in (
                    "float32",
                    "float64",
                    "float16",
                    "bfloat16",
                    "float8_e5m2",
                    "int64",
                    "uint8",
                    "bool",
                    "complex64",
                )
            ]
            + [np.zeros(2, "f4")]
        ),
        lambda: [torch.arange(6).reshape(shape) for shape in ((6,), (2, 3), (3, 2), (1, 6))],
        lambda: [tensor(0.0), tensor(-0.0), tensor(0.0, dtype=torch.bfloat16), torch.zeros(())],
        lambda: [tensor(1.0), tensor(1.0, requires_grad=True), torch.nn.Parameter(tensor(1.0))],
        lambda: [torch.eye(2), torch.eye(2).to_sparse(), torch.eye(2).to_sparse_csr()],
        lambda: [
            torch.eye(2).to_sparse(),
            torch.eye(3).to_sparse(),
            2 * torch.eye(2).to_sparse(),
        ],
        lambda: [torch.eye(2), torch.eye(2, device="meta")],
        lambda: [quantized(0.1), quantized(0.2)],
        lambda: [linear(), linear(1), linear(bias=False), linear().eval()],
        lambda: [linear(), linear().requires_grad_(False)],
        lambda: [
            linear(),
            hooked(samples.plus),
            torch.nn.Sequential(linear()),
            linear().state_dict(),
        ],
        lambda: [sloped(0.1), sloped(0.2)],
        lambda: [
            stepped(0, lr=0.1),
            stepped(0, lr=0.2),
            stepped(1, lr=0.1),
            stepped(2, lr=0.1),
        ],
        lambda: [torch.Generator().manual_seed(seed) for seed in (1, 2)],
        lambda: [
            torch.distributions.Bernoulli(probs=0.5),
            torch.distributions.Bernoulli(logits=0.5),
        ],
        lambda: [torch.relu, torch.sin, torch.nn.functional.relu],
    ],
)
def test_near_tensors_keep_apart(make: Any) -> None:
    values = make()
    assert len({canonical(value) for value in values}) == len(values)


def test_modules_in_another_order_keep_apart() -> None:
    one = torch.nn.Sequential()
    other = torch.nn.Sequential()
    for made, names in ((one, "ab"), (other, "ba")):
        for name in names:
            made.add_module(name, linear() if name == "a" else torch.nn.ReLU())
    assert canonical(one) != canonical(other)


def test_a_tensor_shows_dtype_shape_and_its_beginning() -> None:
    text = canonical(tensor(0.5, 1.0))
    assert text.startswith("torch.Tensor(dtype='float32', shape=(2,), blake3='")
    assert text.endswith("', preview=[0.5, 1.0])")


def test_using_a_module_does_not_change_its_text() -> None:
    made = [linear(), torch.nn.LSTM(2, 3), torch.distributions.Categorical(tensor(0.5, 0.5))]
    before = [canonical(value) for value in made]
    made[0](torch.ones(1, 2)).sum().backward()
    made[1](torch.ones(1, 1, 2))
    assert made[2].logits.shape == (2,)
    assert [canonical(value) for value in made] == before


@pytest.mark.parametrize(
    "make",
    [
        lambda: tensor(1.0, 2.0),
        lambda: torch.eye(2).to_sparse(),
        lambda: torch.nn.Parameter(tensor(1.0)),
        linear,
    ],
)
def test_tensors_survive_copying_and_pickling(make: Any) -> None:
    value = make()
    copies = [copy.deepcopy(value), pickle.loads(pickle.dumps(value))]
    copies.append(dill.loads(dill.dumps(value, recurse=True)))
    assert {canonical(made) for made in copies} == {canonical(value)}


def test_a_hook_without_a_name_is_refused() -> None:
    with pytest.raises(NotCanonicalError, match="lambda"):
        canonical(hooked(lambda *_: None))
