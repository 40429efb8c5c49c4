# SPDX-License-Identifier: MIT
"""Writes torch/*.safetensors: state dicts of small nets, and in runs.safetensors what PyTorch makes of inputs.

    /usr/bin/python3 tests/reference/torch_nets.py            writes them
    /usr/bin/python3 tests/reference/torch_nets.py FOLDER     how far the nets in a folder, by save_torch, are from these

Needs PyTorch (Debian: python3-torch). Files are written and read by the functions in docs/from-pytorch.md.
"""
import pathlib
import re
import sys

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

HERE = pathlib.Path(__file__).parent
for snippet in re.findall(r"```python\n(.*?)```", (HERE / "../../docs/from-pytorch.md").read_text(), re.DOTALL):
    if snippet.startswith("import json"):
        exec(snippet)


class Model(torch.nn.Module):
    def __init__(self, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)


def rnn(model, x):  # every step
    return {"y": model.fc(model.rnn(x)[0])}


def relu(model, x):  # no readout: the state of every step, the last one, and that of all layers
    output, h_n = model.encoder.rnn(x)
    return {"y": output, "last": torch.cat([h_n[-2], h_n[-1]]), "h_n": h_n.flatten()}


def tokens(model, x):
    return {"y": model.fc(model.rnn(model.embedding(x.long().flatten()))[1][0])}


def cells(model, x):
    h, y = None, []
    for x_t in x:
        h = model.cell(x_t, h)
        y.append(model.out(h))
    return {"y": torch.stack(y)}


def two_modules(model, x):
    return {"y": model.fc(model.upper(model.lower(x)[0])[0])}


def ragged(model, x, lengths=(4, 1, 6)):
    sequences = x.split(lengths)
    packed = pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=False)
    h_n = model.rnn(packed)[1]
    return {"y": model.fc(torch.cat([h_n[0], h_n[1]], 1))}


def net(dtype, **parts):
    return lambda: Model(**{name: make() for name, make in parts.items()}).to(dtype)


RNN, Cell, Linear, Embedding = torch.nn.RNN, torch.nn.RNNCell, torch.nn.Linear, torch.nn.Embedding
relu_rnn = lambda: Model(rnn=RNN(3, 4, num_layers=3, nonlinearity="relu", bias=False, bidirectional=True))
CASES = [  # name, run, model, rows of x, In or 0 for tokens
    ("rnn", rnn, net(torch.float32, rnn=lambda: RNN(3, 5), fc=lambda: Linear(5, 2)), 7, 3),
    ("relu", relu, net(torch.float64, encoder=relu_rnn), 5, 3),
    ("tokens", tokens, net(torch.float32, embedding=lambda: Embedding(7, 3), rnn=lambda: RNN(3, 5),
                           fc=lambda: Linear(5, 4)), 6, 0),
    ("cells", cells, net(torch.float64, cell=lambda: Cell(2, 4), out=lambda: Linear(4, 3)), 6, 2),
    ("layers", rnn, net(torch.float64, rnn=lambda: RNN(2, 5, 2), fc=lambda: Linear(5, 3)), 8, 2),
    ("two_modules", two_modules, net(torch.float64, lower=lambda: RNN(2, 3, bidirectional=True),
                                     upper=lambda: RNN(6, 5), fc=lambda: Linear(5, 4, bias=False)), 6, 2),
    ("ragged", ragged, net(torch.float64, rnn=lambda: RNN(3, 4, bidirectional=True), fc=lambda: Linear(8, 2)), 11, 3),
]


def filled(model, tensors):
    model.load_state_dict({name: torch.from_numpy(array) for name, array in tensors.items()})
    return model


torch.manual_seed(18)
folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
runs = load(HERE / "torch/runs.safetensors") if folder else {}
for name, run, make, rows, width in CASES:
    model = make()
    dtype = next(model.parameters()).dtype
    if folder:
        results = run(filled(model, load(folder / f"{name}.safetensors")), torch.from_numpy(runs[f"{name}.x"]))
        print(name, max(abs(value.detach().numpy() - runs[f"{name}.{key}"]).max() for key, value in results.items()))
        continue
    path = HERE / f"torch/{name}.safetensors"
    save(path, model.state_dict())
    x = torch.randn(rows, width, dtype=dtype) if width else torch.randint(7, (rows, 1)).to(dtype)
    runs[f"{name}.x"] = x
    again = run(filled(make(), load(path)), x)
    for key, value in run(model, x).items():
        assert torch.equal(value, again[key])
        runs[f"{name}.{key}"] = value.detach()
if not folder:
    save(HERE / "torch/runs.safetensors", runs)
