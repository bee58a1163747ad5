// The script of the access page. Everything that it shows is set as text, never as markup. It loads nothing.
(() => {
  'use strict';
  const data = JSON.parse(document.getElementById('data').textContent);
  const MARKS = { allowed: '✓', denied: '✕', open: '?', elsewhere: '↪' };
  const WORDS = { allowed: 'gets in', denied: 'does not get in', open: 'undecided', elsewhere: 'answered or sent elsewhere' };
  const ROW = 34, HEAD = 70, CELL = 176, SPARE = 6, DRAWN = 60;
  const find = (id) => document.getElementById(id);
  const state = { view: 0, places: [], callers: [], row: 0, column: 0, selected: undefined };

  /** An element with a class and a text. */
  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function attributes(element, values) {
    for (const [name, value] of Object.entries(values)) element.setAttribute(name, value);
    return element;
  }

  const section = () => data.sections[state.view];
  const cellAt = (place, caller) => data.cells[section().cells[caller][place]];
  const alike = (count) => (count > 1 ? ` +${count - 1} alike` : '');
  const nameWidth = () => (window.matchMedia('(max-width: 1000px)').matches ? 220 : 380);

  // --- the table: only what is in sight is in the document, so that hundreds of hosts and callers stay quick

  function filter() {
    const { rows, columns } = section();
    const [place, caller, verdict] = ['place', 'caller', 'verdict'].map((id) => find(id).value.trim().toLowerCase());
    const holds = (item, text) => text === '' || item.members.some((member) => member.toLowerCase().includes(text));
    state.callers = rows.flatMap((row, index) => (holds(row, caller) ? [index] : []));
    state.places = columns.flatMap((column, index) => (holds(column, place) && (verdict === '' || state.callers.some((each) => cellAt(index, each).verdict === verdict)) ? [index] : []));
    state.row = Math.min(state.row, Math.max(0, state.places.length - 1));
    state.column = Math.min(state.column, Math.max(0, state.callers.length - 1));
    find('shown').textContent = `${state.places.length} of ${columns.length} places, ${state.callers.length} of ${rows.length} callers`;
  }

  function range(scroll, size, step, count) {
    const first = Math.max(0, Math.floor(scroll / step) - SPARE);
    return [first, Math.min(count, Math.ceil((scroll + size) / step) + SPARE)];
  }

  function drawTable() {
    const grid = find('grid');
    const { rows, columns } = section();
    const name = nameWidth();
    const [firstRow, lastRow] = range(grid.scrollTop, grid.clientHeight, ROW, state.places.length);
    const [firstColumn, lastColumn] = range(grid.scrollLeft, grid.clientWidth, CELL, state.callers.length);
    const width = `${name + state.callers.length * CELL}px`;
    const canvas = attributes(make('div', 'canvas'), { role: 'presentation' });
    canvas.style.width = width;
    canvas.style.height = `${HEAD + state.places.length * ROW}px`;
    const heads = attributes(make('div', 'heads'), { 'role': 'row', 'aria-rowindex': 1 });
    heads.style.width = width;
    heads.append(attributes(make('div', 'corner', 'what / who'), { 'role': 'columnheader', 'aria-colindex': 1 }));
    for (let at = firstColumn; at < lastColumn; at += 1) {
      const { label, members } = rows[state.callers[at]];
      const head = attributes(make('div', 'head', label), { 'role': 'columnheader', 'aria-colindex': at + 2, 'title': members.join('\n') });
      if (members.length > 1) head.append(make('span', 'more', alike(members.length)));
      head.style.left = `${name + at * CELL}px`;
      heads.append(head);
    }
    canvas.append(heads);
    for (let at = firstRow; at < lastRow; at += 1) canvas.append(drawRow(at, firstColumn, lastColumn, columns[state.places[at]], width, name));
    attributes(grid, { 'aria-rowcount': state.places.length + 1, 'aria-colcount': state.callers.length + 1 });
    grid.replaceChildren(canvas);
  }

  function drawRow(at, firstColumn, lastColumn, { label, members }, width, name) {
    const row = attributes(make('div', 'row'), { 'role': 'row', 'aria-rowindex': at + 2 });
    row.style.top = `${HEAD + at * ROW}px`;
    row.style.width = width;
    const place = attributes(make('div', 'place', label), { 'role': 'rowheader', 'aria-colindex': 1, 'title': members.join('\n') });
    if (members.length > 1) place.append(make('span', 'more', alike(members.length)));
    row.append(place);
    for (let column = firstColumn; column < lastColumn; column += 1) {
      const { verdict, text, forged } = cellAt(state.places[at], state.callers[column]);
      const cell = make('div', `cell ${verdict}`, `${MARKS[verdict]} ${text}${forged ? ` by ${forged}` : ''}`);
      const active = at === state.row && column === state.column;
      const chosen = state.selected !== undefined && state.selected[0] === state.places[at] && state.selected[1] === state.callers[column];
      if (chosen) cell.classList.add('selected');
      attributes(cell, { 'role': 'gridcell', 'aria-colindex': column + 2, 'aria-selected': chosen, 'tabindex': active ? 0 : -1, 'data-row': at, 'data-column': column, 'title': `${text}: ${WORDS[verdict]}` });
      cell.style.left = `${name + column * CELL}px`;
      row.append(cell);
    }
    return row;
  }

  /** Makes a cell the active one, in sight, and with the focus. */
  function go(row, column) {
    state.row = Math.max(0, Math.min(state.places.length - 1, row));
    state.column = Math.max(0, Math.min(state.callers.length - 1, column));
    const grid = find('grid');
    const [top, left] = [state.row * ROW, state.column * CELL];
    if (top < grid.scrollTop) grid.scrollTop = top;
    if (top + ROW + HEAD > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + ROW + HEAD - grid.clientHeight;
    if (left < grid.scrollLeft) grid.scrollLeft = left;
    if (left + CELL + nameWidth() > grid.scrollLeft + grid.clientWidth) grid.scrollLeft = left + CELL + nameWidth() - grid.clientWidth;
    drawTable();
    grid.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  // --- why

  function list(title, items) {
    if (items.length === 0) return [];
    const all = make('ul');
    items.slice(0, 40).forEach((item) => all.append(make('li', '', item)));
    if (items.length > 40) all.append(make('li', '', `and ${items.length - 40} more`));
    return [make('h3', '', title), all];
  }

  function showCell(place, caller) {
    state.selected = [place, caller];
    const cell = cellAt(place, caller);
    const { example, reason, hops, alternatives, curl } = data.explanations[cell.explanation];
    const { rows, columns } = section();
    const facts = make('dl');
    const fact = (term, text) => facts.append(make('dt', '', term), make('dd', '', text));
    fact('who', rows[caller].label);
    fact('what', columns[place].label);
    if (cell.forged) fact('forged', cell.forged);
    if (cell.workload) fact('reaches', cell.workload);
    if (cell.policy) fact('policy', `${cell.policy}${cell.rule ? ` rule ${cell.rule}` : ''}`);
    const way = make('dl');
    hops.forEach(({ stage, text }, index) => way.append(make('dt', '', index > 0 && hops[index - 1].stage === stage ? '' : stage), make('dd', '', text)));
    const told = rows[caller].members.includes(example) || example === rows[caller].label ? [] : [make('p', 'more', `Told by ${example}, whom this place treats alike.`)];
    const copy = make('button', '', 'Copy');
    copy.addEventListener('click', () => navigator.clipboard?.writeText(curl).then(() => { copy.textContent = 'Copied'; }, () => undefined));
    find('detail').replaceChildren(
      make('h2', '', 'Why'), make('p', `answer ${cell.verdict}`, `${MARKS[cell.verdict]} ${cell.text}`), facts, make('p', '', reason), ...told,
      make('h3', '', 'On the way'), way, ...list('Possible answers', alternatives),
      make('h3', '', 'Try it'), make('pre', '', curl), copy,
      ...list('Callers alike', rows[caller].members.length > 1 ? rows[caller].members : []), ...list('Places alike', columns[place].members.length > 1 ? columns[place].members : []),
    );
    drawTable();
  }

  function showPolicy({ name, action, sure, words }) {
    const open = sure ? '' : ': the manifests do not show whether these pods carry the labels that it selects';
    find('detail').replaceChildren(make('h2', '', `AuthorizationPolicy ${name}`), make('p', '', `${action}${open}`), ...list('What it does', words));
  }

  // --- the picture: gateways, routes, workloads, and the policies in front of them

  function drawPicture() {
    const text = find('place').value.trim().toLowerCase();
    const { gateways, workloads, ways } = data.picture;
    const holds = (way) => text === '' || [way.host, way.route, workloads[way.workload]?.name ?? ''].some((each) => each.toLowerCase().includes(text));
    const matching = ways.filter(holds);
    const drawn = matching.slice(0, DRAWN);
    const used = new Set(drawn.map(({ workload }) => workload));
    const routed = new Set(ways.map(({ workload }) => workload));
    const alone = workloads.flatMap(({ name }, index) => (!routed.has(index) && (text === '' || name.toLowerCase().includes(text)) ? [index] : [])).slice(0, DRAWN);
    find('shown').textContent = `${drawn.length} of ${ways.length} ways through the gateways${matching.length > drawn.length ? '; search for a place to see the others' : ''}`;
    const drawing = make('div', 'drawing');
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    attributes(svg, { 'aria-hidden': 'true' });
    drawing.append(svg);
    let bottom = 0;
    const place = (box, left, top, width, height) => {
      Object.assign(box.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
      drawing.append(box);
      bottom = Math.max(bottom, top + height);
      return { left, right: left + width, middle: top + height / 2, bottom: top + height };
    };
    const title = (left, words) => { const head = make('h3', '', words); head.style.position = 'absolute'; head.style.left = `${left}px`; drawing.append(head); };
    [[0, 'Gateways'], [340, 'Hosts and routes'], [640, 'Workloads']].forEach(([left, words]) => title(left, words));
    const stack = (items, left, width) => {
      let top = 34;
      return new Map(items.map(([key, lines, policies]) => {
        const box = make('div', 'box');
        lines.forEach((line, index) => box.append(attributes(make('div', index === 0 ? 'name' : '', line), { title: line })));
        policies.forEach((policy) => {
          const button = make('button', policy.action === 'ALLOW' ? 'allowed' : policy.action === 'DENY' ? 'denied' : 'open', `${policy.sure ? '' : 'perhaps '}${policy.action} ${policy.name}: ${policy.words[0]}`);
          button.addEventListener('click', () => showPolicy(policy));
          box.append(button);
        });
        const position = place(box, left, top, width, 14 + lines.length * 20 + policies.length * 24);
        top = position.bottom + 10;
        return [key, position];
      }));
    };
    const usedGateways = new Set(drawn.map(({ gateway }) => gateway));
    const inFront = stack(gateways.flatMap((gateway, index) => (usedGateways.has(index) || text === '' ? [[index, [gateway.name, ...gateway.servers, ...gateway.notes], gateway.policies]] : [])), 0, 290);
    const between = stack(drawn.map((way, index) => [index, [way.host, way.route], []]), 340, 250);
    const behind = stack([...used].filter((index) => index !== undefined).concat(alone).map((index) => {
      const { name, sidecar, notes, policies } = workloads[index];
      return [index, [name, ...(sidecar ? [] : ['no sidecar: no policy is enforced']), ...notes, ...(policies.length === 0 && sidecar ? ['no policy'] : [])], policies];
    }), 640, 350);
    const line = (from, to, className) => {
      const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      const half = (from.right + to.left) / 2;
      attributes(path, { d: `M${from.right} ${from.middle} C${half} ${from.middle} ${half} ${to.middle} ${to.left} ${to.middle}`, class: className });
      svg.append(path);
    };
    drawn.forEach((way, index) => {
      const route = between.get(index);
      if (inFront.has(way.gateway)) line(inFront.get(way.gateway), route, '');
      if (way.workload !== undefined) line(route, behind.get(way.workload), '');
    });
    attributes(svg, { width: 1000, height: bottom + 20 });
    drawing.style.height = `${bottom + 20}px`;
    drawing.style.width = '1000px';
    find('picture').replaceChildren(drawing);
  }

  // --- the whole

  function draw() {
    const picture = state.view === data.sections.length;
    find('grid').classList.toggle('hidden', picture);
    find('picture').classList.toggle('hidden', !picture);
    find('callers').classList.toggle('hidden', picture);
    find('verdicts').classList.toggle('hidden', picture);
    if (picture) return drawPicture();
    filter();
    attributes(find('grid'), { 'aria-label': `Who gets in ${section().title}` });
    return drawTable();
  }

  function open(view) {
    state.view = view;
    Object.assign(state, { row: 0, column: 0, selected: undefined });
    find('views').querySelectorAll('button').forEach((button, index) => button.setAttribute('aria-pressed', String(index === view)));
    Object.assign(find('grid'), { scrollTop: 0, scrollLeft: 0 });
    draw();
  }

  [...data.sections.map(({ title }) => title), 'picture'].forEach((title, index) => {
    const button = make('button', '', title[0].toUpperCase() + title.slice(1));
    button.type = 'button';
    button.addEventListener('click', () => open(index));
    find('views').append(button);
  });
  for (const id of ['place', 'caller']) find(id).addEventListener('input', draw);
  find('verdict').addEventListener('change', draw);
  const grid = find('grid');
  let waiting = false;
  const later = () => {
    if (waiting || state.view === data.sections.length) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const focused = grid.contains(document.activeElement);
      drawTable();
      if (focused) grid.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
    });
  };
  grid.addEventListener('scroll', later);
  window.addEventListener('resize', later);
  const positionOf = (target) => {
    const cell = target.closest?.('.cell');
    return cell ? [Number(cell.dataset.row), Number(cell.dataset.column)] : undefined;
  };
  grid.addEventListener('click', ({ target }) => {
    const position = positionOf(target);
    if (position === undefined) return;
    go(...position);
    showCell(state.places[position[0]], state.callers[position[1]]);
    grid.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  });
  const page = () => Math.max(1, Math.floor((grid.clientHeight - HEAD) / ROW) - 1);
  const MOVES = {
    ArrowUp: () => [-1, 0], ArrowDown: () => [1, 0], ArrowLeft: () => [0, -1], ArrowRight: () => [0, 1], PageUp: () => [-page(), 0], PageDown: () => [page(), 0],
    Home: () => [0, -state.column], End: () => [0, state.callers.length],
  };
  grid.addEventListener('keydown', (event) => {
    if (positionOf(event.target) === undefined) return;
    const move = MOVES[event.key];
    if (move !== undefined) {
      const [rows, columns] = move();
      go(event.ctrlKey && event.key === 'Home' ? 0 : event.ctrlKey && event.key === 'End' ? state.places.length : state.row + rows, state.column + columns);
    } else if (event.key === 'Enter' || event.key === ' ') {
      showCell(state.places[state.row], state.callers[state.column]);
      grid.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
    } else return;
    event.preventDefault();
  });
  for (const id of ['refused', 'assumptions', 'limits']) {
    const items = data[id];
    if (items.length === 0) continue;
    const box = find(id);
    box.classList.remove('hidden');
    box.querySelector('summary').append(` (${items.length})`);
    const all = make('ul');
    items.forEach((item) => all.append(make('li', '', item)));
    box.append(all);
  }
  find('summary').textContent = data.summary;
  open(0);
  performance.mark('interactive');
})();
