// The phone's script. Every page works without it; it adds: saving while one
// types, smaller pictures, progress, one press one act, sending again when the
// server is full, a running countdown and help with long numbers and rare
// characters. Nothing is kept on the phone itself.

const HEADER = 'X-Yuanmeng';
const LIMIT = 1_500_000; // bytes of a picture after shrinking
const GAP = '□'; // stands for a character that cannot be typed
const SIDE = 3000; // pixels of its longer side: the code on the form stays legible

const all = (query: string, from: ParentNode = document) =>
  Array.prototype.slice.call(from.querySelectorAll(query)) as HTMLElement[];
const byId = (id: string | null) => (id ? document.getElementById(id) : null);
const make = (tag: string, text = '') => {
  const e = document.createElement(tag);
  e.textContent = text;
  return e;
};
// fields sends a form without files as a browser would.
const fields = (f: HTMLFormElement) => new URLSearchParams(new FormData(f) as any);
const post = (url: string, body: BodyInit, what: string) =>
  fetch(url, {
    method: 'POST', body, credentials: 'same-origin', keepalive: what === 'autosave',
    headers: { [HEADER]: what, Accept: 'application/json' },
  });

// say shows one sentence at the end of a form, where the button is.
function say(f: HTMLElement, words: string, tone = '') {
  let p = f.querySelector('[data-said]');
  if (!p) {
    p = make('p');
    p.setAttribute('data-said', '');
    p.setAttribute('role', 'status');
    f.appendChild(p);
  }
  p.className = tone === 'bad' ? 'wrong' : 'saved';
  p.textContent = words;
}

// busy marks a form's buttons while its answer is on the way.
function busy(f: HTMLFormElement, on: boolean) {
  (f as any).busy = on;
  all('button', f).forEach(b =>
    on ? b.setAttribute('aria-disabled', 'true') : b.removeAttribute('aria-disabled'));
}

// --- one press, one act ------------------------------------------------------
document.addEventListener('submit', e => {
  const f = e.target as HTMLFormElement;
  if (f.method !== 'post') return;
  if ((f as any).busy) {
    e.preventDefault();
    return;
  }
  if (f.hasAttribute('data-retry')) {
    e.preventDefault();
    busy(f, true);
    send(f, 1);
  } else if (f.hasAttribute('data-upload') && upload(f)) {
    e.preventDefault();
  } else {
    busy(f, true);
    // A browser that stays on the page (a refused download, a broken line)
    // must not leave the button dead.
    setTimeout(() => busy(f, false), 8000);
  }
});

// --- sending again with the same key when the server is full ------------------
function send(f: HTMLFormElement, tries: number) {
  const again = (after: number) => {
    if (tries >= 60) {
      busy(f, false);
      return say(f, '一直没有连上。请检查网络，再点一次。您的内容没有丢。', 'bad');
    }
    say(f, '正在排队提交，请不要关闭页面。已试 ' + tries + ' 次。');
    // Spread the phones out, so that they do not all come back together.
    setTimeout(() => send(f, tries + 1), after * 1000 + Math.random() * 2000);
  };
  if (tries === 1) say(f, '正在提交，请稍等。');
  post(f.action, fields(f), 'submit').then(r => {
    if (r.status === 503 || r.status === 502 || r.status === 504)
      return again(Number(r.headers.get('Retry-After')) || 3);
    return answer(f, r);
  }, () => again(3));
}

// answer goes where the server says, or shows what it says.
function answer(f: HTMLFormElement, r: Response): Promise<void> {
  const json = (r.headers.get('Content-Type') || '').indexOf('application/json') === 0;
  if (!json) {
    // A page with problems: let the browser fetch it the plain way.
    f.submit();
    return Promise.resolve();
  }
  return r.json().then(a => arrived(f, a));
}
function arrived(f: HTMLFormElement, a: any) {
  if (a && a.to) {
    location.href = a.to;
  } else {
    busy(f, false);
    say(f, (a && a.error) || '没有成功，请再试一次。', 'bad');
  }
}

// --- saving while one types ----------------------------------------------------
all('form[data-autosave]').forEach(e => {
  const f = e as HTMLFormElement;
  const to = f.getAttribute('data-autosave') || f.action;
  let timer = 0;
  let last = fields(f).toString();
  const save = () => {
    clearTimeout(timer);
    const now = fields(f).toString();
    if (now === last || (f as any).busy) return;
    post(to, fields(f), 'autosave')
      .then(r => r.json())
      .then(a => {
        if (a.saved) {
          last = now;
          say(f, '已自动保存' + (a.at ? ' ' + a.at : ''));
        } else if (a.error) {
          say(f, a.error, 'bad');
        }
      })
      .catch(() => say(f, '网络不好，暂时没有保存。您可以接着填。'));
  };
  f.addEventListener('input', () => {
    clearTimeout(timer);
    timer = window.setTimeout(save, 1500);
  });
  document.addEventListener('visibilitychange', () => document.hidden && save());
});

// --- pictures: smaller, upright, with progress ----------------------------------
const blobOf = (c: HTMLCanvasElement, quality: number) =>
  new Promise<Blob | null>(done => c.toBlob(done, 'image/jpeg', quality));

// shrink gives a JPEG of at most LIMIT bytes, or the file itself where the
// browser cannot (it would turn the picture, or cannot read it).
function shrink(file: File): Promise<Blob> {
  const upright = window.CSS && CSS.supports && CSS.supports('image-orientation', 'from-image');
  if (!/^image\//.test(file.type) || !upright || (file.size <= LIMIT && /jpeg|png/.test(file.type)))
    return Promise.resolve(file);
  const url = URL.createObjectURL(file);
  const img = new Image();
  return new Promise<Blob>(done => {
    img.onerror = () => done(file);
    img.onload = async () => {
      let scale = Math.min(1, SIDE / Math.max(img.naturalWidth, img.naturalHeight));
      for (let i = 0; i < 4; i++, scale *= 0.8) {
        const c = document.createElement('canvas');
        c.width = Math.round(img.naturalWidth * scale);
        c.height = Math.round(img.naturalHeight * scale);
        const g = c.getContext('2d');
        if (!g) break;
        g.fillStyle = '#fff';
        g.fillRect(0, 0, c.width, c.height);
        g.drawImage(img, 0, 0, c.width, c.height);
        for (const quality of [0.88, 0.78, 0.66]) {
          const b = await blobOf(c, quality);
          if (b && b.size > 0 && b.size <= LIMIT) return done(b);
        }
      }
      done(file);
    };
    img.src = url;
  }).then(b => {
    URL.revokeObjectURL(url);
    return b;
  });
}

// upload sends a form with files; false leaves it to the browser.
function upload(f: HTMLFormElement): boolean {
  const inputs = (all('input[type=file]', f) as HTMLInputElement[]).filter(i => i.files && i.files.length);
  if (!inputs.length) return false;
  busy(f, true);
  const data = new FormData();
  const box = f.querySelector('[data-progress="' + inputs[0].id + '"]') as HTMLElement | null;
  const bar = box && box.querySelector('progress');
  const words = box && box.querySelector('p');
  const tell = (s: string, part?: number) => {
    if (box) box.hidden = false;
    if (bar && part !== undefined) bar.value = part;
    if (words) words.textContent = s;
  };
  tell('正在处理照片…', 0);
  // In the order of the page: the server reads fields before the file.
  const parts = (Array.prototype.slice.call(f.elements) as HTMLInputElement[]).filter(
    e => e.name && !e.disabled && (/radio|checkbox/.test(e.type) ? e.checked : e.type !== 'submit'));
  let chain = Promise.resolve();
  parts.forEach(e => {
    chain = chain.then(() => {
      if (e.type !== 'file') return void data.append(e.name, e.value);
      const file = e.files && e.files[0];
      if (!file) return;
      return shrink(file).then(b =>
        data.append(e.name, b, b === file ? file.name : file.name.replace(/\.\w*$/, '') + '.jpg'));
    });
  });
  chain.then(() => {
    const x = new XMLHttpRequest();
    x.open('POST', f.action);
    x.setRequestHeader(HEADER, 'upload');
    x.setRequestHeader('Accept', 'application/json');
    x.upload.onprogress = p => {
      if (p.lengthComputable) {
        const part = Math.round((p.loaded / p.total) * 100);
        tell(part < 100 ? '正在上传 ' + part + '%' : '已传完，正在检查…', part);
      }
    };
    const lost = () => {
      busy(f, false);
      tell('没有传成功。请检查网络，再点一次上传。');
    };
    x.onerror = x.ontimeout = lost;
    x.timeout = 180000;
    x.onload = () => {
      const kind = x.getResponseHeader('Content-Type') || '';
      if (kind.indexOf('application/json') === 0) {
        const a = JSON.parse(x.responseText);
        if (!a.to && box) box.hidden = true;
        arrived(f, a);
      } else if (x.status === 422) {
        f.submit();
      } else lost();
    };
    x.send(data);
  });
  return true;
}

// A look at the chosen picture before it goes.
all('[data-preview]').forEach(box => {
  const input = byId(box.getAttribute('data-preview')) as HTMLInputElement | null;
  input && input.addEventListener('change', () => {
    const file = input.files && input.files[0];
    box.textContent = '';
    box.hidden = !(file && /^image\//.test(file.type));
    if (!box.hidden) {
      const img = make('img') as HTMLImageElement;
      img.alt = '您选的照片';
      img.onload = () => URL.revokeObjectURL(img.src);
      img.onerror = () => (box.hidden = true);
      img.src = URL.createObjectURL(file as File);
      box.appendChild(img);
    }
  });
});

// --- a code that may be asked for again after a while -----------------------------
all('[data-wait]').forEach(b => {
  const words = b.textContent || '';
  const end = performance.now() + Number(b.getAttribute('data-wait')) * 1000;
  const tick = () => {
    const s = Math.ceil((end - performance.now()) / 1000);
    if (s <= 0) {
      b.removeAttribute('aria-disabled');
      b.textContent = words;
      return;
    }
    b.setAttribute('aria-disabled', 'true');
    b.textContent = words + '（' + s + ' 秒后）';
    setTimeout(tick, 1000);
  };
  b.addEventListener('click', e => b.getAttribute('aria-disabled') && e.preventDefault());
  tick();
});

// --- long numbers: read back in groups, the X key --------------------------------
// Full-width digits become plain ones; spaces and dashes are for the eye only.
const plain = (s: string) =>
  s.replace(/[\uff10-\uff19\uff38\uff58]/g, c => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[\s-]/g, '').toUpperCase();
all('[data-echo]').forEach(out => {
  const input = byId(out.getAttribute('data-echo')) as HTMLInputElement | null;
  if (!input) return;
  const sizes = (input.getAttribute('data-group') || '4').split('-').map(Number);
  const show = () => {
    let rest = plain(input.value);
    let grouped = '';
    for (let i = 0; rest; i++) {
      const n = sizes[Math.min(i, sizes.length - 1)];
      grouped += (grouped && ' ') + rest.slice(0, n);
      rest = rest.slice(n);
    }
    // Never write into the input itself: old keyboards double characters.
    out.textContent = grouped.length > sizes[0] ? grouped : '';
  };
  input.addEventListener('input', show);
  show();
});
all('[data-x]').forEach(b => {
  const input = byId(b.getAttribute('data-x')) as HTMLInputElement;
  b.hidden = false;
  b.addEventListener('click', () => {
    if (plain(input.value).length === 17) input.value += 'X';
    input.focus();
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
});

// --- rare characters ---------------------------------------------------------------
all('[data-pick-open]').forEach(link => {
  const id = link.getAttribute('data-pick-open');
  const input = byId(id) as HTMLInputElement;
  const box = document.querySelector('[data-pick-for="' + id + '"]') as HTMLElement;
  if (!input || !box) return;
  link.addEventListener('click', e => {
    e.preventDefault();
    box.hidden = !box.hidden;
    if (box.hidden || box.firstChild) return;
    const label = make('label', '写拼音，或者写它的组成部分，如“龙天”');
    const q = make('input') as HTMLInputElement;
    const list = make('div');
    q.id = id + '-pick';
    q.autocomplete = 'off';
    label.setAttribute('for', q.id);
    list.setAttribute('role', 'status');
    // put sets a character in the place of the first gap, else where one types.
    const put = (c: string) => {
      const gap = input.value.search(/[□?？*＊]/);
      const at = gap >= 0 && c !== GAP ? gap : input.selectionStart === null ? input.value.length : input.selectionStart;
      input.value = input.value.slice(0, at) + c + input.value.slice(at === gap ? at + 1 : at);
      const tick = byId(id + '_untypable') as HTMLInputElement | null;
      if (tick) tick.checked = input.value.indexOf(GAP) >= 0;
      box.hidden = true;
      input.focus();
      input.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const offer = (c: string, under: string) => {
      const b = make('button') as HTMLButtonElement;
      b.type = 'button';
      b.className = 'chip';
      b.appendChild(make('b', c));
      b.appendChild(make('small', under));
      b.addEventListener('click', () => put(c));
      list.appendChild(b);
    };
    let timer = 0;
    q.addEventListener('input', () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        const ask = q.value.trim();
        if (!ask) return;
        fetch(input.getAttribute('data-pick') + '?q=' + encodeURIComponent(ask),
          { credentials: 'same-origin', headers: { Accept: 'application/json', [HEADER]: 'pick' } })
          .then(r => r.json())
          .then((a: { found?: { char: string; pinyin: string; parts: string }[] }) => {
            const found = a.found || [];
            list.textContent = found.length ? '' : '没有找到。可以先用□代替，下一步拍身份证。';
            found.forEach(c => offer(c.char, c.pinyin + ' ' + c.parts));
            offer(GAP, '打不出来');
          })
          .catch(() => (list.textContent = '网络不好，请再试一次。'));
      }, 250);
    });
    // The picker stands inside the form: Enter must not send it.
    q.addEventListener('keydown', k => k.key === 'Enter' && k.preventDefault());
    [label, q, list].forEach(n => box.appendChild(n));
    q.focus();
  });
});

// --- countdown by the server's clock --------------------------------------------------
all('[data-countdown]').forEach(p => {
  const left = p.querySelector('[data-left]') as HTMLElement;
  const until = Date.parse(p.getAttribute('data-until') || '');
  // The phone's own clock is never asked for the hour, only for time passed.
  const server = Date.parse(p.getAttribute('data-now') || '') - performance.now();
  const two = (n: number) => (n < 10 ? '0' : '') + n;
  const tick = () => {
    const s = Math.ceil((until - server - performance.now()) / 1000);
    if (s <= 0) {
      left.textContent = p.getAttribute('data-done') || '已到时间';
      // The page was ready before the hour: its button appears without another
      // request, which everybody would make at the same moment.
      all('[data-when-open]').forEach(e => (e.hidden = false));
      all('[data-until-open]').forEach(e => (e.hidden = true));
      return;
    }
    const d = Math.floor(s / 86400);
    left.textContent = (d ? d + ' 天 ' : '') +
      two(Math.floor(s / 3600) % 24) + ':' + two(Math.floor(s / 60) % 60) + ':' + two(s % 60);
    setTimeout(tick, 1000);
  };
  if (left && until) tick();
});

// --- where one looks first, and the oddities of web views ------------------------------
const first = document.querySelector('[data-focus]') as HTMLElement | null;
if (first) first.focus();

// Inside WeChat a picture is kept by a long press, and printing does nothing.
const wechat = /MicroMessenger/.test(navigator.userAgent);
all('[data-wechat]').forEach(e => (e.hidden = !wechat));
all('[data-no-wechat]').forEach(e => (e.hidden = wechat));
all('[data-print]').forEach(b => {
  b.hidden = wechat;
  b.addEventListener('click', () => window.print());
});

// Old iOS leaves the page shifted when the keyboard closes.
document.addEventListener('focusout', () =>
  setTimeout(() => /iP(hone|ad)/.test(navigator.userAgent) && window.scrollTo(0, Math.max(window.scrollY - 1, 0)), 100));

// A page that comes back from the back button may be old. It is fetched again
// only when nothing has been typed in it.
let typed = false;
document.addEventListener('input', () => (typed = true));
window.addEventListener('pageshow', e => {
  if (!e.persisted) return;
  all('form').forEach(f => busy(f as HTMLFormElement, false));
  if (!typed) location.reload();
});
