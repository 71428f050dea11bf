// Checks of the report in Chromium: each line of standard input names one, each line of standard output answers "ok" or says what is wrong.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [browser, small, large, screenshots] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'lorabuild-chromium-'));
// Nothing here takes long: what does is lag.
const patience = 5000;
const context = await chromium.launchPersistentContext(profile, {
  executablePath: browser,
  headless: true,
  viewport: { width: 1280, height: 900 },
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

context.setDefaultTimeout(patience);

async function open(file) {
  const page = await context.newPage();
  page.problems = [];
  page.requests = [];
  page.on('pageerror', error => page.problems.push(error.message));
  page.on('console', message => message.type() === 'error' && page.problems.push(message.text()));
  page.on('request', request => page.requests.push(request.url()));
  page.on('dialog', dialog => page.problems.push(`dialog ${dialog.message()}`));
  await page.goto(pathToFileURL(file).href);
  return page;
}

const card = (page, id) => page.locator(`[id="picture-${id}"]`);
const shownCards = page => page.locator('.picture:visible').evaluateAll(cards => cards.map(item => item.dataset.id));
const focused = page => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());

const checks = {
  async 'a card shows what went, what came and why'(page) {
    // Cards are filled as they come near.
    await card(page, 'a').scrollIntoViewIfNeeded();
    await card(page, 'a').locator('.tags del').first().waitFor();
    assert.deepEqual(await card(page, 'a').locator('.tags del').allTextContents(), ['1girl', 'black hair', 'necktie', '<b>bold</b>']);
    assert.deepEqual(await card(page, 'a').locator('.tags ins').allTextContents(), ['aoi', 'yellow necktie', 'belt']);
    assert.equal(await card(page, 'a').locator('.tags del').nth(1).getAttribute('title').then(title => title.startsWith('StripFeatures: feature')), true);
    await card(page, 'a').locator('summary').click();
    const reasons = await card(page, 'a').locator('.changes li').allTextContents();
    assert.ok(reasons.some(reason => reason === 'AlignOutfits: necktie by yellow necktie: outfit race: same garment (neckwear)'), reasons.join('\n'));
    assert.match(await card(page, 'a').locator('article').innerText(), /outfit race \(its 'when' holds\) · 600x900, bucket 576x896/);
  },

  async 'the overview has the arithmetic of the epoch'(page) {
    assert.match(await page.locator('#arithmetic').innerText(), /16 x 2 \+ 4 x 2 = 40\s[\s\S]*40 \/ 4 = 10 steps[\s\S]*max_train_steps = 10 EPOCH = 100 steps/);
    assert.deepEqual(await page.locator('#groups tbody tr').allInnerTexts().then(rows => rows.map(row => row.split(/\s+/))),
      [['16_aoi', '16', '2', '32'], ['4_aoi', '4', '2', '8']]);
    assert.equal(await page.locator('#buckets tbody tr').count(), 2);
  },

  async 'the training has its curves, and a row of previews for each epoch'(page) {
    assert.deepEqual(await page.locator('#training svg').evaluateAll(charts => charts.map(chart => chart.getAttribute('aria-label'))),
      ['Loss over 60 steps, at most 0.12', 'Learning rate over 60 steps, at most 0.0001']);
    // Every line is drawn, within its chart.
    const boxes = await page.locator('#training polyline').evaluateAll(lines => lines.map(line => [line.getBoundingClientRect(), line.ownerSVGElement.getBoundingClientRect()]));
    assert.equal(boxes.length, 4);
    for (const [line, chart] of boxes) assert.ok(line.width > 300 && line.height > 10 && line.left >= chart.left && line.right <= chart.right && line.top >= chart.top && line.bottom <= chart.bottom);
    assert.deepEqual(await page.locator('#previews tbody th').allTextContents(), ['epoch 1', 'epoch 2', 'epoch 3']);
    assert.deepEqual(await page.locator('#previews thead th').allTextContents(), ['After', 'aoi, smile', '<b>1girl</b>']);
    assert.deepEqual(await page.locator('#previews img').first().evaluate(image => [image.naturalWidth, image.width, image.height]), [1, 128, 128]);
    await page.locator('#training').screenshot({ path: join(screenshots, 'training.png') });
  },

  async 'filters by tag, place, group and outfit work together'(page) {
    const tag = page.getByLabel('Tag', { exact: true });
    await tag.fill('smile');
    assert.deepEqual(await shownCards(page), ['a', 'b']);
    await page.getByRole('combobox', { name: 'Where' }).selectOption('removed');
    assert.deepEqual(await shownCards(page), []);
    assert.equal(await page.getByRole('status').innerText(), '0 of 4 pictures');
    await page.getByRole('button', { name: 'Show all', exact: true }).click();
    await page.waitForFunction(() => document.querySelectorAll('.picture[hidden]').length === 0);
    await page.getByRole('combobox', { name: 'Group' }).selectOption('4_aoi');
    assert.deepEqual(await shownCards(page), ['c', 'd']);
    await page.getByRole('combobox', { name: 'Outfit' }).selectOption({ label: 'race' });
    assert.deepEqual(await shownCards(page), ['d']);
    await page.getByRole('combobox', { name: 'Group' }).selectOption('');
    await page.getByRole('combobox', { name: 'Outfit' }).selectOption({ label: 'none' });
    assert.deepEqual(await shownCards(page), ['b', 'c']);
    await tag.fill('HAI');
    assert.deepEqual(await shownCards(page), ['b', 'c']);
  },

  async 'the table of tags counts before and after, and filters'(page) {
    const row = page.locator('#tag-table tbody tr', { has: page.getByRole('button', { name: 'black hair', exact: true }) });
    assert.deepEqual((await row.locator('td').allInnerTexts()).slice(0, 2), ['4', '0']);
    await page.getByRole('button', { name: 'necktie', exact: true }).click();
    assert.deepEqual(await shownCards(page), ['a', 'd']);
    assert.equal(await focused(page), 'filter-tag');
  },

  async 'a warning leads to its pictures, filtered away or not'(page) {
    const warning = page.locator('#warning-list li', { hasText: 'standing' });
    assert.match(await warning.innerText(), /^LB3008 'standing' and 'sitting'/);
    await page.getByLabel('Tag', { exact: true }).fill('necktie');
    assert.equal(await card(page, 'c').isVisible(), false);
    await warning.getByRole('link', { name: 'c', exact: true }).click();
    await card(page, 'c').locator('article').waitFor({ state: 'visible' });
    assert.equal(await card(page, 'c').evaluate(item => item.getBoundingClientRect().top < innerHeight), true);
  },

  async 'pictures that look alike stand side by side'(page) {
    const pair = page.locator('#duplicate-list > li');
    const [first, second] = await Promise.all([0, 1].map(index => pair.locator('figure').nth(index).boundingBox()));
    assert.equal(first.y, second.y);
    assert.ok(first.x + first.width <= second.x);
    assert.match(await pair.innerText(), /Distance 3 of 64 bits/);
  },

  async 'everything can be done by keyboard, in the order of the page'(page) {
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'Skip to the pictures');
    await page.keyboard.press('Enter');
    assert.equal(await focused(page), 'pictures');
    const order = [];
    for (let step = 0; step < 8; step++) {
      await page.keyboard.press('Tab');
      order.push(await focused(page));
    }
    assert.deepEqual(order.slice(0, 5), ['filter-tag', 'filter-place', 'filter-group', 'filter-outfit', 'filter-only']);
    assert.deepEqual(order.slice(5, 7), ['Show all', 'a']);
    assert.match(order[7], /^\d+ changes and why$/);
    await page.keyboard.press('Enter');
    assert.equal(await card(page, 'a').locator('details').getAttribute('open'), '');
  },

  async 'every control and picture has an accessible name'(page) {
    await card(page, 'd').scrollIntoViewIfNeeded();
    await card(page, 'd').locator('summary').waitFor();
    const session = await context.newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const named = ['link', 'button', 'combobox', 'image', 'navigation', 'search', 'article', 'table', 'DisclosureTriangle'];
    const relevant = nodes.filter(node => !node.ignored && named.includes(node.role?.value));
    assert.deepEqual(named.filter(role => !relevant.some(node => node.role.value === role)), []);
    assert.deepEqual(relevant.filter(node => !node.name?.value?.trim()).map(node => node.role.value), []);
  },

  async 'text stands out from its background, light and dark'(page) {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      const [ratio, text] = await page.evaluate(() => {
        const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
        const rgba = colour => {
          canvas.clearRect(0, 0, 1, 1);
          canvas.fillStyle = colour;
          canvas.fillRect(0, 0, 1, 1);
          return [...canvas.getImageData(0, 0, 1, 1).data];
        };
        // Relative luminance and contrast as WCAG 2.2 defines them.
        const luminance = ([r, g, b]) => [r, g, b].map(value => value / 255)
          .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
          .reduce((sum, value, channel) => sum + value * [0.2126, 0.7152, 0.0722][channel], 0);
        const background = item => {
          for (; item; item = item.parentElement) {
            const colour = rgba(getComputedStyle(item).backgroundColor);
            if (colour[3] === 255) return colour;
          }
          throw new Error('no background');
        };
        let least = [21, ''];
        for (const item of document.querySelectorAll('body *')) {
          if (![...item.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()) || !item.checkVisibility()) continue;
          const [a, b] = [luminance(rgba(getComputedStyle(item).color)), luminance(background(item))].sort((x, y) => y - x);
          const contrast = (a + 0.05) / (b + 0.05);
          if (contrast < least[0]) least = [contrast, `${item.tagName} ${item.textContent.slice(0, 40)}`];
        }
        return least;
      });
      assert.ok(ratio >= 4.5, `${colorScheme}: contrast ${ratio.toFixed(2)} of ${text}`);
      await card(page, 'a').scrollIntoViewIfNeeded();
      await page.screenshot({ path: join(screenshots, `${colorScheme}.png`) });
    }
  },

  async 'it asks for nothing but itself, and shows markup as text'(page) {
    assert.deepEqual(page.requests.filter(url => !url.startsWith('data:')), [pathToFileURL(small).href]);
    assert.equal(await page.locator('#gallery b').count(), 0);
    assert.equal(await page.title(), 'Small <project>');
  },

  async 'a thousand pictures load, filter and scroll without lag'() {
    const page = await open(large);
    const loaded = await page.evaluate(() => performance.getEntriesByType('navigation')[0].loadEventEnd);
    assert.ok(loaded < 3000, `loaded in ${loaded} ms`);
    await page.locator('#pictures').evaluate(section => section.scrollIntoView());
    await page.locator('article').first().waitFor();
    const filled = await page.locator('article').count();
    assert.ok(filled > 0 && filled < 100, `${filled} cards are filled`);
    // From the key to the frame that shows the result.
    const delays = [];
    for (const text of ['s', 'smile', 'tag 7', '']) {
      delays.push(await page.evaluate(async value => {
        const input = document.getElementById('filter-tag');
        const start = performance.now();
        input.value = value;
        input.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        return performance.now() - start;
      }, text));
    }
    assert.ok(Math.max(...delays) < 500, `filtering took ${delays.map(Math.round)} ms`);
    await page.locator('.picture').last().scrollIntoViewIfNeeded();
    await page.locator('.picture').last().locator('article').waitFor();
    process.stderr.write(`1,000 pictures: loaded in ${Math.round(loaded)} ms, ${filled} cards filled, filtered in ${delays.map(Math.round)} ms\n`);
    await page.close();
  },
};

for await (const name of createInterface({ input: process.stdin })) {
  let answer = 'ok';
  const page = await open(small);
  try {
    await checks[name](page);
    assert.deepEqual(page.problems, []);
  } catch (error) {
    answer = String(error.stack ?? error);
  }
  await page.close();
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

await context.close();
rmSync(profile, { recursive: true, force: true });
