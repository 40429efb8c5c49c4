// SPDX-License-Identifier: MIT
//
// Updates a second of the playground's module in Node.js, and of the same as a program of this processor (native.cpp):
//
//   node speed.mjs MODULE.wasm PROGRAM
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [path, program] = process.argv.slice(2);
const lists = ['english', 'french', 'german', 'spanish'].map((language) =>
  readFileSync(new URL(`../../examples/data/words/${language}.txt`, import.meta.url), 'utf8').split('\n').filter((word) => /^[a-z]{4,12}$/.test(word)));
const text = lists.map((words) => words.join('\n') + '\n').join('\n');

function ofModule() {
  const module = new WebAssembly.Module(readFileSync(path));
  const imports = {};
  const refuse = () => { throw new Error('the module has failed'); };
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = name === 'emscripten_notify_memory_growth' ? () => {} : refuse;
  }
  const wasm = new WebAssembly.Instance(module, imports).exports;
  wasm._initialize();
  wasm.begin();
  const address = wasm.text(text.length);
  new Uint8Array(wasm.memory.buffer).set(new TextEncoder().encode(text), address);
  wasm.set_words();
  const rows = [];
  for (const hidden of [16, 32, 64, 128]) {
    for (const task of [0, 1, 2]) {
      wasm.start(task, hidden, 1);
      for (let k = 0; k < 20; ++k) wasm.update(task, 1e-3);
      let best = 0;
      for (let run = 0; run < 5; ++run) {
        const begin = performance.now();
        let updates = 0;
        for (; performance.now() - begin < 200; ++updates) wasm.update(task, 1e-3);
        best = Math.max(best, (1000 * updates) / (performance.now() - begin));
      }
      rows.push([task, hidden, best]);
    }
  }
  return rows;
}
function ofProgram() {
  const { stdout, status } = spawnSync(program, { input: text, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} has ended with ${status}`);
  return stdout.trim().split('\n').map((line) => line.split(' ').map(Number));
}

// In turns, and the best of each: others may use the machine.
const best = [ofModule, ofProgram].map((measure) => ({ measure, rows: undefined }));
for (let turn = 0; turn < 3; ++turn) {
  for (const side of best) {
    const rows = side.measure();
    side.rows = side.rows?.map((row, k) => (rows[k][2] > row[2] ? rows[k] : row)) ?? rows;
  }
}
console.log('task      units   module   native   share');
best[0].rows.forEach(([task, hidden, updates], k) => {
  const native = best[1].rows[k][2], name = ['words', 'echo', 'adding'][task];
  console.log(`${name.padEnd(8)}${String(hidden).padStart(7)}${updates.toFixed(0).padStart(9)}${native.toFixed(0).padStart(9)}${(updates / native).toFixed(2).padStart(8)}`);
});
