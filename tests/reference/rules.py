# SPDX-License-Identifier: MIT
"""Writes rules.hpp: what published rules make of fixed numbers, in arithmetic of 60 digits.

    /usr/bin/python3 tests/reference/rules.py > tests/reference/rules.hpp

Needs no library. The rules are those of torch.optim.Adadelta (Zeiler 2012, Algorithm 1),
torch.optim.lr_scheduler.ReduceLROnPlateau and Keras' InverseTimeDecay, as their documentations write them. Start and
gradients are those of optimizers.py.
"""
from decimal import Decimal, getcontext

getcontext().prec = 60
STEPS = 20
START = [Decimal("0.5"), Decimal("-1.25"), Decimal(2), Decimal("0.75")]
SCALE = [Decimal(1), Decimal(1024), Decimal(2) ** -20, Decimal(1)]


def exact(number):  # the double that the program is given
    return Decimal(number)


def gradient(step, place):
    if place == 3 and step < 6:
        return Decimal(0)
    return SCALE[place] * ((7 * step + 5 * place + step * place) % 11 - 4) / 8


def adadelta(lr=1.0, rho=0.9, eps=1e-6, weight_decay=0.0):
    lr, rho, eps, weight_decay = map(exact, (lr, rho, eps, weight_decay))
    theta, v, u = list(START), [Decimal(0)] * 4, [Decimal(0)] * 4
    for step in range(STEPS):
        for k in range(4):
            g = gradient(step, k) + weight_decay * theta[k]
            v[k] = rho * v[k] + (1 - rho) * g * g
            change = (u[k] + eps).sqrt() / (v[k] + eps).sqrt() * g
            u[k] = rho * u[k] + (1 - rho) * change * change
            theta[k] -= lr * change
        yield list(theta)


# A loss that falls, stays, gets worse, improves by little and then by much.
METRICS = [4.0, 3.0, 2.5, 2.5, 2.5, 2.5, 2.4999, 2.6, 2.7, 2.7, 2.0, 2.1, 2.1, 2.1, 2.1, 2.1, 2.1, 1.9999, 1.5, 1.5]


def plateau(metrics, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel", cooldown=0, min_lr=0.0,
            eps=1e-8):
    lr, factor, threshold, min_lr, eps = map(exact, (0.8, factor, threshold, min_lr, eps))
    best, bad, cooling = None, 0, 0
    for metric in map(exact, metrics):
        sign = 1 if mode == "max" else -1
        if best is None:
            better = True
        else:
            bound = best * (1 + sign * threshold) if threshold_mode == "rel" else best + sign * threshold
            better = metric > bound if mode == "max" else metric < bound
        if better:
            best, bad = metric, 0
        else:
            bad += 1
        if cooling > 0:
            cooling, bad = cooling - 1, 0
        if bad > patience:
            lower = max(lr * factor, min_lr)
            if lr - lower > eps:
                lr = lower
            cooling, bad = cooldown, 0
        yield lr


def inverse_time(decay_rate, decay_steps, staircase=False):
    for step in range(25):
        times = Decimal(step // decay_steps) if staircase else Decimal(step) / decay_steps
        yield exact(0.8) / (1 + exact(decay_rate) * times)


def text(function, options):
    return f"{function}({', '.join(f'{key}={value}' for key, value in options.items())})"


def numbers(values):
    return ", ".join(repr(float(value)) for value in values)


def table(name, kind, comment, values):
    print(f"// {comment}\ninline constexpr {kind} {name} = {{")
    for first in range(0, len(values), 5):
        print("    " + numbers(values[first:first + 5]) + ",")
    print("};\n")


print(f"""// SPDX-License-Identifier: MIT
//
// Published rules worked out to 60 digits by rules.py. Do not edit.
#pragma once

#include "reference/optimizers.hpp"
#include "reference/schedules.hpp"

// clang-format off
namespace reference {{
""")
for name, options in [
        ("adadelta_default", dict()),
        ("adadelta_all", dict(lr=0.5, rho=0.8, eps=1e-3, weight_decay=0.1)),
]:
    print(f"// {text('Adadelta', options)}")
    print(f"inline constexpr Trajectory {name} = {{")
    for theta in adadelta(**options):
        print(f"    {{{numbers(theta)}}},")
    print("};\n")

print(f"inline constexpr int plateau_steps = {len(METRICS)};")
print("using Plateau = double[plateau_steps];\n")
table("plateau_metrics", "Plateau", "What is watched; with mode='max' its negative", METRICS)
for name, options in [
        ("plateau_patient", dict(patience=2)),
        ("plateau_absolute", dict(patience=1, factor=0.5, threshold=0.05, threshold_mode="abs")),
        ("plateau_cooling", dict(patience=1, factor=0.5, cooldown=3)),
        ("plateau_lowest", dict(patience=0, factor=0.3, min_lr=0.05)),
        ("plateau_max", dict(mode="max", patience=1, factor=0.25, threshold=0.05, threshold_mode="abs")),
        ("plateau_max_relative", dict(mode="max", patience=1, factor=0.25, threshold=0.05)),
]:
    metrics = [-m for m in METRICS] if options.get("mode") == "max" else METRICS
    table(name, "Plateau", text("ReduceLROnPlateau", options), list(plateau(metrics, **options)))
table("inverse_time", "Rates", "InverseTimeDecay(0.8, 7, 0.5)", list(inverse_time(0.5, 7)))
table("inverse_time_staircase", "Rates", "InverseTimeDecay(0.8, 4, 1.5, staircase=True)", list(inverse_time(1.5, 4, True)))
print("}  // namespace reference")
