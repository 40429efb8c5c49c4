# SPDX-License-Identifier: MIT
"""Writes schedules.hpp: the learning rates of torch.optim.lr_scheduler.

    /usr/bin/python3 tests/reference/schedules.py > tests/reference/schedules.hpp

Needs PyTorch (Debian: python3-torch).
"""
import warnings

import torch
from torch.optim import lr_scheduler as lr

warnings.simplefilter("ignore")
STEPS = 25


def warm_up_then_cosine(optimizer):
    warm_up = lr.LinearLR(optimizer, start_factor=0.25, total_iters=5)
    cosine = lr.CosineAnnealingLR(optimizer, T_max=20, eta_min=0.01)
    return lr.SequentialLR(optimizer, [warm_up, cosine], milestones=[5])


def three_parts(optimizer):
    warm_up = lr.LinearLR(optimizer, start_factor=0.5, total_iters=4)
    steps = lr.StepLR(optimizer, step_size=3, gamma=0.5)
    exponential = lr.ExponentialLR(optimizer, gamma=0.9)
    return lr.SequentialLR(optimizer, [warm_up, steps, exponential], milestones=[4, 12])


def one_cycle(**options):
    return lambda optimizer: lr.OneCycleLR(optimizer, max_lr=0.8, total_steps=STEPS, cycle_momentum=False, **options)


RUNS = [
    ("step", "StepLR(step_size=7, gamma=0.3)", lambda o: lr.StepLR(o, step_size=7, gamma=0.3)),
    ("exponential", "ExponentialLR(gamma=0.9)", lambda o: lr.ExponentialLR(o, gamma=0.9)),
    ("cosine", "CosineAnnealingLR(T_max=10, eta_min=0.1)", lambda o: lr.CosineAnnealingLR(o, T_max=10, eta_min=0.1)),
    ("linear_default", "LinearLR()", lambda o: lr.LinearLR(o)),
    ("linear_decay", "LinearLR(start_factor=0.9, end_factor=0.2, total_iters=12)",
     lambda o: lr.LinearLR(o, start_factor=0.9, end_factor=0.2, total_iters=12)),
    ("one_cycle_default", "OneCycleLR(max_lr=0.8)", one_cycle()),
    ("one_cycle_linear", "OneCycleLR(max_lr=0.8, anneal_strategy='linear', pct_start=0.45, div_factor=10, final_div_factor=100)",
     one_cycle(anneal_strategy="linear", pct_start=0.45, div_factor=10, final_div_factor=100)),
    ("one_cycle_three_phases", "OneCycleLR(max_lr=0.8, three_phase=True)", one_cycle(three_phase=True)),
    ("one_cycle_three_lines", "OneCycleLR(max_lr=0.8, three_phase=True, anneal_strategy='linear', pct_start=0.33)",
     one_cycle(three_phase=True, anneal_strategy="linear", pct_start=0.33)),
    ("warm_up_then_cosine",
     "SequentialLR([LinearLR(start_factor=0.25, total_iters=5), CosineAnnealingLR(T_max=20, eta_min=0.01)], [5])",
     warm_up_then_cosine),
    ("three_parts",
     "SequentialLR([LinearLR(start_factor=0.5, total_iters=4), StepLR(step_size=3, gamma=0.5), ExponentialLR(gamma=0.9)], [4, 12])",
     three_parts),
]

print(f"""// SPDX-License-Identifier: MIT
//
// Learning rates of torch.optim.lr_scheduler, PyTorch {torch.__version__}, in steps 0, 1, …, from a learning rate of 0.8;
// written by schedules.py. Do not edit.
#pragma once

// clang-format off
namespace reference {{

inline constexpr int schedule_steps = {STEPS};
using Rates = double[schedule_steps];
""")
for name, text, make in RUNS:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.8)
    scheduler = make(optimizer)
    rates = []
    for step in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    print(f"// {text}")
    print(f"inline constexpr Rates {name} = {{")
    for first in range(0, STEPS, 5):
        print("    " + ", ".join(repr(rate) for rate in rates[first:first + 5]) + ",")
    print("};\n")
print("}  // namespace reference")
