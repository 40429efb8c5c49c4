// SPDX-License-Identifier: MIT
//
// The page of docs/playground as a reader has it, opened as a file: a word is typed, nets learn, the scale is dragged, the
// language is switched, an error is seen. Takes the pictures that documents show, beside the page.
//
//   node page.test.mjs CHROMIUM PAGE.html
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openBrowser } from './browser.mjs';

const [program, file] = process.argv.slice(2);
const url = pathToFileURL(file).href;
const desk = { width: 900, height: 900 }, phone = { width: 390, height: 800 };
const ready = `document.querySelectorAll('#steps button').length > 1 && document.querySelector('#verdict q').textContent !== ''`;
const shares = `[...document.querySelectorAll('#steps button')].map((one) => [...one.querySelectorAll('.share span')].map((part) => part.style.height))`;
const bars = `[...document.querySelectorAll('#told dd')].map((one) => parseFloat(one.textContent))`;
const accuracy = `(parseFloat(document.querySelector('#accuracy').textContent) || 0)`;
const seen = (selector) => `[...document.querySelectorAll(${JSON.stringify(selector)})].filter((one) => one.getClientRects().length).map((one) => one.innerText).join('')`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const page = await openBrowser(program, { language: 'en-US' });
const type = async (word) => {
  await page.ask(`document.querySelector('#word').select()`);
  await page.type(word);
};
const dragTo = async (scale) => {
  const { x, y } = await page.ask(`(({ x, y, width, height }) => ({ x: x + 8 + (width - 16) * ${(scale - 0.5) / 2}, y: y + height / 2 }))(document.querySelector('#scale').getBoundingClientRect())`);
  await page.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y, button: 'left', buttons: 1 });
  return { x, y };
};
const tests = {
  async 'it opens in the language of the browser, and both are whole'() {
    await page.open(url, desk);
    await page.until('the page is ready', ready);
    assert.equal(await page.ask('navigator.language'), 'en-US');
    assert.equal(await page.ask('document.documentElement.lang'), 'en');
    assert.equal(await page.ask(seen('#learning')), 'A net learns');
    await page.click('[data-language="zh"]');
    assert.equal(await page.ask('document.documentElement.lang'), 'zh');
    assert.equal(await page.ask(seen('#learning')), '网络怎样学习');
    assert.equal(await page.ask('document.title'), 'elman 游乐场');
    assert.equal(await page.ask(seen('#told dt')), '英语法语德语西班牙语');
    await page.click('[data-language="en"]');
    assert.equal(await page.ask(seen('#told dt')), 'EnglishFrenchGermanSpanish');
  },
  async 'a word is read letter by letter, with accents dropped'() {
    await page.click('#run');
    await page.click('#reset');
    await type('Frühling');
    assert.equal(await page.ask(seen('.letter')), 'fruhling·');
    const before = await page.ask(shares), barsBefore = await page.ask(bars);
    assert.equal(before.length, 9);
    for (const column of before) {
      const sum = column.map(parseFloat).reduce((all, part) => all + part);
      assert.ok(Math.abs(sum - 100) < 0.1, `shares of a letter sum to ${sum} %`);
    }
    await type('mariposa');
    assert.notDeepEqual(await page.ask(bars), barsBefore);
    await page.click('#steps button:first-child');
    const first = await page.ask(bars), column = (await page.ask(shares))[0];
    assert.deepEqual(first, column.map((share) => Math.round(parseFloat(share))));
    await type('');
    assert.equal(await page.ask(seen('.letter')), '·');
  },
  async 'a net learns words, which is seen in the word that was typed'() {
    await type('wahrscheinlich');
    const before = await page.ask(bars);
    await page.click('#run');
    await page.until('65 % of the words are right', `${accuracy} >= 65`, 200);
    await page.until('wahrscheinlich is German', `${bars}[2] >= 60`, 200);
    assert.notDeepEqual(await page.ask(bars), before);
    await page.until('1,500 updates', `parseInt(document.querySelector('#updates').textContent.replace(',', '')) >= 1500`, 200);
    await page.click('#run');
    await pause(100);
    const updates = await page.ask(seen('#updates'));
    await pause(300);
    assert.equal(await page.ask(seen('#updates')), updates);
  },
  async 'pictures are taken'() {
    await type('schmetterling');
    await page.ask('scrollTo(0, 0)');
    const height = await page.ask(`document.querySelector('[aria-labelledby="gradients"]').offsetTop`);
    const from = await page.ask(`document.querySelector('[aria-labelledby="reading"]').offsetTop`);
    const picture = await page.picture({ from: from + 2, height: height - from - 2, width: desk.width });
    assert.deepEqual([...picture.subarray(1, 4)], [...Buffer.from('PNG')]);
    assert.ok(picture.length > 20_000, `the picture has ${picture.length} bytes`);
    writeFileSync(join(dirname(file), 'playground.png'), picture);
  },
  async 'a net learns the echo; the task is chosen by keyboard'() {
    await page.ask(`document.querySelector('#task').focus()`);
    await page.key('ArrowDown', { number: 40 });
    assert.equal(await page.ask(`document.querySelector('#task').value`), '1');
    assert.match(await page.ask(seen('[data-task]')), /^An echo/);
    assert.equal(await page.ask(seen('#accuracy')), '–');
    await page.click('#run');
    await page.until('95 % of the echo is right', `${accuracy} >= 95`, 200);
  },
  async 'a net learns to add better than who always says 1'() {
    await page.key('ArrowDown', { number: 40 });  // nothing has the focus of the list: the button has
    assert.equal(await page.ask(`document.querySelector('#task').value`), '1');
    await page.ask(`document.querySelector('#task').focus()`);
    await page.key('ArrowDown', { number: 40 });
    assert.equal(await page.ask(`document.querySelector('#task').value`), '2');
    await page.until('30 % of the sums are right', `${accuracy} >= 30`, 200);
    await page.click('#run');
  },
  async 'the scale is dragged from vanishing by healthy to exploding'() {
    await page.ask(`document.querySelector('#scale').scrollIntoView({ block: 'center', behavior: 'instant' })`);
    const { x, y } = await dragTo(1);
    await page.send('Input.dispatchMouseEvent', { type: 'mousePressed', x, y, button: 'left', clickCount: 1 });
    for (const [scale, word] of [[0.7, 'vanishing'], [1.1, 'healthy'], [2, 'exploding']]) {
      await dragTo(scale);
      await page.until(`at ${scale} the gradient is ${word}`, `document.querySelector('#verdict q').textContent.startsWith('${word}: a factor ')`, 10);
      assert.equal((await page.ask(seen('#verdict strong'))).toLowerCase(), word);
      assert.ok(Math.abs((await page.ask(`Number(document.querySelector('#scale').value)`)) - scale) < 0.05);
    }
    await page.send('Input.dispatchMouseEvent', { type: 'mouseReleased', x, y, button: 'left', clickCount: 1 });
    await page.ask(`document.querySelector('#scale').focus()`);
    await page.key('Home', { number: 36 });
    assert.equal(await page.ask(seen('#scaled')), '0.50');
    assert.equal(await page.ask(seen('#verdict strong')), 'Vanishing');
    await page.click('[data-language="zh"]');
    assert.equal(await page.ask(seen('#verdict strong')), '消失');
  },
  async 'it fits a phone, and is dark where the reader likes it'() {
    await page.open(url, { ...phone, dark: true });
    await page.until('the page is ready', ready);
    assert.equal(await page.ask('document.documentElement.scrollWidth'), phone.width);
    assert.equal(await page.ask('getComputedStyle(document.body).backgroundColor'), 'rgb(20, 23, 27)');
    await page.colours(false);
    assert.equal(await page.ask('getComputedStyle(document.body).backgroundColor'), 'rgb(251, 250, 247)');
  },
  async 'a browser that speaks Chinese has it in Chinese'() {
    await page.send('Emulation.setUserAgentOverride', { userAgent: await page.ask('navigator.userAgent'), acceptLanguage: 'zh-CN' });
    await page.open(url, desk);
    await page.until('the page is ready', ready);
    assert.equal(await page.ask('document.documentElement.lang'), 'zh');
  },
  async 'the console had no error, and would have been heard'() {
    assert.deepEqual(page.faults, []);
    await page.ask(`console.error('heard')`);
    assert.deepEqual(page.faults, ['heard']);
  },
  async 'an error of the library is seen'() {
    assert.equal(await page.ask(`document.querySelector('#error').hidden`), true);
    await page.ask(`(() => {
      const hidden = document.querySelector('#hidden');
      hidden.add(new Option('0'));
      hidden.value = '0';
      setTimeout(() => hidden.dispatchEvent(new Event('change')));
    })()`);
    await page.until('the error is shown', `!document.querySelector('#error').hidden`, 10);
    assert.match(await page.ask(seen('#error')), /^本页无法继续：.*Hidden is 0; expected at least 1$/);
  },
};

let failed = 0;
try {
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      console.log(`ok      ${name}`);
    } catch (error) {
      ++failed;
      console.log(`FAILED  ${name}\n        ${error.stack.replaceAll('\n', '\n        ')}`);
    }
  }
} finally {
  await page.close();
}
process.exitCode = failed > 0 ? 1 : 0;
