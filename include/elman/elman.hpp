// SPDX-License-Identifier: MIT
//
// elman: recurrent networks of the Elman kind. One include for everything that needs Eigen alone.

// The words everything is written in; first of all, whether there is all that elman needs
#include "elman/version.hpp"

#include "elman/check.hpp"
#include "elman/types.hpp"

// Sequences: which column is which step, and what is read
#include "elman/sequences/array_shape.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/pack_array.hpp"
#include "elman/sequences/read_steps.hpp"
#include "elman/sequences/room.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/sequences/streams.hpp"
#include "elman/sequences/targets.hpp"
#include "elman/sequences/unpack_array.hpp"

// Data before a net sees it
#include "elman/prepare/class_weights.hpp"
#include "elman/prepare/scaling.hpp"
#include "elman/prepare/split.hpp"
#include "elman/prepare/windows.hpp"

// The network
#include "elman/cell.hpp"
#include "elman/net.hpp"
#include "elman/net/noise.hpp"
#include "elman/net/parameters.hpp"
#include "elman/net/predicting.hpp"
#include "elman/net/prediction.hpp"
#include "elman/net/state.hpp"
#include "elman/net/stepping.hpp"
#include "elman/net/tape.hpp"

// What a net is made of
#include "elman/layers/activation.hpp"
#include "elman/layers/apply_activation.hpp"
#include "elman/layers/backward_hook.hpp"
#include "elman/layers/between.hpp"
#include "elman/layers/bias.hpp"
#include "elman/layers/bidirectional.hpp"
#include "elman/layers/bound_activation.hpp"
#include "elman/layers/dropout.hpp"
#include "elman/layers/embedding.hpp"
#include "elman/layers/encoder_decoder.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/leaky.hpp"
#include "elman/layers/learned_start.hpp"
#include "elman/layers/mod_relu.hpp"
#include "elman/layers/no_readout.hpp"
#include "elman/layers/output.hpp"
#include "elman/layers/readout.hpp"
#include "elman/layers/recurrence.hpp"
#include "elman/layers/recurrences.hpp"
#include "elman/layers/recurrent_noise.hpp"
#include "elman/layers/repeated.hpp"
#include "elman/layers/stacked.hpp"
#include "elman/layers/stateless.hpp"
#include "elman/layers/unit_parameters.hpp"
#include "elman/layers/wrapper.hpp"

// Random numbers and initialisers
#include "elman/init/by_part.hpp"
#include "elman/init/fan.hpp"
#include "elman/init/orthogonal.hpp"
#include "elman/random.hpp"

// Losses
#include "elman/loss/binary_cross_entropy.hpp"
#include "elman/loss/columns.hpp"
#include "elman/loss/cross_entropy.hpp"
#include "elman/loss/loss.hpp"
#include "elman/loss/per_column.hpp"
#include "elman/loss/squared_error.hpp"
#include "elman/loss/weighted.hpp"

// Metrics
#include "elman/metrics/accuracy.hpp"
#include "elman/metrics/batch.hpp"
#include "elman/metrics/binary.hpp"
#include "elman/metrics/confusion_matrix.hpp"
#include "elman/metrics/log_loss.hpp"
#include "elman/metrics/metric.hpp"
#include "elman/metrics/regression.hpp"
#include "elman/metrics/roc_auc.hpp"
#include "elman/metrics/scores.hpp"

// Hooks that bptt calls: penalties on W and on h
#include "elman/hooks/join.hpp"
#include "elman/hooks/omega.hpp"
#include "elman/hooks/output_penalties.hpp"
#include "elman/hooks/output_penalty.hpp"
#include "elman/hooks/penalty.hpp"

// Optimizers
#include "elman/model.hpp"
#include "elman/optim/adadelta.hpp"
#include "elman/optim/adagrad.hpp"
#include "elman/optim/adam.hpp"
#include "elman/optim/adamw.hpp"
#include "elman/optim/clip.hpp"
#include "elman/optim/finite.hpp"
#include "elman/optim/grouped.hpp"
#include "elman/optim/keep_orthogonal.hpp"
#include "elman/optim/l2.hpp"
#include "elman/optim/optimizer.hpp"
#include "elman/optim/orthogonal_penalty.hpp"
#include "elman/optim/plateau.hpp"
#include "elman/optim/rmsprop.hpp"
#include "elman/optim/schedule.hpp"
#include "elman/optim/sgd.hpp"

// A trained net in a program
#include "elman/deploy/attachments.hpp"
#include "elman/deploy/cpp_header.hpp"
#include "elman/deploy/flush_to_zero.hpp"
#include "elman/deploy/frozen.hpp"

// Tokens from a trained net
#include "elman/net/sample.hpp"

// Is this gradient right, and finite?
#include "elman/inspect/flow_numbers.hpp"
#include "elman/inspect/flow_record.hpp"
#include "elman/inspect/flow_verdict.hpp"
#include "elman/inspect/gradient_check.hpp"
#include "elman/inspect/gradient_flow.hpp"
#include "elman/inspect/non_finite.hpp"
#include "elman/inspect/recurrence_flow.hpp"
#include "elman/inspect/spectrum.hpp"

// Training
#include "elman/train/batch.hpp"
#include "elman/train/batches.hpp"
#include "elman/train/chunks.hpp"
#include "elman/train/data_set.hpp"
#include "elman/train/evaluate.hpp"
#include "elman/train/event.hpp"
#include "elman/train/generated.hpp"
#include "elman/train/growing.hpp"
#include "elman/train/loop.hpp"
#include "elman/train/options.hpp"

// Once more where it was included without this, as by a precompiled header; so there is no #pragma once above
#if defined(ELMAN_COMPILE_KERNELS)
#include "elman/kernels/compile.hpp"
#endif
