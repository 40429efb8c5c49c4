# SPDX-License-Identifier: MIT
"""Writes metrics.hpp: what sklearn.metrics make of fixed outputs and targets.

    /usr/bin/python3 tests/reference/sklearn/metrics.py > tests/reference/sklearn/metrics.hpp

Needs scikit-learn (Debian: python3-sklearn). Outputs and targets are the exact numbers of
tests/support/metric_data.hpp.
"""
import warnings

import numpy as np
import sklearn
from sklearn import metrics

warnings.simplefilter("ignore")
OUT, R = 6, 24
IGNORED = 1

# Class 3 never occurs, class 4 is never predicted, class 5 neither; some columns have equal outputs.
LOGITS = np.array([[((7 * k + 5 * r + k * r * r) % 11 - 5 - (12 if k >= 4 else 0)) / 4 for k in range(OUT)]
                   for r in range(R)])
LABELS = np.array([[0, 1, 2, 4, 2, 1][(r + r // 6) % 6] for r in range(R)])
WEIGHTS = np.array([(r % 4) / 2 for r in range(R)])

SCORES = np.array([[((5 * r + 3 * k + r * k) % 9 - 4) / 2 for k in range(3)] for r in range(R)])
YES = np.array([[(r * r + k * r + k + r // 4) % 3 == 0 for k in range(3)] for r in range(R)]).astype(int)

OUTPUTS = np.array([[((5 * r + 3 * k + r * k) % 13 - 6) / 4 for k in range(3)] for r in range(R)])
NUMBERS = np.array([[((5 * r + 3 * k + r * k) % 13 - 6) / 4 + ((7 * r + k) % 5 - 2) / 8 for k in range(3)]
                    for r in range(R)])


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def cpp(value):
    if isinstance(value, (list, tuple, np.ndarray)):
        return "{" + ", ".join(cpp(each) for each in value) + "}"
    return "true" if value is True else "false" if value is False else repr(float(value))


def of_labels(weighted, ignored):
    keep = LABELS != IGNORED if ignored else np.ones(R, bool)
    if weighted:
        keep = keep & (WEIGHTS != 0)
    y, o = LABELS[keep], LOGITS[keep]
    w = WEIGHTS[keep] if weighted else np.ones(len(y))
    said = o.argmax(axis=1)
    row = [weighted, ignored, metrics.accuracy_score(y, said, sample_weight=w)]
    row.append([metrics.top_k_accuracy_score(y, o, k=k, labels=range(OUT), sample_weight=w) for k in range(1, OUT)])
    row.append(metrics.confusion_matrix(y, said, labels=range(OUT), sample_weight=w).astype(float).flatten())
    row.append(np.array(metrics.precision_recall_fscore_support(y, said, labels=range(OUT), sample_weight=w)).flatten())
    for average in ["macro", "weighted"]:
        row.append(metrics.precision_recall_fscore_support(y, said, average=average, sample_weight=w)[:3])
    row.append(metrics.balanced_accuracy_score(y, said, sample_weight=w))
    row.append(metrics.log_loss(y, softmax(o), labels=range(OUT), sample_weight=w))
    print("    " + cpp(row) + ",")


def of_yes_or_no(weighted, threshold):
    w = WEIGHTS if weighted else np.ones(R)
    said = (sigmoid(SCORES) > threshold).astype(int)
    row = [weighted, threshold, metrics.accuracy_score(YES.flatten(), said.flatten(), sample_weight=np.repeat(w, 3))]
    for average in ["micro", "macro"]:
        row.append(metrics.precision_recall_fscore_support(YES, said, average=average, sample_weight=w)[:3])
    row.append(np.array(metrics.precision_recall_fscore_support(YES, said, sample_weight=w)).flatten())
    row.append(metrics.roc_auc_score(YES, SCORES, average=None, sample_weight=w))
    row.append(metrics.roc_auc_score(YES, SCORES, average="macro", sample_weight=w))
    print("    " + cpp(row) + ",")


def of_numbers(weighted, offset, constant):
    w = WEIGHTS if weighted else np.ones(R)
    t, y = NUMBERS.copy(), OUTPUTS.copy()
    if constant:
        t[:, 1] = y[:, 2] = t[:, 2] = 0.5  # missed by one output, met by another
    t, y = t + offset, y + offset
    row = [weighted, constant, offset, metrics.mean_squared_error(t, y, sample_weight=w),
           metrics.mean_absolute_error(t, y, sample_weight=w), metrics.r2_score(t, y, sample_weight=w),
           metrics.r2_score(t, y, sample_weight=w, multioutput="raw_values")]
    print("    " + cpp(row) + ",")


print(f"""// SPDX-License-Identifier: MIT
//
// What sklearn.metrics make of the outputs and targets of support/metric_data.hpp, scikit-learn {sklearn.__version__}, written by
// metrics.py. Do not edit.
#pragma once

// clang-format off
namespace reference {{

struct LabelRow {{
  bool weighted, ignored;
  double accuracy;
  double top[{OUT - 1}];              // k = 1, 2, …
  double counts[{OUT * OUT}];          // row by row
  double classes[{4 * OUT}];         // precisions, recalls, F1s, supports
  double macro[3], average[3];  // precision, recall, F1: each class counted once, or as often as it occurs
  double balanced_accuracy, log_loss;
}};

// With weights; with label {IGNORED} ignored
inline constexpr LabelRow label_rows[] = {{""")
for weighted in [False, True]:
    for ignored in [False, True]:
        of_labels(weighted, ignored)
print("""};

struct YesOrNoRow {
  bool weighted;
  double threshold, accuracy;
  double micro[3], macro[3];  // precision, recall, F1
  double outputs[12];         // precisions, recalls, F1s, supports
  double areas[3], area;
};

// With weights; another threshold
inline constexpr YesOrNoRow yes_or_no_rows[] = {""")
for weighted in [False, True]:
    for threshold in [0.5, 0.2]:
        of_yes_or_no(weighted, threshold)
print("""};

struct NumberRow {
  bool weighted, constant;
  double offset, mean_squared_error, mean_absolute_error, r2;
  double r2s[3];
};

// With weights; with two constant targets; all of it far from 0
inline constexpr NumberRow number_rows[] = {""")
for weighted in [False, True]:
    for offset, constant in [(0, False), (0, True), (2.0**27, False)]:
        of_numbers(weighted, offset, constant)
print("""};

}  // namespace reference
// clang-format on""")
