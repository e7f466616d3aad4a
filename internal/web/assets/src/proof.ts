// The script of /proof and /receipt: checks in this browser, sends nothing. The
// receipt comes from behind the # of the address, from a file or by pasting.

import * as log from './log';

// For the console and for tests: the same checks, by hand.
(window as any).yuanmeng = log;

const MOST = 4096; // bytes of a receipt

const one = (query: string, from: ParentNode = document) => from.querySelector(query) as HTMLElement | null;
const make = (tag: string, words = '', kind = '') => {
  const e = document.createElement(tag);
  e.textContent = words;
  if (kind) e.className = kind;
  return e;
};

// say fills a box with one framed answer.
function say(box: HTMLElement, tone: string, title: string, lines: string[]) {
  box.textContent = '';
  const frame = make('div', '', 'callout ' + tone);
  const inner = make('div');
  inner.appendChild(make('p', title, 'callout-title'));
  lines.forEach(l => inner.appendChild(make('p', l)));
  frame.appendChild(inner);
  box.appendChild(frame);
}

const found = (fs: log.Finding[]) => fs.map(f => (f.line ? '第' + f.line + '行：' : '') + f.text);

const page = one('[data-proof]');
if (page) {
  const key = log.publicKey(page.getAttribute('data-key') || '');
  let receipt: log.Receipt | null = null;

  // --- one receipt -------------------------------------------------------------
  const verdict = one('[data-verdict]', page);
  const judge = (r: log.Receipt | null) => {
    if (!verdict) return;
    receipt = r;
    // What the whole log said of another receipt must not stand beside this one.
    const said = one('[data-whole-out]', page);
    if (said) said.textContent = '';
    if (!r) {
      say(verdict, 'bad', '这不是一份完整的回执', ['请从头到尾复制，或者选平台给您的回执文件（.json）。']);
      verdict.scrollIntoView();
      return;
    }
    const fs = log.checkReceipt(r, key);
    const place = r.place === 'seat' ? '有名额' : '候补第 ' + r.rank + ' 位';
    if (fs.length) {
      say(verdict, 'bad', '核对没有通过', found(fs).concat('请打咨询电话，把这个页面给工作人员看。'));
    } else {
      say(verdict, 'ok', '核对通过：' + r.n + ' 号回执是真的', [
        '受理时间：' + log.beijing(r.at, true),
        '受理时：' + place,
        '✓ 回执由平台签名，没有改过',
        '✓ 回执和第 ' + (r.index + 1) + ' 条公开记录对得上',
        r.sealed ? '✓ 这条记录已经在签过名的检查点里' : '这份回执还没有附检查点。点下面的按钮，在全部公开记录里找它。',
      ]);
    }
    const whole = one('[data-whole] button', page);
    if (whole) whole.textContent = '在全部公开记录里核对这份回执';
    verdict.scrollIntoView();
  };
  const read = (words: string) => {
    const s = words.trim();
    const at = s.indexOf('#');
    judge(s[0] === '{' ? log.parseReceipt(s) : log.parseFragment(at >= 0 ? s.slice(at + 1) : s));
  };
  const fragment = () => {
    if (verdict && location.hash.length > 20) read(location.hash.slice(1));
  };
  window.addEventListener('hashchange', fragment);
  fragment();

  const here = one('[data-here]', page);
  if (here) here.hidden = false;
  const form = one('form[data-receipt]', page) as HTMLFormElement | null;
  if (form) {
    const area = one('textarea', form) as HTMLTextAreaElement;
    const file = one('input[type=file]', form) as HTMLInputElement | null;
    const take = () => {
      const f = file && file.files && file.files[0];
      if (!f) return read(area.value);
      const reader = new FileReader();
      reader.onload = () => read(f.size > MOST ? '' : String(reader.result));
      reader.readAsText(f);
    };
    form.addEventListener('submit', e => {
      e.preventDefault();
      e.stopPropagation(); // nothing is sent: the button stays alive
      take();
    });
    if (file) file.addEventListener('change', take);
  }

  // --- the whole log ------------------------------------------------------------
  const box = one('[data-whole]', page);
  if (box) {
    const button = one('button', box) as HTMLButtonElement;
    const out = one('[data-whole-out]', box) as HTMLElement;
    const pause = (ms: number) => new Promise<void>(done => setTimeout(done, ms));
    const get = (path: string, programme: string) =>
      fetch(path + '?programme=' + encodeURIComponent(programme), { credentials: 'omit', cache: 'no-store' }).then(r => {
        if (!r.ok) throw new Error('answer ' + r.status);
        return r;
      });
    const progress = (s: string) => {
      out.textContent = '';
      out.appendChild(make('p', s));
    };

    const check = async (): Promise<void> => {
      const programme = receipt ? receipt.programme : page.getAttribute('data-programme') || '';
      let list: log.SeatedList;
      let g: log.Log;
      for (let tries = 0; ; tries++) {
        progress('正在下载公开记录…');
        list = log.parseSeated(await (await get('/proof/seated', programme)).text());
        const got = log.readExport(new Uint8Array(await (await get('/proof/log', programme)).arrayBuffer()));
        if ('line' in got) return say(out, 'bad', '记录的格式不对', ['第' + got.line + '行读不懂。请重新试一次；还是这样，请打咨询电话。']);
        g = got;
        if (list.leaves <= g.leaves.length) break;
        if (tries === 8) return say(out, 'wait', '最新的记录还没有签名', ['平台每分钟签一次名。请过一会儿再核对。']);
        progress('最新的几条记录正在等签名，最多等一分钟…');
        await pause(10000);
      }
      const opened: (log.Checkpoint | null)[] = [];
      for (let i = 0; i < g.notes.length; i++) {
        if (i % 20 === 0) {
          progress('正在核对签名：第 ' + (i + 1) + ' 个，共 ' + g.notes.length + ' 个');
          await pause(0);
        }
        opened.push(log.openCheckpoint(g.notes[i], key));
      }
      progress('正在按公开规则重算 ' + g.leaves.length + ' 条记录…');
      await pause(0);

      const fs: log.Finding[] = [];
      const fault = (name: string, words: string) => fs.push({ name, text: words, line: 0, txn: 0 });
      const earlier: log.Checkpoint[] = [];
      const kept = one('textarea', box) as HTMLTextAreaElement | null;
      if (kept && kept.value.trim()) {
        const c = log.openCheckpoint(kept.value.replace(/\r/g, '').trim() + '\n', key);
        if (c) earlier.push(c);
        else fault('signature', '您存的检查点签名不对，或者没有复制完整。');
      }
      if (receipt && receipt.sealed) {
        const c = log.openCheckpoint(receipt.sealed.checkpoint, key);
        if (c) earlier.push(c);
      }
      if (log.publicKey(g.header.key).join() !== key.join()) fault('key', '记录里的公钥和这个页面的公钥不一样。');
      const v = log.verifyLog(g, earlier, key, list, opened);
      let all = fs.concat(v.findings);
      if (receipt) all = all.concat(log.checkReceipt(receipt, key), log.checkReceiptInLog(receipt, g));
      const notices = all.filter(f => f.notice);
      const faults = all.filter(f => !f.notice);
      if (faults.length || !v.board) return say(out, 'bad', '核对没有通过，发现 ' + faults.length + ' 处问题', found(faults.concat(notices)).concat('请把这个页面截图，打咨询电话。'));

      const seated = v.board.seated(), waiting = v.board.waiting();
      const lines = [
        '共 ' + g.leaves.length + ' 条记录，' + g.notes.length + ' 个检查点，没有改、删、换位、插入。',
        '照公开规则算出：名额 ' + v.board.cap + ' 个，已有 ' + seated.length + ' 人，候补 ' + waiting.length + ' 人。和平台公布的名单一样。',
      ];
      notices.forEach(f => lines.push('注意：' + f.text));
      if (earlier.length && !notices.some(f => f.name === 'lost')) lines.push('和您手里的检查点接得上。');
      if (receipt) {
        const n = receipt.n;
        lines.push(n + ' 号的受理记录在第 ' + (receipt.index + 2) + ' 行。照规则，' + n + ' 号现在' +
          (seated.indexOf(n) >= 0 ? '有名额。' : waiting.indexOf(n) >= 0 ? '是候补第 ' + (waiting.indexOf(n) + 1) + ' 位。' : '没有名额，也不在候补里。'));
      }
      say(out, 'ok', '全部核对通过', lines);
    };

    box.hidden = false;
    button.addEventListener('click', () => {
      button.setAttribute('aria-disabled', 'true');
      check()
        .catch(() => say(out, 'wait', '没有下载完', ['请检查网络，再点一次。']))
        .then(() => {
          button.removeAttribute('aria-disabled');
          out.scrollIntoView({ block: 'nearest' });
        });
    });
  }
}
