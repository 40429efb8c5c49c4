// SPDX-License-Identifier: MIT
//
// A headless Chromium, driven by the DevTools protocol through a pipe: messages are JSON with a zero byte behind them,
// which it reads from descriptor 3 and writes to descriptor 4. No package is needed, nor a port.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Starts the program; resolves to one page of it. */
export async function openBrowser(program, { language }) {
  const profile = mkdtempSync(join(tmpdir(), 'elman-playground-'));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--no-first-run',
    '--remote-debugging-pipe', `--user-data-dir=${profile}`, `--lang=${language}`, 'about:blank'];
  const browser = spawn(program, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const gone = new Promise((resolve) => browser.once('exit', resolve));
  const waiting = new Map(), listeners = [];
  let last = 0, unread = '';
  const failAll = (error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  browser.once('error', failAll);
  gone.then(() => failAll(new Error(`${program} has ended`)));
  browser.stdio[3].on('error', failAll);
  browser.stdio[4].setEncoding('utf8').on('data', (text) => {
    const messages = (unread + text).split('\0');
    unread = messages.pop();
    for (const message of messages.map((one) => JSON.parse(one))) {
      const { resolve, reject } = waiting.get(message.id) ?? {};
      waiting.delete(message.id);
      if (!resolve) listeners.forEach((listen) => listen(message));
      else if (message.error) reject(new Error(message.error.message));
      else resolve(message.result);
    }
  });
  const send = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    browser.stdio[3].write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
  });

  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  return new Page((method, params) => send(method, params, sessionId), listeners, async () => {
    await send('Browser.close').catch(() => {});
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
}

class Page {
  faults = [];  // what the console was told as an error or a warning, and exceptions that nobody caught

  constructor(send, listeners, close) {
    this.send = send;
    this.close = close;
    listeners.push(({ method, params }) => {
      if (method === 'Runtime.exceptionThrown') this.faults.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
      if (method === 'Runtime.consoleAPICalled' && /error|warning|assert/.test(params.type)) this.faults.push(params.args.map((one) => one.value ?? one.description).join(' '));
      if (method === 'Log.entryAdded' && /error|warning/.test(params.entry.level)) this.faults.push(params.entry.text);
    });
  }

  async open(url, { width, height, ratio = 1, dark = false }) {
    for (const domain of ['Page', 'Runtime', 'Log']) await this.send(`${domain}.enable`);
    await this.resize({ width, height, ratio });
    await this.colours(dark);
    await this.send('Page.navigate', { url });
  }
  resize({ width, height, ratio = 1 }) {
    return this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: ratio, mobile: width < 600 });
  }
  colours(dark) {
    return this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }] });
  }

  /** The value of an expression in the page. */
  async ask(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
  /** Waits until an expression is true; the error says what it is that was waited for. */
  async until(what, expression, seconds = 60) {
    const end = Date.now() + 1000 * seconds;
    while (!(await this.ask(expression))) {
      if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  async click(selector) {
    const [x, y] = await this.ask(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      element.scrollIntoView({ block: 'center', behavior: 'instant' });
      const box = element.getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    })()`);
    for (const type of ['mousePressed', 'mouseReleased']) await this.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
  }
  type(text) {
    return this.send('Input.insertText', { text });
  }
  async key(key, { code = key, number, times = 1 }) {
    for (let k = 0; k < times; ++k) {
      for (const type of ['keyDown', 'keyUp']) await this.send('Input.dispatchKeyEvent', { type, key, code, windowsVirtualKeyCode: number });
    }
  }
  async picture({ from = 0, height = undefined, width = undefined, scale = 1 } = {}) {
    const clip = height ? { x: 0, y: from, width, height, scale } : undefined;
    const { data } = await this.send('Page.captureScreenshot', { format: 'png', clip, captureBeyondViewport: true });
    return Buffer.from(data, 'base64');
  }
}
