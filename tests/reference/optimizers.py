# SPDX-License-Identifier: MIT
"""Writes optimizers.hpp: what torch.optim makes of a fixed sequence of gradients.

    /usr/bin/python3 tests/reference/optimizers.py > tests/reference/optimizers.hpp

Needs PyTorch (Debian: python3-torch). Start and gradients are the exact numbers of `start` and `gradient` in
tests/unit/optim/optimizers.test.cpp: coordinates of usual size, large, small, and with no gradient in the first 6 steps.
"""
import torch

STEPS = 20
START = [0.5, -1.25, 2.0, 0.75]
SCALE = [1.0, 1024.0, 2.0**-20, 1.0]


def gradient(step, place):
    if place == 3 and step < 6:
        return 0.0
    return SCALE[place] * ((7 * step + 5 * place + step * place) % 11 - 4) / 8


RUNS = [
    ("sgd_plain", torch.optim.SGD, dict(lr=0.1)),
    ("sgd_momentum", torch.optim.SGD, dict(lr=0.1, momentum=0.9)),
    ("sgd_dampening", torch.optim.SGD, dict(lr=0.1, momentum=0.9, dampening=0.25, weight_decay=0.1)),
    ("sgd_nesterov", torch.optim.SGD, dict(lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.1)),
    ("adagrad_default", torch.optim.Adagrad, dict()),
    ("adagrad_all", torch.optim.Adagrad,
     dict(lr=0.1, lr_decay=0.05, weight_decay=0.1, initial_accumulator_value=0.5, eps=1e-3)),
    ("rmsprop_default", torch.optim.RMSprop, dict()),
    ("rmsprop_centered", torch.optim.RMSprop, dict(lr=0.05, alpha=0.9, eps=1e-3, centered=True)),
    ("rmsprop_momentum", torch.optim.RMSprop, dict(lr=0.05, alpha=0.9, momentum=0.7, weight_decay=0.1)),
    ("rmsprop_all", torch.optim.RMSprop,
     dict(lr=0.05, alpha=0.8, eps=1e-4, momentum=0.7, weight_decay=0.1, centered=True)),
    ("adam_default", torch.optim.Adam, dict()),
    ("adam_all", torch.optim.Adam, dict(lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)),
    ("adam_amsgrad", torch.optim.Adam, dict(lr=0.1, betas=(0.8, 0.7), weight_decay=0.1, amsgrad=True)),
    ("adamw_default", torch.optim.AdamW, dict()),
    ("adamw_all", torch.optim.AdamW, dict(lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.3)),
    ("adamw_amsgrad", torch.optim.AdamW, dict(lr=0.1, betas=(0.8, 0.7), weight_decay=0.3, amsgrad=True)),
]

print(f"""// SPDX-License-Identifier: MIT
//
// Trajectories of torch.optim, PyTorch {torch.__version__}, float64, written by optimizers.py: one row a step, the parameters
// after it. Do not edit.
#pragma once

// clang-format off
namespace reference {{

inline constexpr int optimizer_steps = {STEPS};
using Trajectory = double[optimizer_steps][{len(START)}];
""")
for name, make, options in RUNS:
    theta = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([theta], **options)
    text = ", ".join(f"{key}={value}" for key, value in options.items())
    print(f"// {make.__name__}({text})")
    print(f"inline constexpr Trajectory {name} = {{")
    for step in range(STEPS):
        theta.grad = torch.tensor([gradient(step, place) for place in range(len(START))], dtype=torch.float64)
        optimizer.step()
        print("    {" + ", ".join(repr(value) for value in theta.tolist()) + "},")
    print("};\n")
print("}  // namespace reference")
