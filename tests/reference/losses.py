# SPDX-License-Identifier: MIT
"""Writes losses.hpp: what torch.nn's losses make of fixed logits and targets.

    /usr/bin/python3 tests/reference/losses.py > tests/reference/losses.hpp

Needs PyTorch (Debian: python3-torch). Logits and targets are the exact numbers of tests/support/loss_data.hpp.
"""
import itertools

import torch

OUT, R = 4, 5
LABELS = [2, 0, 3, 0, 1]
IGNORED = 0
WEIGHTS = [0.5, 1.0, 2.0, 0.25]


def table(function):  # R x OUT, as PyTorch has it
    return torch.tensor([[function(k, r) for k in range(OUT)] for r in range(R)], dtype=torch.float64)


LOGITS = table(lambda k, r: ((7 * k + 5 * r + k * r) % 11 - 5) / 2)
DISTRIBUTIONS = table(lambda k, r: ((3 * k + 2 * r + 1) % 5 + 1) / 16)
TARGETS = table(lambda k, r: ((3 * k + 2 * r + 1) % 5) / 4)


def cpp(value):
    if isinstance(value, (list, tuple)):
        return "{" + ", ".join(cpp(each) for each in value) + "}"
    return "true" if value is True else "false" if value is False else repr(value)


def row(loss, targets, *options):
    logits = LOGITS.clone().requires_grad_()
    value = loss(logits, targets)
    value.backward()
    gradient = ", ".join(cpp(each) for each in logits.grad.flatten().tolist())
    print(f"    {{{', '.join(cpp(option) for option in options)}, {value.item()!r},\n     {{{gradient}}}}},")


print(f"""// SPDX-License-Identifier: MIT
//
// L and its gradient at the logits (column by column) by torch.nn, PyTorch {torch.__version__}, float64, written by losses.py.
// Do not edit.
#pragma once

// clang-format off
namespace reference {{

struct CrossEntropyRow {{
  bool labels, mean, weights, ignored;
  double smoothing, L;
  double d_o[{OUT * R}];
}};

// CrossEntropyLoss of labels or distributions; mean or sum; with class weights; with label 0 ignored; label smoothing
inline constexpr CrossEntropyRow cross_entropy_rows[] = {{""")
for labels, mean, weights, ignored, smoothing in itertools.product([True, False], [True, False], [False, True],
                                                                   [False, True], [0.0, 0.1]):
    if ignored and not labels:
        continue
    loss = torch.nn.CrossEntropyLoss(weight=torch.tensor(WEIGHTS, dtype=torch.float64) if weights else None,
                                     ignore_index=IGNORED if ignored else -100, label_smoothing=smoothing,
                                     reduction="mean" if mean else "sum")
    row(loss, torch.tensor(LABELS) if labels else DISTRIBUTIONS, labels, mean, weights, ignored, smoothing)
print(f"""}};

struct LossRow {{
  bool mean, weights;
  double L;
  double d_o[{OUT * R}];
}};

// MSELoss, mean or sum
inline constexpr LossRow squared_error_rows[] = {{""")
for mean in [True, False]:
    row(torch.nn.MSELoss(reduction="mean" if mean else "sum"), TARGETS, mean, False)
print("""};

// BCEWithLogitsLoss, mean or sum; with pos_weight
inline constexpr LossRow binary_cross_entropy_rows[] = {""")
for mean, weights in itertools.product([True, False], [False, True]):
    row(torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(WEIGHTS, dtype=torch.float64) if weights else None,
                                   reduction="mean" if mean else "sum"), TARGETS, mean, weights)
print(f"""}};

struct PerColumnRow {{
  bool labels, weights, ignored;
  double smoothing;
  double L[{R}];
}};

// CrossEntropyLoss with reduction="none"
inline constexpr PerColumnRow cross_entropy_per_column[] = {{""")
for labels, weights, ignored, smoothing in itertools.product([True, False], [False, True], [False, True], [0.0, 0.1]):
    if ignored and not labels:
        continue
    loss = torch.nn.CrossEntropyLoss(weight=torch.tensor(WEIGHTS, dtype=torch.float64) if weights else None,
                                     ignore_index=IGNORED if ignored else -100, label_smoothing=smoothing,
                                     reduction="none")
    per_column = loss(LOGITS, torch.tensor(LABELS) if labels else DISTRIBUTIONS).tolist()
    print(f"    {{{cpp(labels)}, {cpp(weights)}, {cpp(ignored)}, {smoothing!r}, {cpp(per_column)}}},")
print(f"""}};

// MSELoss and BCEWithLogitsLoss with reduction="none", summed over the outputs of each column
inline constexpr double squared_error_per_column[] = {cpp(
    torch.nn.MSELoss(reduction="none")(LOGITS, TARGETS).sum(1).tolist())};
inline constexpr double binary_cross_entropy_per_column[] = {cpp(
    torch.nn.BCEWithLogitsLoss(reduction="none")(LOGITS, TARGETS).sum(1).tolist())};""")
print("""
}  // namespace reference
// clang-format on""")
