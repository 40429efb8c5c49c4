// SPDX-License-Identifier: MIT
//
// Puts the page, its style, its script, the module and some words of each language into one file:
//
//   node assemble.mjs MODULE.wasm PAGE.html english=FILE french=FILE …
import { readFileSync, writeFileSync } from 'node:fs';

const wordsOfEach = 4000;
const [module, result, ...lists] = process.argv.slice(2);
const here = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Of a list, a word per line, so many in even steps: of letters alone, and no names. German nouns have capitals. */
function choose(language, path) {
  const pattern = language === 'german' ? /^\p{L}\p{Ll}{3,11}$/u : /^\p{Ll}{4,12}$/u;
  const words = readFileSync(path, 'utf8').split('\n').filter((word) => pattern.test(word.normalize('NFC')));
  const step = Math.max(1, words.length / wordsOfEach);
  return Array.from({ length: Math.min(words.length, wordsOfEach) }, (_, k) => words[Math.floor(k * step)]);
}

const words = Object.fromEntries(lists.map((list) => list.split('=')).map(([name, path]) => [name, choose(name, path)]));
const parts = {
  '<link rel="stylesheet" href="page.css">': `<style>\n${here('page.css')}</style>`,
  '<script type="module" src="page.js"></script>': `<script type="module">\n${here('page.js')}</script>`,
  '<script type="application/json" id="words"></script>':
    `<script type="application/json" id="words">${JSON.stringify(words)}</script>`,
  '<script type="text/plain" id="module"></script>':
    `<script type="text/plain" id="module">${readFileSync(module).toString('base64')}</script>`,
};
let page = here('page.html');
for (const [place, part] of Object.entries(parts)) {
  if (!page.includes(place)) throw new Error(`page.html has no ${place}`);
  page = page.replace(place, () => part);
}
writeFileSync(result, page);
