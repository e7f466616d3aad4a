// What every flow shares: the program under test, a browser, the checks that
// each page has to pass, and the pictures.
import { spawn } from 'node:child_process'
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const out = join(root, 'e2e', 'out')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

mkdirSync(out, { recursive: true })

// run waits for a command and gives its outcome.
export function run(command, args, options = {}) {
  return new Promise((done, fail) => {
    const p = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let text = ''
    p.stdout.on('data', (b) => (text += b))
    p.stderr.on('data', (b) => (text += b))
    p.on('error', fail)
    p.on('exit', (code) => (code === 0 ? done(text) : fail(new Error(`${command} ${args.join(' ')}: ${code}\n${text}`))))
  })
}

// build makes the binary once for all flows.
export async function build() {
  const dir = mkdtempSync(join(tmpdir(), 'yuanmeng-e2e-'))
  const file = join(dir, 'yuanmeng')
  await run('go', ['build', '-o', file, '.'], { env: { ...process.env, CGO_ENABLED: '0' } })
  return { file, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

// demo starts the program on a scene and waits until it listens.
export function demo(file, scene, more = []) {
  const data = mkdtempSync(join(tmpdir(), 'yuanmeng-data-'))
  return new Promise((done, fail) => {
    const p = spawn(file, ['demo', '--scene', scene, '--addr', '127.0.0.1:0', '--data', data, ...more], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    const hear = (b) => {
      text += b
      const m = text.match(/listening on (http:\/\/\S+)/)
      if (m) {
        done({
          url: m[1],
          text: () => text,
          stop: () =>
            new Promise((end) => {
              p.on('exit', () => {
                rmSync(data, { recursive: true, force: true })
                end()
              })
              p.kill('SIGTERM')
            }),
        })
      }
    }
    p.stdout.on('data', hear)
    p.stderr.on('data', hear)
    p.on('exit', (code) => fail(new Error(`demo ended with ${code}: ${text}`)))
  })
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

export const phone = { viewport: { width: 360, height: 640 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' }
export const desk = { viewport: { width: 1280, height: 800 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' }

// Checks collects what is wrong over a whole run.
export class Checks {
  constructor() {
    this.faults = []
    this.passed = 0
    this.pages = new Set()
  }

  ok(condition, what) {
    if (condition) this.passed++
    else {
      this.faults.push(what)
      console.error('FAULT', what)
    }
  }

  // page judges the page that is shown: accessibility, sideways scroll, picture.
  async page(page, name, { picture = true } = {}) {
    const key = `${name}`
    this.pages.add(key)
    if (picture) await page.screenshot({ path: join(out, `${name}.png`), fullPage: true })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    this.ok(wide <= 0, `${name}: scrolls sideways by ${wide} px`)
    const title = await page.title()
    this.ok(title.length > 0, `${name}: has no title`)
    // Not addScriptTag: the pages' policy allows no inline script. The
    // evaluation of a test runs outside of the policy.
    await page.evaluate(axe)
    const r = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } }))
    for (const v of r.violations) {
      this.ok(false, `${name}: axe ${v.id}: ${v.help}: ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 160)).join(' | ')}`)
    }
    if (r.violations.length === 0) this.passed++
  }
}
