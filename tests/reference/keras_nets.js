// SPDX-License-Identifier: MIT
//
// Writes keras/*.safetensors: weights of small models of Keras' layers, and in runs.safetensors what TensorFlow.js makes
// of inputs.
//
//   npm install @tensorflow/tfjs && NODE_PATH=node_modules node tests/reference/keras_nets.js
//
// With a folder behind it: how far the models in that folder, by save_keras, are from these.
const fs = require('fs');
const path = require('path');
const tf = require('@tensorflow/tfjs');

function save(file, tensors) {  // as in docs/from-pytorch.md
  const header = {}, data = [];
  let end = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    const bytes = Buffer.from(Float32Array.from(tensor.dataSync()).buffer);
    header[name] = {dtype: 'F32', shape: tensor.shape, data_offsets: [end, end += bytes.length]};
    data.push(bytes);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  fs.writeFileSync(file, Buffer.concat([length, text, ...data]));
}

function load(file) {
  const bytes = fs.readFileSync(file);
  const begin = 8 + Number(bytes.readBigUInt64LE());
  const tensors = {};
  for (const [name, {shape, data_offsets}] of Object.entries(JSON.parse(bytes.subarray(8, begin)))) {
    const [from, to] = data_offsets.map((k) => begin + k);
    tensors[name] = tf.tensor(new Float32Array(Uint8Array.from(bytes.subarray(from, to)).buffer), shape);
  }
  return tensors;
}

let seed = 18;
function random(shape) {  // uniform in (-0.8, 0.8)
  const numbers = Array.from({length: shape.reduce((a, b) => a * b, 1)}, () => {
    seed = (seed * 48271) % 2147483647;
    return 1.6 * seed / 2147483647 - 0.8;
  });
  return tf.tensor(numbers, shape);
}

const {simpleRNN, dense, bidirectional, embedding} = tf.layers;
const cases = {  // layers, and x
  stacked: [[
    simpleRNN({units: 5, returnSequences: true, name: 'simple_rnn', inputShape: [null, 3]}),
    simpleRNN({units: 4, returnSequences: true, name: 'simple_rnn_1'}),
    dense({units: 2, name: 'dense'}),
  ], random([1, 6, 3])],
  bidirectional: [[
    bidirectional({layer: simpleRNN({units: 4, returnSequences: true, name: 'rnn'}), mergeMode: 'concat', name: 'lower',
                   inputShape: [null, 3]}),
    bidirectional({layer: simpleRNN({units: 5, name: 'rnn'}), mergeMode: 'concat', name: 'upper'}),
    dense({units: 2, name: 'out'}),
  ], random([1, 7, 3])],
  tokens: [[
    embedding({inputDim: 7, outputDim: 3, name: 'embedding', inputShape: [null]}),
    simpleRNN({units: 5, activation: 'relu', useBias: false, name: 'simple_rnn'}),
    dense({units: 4, useBias: false, name: 'dense'}),
  ], tf.tensor([[3, 0, 6, 1, 3, 5]])],
};

const folder = process.argv[2];
const here = (name) => path.join(__dirname, 'keras', name + '.safetensors');
const runs = folder ? load(here('runs')) : {};
for (const [name, [layers, x]] of Object.entries(cases)) {
  const model = tf.sequential({layers});
  if (folder) {
    model.setWeights(Object.values(load(path.join(folder, name + '.safetensors'))));
    const y = model.predict(runs[name + '.x'].reshape(x.shape));
    console.log(name, tf.max(tf.abs(tf.sub(y.reshape([-1]), runs[name + '.y'].reshape([-1])))).dataSync()[0]);
    continue;
  }
  model.setWeights(model.weights.map((weight) => random(weight.shape)));
  save(here(name), Object.fromEntries(model.weights.map((weight) => [weight.name, weight.read()])));
  runs[name + '.x'] = x.reshape([x.shape[1], -1]);
  const y = model.predict(x);
  runs[name + '.y'] = y.reshape([-1, y.shape[y.shape.length - 1]]);
}
if (!folder) save(here('runs'), runs);
