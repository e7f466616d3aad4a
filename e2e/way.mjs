// The way of one application, from the first page to 「审核通过，名额已确认」, as
// the flows with and without JavaScript walk it.
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Visitor, desk, phone, plain, run, source } from './house.mjs'

// signIn asks for a code on the page that is shown and types it in.
export async function signIn(v, who, looks = false) {
  if (looks) await v.look('sign-in')
  await v.fill('phone', who.phone)
  await v.press('获取验证码')
  if (looks) await v.look('sign-in-code')
  await v.fill('code', await v.site.sms(who.phone))
  await v.press('登录')
}

// precheck is six taps and an outcome that leads on.
export async function precheck(v, taps) {
  for (const t of taps) await v.press(t)
  await v.look('check')
}

// answers fills in a page by its key. A page that nobody expects is a fault.
const text = (name, of) => async (v, who) => {
  await v.fill(name, of(who))
  await next(v)
}
const pick = (name, of) => async (v, who) => {
  await v.choose(name, typeof of === 'string' ? of : of(who))
  await next(v)
}
const file = (kind, draw) => async (v, who, artist) => {
  await upload(v, kind, await draw(artist))
  await v.look(`p-${kind}-kept`)
  await v.press('继续')
}
const answers = {
  async consents(v) {
    // Nothing is ticked beforehand, and without a tick nothing goes on.
    v.checks.ok((await v.page.locator('[type=checkbox]:checked').count()) === 0, 'a consent is ticked beforehand')
    await v.press('同意并继续')
    await v.look('p-consents-missing')
    await v.tick('consent_sensitive', 'consent_sharing', 'consent_public')
    await v.press('同意并继续')
  },
  async name(v, who) {
    if (v.scripted) {
      // The picker of rare characters opens on the page.
      await v.fill('name', who.name[0])
      await v.button('有字打不出来').click()
      const q = v.page.locator('#f-name-pick')
      await q.fill('女洁')
      await v.page.locator('.picker button', { hasText: '㛃' }).click()
      v.checks.ok((await v.field('name').inputValue()) === who.name, 'the picker has put the character into the name')
      await v.button('有字打不出来').click()
      await v.look('p-name-picker')
    } else {
      // Without a script the picker is a page of its own and keeps the name.
      await v.fill('name', who.name[0])
      await v.press('有字打不出来')
      await v.fill('q', 'lanmao')
      await v.press('找字')
      await v.look('pick')
      await v.press('这个字打不出来')
    }
    await next(v)
  },
  idcard: file('idcard', (a) => a.card()),
  async id(v, who) {
    await v.choose('id_kind', 'resident')
    await v.fill('id', who.id.replace(/(.{6})(.{8})/, '$1 $2 '))
    if (v.scripted) v.checks.ok((await v.page.locator('[data-echo=f-id]').innerText()).replace(/\s/g, '') === who.id, 'the number is read back')
    await next(v)
  },
  async phone(v, who) {
    v.checks.ok((await v.field('phone').inputValue()) === who.phone, 'the number of the sign-in stands on its page')
    await next(v)
  },
  hukou: pick('hukou', 'rural'),
  employer: text('employer', (w) => w.employer),
  dispatched: pick('dispatched', (w) => (w.agency ? 'yes' : 'no')),
  agency: text('agency', (w) => w.agency),
  town: pick('town', 'wenquan'),
  post: text('post', (w) => w.post),
  employment: pick('employment', (w) => (w.agency ? 'dispatch' : 'contract')),
  worker_kind: pick('worker_kind', 'migrant'),
  own_union: pick('own_union', (w) => (w.union ? 'own' : 'none')),
  own_union_name: text('own_union_name', (w) => w.union),
  officer: pick('officer', (w) => (w.union ? 'yes' : 'no')),
  village_union: (v) => next(v),
  rec_union: pick('rec_union', 'wenquan'),
  education: pick('education', '61'),
  async major(v, who) {
    await v.press('荆楚理工学院 高升专')
    await v.look('p-major-list')
    await v.page.locator('label.pick').filter({ hasText: who.union ? '会计' : '护理' }).first().click()
    await next(v)
  },
  medical_held: pick('medical_held', 'yes'),
  medical: file('medical', (a) => a.certificate()),
  honour_title: pick('honour_title', (w) => (w.union ? 'none' : 'courier')),
  honour: file('honour', (a) => a.certificate()),
  card: text('card', (w) => w.card),
  async bank(v) {
    await v.fill('bank', '中国农业银行咸宁分行')
    await next(v)
  },
  async account_name(v, who) {
    if (who.union) return next(v)
    // The bank writes the rare character in another way.
    await v.fill('account_name', '伍JIE')
    await next(v)
    await v.look('p-account_name-reason')
    await v.fill('account_reason', '银行打不出“㛃”，用了拼音')
    await next(v)
  },
  photo: file('photo', (a) => a.portrait()),
  async stamped(v, who, artist) {
    await v.press('打印推荐表')
    await v.look('form')
    await v.press('生成推荐表')
    await v.look('form-made')
    const form = await v.get('/my/form.png')
    await paper(v, who, await v.get('/my/form.pdf'))
    who.code = (await v.page.locator('figcaption .num').innerText()).trim()
    if (v.scripted) await printShop(v, who)
    await v.press('盖好章了，去上传')
    await upload(v, 'stamped', await artist.stamped(form))
    await v.reads('二维码是您这份推荐表的')
    await v.look('p-stamped-kept')
    await v.press('继续')
  },
  async commitment(v) {
    await v.tick('commitment')
    await v.press('同意并继续')
  },
}

// next saves a page; what deserves a second look is looked at and kept.
async function next(v) {
  const before = v.path()
  await v.press('保存，继续')
  if (v.path() === before && (await v.button('没有错，继续').count()) > 0) {
    await v.look(`p${before.split('/p')[1].replace('/', '-')}-doubt`)
    await v.press('没有错，继续')
  }
}

async function upload(v, kind, f) {
  await v.attach(kind, f)
  await v.press('上传')
}

// fill walks through the draft as it is asked, page by page.
export async function fill(v, who, artist) {
  for (let i = 0; i < 40; i++) {
    const m = v.path().match(/^\/my\/p\/(\w+)/)
    if (!m) break
    if (!answers[m[1]]) throw new Error(`nobody expects the page ${m[1]}`)
    await v.look(`p-${m[1]}`)
    await answers[m[1]](v, who, artist)
    if (v.path().split('?')[0] === `/my/p/${m[1]}`) throw new Error(`${m[1]} does not go on: ${(await v.words()).slice(0, 400)}`)
  }
  v.at('/my/check')
}

// paper looks at the PDF as a print shop does: one page of A4, with the words
// of 附件3 and the names as they are written.
async function paper(v, who, pdf) {
  const dir = mkdtempSync(join(tmpdir(), 'yuanmeng-pdf-'))
  try {
    const f = join(dir, 'form.pdf')
    writeFileSync(f, pdf)
    const info = await run('pdfinfo', [f])
    v.checks.ok(/Pages:\s+1\b/.test(info), `the form is one page: ${info}`)
    v.checks.ok(/\(A4\)/.test(info), `the form is A4: ${info}`)
    const words = (await run('pdftotext', ['-layout', f, '-'])).replace(/\s+/g, '')
    for (const w of wordsOfAnnex()) v.checks.ok(words.includes(w), `the form lacks “${w}” of 附件3`)
    for (const w of [who.name, who.id, who.phone, who.employer, who.card]) v.checks.ok(words.includes(w), `the form lacks “${w}”`)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

// wordsOfAnnex takes the sentences of 附件3 from the plan's own text.
function wordsOfAnnex() {
  const plan = source('plan/xianan-2026/text.md')
  const annex = plan.slice(plan.search(/^#.*附件3/m))
  return ['姓名', '身份证号', '联系电话', '工作单位', '银行卡号', '本人申请', '区总工会'].concat(
    [...annex.replace(/\[[^\]]*\]|\*|\|/g, ' ').matchAll(/[^\s#|]*[。；]/g)].map((m) => m[0].replace(/\s+/g, '')).filter((s) => s.length > 12).slice(0, 6))
}

// printShop takes the form to a shop: eight digits, another browser.
async function printShop(v, who) {
  await v.press('要打印码')
  await v.look('print-code')
  const code = (await v.words()).match(/\d{4}\s?\d{4}/)[0].replace(/\s/g, '')
  const shop = await Visitor.come(v.stage, v.site, 'shop', desk)
  await shop.go('/print')
  await shop.fill('code', '00000000')
  await shop.press('下载推荐表')
  await shop.look('wrong-code')
  await shop.fill('code', code)
  const [download] = await Promise.all([shop.page.waitForEvent('download'), shop.button('下载推荐表').click()])
  v.checks.ok(/推荐表/.test(download.suggestedFilename()), `the shop's file is called ${download.suggestedFilename()}`)
  await shop.leave()
  await v.go('/my/form')
}

// submit goes from the answers through the gate and gives the number.
export async function submit(v) {
  await v.look('check-answers')
  await v.readsNot('还差')
  await v.press('都对，去提交')
  await v.look('submit')
  await v.press('提交申请')
  v.at('/my/receipt')
  await v.reads('您的受理编号', '无需本人到区总工会交表')
  await v.look('my-receipt')
  return Number((await v.page.locator('.number, .number-card, [class*=number]').first().innerText()).match(/\d+/)[0])
}

// attest: the officer scans the square on the paper.
export async function attest(stage, site, who, name, device = phone) {
  const officer = await site.person('温泉街道', '手机')
  const o = await Visitor.come(stage, site, name, device)
  const code = who.code.replaceAll('-', '')
  await o.go('/a/' + code)
  await o.look('stranger')
  await o.readsNot(who.name, who.employer)
  await o.press('经办人登录')
  await signIn(o, officer, true)
  o.at('/a/' + code)
  await o.look('scan')
  await o.reads(who.employer)
  await o.readsNot(who.id, who.card)
  await o.press('同意推荐')
  await o.look('scan-missing')
  await o.tick('member', 'frontline', 'conduct')
  await o.press('同意推荐')
  await o.look('attested')
  await o.go('/a')
  await o.look('home')
  await o.reads(who.employer)
  await o.leave()
}

// staff opens a desk: by login, password and second factor, or, where that is
// not the matter, by the demo's own way in.
export async function staff(stage, site, login, name, { typed = false, device = desk } = {}) {
  const s = await Visitor.come(stage, site, name, device)
  if (!typed) return s.enter(await site.person(`登录名 ${login} `))
  await s.go('/desk/cases')
  const a = await site.staff(login)
  await s.fill('login', a.login)
  await s.fill('password', a.password)
  await s.fill('totp', a.totp)
  await s.press('登录')
  s.at('/desk/cases')
  return s
}

// open finds a case by its number: the only hit opens by itself.
export async function open(s, no) {
  await s.go('/desk/cases')
  await s.fill('q', String(no))
  await s.press('查找')
  await s.reads(`受理号 ${no}`)
}

export { desk, phone, plain }
