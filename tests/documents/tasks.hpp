// SPDX-License-Identifier: MIT
//
// The index by task of docs/reference.md: who adds a name that users call adds it to a line, or a line.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace documents {

/// Task → names of the headers.
inline std::vector<std::pair<std::string, std::vector<std::string>>> tasks() {
  return {
      {"make a net of one recurrence", {"RNNCell", "Dynamic", "zero"}},
      {"make any other", {"Net", "Recurrence", "Stacked", "Repeated", "Bidirectional", "Readout", "NoReadout"}},
      {"read one sequence and write another", {"EncoderDecoder", "SourceTarget"}},
      {"choose the hidden activation", {"Tanh", "ReLU", "LeakyReLU", "HardTanh", "ModReLU", "Identity"}},
      {"choose the output", {"Softmax", "Sigmoid", "Identity"}},
      {"read tokens", {"Labels", "Embedding"}},
      {"keep units slow", {"Leaky", "LeakyVoltage", "LearnedLeak", "SharedLeak"}},
      {"leave out units, or learn h₀", {"Dropout", "RecurrentNoise", "no_noise", "LearnedStart"}},
      {"write a part of one's own",
       {"Activation", "HasUnitParameter", "Layer", "StatelessLayer", "Wrapper", "LayerBase", "NothingBetween",
        "CppName"}},
      {"set the first weights",
       {"init::standard", "init::torch_default", "init::irnn", "init::orthogonal", "init::glorot_uniform",
        "init::he_normal", "Random"}},
      {"pack sequences of any lengths", {"pack", "unpack", "pack_array", "unpack_array", "Sequences", "Steps"}},
      {"say which steps are read", {"every_step", "last_step", "at_steps"}},
      {"cut windows, scale, split",
       {"prepare::Windows", "prepare::StepWindows", "prepare::Scaling", "prepare::shuffled_split",
        "prepare::stratified_split", "prepare::split_by_time", "prepare::folds"}},
      {"run a net, and find its gradient", {"Net", "NetTape", "InputGradients", "ForwardOptions"}},
      {"run one without training it", {"Predicting", "Prediction", "train::for_each_prediction"}},
      {"run one step by step", {"Stepping", "State", "SettleOptions", "FlushToZero"}},
      {"measure the loss",
       {"loss::CrossEntropy", "loss::BinaryCrossEntropy", "loss::SquaredError", "loss::Reduction", "loss::per_column",
        "loss::of_sequences"}},
      {"weigh classes, columns, sequences",
       {"loss::CrossEntropyOptions", "prepare::class_weights", "loss::weighted", "loss::per_sequence"}},
      {"train", {"train::Loop", "train::LoopOptions", "train::Outcome", "train::Event"}},
      {"validate, stop early, keep the best weights", {"train::ValidationOptions", "train::Measure"}},
      {"hand out batches",
       {"train::Examples", "train::Subset", "train::Batches", "train::BatchOptions", "train::DataSet"}},
      {"train on long streams", {"train::Chunks", "streams", "chunk", "ForwardOptions"}},
      {"train on generated data, or growing lengths", {"train::Generated", "train::Growing"}},
      {"take steps",
       {"optim::SGD", "optim::Adam", "optim::AdamW", "optim::RMSprop", "optim::Adagrad", "optim::Adadelta",
        "Optimizer"}},
      {"change the learning rate",
       {"optim::Schedule", "optim::StepSchedule", "optim::ExponentialSchedule", "optim::InverseTimeSchedule",
        "optim::CosineSchedule", "optim::LinearSchedule", "optim::OneCycleSchedule", "optim::ReduceOnPlateau"}},
      {"clip gradients, leave out what is not finite",
       {"optim::clip_norm", "optim::clip_value", "optim::is_finite", "optim::SkipNonFinite", "non_finite"}},
      {"give groups rates of their own, hold some fixed", {"optim::Grouped", "optim::ParameterGroup"}},
      {"penalise weights and states",
       {"optim::L2Penalty", "optim::OrthogonalPenalty", "optim::KeepOrthogonal", "hook::Omega", "hook::ActivityPenalty",
        "hook::NormPenalty", "hook::ChangePenalty", "hook::Join"}},
      {"say how good a net is",
       {"train::evaluate", "metric::Accuracy", "metric::TopK", "metric::ConfusionMatrix", "metric::BinaryAccuracy",
        "metric::BinaryF1", "metric::RocAuc", "metric::LogLoss", "metric::Perplexity", "metric::MeanSquaredError",
        "metric::MeanAbsoluteError", "metric::R2", "Metric"}},
      {"write sequences", {"generate", "Sampler", "greedy"}},
      {"check a gradient, or see it vanish",
       {"gradient_check", "GradientFlow", "RecurrenceFlow", "FlowVerdict", "spectral_radius", "BackwardHook"}},
      {"keep a net in a file", {"io::save", "io::load", "io::form", "io::attachments", "Attachments"}},
      {"go on with a training that was stopped", {"io::Checkpoint", "io::CheckpointOptions"}},
      {"see how a training goes", {"io::Progress", "io::CsvLog", "io::JsonLinesLog"}},
      {"read and write data",
       {"io::read_csv", "io::read_npy", "io::write_npy", "io::TensorReader", "io::TensorWriter"}},
      {"take nets from PyTorch and Keras, and back",
       {"io::load_torch", "io::save_torch", "io::load_keras", "io::save_keras"}},
      {"put a net into a program, or a small device", {"freeze", "FrozenNet", "cpp_header", "AtMost", "BFloat16"}},
      {"choose vector instructions", {"limit_simd", "best_simd", "Simd"}},
      {"end a program without exceptions", {"set_error_handler"}},
  };
}

}  // namespace documents
