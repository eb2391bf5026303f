// A person with a browser: fills in whatever page asks for a name, a password or a yes. Scripts are off, as some people have it.
import { chromium } from 'playwright-core';

export async function openBrowser(config) {
  const browser = await chromium.launch({ executablePath: config.chromium, args: ['--no-sandbox'] });
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 780 }, colorScheme: config.dark ? 'dark' : 'light' });
  const page = await context.newPage();
  let shots = 0;
  const shoot = async () => {
    if (config.screenshots) {
      await page.screenshot({ path: `${config.screenshots}/${String(++shots).padStart(2, '0')}.png`, fullPage: true });
    }
  };

  /** Goes to an address and through its pages until `isDone` says so; signed in as before, unless it is to be `afresh`. */
  async function walk(address, isDone, { afresh = false } = {}) {
    if (afresh) {
      await context.clearCookies();
    }

    await page.goto(address, { waitUntil: 'domcontentloaded' });
    for (let step = 0; step < 12; step++) {
      if (isDone(page)) {
        return page.url();
      }

      await shoot();
      const name = page.locator('input[name=username]:not([type=hidden]), input[name=login]');
      if (await name.count()) {
        await name.first().fill(config.username);
        await page.locator('input[name=password]').fill(config.password);
      }

      const yes = page.locator('button[value=allow]');
      await Promise.all([
        page.waitForEvent('domcontentloaded'),
        (await yes.count() ? yes : page.locator('button[type=submit]')).first().click(),
      ]);
    }

    throw new Error(`The pages led nowhere; the last one was ${page.url()}: ${await page.textContent('body')}`);
  }

  return { walk, shoot, text: () => page.textContent('body'), close: () => browser.close() };
}
