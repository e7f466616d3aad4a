// The checks of internal/proof, in the browser: leaf, Merkle tree, checkpoint,
// receipt and the public rule. The Go test internal/proof/browser_test.go runs
// both on the same files and wants the same findings.
//
// Nothing here needs BigInt or WebCrypto: both are missing on the oldest phones
// that reach the page. No destructuring: the target of the build has none.

import { verify as ed25519 } from '@stablelib/ed25519';
import { hash as sha256 } from '@stablelib/sha256';

export interface Finding { name: string; text: string; line: number; txn: number; notice?: boolean }
export interface Checkpoint { origin: string; size: number; root: string; at: string }
export interface Leaf {
  v: number; programme: string; txn: number; i: number; kind: string; at: string; n: number;
  cap: number; max: number; promote_until: string; plan_hash: string; version: number;
  open: { index: number; band: number; nonce: string; private: string } | null;
  epoch: Epoch | null;
  list: string; rows: number; from: string; until: string; c: string;
}
export interface Epoch { kept: number; size: number; root: string; from: number; to: number }
// Recovery is an epoch and its instant.
export interface Recovery { e: Epoch; at: string }
export interface Receipt {
  programme: string; n: number; case: string; at: string; place: string; rank: number; leaf: string; index: number;
  nonce: string; private: string; band_leaf: number | null; sig: string; sealed: { proof: string; checkpoint: string } | null;
}
export interface Header { format: string; programme: string; origin: string; key: string; leaves: number }
export interface Log { header: Header; leaves: string[]; notes: string[]; lines: number[] }
export interface SeatedList { programme: string; leaves: number; numbers: number[] }

// --- bytes -----------------------------------------------------------------------

const utf8 = new TextEncoder();
const bytes = (s: string) => utf8.encode(s);
const joined = (...parts: Uint8Array[]) => {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  parts.forEach(p => {
    out.set(p, at);
    at += p.length;
  });
  return out;
};
const hex = (b: Uint8Array) => {
  let s = '';
  for (let i = 0; i < b.length; i++) s += (b[i] < 16 ? '0' : '') + b[i].toString(16);
  return s;
};
const isHex = (s: unknown) => typeof s === 'string' && /^[0-9a-f]{64}$/.test(s);
const unhex = (s: string) => {
  const b = new Uint8Array(s.length / 2);
  for (let i = 0; i < b.length; i++) b[i] = parseInt(s.substr(2 * i, 2), 16);
  return b;
};
const raw = (s: string) => {
  const b = new Uint8Array(s.length);
  for (let i = 0; i < s.length; i++) b[i] = s.charCodeAt(i);
  return b;
};
// base64 gives null for what is not standard base64.
const base64 = (s: string): Uint8Array | null =>
  s.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(s) ? null : raw(atob(s));
const toBase64 = (b: Uint8Array) => {
  let s = '';
  for (let i = 0; i < b.length; i++) s += String.fromCharCode(b[i]);
  return btoa(s);
};
const fromURL = (s: string): Uint8Array | null => {
  if (!/^[A-Za-z0-9_-]*$/.test(s) || s.length % 4 === 1) return null;
  const plain = s.replace(/-/g, '+').replace(/_/g, '/');
  return base64(plain + '==='.slice(0, (4 - (plain.length % 4)) % 4));
};
const text = (b: Uint8Array) => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(b);
  } catch (e) {
    return null;
  }
};

// whole says whether v is a whole number that this language holds exactly.
const whole = (v: unknown) => typeof v === 'number' && isFinite(v) && Math.floor(v) === v && Math.abs(v) <= 9007199254740991;
// instant says whether s is UTC with milliseconds and exists.
const instant = (s: unknown) =>
  typeof s === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(s) && !isNaN(Date.parse(s)) && new Date(s).toISOString() === s;

// --- the leaf ---------------------------------------------------------------------

const quote = (s: string) =>
  '"' + s.replace(/["\\\u0000-\u001f]/g, c => {
    if (c === '"' || c === '\\') return '\\' + c;
    const x = c.charCodeAt(0).toString(16);
    return '\\u00' + (x.length < 2 ? '0' : '') + x;
  }) + '"';

// canonical is the one form of a leaf.
export function canonical(l: Leaf): string {
  const number = (key: string, v: number) => (v ? ',"' + key + '":' + v : '');
  const words = (key: string, v: string) => (v ? ',"' + key + '":' + quote(v) : '');
  return '{"v":' + l.v + ',"programme":' + quote(l.programme) + ',"txn":' + l.txn + ',"i":' + l.i + ',"kind":' + quote(l.kind) +
    ',"at":' + quote(l.at) + number('n', l.n) + number('cap', l.cap) + number('max', l.max) + words('promote_until', l.promote_until) +
    words('plan_hash', l.plan_hash) + number('version', l.version) +
    (l.open ? ',"open":{"index":' + l.open.index + ',"band":' + l.open.band + ',"nonce":' + quote(l.open.nonce) + ',"private":' + quote(l.open.private) + '}' : '') +
    (l.epoch ? ',"epoch":{"kept":' + l.epoch.kept + number('size', l.epoch.size) + words('root', l.epoch.root) + number('from', l.epoch.from) + number('to', l.epoch.to) + '}' : '') +
    words('list', l.list) + number('rows', l.rows) + words('from', l.from) + words('until', l.until) + words('c', l.c) + '}';
}

// What a kind carries: n, rules, open, notice, commitment, n at will, epoch.
const N = 1, RULES = 2, OPEN = 4, NOTICE = 8, C = 16, MAYN = 32, EPOCH = 64;
const kinds: { [kind: string]: number } = {
  rules: RULES, accept: N | C, amend: C, seat: N | C, confirm: C, unconfirm: C, consume: C, leave: N | C,
  suspend: N | C, resume: N | C, band: C, open: N | OPEN, reinstate: N | C, notice: NOTICE | C | MAYN, endwaiting: 0, batch: C,
  epoch: EPOCH, event: C,
};
const own = (o: object, k: string) => Object.prototype.hasOwnProperty.call(o, k);

// epochOf reads the epoch of a leaf; null where it is none.
function epochOf(w: any): Epoch | null {
  if (!w || typeof w !== 'object') return null;
  const e: Epoch = { kept: 0, size: 0, root: '', from: 0, to: 0 };
  for (const k of Object.keys(w)) {
    if (!own(e, k) || typeof (e as any)[k] !== typeof w[k]) return null;
    (e as any)[k] = w[k];
  }
  if ([e.kept, e.size, e.from, e.to].some(n => !whole(n) || n < 0)) return null;
  const root = base64(e.root);
  const named = !!root && root.length === 32 && toBase64(root) === e.root;
  return !!e.size !== !!e.root || (e.size && !named) || !e.from !== !e.to || e.to < e.from ? null : e;
}

// parseLeaf reads a canonical leaf; null for everything else.
export function parseLeaf(line: string): Leaf | null {
  let w: any;
  try {
    w = JSON.parse(line);
  } catch (e) {
    return null;
  }
  if (!w || typeof w !== 'object' || Array.isArray(w)) return null;
  const l: Leaf = {
    v: 0, programme: '', txn: 0, i: 0, kind: '', at: '', n: 0, cap: 0, max: 0, promote_until: '', plan_hash: '', version: 0,
    open: null, epoch: null, list: '', rows: 0, from: '', until: '', c: '',
  };
  for (const k of Object.keys(w)) {
    if (!own(l, k)) return null;
    if (k === 'open') {
      const o = w[k];
      if (!o || !whole(o.index) || !whole(o.band) || typeof o.nonce !== 'string' || typeof o.private !== 'string' || Object.keys(o).length !== 4) return null;
    } else if (k === 'epoch') {
      const e = epochOf(w[k]);
      if (!e) return null;
      l.epoch = e;
      continue;
    } else if (typeof (l as any)[k] !== typeof w[k] || (typeof w[k] === 'number' && !whole(w[k]))) {
      return null;
    }
    (l as any)[k] = w[k];
  }
  const has = own(kinds, l.kind) ? kinds[l.kind] : -1;
  if (
    l.v !== 1 || has < 0 || !l.programme || /[ +/\\\n]/.test(l.programme) || l.txn < 1 || l.i < 0 || !instant(l.at) ||
    [l.promote_until, l.from, l.until].some(t => t !== '' && !instant(t)) ||
    l.n < 0 || (has & N && !l.n) || (!(has & (N | MAYN)) && l.n) ||
    (!(has & RULES) && (l.cap || l.max || l.promote_until || l.plan_hash || l.version)) ||
    l.cap < 0 || l.max < 0 || l.version < 0 || l.rows < 0 ||
    !!(has & OPEN) !== !!l.open || !!(has & EPOCH) !== !!l.epoch || (!(has & NOTICE) && (l.list || l.rows || l.from || l.until)) ||
    (!(has & C) && l.c) || (has & C && !(has & NOTICE) && !l.c) || (l.c && !isHex(l.c)) || (l.list && !isHex(l.list)) ||
    (l.open && (l.open.index < 0 || l.open.band < 0 || l.open.band > 2 || !isHex(l.open.nonce)))
  ) return null;
  return canonical(l) === line ? l : null;
}

// commit is the commitment of a leaf.
export const commit = (kind: string, nonce: string, secret: string) =>
  hex(sha256(joined(bytes('yuanmeng commitment v1\n' + kind + '\n'), unhex(nonce), bytes(secret))));

// --- the tree (RFC 6962) -------------------------------------------------------------

const recordHash = (leaf: string) => sha256(joined(new Uint8Array([0]), bytes(leaf)));
const nodeHash = (l: Uint8Array, r: Uint8Array) => sha256(joined(new Uint8Array([1]), l, r));

class Frontier {
  size = 0;
  roots: Uint8Array[] = [];
  push(h: Uint8Array) {
    for (let i = this.size; i % 2; i = (i - 1) / 2) h = nodeHash(this.roots.pop() as Uint8Array, h);
    this.roots.push(h);
    this.size++;
  }
  root() {
    if (!this.size) return hex(sha256(new Uint8Array(0)));
    let h = this.roots[this.roots.length - 1];
    for (let i = this.roots.length - 2; i >= 0; i--) h = nodeHash(this.roots[i], h);
    return hex(h);
  }
}

// included says whether the proof leads from the leaf to the root.
export function included(proof: Uint8Array[], size: number, root: string, index: number, leaf: string): boolean {
  if (!(index >= 0 && index < size)) return false;
  let p = proof.slice();
  const climb = (lo: number, hi: number): Uint8Array | null => {
    if (lo + 1 === hi) return p.length ? null : recordHash(leaf);
    const top = p.pop();
    if (!top) return null;
    let k = 1;
    while (k * 2 < hi - lo) k *= 2;
    const left = index < lo + k;
    const h = left ? climb(lo, lo + k) : climb(lo + k, hi);
    return h && (left ? nodeHash(h, top) : nodeHash(top, h));
  };
  const h = climb(0, size);
  return !!h && hex(h) === root;
}

// --- the checkpoint (C2SP signed note, Ed25519) ----------------------------------------

const verified = (key: Uint8Array, msg: string, sig: Uint8Array) => key.length === 32 && sig.length === 64 && ed25519(key, bytes(msg), sig);

// openCheckpoint gives the checkpoint if its signature holds, else null.
export function openCheckpoint(note: string, key: Uint8Array): Checkpoint | null {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || /[\u0000-\u0009\u000b-\u001f]/.test(note) || note[note.length - 1] !== '\n') return null;
  const body = note.slice(0, split + 1);
  const origin = body.split('\n')[0];
  if (!origin || /[\s+]/.test(origin)) return null;
  const want = hex(sha256(joined(bytes(origin + '\n'), new Uint8Array([1]), key))).slice(0, 8);
  const lines = note.slice(split + 2, -1).split('\n');
  let good = false;
  for (const line of lines) {
    const parts = line.split(' ');
    const sig = parts.length === 3 && parts[0] === '—' && parts[1] && !/\+/.test(parts[1]) ? base64(parts[2]) : null;
    if (!sig || sig.length < 5) return null;
    if (parts[1] !== origin || hex(sig.subarray(0, 4)) !== want || good) continue;
    if (!verified(key, body, sig.subarray(4))) return null;
    good = true;
  }
  const f = body.split('\n');
  if (!good || f.length !== 5 || f[4] || !/^(0|[1-9]\d{0,15})$/.test(f[1]) || f[3].slice(0, 3) !== 'at ' || !instant(f[3].slice(3))) return null;
  const root = base64(f[2]);
  if (!root || root.length !== 32 || toBase64(root) !== f[2]) return null;
  return { origin, size: Number(f[1]), root: hex(root), at: f[3].slice(3) };
}

// keyName is the short name of a public key.
export function keyName(key: Uint8Array): string {
  return (hex(sha256(key)).slice(0, 16).match(/.{4}/g) as string[]).join(' ');
}

const ofProgramme = (origin: string, programme: string) => origin === programme || origin.slice(-programme.length - 1) === '/' + programme;

// --- the public rule ------------------------------------------------------------------------

class Broken {
  constructor(public i: number, public text: string) {}
}
const numbers = (ns: number[]) => (ns.length ? ns.join('、') + '号' : '无');
const ascending = (ns: number[]) => ns.slice().sort((a, b) => a - b);
const sameNumbers = (a: number[], b: number[]) => a.length === b.length && a.every((n, i) => n === b[i]);

const AUDIT = '@audit'; // the log of what staff did: events and epochs, no seats

export class Board {
  programme = '';
  cap = 0;
  max = 0;
  k = 0;
  txn = 0;
  size = 0;
  closed = false;
  private seats = new Set<number>();
  private queue: number[] = []; // waiting numbers in the public order
  private suspended = new Set<number>();
  private bands = new Map<number, number>();
  private left = new Set<number>();
  private opened = new Set<number>();
  recoveries: Recovery[] = [];

  seated = () => ascending(Array.from(this.seats));
  waiting = () => this.queue.slice();

  private join(n: number) {
    if (this.queue.indexOf(n) < 0) this.queue.push(n);
    const band = (m: number) => (this.bands.has(m) ? (this.bands.get(m) as number) : 2);
    this.queue.sort((a, b) => band(a) - band(b) || a - b);
  }
  private drop(n: number) {
    const at = this.queue.indexOf(n);
    if (at >= 0) this.queue.splice(at, 1);
    return at >= 0;
  }

  // apply takes one transaction; it throws Broken where the rule is.
  apply(run: Leaf[], earlier: Map<number, Leaf>) {
    if (!this.txn) this.programme = run[0].programme;
    const no = this.txn + 1;
    const first = this.size;
    const seats: number[] = [];
    run.forEach((l, i) => {
      const fail = (why: string) => new Broken(i, '第' + no + '笔操作没有照公开规则办：' + why);
      if (l.txn !== no || l.i !== i) throw fail('编号不连续，中间少了、多了或换了位置。');
      if (l.programme !== this.programme) throw fail('混入了另一个项目的记录。');
      if (this.programme === AUDIT ? l.kind !== 'event' && l.kind !== 'epoch' : l.kind === 'event') throw fail('混入了另一个项目的记录。');
      if (!this.size && l.kind !== 'rules' && this.programme !== AUDIT) throw fail('记录的开头不是规则，前面的被删了。');
      if (l.kind !== 'accept' && l.n && (l.n > this.k || this.recoveries.some(r => l.n >= r.e.from && l.n <= r.e.to))) throw fail(l.n + '号从未受理。');
      switch (l.kind) {
        case 'rules':
          if (this.seats.size > l.cap) throw fail('名额总数被减到已有名额的人数以下。');
          this.cap = l.cap;
          this.max = l.max;
          break;
        case 'accept':
          if (l.n !== this.k + 1) throw fail('受理编号跳到了' + l.n + '号。');
          if (this.seats.size >= this.cap && this.queue.length >= this.max && !run.some((x, j) => j > i && x.kind === 'suspend' && x.n === l.n)) throw fail('名额和候补都已满，仍受理了' + l.n + '号。');
          this.k = l.n;
          this.join(l.n);
          break;
        case 'leave':
          if (this.seats.delete(l.n)) this.left.add(l.n);
          else if (!this.drop(l.n)) throw fail(l.n + '号既无名额也不在候补，却被记为离开。');
          this.suspended.delete(l.n);
          break;
        case 'suspend':
          this.suspended.add(l.n);
          break;
        case 'resume':
          this.suspended.delete(l.n);
          break;
        case 'open':
          if (!this.open(l, first, run, earlier)) throw fail(l.n + '号公开的优先次序和先前的承诺对不上。');
          break;
        case 'reinstate':
          if (!this.left.delete(l.n)) throw fail(l.n + '号没有失去过名额，却被恢复。');
          this.bands.set(l.n, 0);
          this.join(l.n);
          break;
        case 'endwaiting':
          this.queue = [];
          this.closed = true;
          this.suspended.clear();
          break;
        case 'epoch': {
          const e = l.epoch as Epoch;
          if (run.length !== 1 || e.kept !== this.size || (e.from && e.from !== this.k + 1)) throw fail('恢复记录写的和实际保留的对不上。');
          this.recoveries.push({ e, at: l.at });
          this.k = Math.max(this.k, e.to);
          break;
        }
        case 'seat':
          seats.push(l.n);
      }
      this.size++;
    });
    const free = this.cap - this.seats.size;
    const want = this.closed || free <= 0 ? [] : this.queue.slice(0, free).filter(n => !this.suspended.has(n));
    if (!sameNumbers(seats, want))
      throw new Broken(-1, '第' + no + '笔操作没有照公开规则办：按规则应给名额的是：' + numbers(want) + '；记录里给的是：' + numbers(seats) + '。');
    want.forEach(n => {
      this.drop(n);
      this.seats.add(n);
    });
    this.txn = no;
  }

  private open(l: Leaf, first: number, run: Leaf[], earlier: Map<number, Leaf>): boolean {
    const o = l.open;
    if (!o || o.index >= this.size) return false;
    const band = o.index >= first ? run[o.index - first] : earlier.get(o.index);
    if (!band || band.kind !== 'band' || this.opened.has(o.index) || commit('band', o.nonce, o.private) !== band.c) return false;
    let p: any;
    try {
      p = JSON.parse(o.private);
    } catch (e) {
      return false;
    }
    if (!p || p.n !== l.n || p.band !== o.band) return false;
    this.opened.add(o.index);
    const waits = this.drop(l.n);
    this.bands.set(l.n, o.band);
    if (waits) this.join(l.n);
    return true;
  }
}

// --- the export ------------------------------------------------------------------------------

// readExport gives the log, or the line at which it is none.
export function readExport(b: Uint8Array): Log | { line: number } {
  const all = text(b);
  if (all === null || /\r/.test(all)) return { line: 1 };
  const rows = all.split('\n');
  if (rows.pop() !== '') return { line: rows.length + 1 };
  let h: any;
  try {
    h = JSON.parse(rows[0]);
  } catch (e) {
    return { line: 1 };
  }
  if (!h || h.format !== 'yuanmeng-log-1' || !whole(h.leaves) ||
    rows[0] !== JSON.stringify({ format: h.format, programme: String(h.programme), origin: String(h.origin), key: String(h.key), leaves: h.leaves })) return { line: 1 };
  const g: Log = { header: h, leaves: [], notes: [], lines: [] };
  let i = 1;
  for (; i < rows.length && rows[i]; i++) {
    if (rows[i][0] !== '{') return { line: i + 1 };
    g.leaves.push(rows[i]);
  }
  while (i < rows.length) {
    const from = ++i;
    while (i < rows.length && rows[i]) i++;
    const end = i++;
    while (i < rows.length && rows[i].slice(0, 2) === '— ') i++;
    if (end === from || end >= rows.length || i === end + 1) return { line: Math.min(from + 1, rows.length) };
    if (i < rows.length && rows[i]) return { line: i + 1 };
    g.lines.push(from + 1);
    g.notes.push(rows.slice(from, i).join('\n') + '\n');
  }
  return g;
}

// parseSeated reads the list of seated numbers.
export function parseSeated(s: string): SeatedList {
  const head = /^yuanmeng-seated-1 (\S+) (\d+)\n/.exec(s);
  const list: SeatedList = { programme: head ? head[1] : '', leaves: head ? Number(head[2]) : -1, numbers: [] };
  (s.slice(head ? head[0].length : 0).match(/\d+/g) || []).forEach(n => list.numbers.push(Number(n)));
  return list;
}

const two = (n: number) => (n < 10 ? '0' : '') + n;
// beijing prints an instant as people here read it; the phone's zone plays no part.
export function beijing(at: string, seconds = false): string {
  const t = new Date(Date.parse(at) + 8 * 3600e3);
  return t.getUTCFullYear() + '年' + (t.getUTCMonth() + 1) + '月' + t.getUTCDate() + '日' + two(t.getUTCHours()) + ':' + two(t.getUTCMinutes()) +
    (seconds ? ':' + two(t.getUTCSeconds()) : '');
}

const FIRST = 2; // the line of leaf 0

// recoveryText says in a sentence what was lost.
function recoveryText(r: Recovery): string {
  const e = r.e;
  return beijing(r.at) + '从备份恢复过，保留了' + e.kept + '条记录' +
    (!e.size ? '；当时没有更新的检查点可对，丢了多少不知道' : e.size > e.kept ? '，丢了' + (e.size - e.kept) + '条' : '，签过名的没有丢') +
    (e.to ? '；' + e.from + '号到' + e.to + '号不再使用，其中发出过的以职工的回执为准' : '') + '。';
}

export interface Verdict { findings: Finding[]; board: Board | null }

// verifyLog checks an export: every leaf, the public rule, every checkpoint,
// that it continues the earlier ones, and the claimed list of seats. opened are
// the file's checkpoints if the caller has opened them already: signatures are
// what takes time on an old phone, and he can open them a few at a time.
export function verifyLog(g: Log, earlier: Checkpoint[], key: Uint8Array, claimed: SeatedList | null, opened?: (Checkpoint | null)[]): Verdict {
  const out: Finding[] = [];
  const add = (name: string, line: number, words: string, txn = 0) => out.push({ name, text: words, line, txn });
  const size = g.leaves.length;
  if (g.header.leaves !== size) add('truncated', 1, '文件第一行说有' + g.header.leaves + '条记录，实际有' + size + '条。');
  if (!ofProgramme(g.header.origin, g.header.programme)) add('programme', 1, '检查点的名称和项目对不上。');

  const roots = new Map<number, string>();
  const heads: Checkpoint[] = [];
  const lines: number[] = [];
  g.notes.forEach((note, i) => {
    const c = opened ? opened[i] : openCheckpoint(note, key);
    if (!c) return add('signature', g.lines[i], '检查点的签名不对：内容被改过，或者不是用这把钥匙签的。');
    if (c.origin !== g.header.origin) return add('checkpoint', g.lines[i], '这个检查点是另一份记录的。');
    const last = heads[heads.length - 1];
    if (last && (c.size <= last.size || c.at < last.at)) add('checkpoint', g.lines[i], '检查点没有按先后排列。');
    heads.push(c);
    lines.push(g.lines[i]);
    roots.set(c.size, '');
  });
  earlier.forEach(c => roots.set(c.size, ''));

  const head = new Frontier();
  const board = new Board();
  const bands = new Map<number, Leaf>();
  const ends = new Set<number>([0]);
  let run: Leaf[] = [];
  let broken = false, backward = false, last = '', txn = 0, met: number[] | null = null;
  if (roots.has(0)) roots.set(0, head.root());
  const meet = () => {
    if (claimed && !met && board.size === claimed.leaves) met = board.seated();
  };
  const close = (at: number) => {
    if (!run.length || broken) return;
    try {
      board.apply(run, bands);
      meet();
    } catch (e) {
      if (!(e instanceof Broken)) throw e;
      broken = true;
      add('rule', e.i >= 0 ? FIRST + board.size : FIRST + at - 1, e.text, board.txn + 1);
    }
    run = [];
  };
  g.leaves.forEach((line, at) => {
    const l = parseLeaf(line);
    if (!l) {
      if (!broken) add('leaf', FIRST + at, '这一行不是合规的记录。');
      broken = true;
    } else {
      if (l.programme !== g.header.programme && !broken) {
        add('programme', FIRST + at, '这条记录是另一个项目的。');
        broken = true;
      }
      if (l.at < last && !backward) {
        add('time', FIRST + at, '这条记录的时间早于前一条。');
        backward = true;
      }
      last = l.at;
      if (l.txn !== txn) {
        ends.add(at);
        txn = l.txn;
      }
      if (!broken) {
        if (run.length && l.txn !== run[0].txn) close(at);
        if (!broken) {
          if (l.kind === 'band') bands.set(at, l);
          run.push(l);
        }
      }
    }
    head.push(recordHash(line));
    if (roots.has(head.size)) roots.set(head.size, head.root());
  });
  ends.add(size);
  close(size);

  let good = 0;
  for (let i = 0; i < heads.length; i++) {
    const c = heads[i];
    if (c.size > size) {
      add('truncated', lines[i], '检查点已经盖住' + c.size + '条记录，文件里只有' + size + '条：后面的被删了。');
      break;
    }
    if (roots.get(c.size) !== c.root) {
      add('changed', lines[i], '前' + c.size + '条记录和签过名的检查点对不上：有记录被改、删、换位或插入（问题在第' + (FIRST + good) + '行到第' + (FIRST + c.size - 1) + '行之间）。');
      break;
    }
    if (!ends.has(c.size)) add('checkpoint', lines[i], '检查点落在一笔操作的中间。');
    good = c.size;
  }
  const covered = heads.length ? heads[heads.length - 1].size : 0;
  if (good < size && covered < size) add('uncovered', FIRST + covered, '从这一行起的' + (size - covered) + '条记录没有任何签过名的检查点。');
  board.recoveries.forEach(r => out.push({ name: 'recovered', text: recoveryText(r), line: FIRST + r.e.kept, txn: 0, notice: true }));
  earlier.forEach(c => {
    const r = board.recoveries.filter(x => c.size > x.e.kept && c.at < x.at)[0];
    const named = r ? r.e.size : -1;
    if (c.origin !== g.header.origin) add('checkpoint', 0, '您手里的检查点（' + c.size + '条，' + beijing(c.at) + '）是另一份记录的。');
    else if (c.size <= size && roots.get(c.size) === c.root) return;
    else if (named > c.size || (named === c.size && r.e.root === toBase64(unhex(c.root))))
      out.push({ name: 'lost', text: '您手里' + beijing(c.at) + '的检查点有' + c.size + '条记录，其中第' + (r.e.kept + 1) + '条起在' + beijing(r.at) + '的恢复中遗失，恢复记录已经写明。', line: 0, txn: 0, notice: true });
    else if (r && named < c.size) add('rollback', 0, '您手里' + beijing(c.at) + '的检查点有' + c.size + '条记录，' + beijing(r.at) + '的恢复只保留' + r.e.kept + '条，而且没有写明丢了这么多：记录被退回到过去。');
    else if (c.size > size && !r) add('rollback', 0, '您手里' + beijing(c.at) + '的检查点已有' + c.size + '条记录，现在只有' + size + '条：记录被退回到过去。');
    else add('fork', 0, '您手里' + beijing(c.at) + '的检查点（' + c.size + '条）和这份记录不同：有人给出了两份不同的记录。');
  });
  if (claimed && !broken) {
    const want = ascending(claimed.numbers);
    let have: number[] = met || want;
    if (claimed.leaves < 0) have = board.seated();
    else if (!met) add('seats', 0, '名单所说的' + claimed.leaves + '条记录不在这份记录里，或者落在一笔操作的中间。');
    const without = (a: number[], b: number[]) => a.filter(n => b.indexOf(n) < 0);
    if (!sameNumbers(want, have))
      add('seats', 0, '照公开规则算出的名额名单和所给的不同：算出而未列的' + numbers(without(have, want)) + '，列出而算不出的' + numbers(without(want, have)) + '。');
  }
  return { findings: out, board: broken ? null : board };
}

// --- the receipt ------------------------------------------------------------------------------

const strings = ['programme', 'case', 'at', 'place', 'leaf', 'nonce', 'private', 'sig'];

// parseReceipt reads a receipt's JSON; null for anything else.
export function parseReceipt(s: string): Receipt | null {
  let w: any;
  try {
    w = JSON.parse(s);
  } catch (e) {
    return null;
  }
  if (!w || typeof w !== 'object' || w.v !== 1 || s.length > 4096) return null;
  const known = strings.concat('v', 'n', 'rank', 'index', 'band_leaf', 'sealed');
  if (Object.keys(w).some(k => known.indexOf(k) < 0) || strings.some(k => typeof w[k] !== 'string') || !instant(w.at)) return null;
  if (!whole(w.n) || !whole(w.index) || (own(w, 'rank') && !whole(w.rank)) || (own(w, 'band_leaf') && !whole(w.band_leaf))) return null;
  if (own(w, 'sealed') && (!w.sealed || typeof w.sealed.proof !== 'string' || typeof w.sealed.checkpoint !== 'string' || Object.keys(w.sealed).length !== 2)) return null;
  return {
    programme: w.programme, n: w.n, case: w.case, at: w.at, place: w.place, rank: w.rank || 0, leaf: w.leaf, index: w.index, nonce: w.nonce,
    private: w.private, band_leaf: own(w, 'band_leaf') ? w.band_leaf : null, sig: w.sig, sealed: w.sealed || null,
  };
}

// parseFragment reads a receipt from behind the # of an address.
export function parseFragment(s: string): Receipt | null {
  if (s.slice(0, 2) === 'j.') {
    const b = fromURL(s.slice(2));
    const json = b && text(b);
    return json ? parseReceipt(json) : null;
  }
  const f = s.split('.');
  if (f.length !== 12 || f[0] !== '1') return null;
  const place = /^(?:(s)|w(0|[1-9]\d{0,8}))$/.exec(f[5]);
  const leaf = /^([1-9]\d{0,15})-(0|[1-9]\d{0,8})$/.exec(f[6]);
  const nonce = fromURL(f[9]), secret = fromURL(f[10]), sig = fromURL(f[11]);
  const json = secret && text(secret);
  if (!place || !leaf || !nonce || nonce.length !== 32 || !json || !sig ||
    [f[2], f[4], f[7]].some(t => !/^(0|[1-9]\d{0,14})$/.test(t)) || !/^(|0|[1-9]\d{0,14})$/.test(f[8])) return null;
  const at = new Date(Number(f[4])).toISOString();
  const l = parseLeaf('{"v":1,"programme":"x","txn":1,"i":0,"kind":"endwaiting","at":"2026-01-01T00:00:00.000Z"}') as Leaf;
  l.programme = f[1];
  l.txn = Number(leaf[1]);
  l.i = Number(leaf[2]);
  l.kind = 'accept';
  l.at = at;
  l.n = Number(f[2]);
  l.c = commit('accept', hex(nonce), json);
  return {
    programme: f[1], n: l.n, case: f[3], at, place: place[1] ? 'seat' : 'waiting', rank: Number(place[2] || 0), leaf: canonical(l),
    index: Number(f[7]), nonce: hex(nonce), private: json, band_leaf: f[8] ? Number(f[8]) : null, sig: toBase64(sig), sealed: null,
  };
}

// checkReceipt names what does not hold; nothing means that all holds.
export function checkReceipt(r: Receipt, key: Uint8Array): Finding[] {
  const out: Finding[] = [];
  const add = (name: string, words: string) => out.push({ name, text: words, line: 0, txn: 0 });
  const lines = [r.programme, r.case, r.place, r.leaf, r.nonce, r.private];
  const signed = ['yuanmeng receipt v1', r.programme, r.n, r.case, r.at, r.place, r.rank, r.leaf, r.index, r.nonce, r.private,
    r.band_leaf === null ? '-' : r.band_leaf, ''].join('\n');
  const sig = base64(r.sig);
  if (!sig || lines.some(s => !s || /[\r\n]/.test(s)) || !verified(key, signed, sig))
    add('signature', '回执的签名不对：内容被改过，或者不是用这把钥匙签的。');
  const l = parseLeaf(r.leaf);
  if (!l || l.kind !== 'accept') {
    add('leaf', '回执里的记录不是一条受理记录。');
  } else {
    if (l.programme !== r.programme) add('programme', '回执和记录不属于同一个项目。');
    if (l.n !== r.n) add('number', '回执上是' + r.n + '号，记录里是' + l.n + '号。');
    if (l.at !== r.at) add('time', '回执上的受理时间和记录里的不一样。');
    if (!isHex(r.nonce) || commit('accept', r.nonce, r.private) !== l.c) add('commitment', '回执里的资料算不出记录里的承诺值。');
  }
  if ((r.place !== 'seat' && r.place !== 'waiting') || (r.place === 'waiting' && r.rank < 1) || (r.place === 'seat' && r.rank !== 0))
    add('place', '回执上的位置（名额或候补）写得不对。');
  if (r.sealed) {
    const c = openCheckpoint(r.sealed.checkpoint, key);
    const b = base64(r.sealed.proof);
    if (!c || !ofProgramme(c.origin, r.programme)) {
      add('checkpoint', '回执所附检查点的签名不对，或者不是这个项目的。');
    } else {
      const p: Uint8Array[] = [];
      if (b) for (let i = 0; i + 32 <= b.length; i += 32) p.push(b.subarray(i, i + 32));
      if (!b || b.length % 32 || !included(p, c.size, c.root, r.index, r.leaf)) add('inclusion', '这条记录不在检查点所指的公开记录里。');
    }
  }
  return out;
}

// checkReceiptInLog says whether the receipt's leaf stands in an export.
export function checkReceiptInLog(r: Receipt, g: Log): Finding[] {
  const out: Finding[] = [];
  if (r.programme !== g.header.programme) return [{ name: 'programme', text: '回执是另一个项目的。', line: 0, txn: 0 }];
  if (g.leaves[r.index] !== r.leaf) {
    for (const line of g.leaves) {
      const l = line.indexOf('"kind":"epoch"') >= 0 ? parseLeaf(line) : null;
      if (l && l.epoch && r.at < l.at && r.index >= l.epoch.kept && r.n >= l.epoch.from && r.n <= l.epoch.to)
        return [{ name: 'lost', text: '这张回执的受理记录（' + r.n + '号）在' + beijing(l.at) + '从备份恢复时遗失了，所以现在的记录里没有。请拿回执到区总工会补办。', line: 0, txn: 0 }];
    }
    out.push({ name: 'absent', text: '回执里的受理记录不在这份公开记录的原位。', line: Math.max(0, FIRST + r.index), txn: 0 });
  }
  if (r.band_leaf !== null) {
    const l = g.leaves[r.band_leaf] ? parseLeaf(g.leaves[r.band_leaf]) : null;
    if (!l || l.kind !== 'band') out.push({ name: 'band', text: '回执所说的优先记录不在这份公开记录的原位。', line: Math.max(0, FIRST + r.band_leaf), txn: 0 });
  }
  return out;
}

// publicKey reads a public key in base64; one that is none verifies nothing.
export const publicKey = (s: string) => base64(s) || new Uint8Array(0);
