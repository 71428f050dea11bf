'use strict';

const data = JSON.parse(document.getElementById('data').textContent);
const thumbnails = JSON.parse(document.getElementById('thumbnails').textContent);
const find = id => document.getElementById(id);
const tagsShownAtFirst = 150;

/** An element with attributes and children; texts are children too. */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** A table's head and body; a cell that is a number is set as one. */
function fillTable(table, head, rows) {
  const isNumber = head.map((_, column) => rows.length > 0 && rows.every(row => typeof row[column] === 'number'));
  const cell = (name, content, column, attributes) =>
    element(name, { ...attributes, ...(isNumber[column] ? { class: 'number' } : {}) }, ...[content].flat().map(part => part instanceof Node ? part : String(part)));
  table.querySelectorAll('thead, tbody').forEach(part => part.remove());
  table.append(
    element('thead', {}, element('tr', {}, ...head.map((text, column) => cell('th', text, column, { scope: 'col' })))),
    element('tbody', {}, ...rows.map(row => element('tr', {}, ...row.map((content, column) =>
      column === 0 ? cell('th', content, column, { scope: 'row' }) : cell('td', content, column))))));
}

// ---- what is said of a picture

const pictures = data.pictures.map((picture, index) => {
  const raw = new Set(picture.raw);
  const caption = new Set(picture.caption);
  return { ...picture, index, rawSet: raw, captionSet: caption };
});
const byId = new Map(pictures.map(picture => [picture.id, picture]));
const warned = new Set(data.warnings.flatMap(warning => warning.pictures));

const places = {
  any: picture => [...picture.rawSet, ...picture.captionSet],
  caption: picture => picture.caption,
  raw: picture => picture.raw,
  removed: picture => picture.raw.filter(tag => !picture.captionSet.has(tag)),
  added: picture => picture.caption.filter(tag => !picture.rawSet.has(tag)),
};

const linkTo = id => element('a', { href: `#picture-${id}` }, id);

function thumbnailOf(picture, alt) {
  const { image, width, height } = thumbnails[picture.index];
  return element('img', { src: `data:image/jpeg;base64,${image}`, alt, width, height, decoding: 'async' });
}

function tagList(tags, isOther, mark, reasons) {
  return element('ul', { class: 'tags' }, ...tags.map(tag => {
    const chip = element(isOther(tag) ? mark : 'span', {}, tag);
    if (isOther(tag) && reasons.has(tag)) chip.title = reasons.get(tag);
    return element('li', {}, chip);
  }));
}

const changeText = {
  Removed: change => [element('del', {}, change.tag), `: ${change.reason}`],
  Added: change => [element('ins', {}, change.tag), `: ${change.reason}`],
  Replaced: change => [element('del', {}, change.tag), ` by ${change.by}: ${change.reason}`],
};

function fillCard(card) {
  const picture = byId.get(card.dataset.id);
  const reasons = new Map(picture.changes.map(change => [change.tag, `${change.step}: ${change.reason}`]));
  const facts = [
    picture.group,
    picture.outfit === null ? `no outfit (${picture.outfitReason})` : `outfit ${picture.outfit} (${picture.outfitReason})`,
    `${picture.width}x${picture.height}${picture.bucket === null ? ', fits no bucket' : `, bucket ${picture.bucket}`}`,
    picture.source,
  ];
  const body = element('div', {},
    element('h3', { id: `name-${picture.id}` }, linkTo(picture.id)),
    element('div', { class: 'quiet' }, facts.join(' · ')),
    element('h4', {}, 'Raw tags'),
    tagList(picture.raw, tag => !picture.captionSet.has(tag), 'del', reasons),
    element('h4', {}, 'Caption'),
    tagList(picture.caption, tag => !picture.rawSet.has(tag), 'ins', reasons));
  if (picture.undecided.length > 0) body.append(element('h4', {}, 'Undecided'), element('div', {}, picture.undecided.join(', ')));
  if (picture.changes.length > 0) {
    body.append(element('details', {},
      element('summary', {}, counted(picture.changes.length, 'change'), ' and why'),
      element('ol', { class: 'changes' }, ...picture.changes.map(change =>
        element('li', {}, `${change.step}: `, ...changeText[change.kind](change))))));
  }

  card.append(element('article', { 'aria-labelledby': `name-${picture.id}` }, thumbnailOf(picture, `Picture ${picture.id}`), body));
}

// ---- overview

function showOverview() {
  const { epoch } = data;
  find('summary').textContent = [
    `Trigger ${data.triggers.join(', ')}`,
    counted(pictures.length, 'picture'),
    `${counted(epoch.samples, 'sample')} an epoch`,
    `${counted(epoch.totalSteps, 'step')} of training`,
    counted(data.warnings.length, 'warning'),
  ].join(' · ');
  fillTable(find('groups'), ['Group', 'Repeats', 'Pictures', 'Samples'], [
    ...data.groups.map(group => [group.folder, group.repeats, group.pictures, group.repeats * group.pictures]),
  ]);
  fillTable(find('buckets'), ['Bucket', 'Pictures', 'Samples', 'Batches'],
    data.buckets.map(bucket => [bucket.size, bucket.pictures, bucket.samples, bucket.batches]));
  const sum = data.groups.map(group => `${group.repeats} x ${group.pictures}`).join(' + ');
  const lines = [
    ['Samples', `${sum} = ${epoch.samples}`],
    ['EPOCH', `samples / train_batch_size, rounded up: ${epoch.samples} / ${epoch.batchSize} = ${epoch.steps} steps`],
    ['Pass over the data', `${counted(epoch.batches, 'batch', 'batches')}, since a batch is of one bucket`],
    ['Training', `${epoch.totalLength} = ${epoch.totalSteps} steps`],
    ['Warm-up', `${epoch.warmupLength} = ${epoch.warmupSteps} steps`],
  ];
  find('arithmetic').append(...lines.flatMap(([term, text]) => [element('dt', {}, term), element('dd', {}, text)]));
}

function showWarnings() {
  const none = [element('li', {}, 'None.')];
  find('warning-list').append(...(data.warnings.length === 0 ? none : data.warnings.map(warning => element('li', {},
    element('code', {}, warning.code), ` ${warning.message}`,
    ...(warning.pictures.length === 0 ? [] : [
      element('div', { class: 'quiet' }, ...warning.pictures.flatMap((id, index) => index === 0 ? [linkTo(id)] : [' ', linkTo(id)])),
    ])))));
}

function showDuplicates() {
  const list = find('duplicate-list');
  if (data.duplicates.length === 0) list.replaceWith(element('p', {}, 'None were found.'));
  for (const pair of data.duplicates) {
    const figures = [pair.kept, pair.other].map(id => {
      const picture = byId.get(id);
      if (!picture) return element('figure', {}, element('figcaption', {}, `${id}, which is not in the dataset`));
      return element('figure', {}, thumbnailOf(picture, `Picture ${id}`),
        element('figcaption', {}, linkTo(id), element('div', { class: 'quiet' }, `${picture.width}x${picture.height}, ${picture.group}`)));
    });
    list.append(element('li', {}, element('div', { class: 'pair' }, ...figures), element('div', {}, `Distance ${pair.distance} of 64 bits`)));
  }
}

function showOutfits() {
  const list = find('outfit-list');
  if (data.outfits.length === 0) list.append(element('p', {}, 'No outfits are defined.'));
  for (const outfit of data.outfits) {
    const wearing = pictures.filter(picture => picture.character === outfit.character && picture.outfit === outfit.name);
    const table = element('table', {}, element('caption', {}, `${outfit.name}: ${counted(wearing.length, 'picture')}`));
    fillTable(table, ['Part', 'Named', 'Undecided'], outfit.tags.map(tag => [
      tag,
      wearing.filter(picture => picture.captionSet.has(tag)).length,
      wearing.filter(picture => picture.undecided.includes(tag)).length,
    ]));
    list.append(table);
  }
  list.classList.add('tables');
}

// ---- tags

const tagCounts = (() => {
  const counts = new Map();
  const entry = tag => {
    if (!counts.has(tag)) counts.set(tag, { tag, raw: 0, caption: 0, reasons: new Map() });
    return counts.get(tag);
  };
  for (const picture of pictures) {
    for (const tag of picture.rawSet) entry(tag).raw++;
    for (const tag of picture.captionSet) entry(tag).caption++;
    for (const change of picture.changes) {
      const { reasons } = entry(change.tag);
      reasons.set(change.reason, (reasons.get(change.reason) ?? 0) + 1);
    }
  }
  return [...counts.values()].sort((a, b) => b.raw - a.raw || b.caption - a.caption || (a.tag < b.tag ? -1 : 1));
})();

function showTags(most) {
  fillTable(find('tag-table'), ['Tag', 'Raw', 'Caption', 'Why it changed'], tagCounts.slice(0, most).map(({ tag, raw, caption, reasons }) => {
    const button = element('button', { type: 'button', class: 'tag' }, tag);
    button.addEventListener('click', () => filterBy(tag));
    const often = [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 3);
    return [button, raw, caption, often.map(([reason, count]) => `${reason} (${count})`).join('; ')];
  }));
  const more = find('all-tags');
  more.hidden = tagCounts.length <= most;
  more.textContent = `Show all ${tagCounts.length} tags`;
}

// ---- gallery and its filter

const cards = pictures.map(picture => {
  const card = element('li', { class: 'picture', id: `picture-${picture.id}` });
  card.dataset.id = picture.id;
  return card;
});

function applyFilter() {
  const text = find('filter-tag').value.trim().toLowerCase();
  // The whole name of a tag means that tag, a part of one all tags that have it.
  const isTag = tagCounts.some(({ tag }) => tag.toLowerCase() === text);
  const isMeant = tag => isTag ? tag.toLowerCase() === text : tag.toLowerCase().includes(text);
  const [place, group, outfit, only] = ['place', 'group', 'outfit', 'only'].map(name => find(`filter-${name}`).value);
  let shown = 0;
  for (const picture of pictures) {
    const matches = (text === '' || places[place](picture).some(isMeant))
      && (group === '' || picture.group === group)
      && (outfit === '' || (outfit === '-' ? picture.outfit === null : picture.outfit === outfit.slice(1)))
      && (only !== 'warned' || warned.has(picture.id))
      && (only !== 'undecided' || picture.undecided.length > 0);
    cards[picture.index].hidden = !matches;
    if (matches) shown++;
  }
  find('count').textContent = `${shown} of ${counted(pictures.length, 'picture')}`;
}

function filterBy(tag) {
  find('filter').reset();
  find('filter-tag').value = tag;
  applyFilter();
  find('pictures').scrollIntoView();
  find('filter-tag').focus({ preventScroll: true });
}

function showGallery() {
  const option = (value, text) => element('option', { value }, text);
  find('filter-group').append(option('', 'all'), ...data.groups.map(group => option(group.folder, group.folder)));
  const outfits = [...new Set(data.outfits.map(outfit => outfit.name))];
  find('filter-outfit').append(option('', 'all'), ...outfits.map(name => option(`=${name}`, name)), option('-', 'none'));
  find('tag-names').append(...tagCounts.map(({ tag }) => option(tag, '')));
  find('gallery').append(...cards);

  const filler = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      filler.unobserve(target);
      fillCard(target);
    }
  }, { rootMargin: '1500px' });
  cards.forEach(card => filler.observe(card));

  const form = find('filter');
  form.addEventListener('input', applyFilter);
  form.addEventListener('submit', event => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(applyFilter));
  // A link to a picture that is filtered away shows all again.
  addEventListener('hashchange', () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target?.hidden) return;
    form.reset();
    applyFilter();
    target.scrollIntoView();
  });
  applyFilter();
}

showOverview();
showWarnings();
showDuplicates();
showOutfits();
showTags(tagsShownAtFirst);
find('all-tags').addEventListener('click', () => showTags(tagCounts.length));
showGallery();
