// The desk's script: keys for lists and acts, a closer look at papers, one
// press one act. Every page works without it.

const all = (query: string, from: ParentNode = document) =>
  Array.prototype.slice.call(from.querySelectorAll(query)) as HTMLElement[];

const first = document.querySelector('[data-focus]') as HTMLElement | null;
if (first) first.focus();

// --- one press, one act; a question before what cannot be undone ---------------
document.addEventListener('submit', e => {
  const f = e.target as HTMLFormElement;
  const ask = f.getAttribute('data-confirm');
  if ((f as any).busy || (ask && !window.confirm(ask))) {
    e.preventDefault();
    return;
  }
  if (f.method === 'post' && !f.hasAttribute('data-many')) {
    (f as any).busy = true;
    // A download answers without leaving the page.
    setTimeout(() => ((f as any).busy = false), 4000);
  }
});
window.addEventListener('pageshow', () => all('form').forEach(f => ((f as any).busy = false)));

// --- keys -------------------------------------------------------------------------
const rows = all('table[data-rows] tbody tr');
let at = -1;
function go(step: number) {
  if (!rows.length) return;
  if (at >= 0) rows[at].classList.remove('at');
  at = Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[at].classList.add('at');
  const link = rows[at].querySelector('a[data-open]') as HTMLElement | null;
  if (link) link.focus();
  rows[at].scrollIntoView({ block: 'nearest' });
}
const typing = (t: EventTarget | null) =>
  t instanceof HTMLElement && (/^(TEXTAREA|SELECT)$/.test(t.tagName) || t.isContentEditable ||
    (t instanceof HTMLInputElement && !/^(checkbox|radio|button|submit|file)$/.test(t.type)));

document.addEventListener('keydown', e => {
  if (e.key === 'Escape') {
    const map = document.querySelector('[data-keymap][open]') as HTMLDetailsElement | null;
    if (map) map.open = false;
    if (typing(e.target)) (e.target as HTMLElement).blur();
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e.target)) return;
  if (rows.length && e.key === 'j') return go(1);
  if (rows.length && e.key === 'k') return go(-1);
  if (e.key === 'x' && at >= 0) {
    const box = rows[at].querySelector('input[type=checkbox]') as HTMLInputElement | null;
    if (box) box.click();
    return;
  }
  if (e.key === '/') {
    const search = document.querySelector('input[type=search]') as HTMLElement | null;
    if (search) {
      e.preventDefault();
      search.focus();
    }
    return;
  }
  if (e.key === '?') {
    const map = document.querySelector('[data-keymap]') as HTMLDetailsElement | null;
    if (map) {
      map.open = !map.open;
      map.scrollIntoView({ block: 'nearest' });
    }
    return;
  }
  const target = all('[data-key]').filter(
    b => b.getAttribute('data-key') === e.key && b.offsetParent !== null)[0];
  if (!target) return;
  e.preventDefault();
  // A decision is only brought under the hand; the person presses Enter.
  target.focus();
  if (target.tagName === 'A' || target.classList.contains('chip')) target.click();
});

// --- all rows of the page -------------------------------------------------------------
all('[data-all]').forEach(b =>
  b.addEventListener('change', () =>
    all('input[name="' + b.getAttribute('data-all') + '"]').forEach(
      i => ((i as HTMLInputElement).checked = (b as HTMLInputElement).checked))));

// --- papers: larger, turned, moved -----------------------------------------------------
all('[data-zoom]').forEach(box => {
  const pane = box.querySelector('.pane') as HTMLElement | null;
  const img = box.querySelector('.pane img') as HTMLImageElement | null;
  const tools = box.querySelector('[data-tools]') as HTMLElement | null;
  if (!pane || !img || !tools) return;
  tools.hidden = false;
  let size = 1;
  let turn = 0;
  const draw = () => {
    img.style.width = size * 100 + '%';
    // Turned by 90° the picture's height becomes its width: move it back in.
    const w = img.clientWidth;
    const h = img.clientHeight;
    const move = [[0, 0], [h, 0], [w, h], [0, w]][turn];
    img.style.transform = 'translate(' + move[0] + 'px,' + move[1] + 'px) rotate(' + turn * 90 + 'deg)';
    img.style.marginBottom = turn % 2 && w > h ? w - h + 'px' : '0';
  };
  const zoom = (by: number) => {
    size = Math.min(Math.max(size * by, 0.5), 6);
    draw();
  };
  const on = (name: string, f: () => void) => {
    const b = box.querySelector('[data-zoom-' + name + ']');
    if (b) b.addEventListener('click', f);
  };
  on('in', () => zoom(1.3));
  on('out', () => zoom(1 / 1.3));
  on('turn', () => {
    turn = (turn + 1) % 4;
    draw();
  });
  on('fit', () => {
    size = 1;
    turn = 0;
    draw();
  });
  img.addEventListener('dblclick', () => zoom(size > 1 ? 1 / size : 2.5));
  pane.addEventListener('wheel', e => {
    if (!e.ctrlKey) return;
    e.preventDefault();
    zoom(e.deltaY < 0 ? 1.15 : 1 / 1.15);
  }, { passive: false });
  // Dragging moves the pane; the scroll bars and arrow keys do the same.
  let from: number[] | null = null;
  img.addEventListener('dragstart', e => e.preventDefault());
  pane.addEventListener('pointerdown', e => {
    if (e.pointerType === 'mouse' && e.button === 0)
      from = [e.clientX + pane.scrollLeft, e.clientY + pane.scrollTop];
  });
  window.addEventListener('pointermove', e => {
    if (from) {
      pane.scrollLeft = from[0] - e.clientX;
      pane.scrollTop = from[1] - e.clientY;
    }
  });
  window.addEventListener('pointerup', () => (from = null));
});

// --- papers: one at a time ------------------------------------------------------------
all('[data-papers]').forEach(box => {
  const list = all('[data-paper]', box);
  const tabs = box.querySelector('[data-paper-tabs]') as HTMLElement | null;
  if (!tabs || list.length < 2) return;
  tabs.hidden = false;
  const show = (n: string | null) => {
    list.forEach(p => (p.hidden = p.getAttribute('data-paper') !== n));
    all('button', tabs).forEach(b => b.setAttribute('aria-pressed', String(b.getAttribute('data-show') === n)));
  };
  all('[data-show]').forEach(b => b.addEventListener('click', e => {
    e.preventDefault();
    show(b.getAttribute('data-show'));
  }));
  show('1');
});

// --- a correction: what is ticked is what the worker reads ------------------------------
const reads = document.querySelector('[data-reads]') as HTMLElement | null;
const form = reads && (reads.parentNode as HTMLElement).parentNode as HTMLFormElement;
if (reads && form) {
  const boxes = (from: ParentNode, name: string) => all('input[name=' + name + ']', from) as HTMLInputElement[];
  const note = form.querySelector('[name=note]') as HTMLTextAreaElement | null;
  const mark = (name: string) => form.querySelector('[data-mark=' + name + ']') as HTMLInputElement | null;
  const say = () => {
    let text = '';
    let paper = false;
    const stamp = mark('stamp');
    all('[data-item]', form).forEach(item => {
      const head = boxes(item, 'item')[0];
      const ticked = boxes(item, 'code').filter(b => b.checked);
      paper = paper || ticked.some(b => b.hasAttribute('data-stamp'));
      const said = ticked.map(b => b.getAttribute('data-say')).join('');
      if (said) text += head ? head.getAttribute('data-label') + '：' + said : said;
      else if (head && head.checked && !(head.value === 'stamped' && stamp && stamp.checked))
        text += head.getAttribute('data-label') + (head.value === 'stamped' ? '：请再看一遍，重新拍照上传。' : '：请再看一遍，改好。');
    });
    if (stamp && stamp.checked && !paper) text += reads.getAttribute('data-restamp');
    const more = note ? note.value.trim() : '';
    reads.textContent = text + (more && !/[。！？]$/.test(more) ? more + '。' : more);
  };
  form.addEventListener('change', e => {
    const box = e.target as HTMLInputElement;
    if (box.name === 'code') {
      const item = box.closest('[data-item]');
      const head = item && boxes(item, 'item')[0];
      if (head) head.checked = boxes(item as Element, 'code').some(b => b.checked);
    }
    if (box.name === 'code' || box.name === 'item') {
      const ticked = boxes(form, 'code').filter(b => b.checked);
      const stamp = mark('stamp');
      const excuse = mark('excuse');
      if (stamp) stamp.checked = ticked.concat(boxes(form, 'item').filter(b => b.checked)).some(b => b.hasAttribute('data-stamp'));
      if (excuse) excuse.checked = ticked.length > 0 && ticked.every(b => b.hasAttribute('data-excuse'));
    }
    say();
  });
  if (note) note.addEventListener('input', say);
}

// --- a character that cannot be typed -----------------------------------------------------
all('[data-put]').forEach(b => b.addEventListener('click', () => {
  const to = document.getElementById(b.getAttribute('data-into') || '') as HTMLInputElement | null;
  if (!to) return;
  const put = b.getAttribute('data-put') || '';
  const hole = to.value.indexOf('□');
  to.value = hole < 0 ? to.value + put : to.value.slice(0, hole) + put + to.value.slice(hole + 1);
  to.focus();
}));

all('[data-print]').forEach(b => b.addEventListener('click', () => window.print()));
