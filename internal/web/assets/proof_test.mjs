// Runs the built script of the proof page on cases from stdin, one JSON value a
// line, and prints its findings the same way. internal/proof/browser_test.go
// feeds it and compares. A page is not needed: the script offers its checks to
// the console as window.yuanmeng.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import vm from 'node:vm';

// As bare as an old phone: no BigInt, no WebCrypto.
globalThis.window = { addEventListener() {} };
globalThis.document = { querySelector: () => null };
delete globalThis.BigInt;
delete globalThis.crypto;
vm.runInThisContext(readFileSync(new URL('dist/proof.js', import.meta.url), 'utf8'));
const log = window.yuanmeng;

function run(c) {
  const key = log.publicKey(c.key);
  switch (c.do) {
    case 'log': {
      const g = log.readExport(new Uint8Array(Buffer.from(c.file, 'base64')));
      if ('line' in g) return { line: g.line };
      const earlier = (c.earlier || []).map(n => log.openCheckpoint(n, key));
      const v = log.verifyLog(g, earlier, key, c.seated ? log.parseSeated(c.seated) : null);
      return { findings: v.findings, seated: v.board ? v.board.seated() : null, waiting: v.board ? v.board.waiting() : null };
    }
    case 'receipt': {
      const r = c.fragment ? log.parseFragment(c.text) : log.parseReceipt(c.text);
      if (!r) return { unread: true };
      const findings = log.checkReceipt(r, key);
      if (!c.file) return { findings };
      return { findings: findings.concat(log.checkReceiptInLog(r, log.readExport(new Uint8Array(Buffer.from(c.file, 'base64'))))) };
    }
    case 'leaf':
      return { good: log.parseLeaf(c.text) !== null };
    case 'note': {
      const k = log.openCheckpoint(c.text, key);
      return { good: k !== null, size: k ? k.size : 0, root: k ? k.root : '' };
    }
    case 'key':
      return { name: log.keyName(key) };
  }
  throw new Error('unknown case ' + c.do);
}

process.on('uncaughtException', e => {
  process.stderr.write(String(e.message) + '\n'); // the stack shows the whole script in one line
  process.exit(1);
});
for await (const line of createInterface({ input: process.stdin })) {
  if (line) process.stdout.write(JSON.stringify(run(JSON.parse(line))) + '\n');
}
