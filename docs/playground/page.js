// SPDX-License-Identifier: MIT
//
// The page: three parts over one module (module.cpp). What it says in words that change stands here in both languages,
// what does not change in page.html.
const $ = (id) => document.getElementById(id);
const language = () => document.documentElement.lang;

const texts = {
  en: {
    title: 'elman: a playground', start: 'Start', pause: 'Pause', step: 'step t', update: 'updates', end: 'end of the word',
    tasks: ['words of languages', 'echo with delay', 'adding'],
    names: { english: 'English', french: 'French', german: 'German', spanish: 'Spanish' },
    flows: ['Vanishing', 'Healthy', 'Exploding', 'Cannot be said'],
    updates: (count, rests) => `${count.toLocaleString('en')} updates of 32 examples each${rests ? '; it rests now, Start goes on' : ''}`,
    read: 'what the net reads, a column a letter', losses: 'the loss over the updates', accuracies: 'the accuracy over the updates',
    norms: 'the norm of the gradient over the steps',
    fails: 'This page cannot go on: ',
  },
  zh: {
    title: 'elman 游乐场', start: '开始', pause: '暂停', step: '步 t', update: '更新次数', end: '单词的结尾',
    tasks: ['各种语言的单词', '延迟的回声', '加法'],
    names: { english: '英语', french: '法语', german: '德语', spanish: '西班牙语' },
    flows: ['消失', '健康', '爆炸', '说不出'],
    updates: (count, rests) => `更新 ${count.toLocaleString('zh')} 次，每次 32 个样本${rests ? '；现在休息，按“开始”继续' : ''}`,
    read: '网络读到的，每列一个字母', losses: '损失随更新次数的变化', accuracies: '正确率随更新次数的变化',
    norms: '各步梯度的范数',
    fails: '本页无法继续：',
  },
};
const say = () => texts[language()];

// --- The module ------------------------------------------------------------------------------------------------------

let wasm;
const bytes = () => new Uint8Array(wasm.memory.buffer);

/** Text of the module, up to the byte that is 0. */
function textAt(address) {
  return new TextDecoder().decode(bytes().subarray(address, bytes().indexOf(0, address)));
}

/** Calls the module. Its errors, which fail() throws through it, are shown. */
function call(name, ...values) {
  try {
    return wasm[name](...values);
  } catch (error) {
    complain(error);
    throw error;
  }
}

function complain(error) {
  run(false);
  $('error').textContent = say().fails + error.message;
  $('error').hidden = false;
}

function send(text) {
  const encoded = new TextEncoder().encode(text);
  const address = call('text', encoded.length);
  bytes().set(encoded, address);
}

async function load() {
  const module = await WebAssembly.compile(Uint8Array.from(atob($('module').textContent), (c) => c.charCodeAt(0)));
  const known = {
    fail: (message) => { throw new Error(textAt(message)); },
    emscripten_notify_memory_growth: () => {},
    proc_exit: () => { throw new Error('the module has ended'); },
  };
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = known[name];
  wasm = (await WebAssembly.instantiate(module, imports)).exports;
  wasm._initialize();
  call('begin');
}

// --- Drawing ---------------------------------------------------------------------------------------------------------

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** A colour like #a1b2c3 as three numbers. */
const rgb = (name) => colour(name).match(/[0-9a-f]{2}/gi).map((digits) => parseInt(digits, 16));

/** A canvas made ready: its context in CSS pixels, and the rectangle inside the axes. */
function prepare(canvas) {
  const ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const to = canvas.getContext('2d');
  to.setTransform(ratio, 0, 0, ratio, 0, 0);
  to.clearRect(0, 0, width, height);
  to.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  to.lineJoin = 'round';
  return { to, left: 46, right: width - 8, top: 8, bottom: height - 24 };
}

/** Axes from x = [first, last], y = [low, high] with ticks [value, label]; returns where a point lies. */
function axes({ to, left, right, top, bottom }, x, y, ticksX, ticksY, label) {
  const at = {
    x: (value) => left + ((value - x[0]) / (x[1] - x[0] || 1)) * (right - left),
    y: (value) => bottom - ((value - y[0]) / (y[1] - y[0] || 1)) * (bottom - top),
  };
  to.strokeStyle = colour('line');
  to.fillStyle = colour('soft');
  to.lineWidth = 1;
  to.textAlign = 'right';
  to.textBaseline = 'middle';
  for (const [value, name] of ticksY) {
    to.beginPath();
    to.moveTo(left, at.y(value));
    to.lineTo(right, at.y(value));
    to.stroke();
    to.fillText(name, left - 7, at.y(value));
  }
  to.textBaseline = 'top';
  to.textAlign = 'center';
  for (const [value, name] of ticksX) to.fillText(name, at.x(value), bottom + 7);
  to.textAlign = 'right';
  to.fillText(label, right, bottom + 7);
  return at;
}

function line(to, points, style, width = 2) {
  to.strokeStyle = style;
  to.lineWidth = width;
  to.beginPath();
  points.forEach(([x, y], k) => (k ? to.lineTo(x, y) : to.moveTo(x, y)));
  to.stroke();
}

// --- A word, letter by letter ----------------------------------------------------------------------------------------

const lists = JSON.parse($('words').textContent);
const languages = Object.keys(lists);
let chosen = -1;  // the letter whose probabilities are shown; -1: the end

/** As the net reads a word: letters a to z, without accents. */
function fold(word) {
  const ligatures = { ß: 'ss', œ: 'oe', æ: 'ae' };
  return word.toLowerCase().replace(/[ßœæ]/g, (c) => ligatures[c]).normalize('NFD').replace(/[^a-z]/g, '');
}

/** The lists as the module takes them. What is a word of several languages is left out of all. */
function wordsForModule() {
  const folded = languages.map((name) => [...new Set(lists[name].map(fold))]);
  const counts = new Map();
  for (const word of folded.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  return folded.map((list) => list.filter((word) => counts.get(word) === 1).join('\n') + '\n').join('\n');
}

/** A column: a letter, a strip of units, a strip of shares. */
function column() {
  const button = document.createElement('button');
  button.type = 'button';
  button.innerHTML = '<span class="letter"></span><canvas width="1" aria-hidden="true"></canvas><span class="share"></span>';
  for (let k = 0; k < languages.length; ++k) {
    const part = document.createElement('span');
    part.style.background = `var(--class${k})`;
    button.lastChild.append(part);
  }
  return button;
}

function drawUnits(canvas, h, [negative, zero, positive]) {
  canvas.height = h.length;
  const image = new ImageData(1, h.length);
  h.forEach((value, unit) => {
    const end = value < 0 ? negative : positive, share = Math.abs(value);
    const mixed = zero.map((part, k) => part + share * (end[k] - part));
    image.data.set([...mixed, 255], 4 * unit);
  });
  canvas.getContext('2d').putImageData(image, 0, 0);
}

function read() {
  if (!wasm) return;  // it is being compiled
  const word = fold($('word').value), steps = word.length + 1;
  send(word);
  const hidden = call('read_word');
  const h = new Float32Array(wasm.memory.buffer, call('states'), hidden * steps);
  const y = new Float32Array(wasm.memory.buffer, call('probabilities'), languages.length * steps);
  const columns = $('steps').children;
  while (columns.length < steps) $('steps').append(column());
  while (columns.length > steps) columns[columns.length - 1].remove();
  const shown = chosen >= 0 && chosen < steps ? chosen : steps - 1;
  const palette = [rgb('below'), rgb('line'), rgb('above')];
  [...columns].forEach((button, t) => {
    const shares = y.subarray(t * languages.length, (t + 1) * languages.length);
    button.setAttribute('aria-pressed', t === shown);
    button.children[0].textContent = word[t] ?? '·';
    button.setAttribute('aria-label', word[t] ?? say().end);
    drawUnits(button.children[1], h.subarray(t * hidden, (t + 1) * hidden), palette);
    [...button.children[2].children].forEach((part, k) => { part.style.height = `${100 * shares[k]}%`; });
  });
  languages.forEach((_, k) => {
    const share = y[shown * languages.length + k], entry = $('told').children[k];
    entry.children[1].textContent = `${Math.round(100 * share)} %`;
    entry.children[2].firstChild.style.width = `${100 * share}%`;
  });
}

function prepareReading() {
  for (const [k, name] of languages.entries()) {
    const entry = document.createElement('div');
    entry.innerHTML = `<dt></dt><dd></dd><div class="bar" aria-hidden="true"><span style="background: var(--class${k})"></span></div>`;
    entry.dataset.language = name;
    $('told').append(entry);
  }
  for (const word of ['schmetterling', 'mariposa', 'papillon', 'butterfly']) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = word;
    button.onclick = () => {
      $('word').value = word;
      choose(-1);
    };
    $('suggestions').append(button);
  }
  $('word').oninput = () => choose(-1);
  $('steps').onclick = (event) => {
    const button = event.target.closest('button');
    if (button) choose([...$('steps').children].indexOf(button));
  };
}
function choose(step) {
  chosen = step;
  read();
  if (step < 0) $('steps').scrollLeft = $('steps').scrollWidth;  // where a long word does not fit
}

// --- A net learns ----------------------------------------------------------------------------------------------------

const words = 0, chance = [1 / languages.length, 0.5, 0.19];
const rest = 10000;    // updates, after which it pauses by itself
const slice = 10;      // milliseconds of a frame
const asks = 8;        // calls that ask for all examples: one an update, so that none takes long
const mostPoints = 300;
let task = words, running = false, frames = 0;
let progress;

function reset() {
  if (!wasm) return;
  progress = { updates: 0, sum: 0, right: 0, count: 0, every: 20, points: [], until: rest };
  call('start', task, Number($('hidden').value), 1 + Math.floor(Math.random() * 1e9));
  drawProgress();
  if (task === words) read();
}

/** Updates for some milliseconds, then a drawing, then the next frame. */
function frame() {
  if (!running) return;
  const end = performance.now() + slice;
  const rate = Number($('rate').value);
  do {
    progress.sum += call('update', task, rate);
    ++progress.updates;
    if (progress.count < asks) progress.right += call('ask', task) / asks;
    if (++progress.count === progress.every) note();
  } while (performance.now() < end && progress.updates < progress.until);
  if (++frames % 3 === 0) drawProgress();
  if (task === words && frames % 6 === 0) read();
  if (progress.updates >= progress.until) {
    run(false);
  } else {
    requestAnimationFrame(frame);
  }
}

/** A point of the curves. Where they have become many, every other goes. */
function note() {
  progress.points.push({ update: progress.updates, loss: progress.sum / progress.count, accuracy: progress.right });
  progress.sum = progress.right = progress.count = 0;
  if (progress.points.length < mostPoints) return;
  progress.points = progress.points.filter((_, k) => k % 2 === 1);
  progress.every *= 2;
}

function run(on) {
  if (!wasm) return;
  if (on && progress.updates >= progress.until) progress.until += rest;
  const begins = on && !running;
  running = on;
  $('run').textContent = running ? say().pause : say().start;
  if (begins) requestAnimationFrame(frame);
  if (!on && progress) {
    drawProgress();
    if (task === words) read();
  }
}

/** Ticks at 1, 2 or 5 times a power of ten, some four of them. */
function ticks(high) {
  const power = 10 ** Math.floor(Math.log10(high / 4));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= high / 4.5);
  return Array.from({ length: Math.floor(high / step + 1e-9) + 1 }, (_, k) => [k * step, String(Number((k * step).toPrecision(3)))]);
}

function drawProgress() {
  const { points, updates, until } = progress;
  const last = points[points.length - 1];
  $('loss').textContent = last ? last.loss.toFixed(3) : '–';
  $('accuracy').textContent = last ? `${(100 * last.accuracy).toFixed(0)} %` : '–';
  $('updates').textContent = say().updates(updates, !running && updates >= until);
  const x = [0, Math.max(200, updates)], ticksX = ticks(x[1]).filter(([value]) => value < 0.8 * x[1]);
  const highest = Math.max(0.1, ...points.map(({ loss }) => loss)) * 1.05;
  const losses = prepare($('losses')), accuracies = prepare($('accuracies'));
  const of = axes(losses, x, [0, highest], ticksX, ticks(highest), say().update);
  line(losses.to, points.map(({ update, loss }) => [of.x(update), of.y(loss)]), colour('above'));
  const share = axes(accuracies, x, [0, 1], ticksX, [0, 0.25, 0.5, 0.75, 1].map((v) => [v, `${100 * v} %`]), say().update);
  accuracies.to.setLineDash([3, 4]);
  line(accuracies.to, x.map((update) => [share.x(update), share.y(chance[task])]), colour('soft'), 1);
  accuracies.to.setLineDash([]);
  line(accuracies.to, points.map(({ update, accuracy }) => [share.x(update), share.y(accuracy)]), colour('below'));
}

function prepareLearning() {
  texts.en.tasks.forEach((_, k) => $('task').add(new Option('', k)));
  $('task').onchange = () => {
    task = Number($('task').value);
    for (const text of document.querySelectorAll('[data-task]')) text.hidden = Number(text.dataset.task) !== task;
    reset();
  };
  $('hidden').onchange = reset;
  $('reset').onclick = reset;
  $('run').onclick = () => run(!running);
}

// --- Gradients through time ------------------------------------------------------------------------------------------

const flowColours = ['below', 'good', 'above', 'soft'];

function look() {
  const scale = Number($('scale').value), steps = Number($('length').value);
  const flow = call('look', scale, steps);
  const factor = call('factor'), left = call('log_left'), sentence = textAt(call('verdict'));
  const norms = new Float64Array(wasm.memory.buffer, call('norms'), 3 * steps);
  const style = colour(flowColours[flow]);
  $('scaled').textContent = scale.toFixed(2);
  $('verdict').dataset.flow = flow;
  $('verdict').style.borderColor = style;
  const [name, translated, own] = $('verdict').children;
  name.textContent = say().flows[flow];
  name.style.color = style;
  translated.textContent = flow < 3 ? `每步乘以 ${factor.toFixed(2)}；往回走 ${steps - 1} 步以后，是最后一步的 ${power(left)} 倍。` : '';
  own.textContent = sentence;

  const low = -(0.32 * steps + 2), high = 0.1 * steps + 2;
  const logs = (k) => Array.from({ length: steps }, (_, t) => Math.log10(norms[3 * t + k])).map((log) => Math.min(high, Math.max(low, log)));
  const place = prepare($('norms')), { to } = place;
  const every = steps > 50 ? 10 : steps > 20 ? 5 : 2;
  const ticksY = [];
  for (let log = Math.ceil(low / every) * every; log <= high; log += every) ticksY.push([log, log ? `10${digits(log)}` : '1']);
  const ticksX = ticks(steps - 1).filter(([t]) => t < 0.9 * steps);
  const at = axes(place, [0, steps - 1], [low, high], ticksX, ticksY, say().step);
  const median = logs(1), last = median[steps - 1];
  const fill = (points, style, alpha) => {
    to.globalAlpha = alpha;
    to.fillStyle = style;
    to.beginPath();
    points.forEach(([x, y]) => to.lineTo(x, y));
    to.fill();
    to.globalAlpha = 1;
  };
  const spread = (k) => logs(k).map((log, t) => [at.x(t), at.y(log)]);
  fill([[place.left, at.y(last + 2)], [place.right, at.y(last + 2)], [place.right, at.y(last - 2)], [place.left, at.y(last - 2)]], colour('good'), 0.13);
  fill([...spread(0), ...spread(2).reverse()], style, 0.2);
  line(to, median.map((log, t) => [at.x(t), at.y(log)]), style, 2.5);
}

const digits = (number) => String(number).replace('-', '⁻').replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[digit]);
/** 10 to this power, in two digits. */
function power(log) {
  if (log > -3 && log < 3) return String(Number((10 ** log).toPrecision(2)));
  const exponent = Math.floor(log);
  return `${(10 ** (log - exponent)).toFixed(1)}×10${digits(exponent)}`;
}

// --- Both languages --------------------------------------------------------------------------------------------------

const switches = document.querySelectorAll('.languages button');

function speak(code) {
  document.documentElement.lang = code;
  document.title = say().title;
  for (const button of switches) button.setAttribute('aria-pressed', button.dataset.language === code);
  for (const entry of $('told').children) entry.firstChild.textContent = say().names[entry.dataset.language];
  [...$('task').options].forEach((option, k) => { option.text = say().tasks[k]; });
  $('steps').setAttribute('aria-label', say().read);
  for (const name of ['losses', 'accuracies', 'norms']) $(name).setAttribute('aria-label', say()[name]);
  $('run').textContent = running ? say().pause : say().start;
  if (progress) drawAll();
}

function drawAll() {
  read();
  drawProgress();
  look();
}

prepareReading();
prepareLearning();
speak(navigator.language.startsWith('zh') ? 'zh' : 'en');
for (const button of switches) button.onclick = () => speak(button.dataset.language);
try {
  await load();
  send(wordsForModule());
  call('set_words');
  reset();
  look();
  $('scale').oninput = $('length').onchange = look;
  addEventListener('resize', drawAll);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches) run(true);
} catch (error) {
  complain(error);
}
