// What every flow shares: the program under test, a browser, the checks that
// each page has to pass, and the pictures.
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const out = join(root, 'e2e', 'out')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

// run waits for a command and gives what it printed, as bytes on demand.
export function run(command, args, { input, ...options } = {}) {
  return new Promise((done, fail) => {
    const p = spawn(command, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], ...options })
    let text = ''
    p.stdout.on('data', (b) => (text += b))
    p.stderr.on('data', (b) => (text += b))
    p.stdin.on('error', () => {}) // a command that reads only a part of it
    p.stdin.end(input)
    p.on('error', fail)
    p.on('exit', (code) => (code === 0 ? done(text) : fail(new Error(`${command} ${args.join(' ')}: ${code}\n${text}`))))
  })
}

// build makes the binary once for all flows. YM_E2E_BINARY names one that is
// there already.
export async function build() {
  if (process.env.YM_E2E_BINARY) return { file: process.env.YM_E2E_BINARY, remove() {} }
  const dir = mkdtempSync(join(tmpdir(), 'yuanmeng-e2e-'))
  const file = join(dir, 'yuanmeng')
  await run('go', ['build', '-buildvcs=false', '-o', file, '.'], { env: { ...process.env, CGO_ENABLED: '0' } })
  return { file, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

// demo starts the program on a scene and waits until it listens. With
// YM_E2E_SCENES a scene that was built before is copied from that folder.
export function demo(file, scene) {
  const data = mkdtempSync(join(tmpdir(), 'yuanmeng-data-'))
  const built = process.env.YM_E2E_SCENES && join(process.env.YM_E2E_SCENES, scene)
  if (built && existsSync(built)) cpSync(built, data, { recursive: true })
  const p = spawn(file, ['demo', '--scene', scene, '--addr', '127.0.0.1:0', '--data', data], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const gone = new Promise((end) => p.on('exit', end))
  gone.then(() => rmSync(data, { recursive: true, force: true }))
  let text = ''
  return {
    text: () => text,
    stop() {
      p.kill('SIGTERM')
      return gone
    },
    ready: new Promise((done, fail) => {
      const hear = (b) => {
        text += b
        const m = text.match(/listening on (http:\/\/\S+)/)
        if (m) done(new Site(m[1], scene))
      }
      p.stdout.on('data', hear)
      p.stderr.on('data', hear)
      p.on('error', fail)
      gone.then((code) => fail(new Error(`demo ended with ${code}: ${text}`)))
    }),
  }
}

// Site is a running scene, with what its page of sign-ins tells.
class Site {
  constructor(url, scene) {
    this.url = url
    this.scene = scene
  }

  async show() {
    return text(await (await fetch(this.url + '/demo')).text())
  }

  // sms is the newest code that was sent to a phone.
  async sms(phone) {
    for (let i = 0; i < 20; i++) {
      const all = await this.show()
      const at = all.lastIndexOf('最近的短信')
      const m = all.slice(at).match(new RegExp(`${phone}[^0-9]{0,40}?(\\d{6})`))
      if (m) return m[1]
      await pause(100)
    }
    throw new Error(`no code for ${phone}`)
  }

  // staff gives login, password and the present code of an account.
  async staff(login) {
    const m = (await this.show()).match(new RegExp(`登录名 ${login} · 密码 (\\S+) · 动态码 (\\d{6})`))
    if (!m) throw new Error(`no account ${login}`)
    return { login, password: m[1], totp: m[2] }
  }

  // people are the rows of the page: name, what is noted, and the id that
  // /demo/enter takes.
  async people() {
    const html = await (await fetch(this.url + '/demo')).text()
    const rows = [...html.matchAll(/<li class="cell">([\s\S]*?)<\/li>/g)].map((m) => m[1])
    return rows.filter((r) => r.includes('name="id"')).map((r) => {
      const words = text(r)
      const get = (re) => (words.match(re) || [])[1] || ''
      return { id: idOf(r), words, name: words.split(/[\s（]/)[0], phone: get(/手机 (\d+)/), last6: get(/证件后六位 (\S+)/), no: Number(get(/受理号 (\d+)/)), login: get(/登录名 (\S+)/) }
    })
  }

  // person is the first row that holds all of these words.
  async person(...words) {
    const p = (await this.people()).find((p) => words.every((w) => p.words.includes(w)))
    if (!p) throw new Error(`nobody with ${words.join(' and ')} in the scene`)
    return p
  }
}

const idOf = (row) => (row.match(/name="id" value="([^"]+)"/) || [])[1]
const text = (html) => html.replace(/<[^>]*>/g, ' ').replace(/&#34;/g, '"').replace(/&amp;/g, '&').replace(/\s+/g, ' ').trim()

export const source = (path) => readFileSync(join(root, path), 'utf8')

export const pause = (ms) => new Promise((done) => setTimeout(done, ms))

// until asks again and again, until the answer is true or the time is over.
export async function until(seconds, ask) {
  const end = performance.now() + seconds * 1000
  for (;;) {
    if (await ask()) return true
    if (performance.now() > end) return false
    await pause(500)
  }
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

const china = { locale: 'zh-CN', timezoneId: 'Asia/Shanghai' }
export const phone = { viewport: { width: 360, height: 640 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, ...china }
export const desk = { viewport: { width: 1280, height: 800 }, ...china }
export const plain = (device) => ({ ...device, javaScriptEnabled: false })

// Visitor is one person with one browser: it goes, presses, fills in, and notes
// every page that breaks a rule.
export class Visitor {
  static async come(stage, site, name, device = phone) {
    const { browser, checks } = stage
    const v = new Visitor()
    Object.assign(v, { stage, site, checks, name, device })
    v.context = await browser.newContext(device)
    v.page = await v.context.newPage()
    stage.open.add(v)
    v.page.setDefaultTimeout(20000)
    const fault = (what) => v.checks.ok(false, `${name}: ${what} at ${v.path()}`)
    v.page.on('pageerror', (e) => fault(`script error: ${e}`))
    v.page.on('console', (m) => {
      // A page with problems answers 422: the browser writes every such status
      // into its console. Parts of a page that are missing are found below.
      if (m.type() === 'error' && !/Failed to load resource: the server responded with a status/.test(m.text())) fault(`console: ${m.text()}`)
    })
    v.page.on('response', (r) => {
      if (r.status() >= 400 && r.request().resourceType() !== 'document' && !v.expects(r)) fault(`${r.status()} for ${r.url()}`)
    })
    v.page.on('request', (r) => {
      if (!r.url().startsWith(site.url) && !/^(data|blob):/.test(r.url())) fault(`asks another host: ${r.url()}`)
    })
    return v
  }

  get scripted() {
    return this.device.javaScriptEnabled !== false
  }

  // expects says whether an answer to a script is one that the flow has asked
  // for: an upload that is refused with a sentence.
  expects(response) {
    return response.status() === 422 && response.request().method() === 'POST'
  }

  path() {
    const u = this.page.url()
    return u.startsWith(this.site.url) ? u.slice(this.site.url.length) : u
  }

  async go(path, status = 200) {
    const r = await this.page.goto(this.site.url + path)
    this.checks.ok(r.status() === status, `${this.name}: ${path}: ${r.status()}, not ${status}`)
    return this
  }

  // look judges the page that is shown. Pages are named by their visitor.
  async look(name) {
    if (!this.scripted) this.still ??= await (await this.stage.browser.newContext(phone)).newPage()
    await this.checks.page(this.page, `${this.name}-${name}`, this.still)
  }

  // loaded does something that leads to another page and waits for it.
  async loaded(act) {
    const next = this.page.waitForEvent('load', { timeout: 30000 })
    next.catch(() => {}) // when the act itself fails first
    await act()
    await next
    return this
  }

  // button is a button or link that begins with these words.
  button(words, n = 0) {
    const begins = new RegExp('^\\s*' + words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return this.page.locator('button:visible, a:visible, summary:visible').filter({ hasText: begins }).nth(n)
  }

  press(words, n = 0) {
    return this.loaded(() => this.button(words, n).click())
  }

  field(name) {
    return this.page.locator(`[name="${name}"]:not([type=hidden])`)
  }

  async fill(name, value) {
    await this.field(name).fill(value)
    return this
  }

  // choose takes one of the answers of a question, by its value.
  async choose(name, value) {
    await this.page.locator(`label:has([name="${name}"][value="${value}"])`).click()
    return this
  }

  async tick(...names) {
    for (const n of names) {
      const box = this.page.locator(`[type=checkbox][name="${n}"]`)
      if (!(await box.isChecked())) await this.page.locator(`label:has([type=checkbox][name="${n}"])`).first().click()
    }
    return this
  }

  attach(name, file) {
    return this.page.locator(`[type=file][name="${name}"]`).setInputFiles(file)
  }

  words() {
    return this.page.innerText('body')
  }

  async reads(...sentences) {
    const all = (await this.words()).replace(/\s+/g, '')
    for (const s of sentences) {
      this.checks.ok(all.includes(s.replace(/\s+/g, '')), `${this.name}: ${this.path()} does not say “${s}”`)
    }
    return this
  }

  async readsNot(...sentences) {
    const all = (await this.words()).replace(/\s+/g, '')
    for (const s of sentences) {
      this.checks.ok(!all.includes(s.replace(/\s+/g, '')), `${this.name}: ${this.path()} says “${s}”`)
    }
    return this
  }

  at(path) {
    this.checks.ok(this.path() === path, `${this.name}: is at ${this.path()}, not ${path}`)
    return this
  }

  // get fetches bytes in the session of this visitor.
  async get(path) {
    const r = await this.context.request.get(this.site.url + path)
    this.checks.ok(r.status() === 200, `${this.name}: ${path}: ${r.status()}`)
    return r.body()
  }

  // enter is the demo's own way in, for people whose sign-in is not the matter.
  async enter(person) {
    const r = await this.context.request.post(this.site.url + '/demo/enter', { form: { id: person.id }, maxRedirects: 0 })
    if (r.status() !== 303) throw new Error(`enter as ${person.name}: ${r.status()}`)
    return this
  }

  async leave() {
    this.stage.open.delete(this)
    await this.context.close()
    if (this.still) await this.still.context().close()
  }
}

// Checks collects what is wrong over a whole run.
export class Checks {
  constructor() {
    rmSync(out, { recursive: true, force: true })
    mkdirSync(out, { recursive: true })
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
  // still is another window, for a page without JavaScript.
  async page(page, name, still) {
    this.ok(!this.pages.has(name), `${name}: two pages of this name`)
    this.pages.add(name)
    const long = await page.evaluate(() => document.documentElement.scrollHeight > 4000)
    await page.screenshot({ path: join(out, `${name}.png`), fullPage: true, scale: long ? 'css' : 'device' })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    this.ok(wide <= 0, `${name}: scrolls sideways by ${wide} px`)
    const title = await page.title()
    this.ok(title.length > 0, `${name}: has no title`)
    // Not addScriptTag: the pages' policy allows no inline script. The
    // evaluation of a test runs outside of the policy.
    const judged = still ? await copy(page, still) : page
    await judged.evaluate(axe)
    const r = await judged.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } }))
    for (const v of r.violations) {
      this.ok(false, `${name}: axe ${v.id}: ${v.help}: ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 160)).join(' | ')}`)
    }
    if (r.violations.length === 0) this.passed++
  }
}

// copy shows a page without JavaScript, as it stands, in a window in which axe
// can run: what <noscript> holds is shown, and no script of the page runs.
async function copy(page, window) {
  await window.setViewportSize(page.viewportSize())
  const html = (await page.content()).replace(/<script[^>]*><\/script>/g, '').replace(/<(\/?)noscript>/g, '<$1div>')
  const url = page.url()
  await window.route(url, (r) => r.fulfill({ body: html, contentType: 'text/html; charset=utf-8' }))
  await window.goto(url)
  await window.unroute(url)
  return window
}
