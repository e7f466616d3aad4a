// What people type and send by mistake, with the sentence that each gives. What
// was typed stays, what was kept before stays, and nobody is sent away.
import { Visitor, desk, phone } from '../house.mjs'
import { idNumber, people } from '../people.mjs'
import { Artist, bad } from '../pictures.mjs'

export const scene = 'opening'

export default async function (stage) {
  const { checks, site } = stage
  const who = people.wrong
  const artist = await Artist.come(stage)
  const w = await Visitor.come(stage, site, 'bad', phone)

  // stays types a value that is wrong: 422, the sentence, and the value as typed.
  async function stays(name, value, sentence, press = '保存，继续') {
    await w.fill(name, value)
    const answer = w.page.waitForResponse((r) => r.request().method() === 'POST' && r.request().resourceType() === 'document')
    await w.press(press)
    checks.ok((await answer).status() === 422, `${name} “${value.slice(0, 30)}”: ${(await answer).status()}, not 422`)
    await w.reads(sentence)
    const kept = await w.field(name).inputValue()
    checks.ok(kept === value, `${name}: typed “${value.slice(0, 30)}”, stays “${kept.slice(0, 30)}”`)
    checks.ok((await w.page.title()).startsWith('错误：'), `${name}: the title does not say that something is wrong`)
    checks.ok(await w.page.evaluate(() => document.activeElement.classList.contains('errors')), `${name}: the summary of what is wrong has no focus`)
  }

  await w.go('/sign-in')
  await stays('phone', '1391234', '11位', '获取验证码')
  await w.look('phone')
  await w.fill('phone', who.phone)
  await w.press('获取验证码')
  await w.fill('code', '000000')
  await w.press('登录')
  await w.reads('验证码不对')
  await w.look('code')
  await w.fill('code', await site.sms(who.phone))
  await w.press('登录')
  await w.press('开始填写')
  await w.tick('consent_sensitive', 'consent_sharing', 'consent_public')
  await w.press('同意并继续')

  // Names: a private character, letters, an endless one. Dots become one dot.
  await stays('name', '王\ue000', '打不出来')
  await w.look('name')
  await stays('name', '王123', '姓名')
  await stays('name', '王'.repeat(90), '姓名最多')
  await w.fill('name', '阿依努尔.买买提')
  await w.press('保存，继续')
  await w.reads('姓名已改成“阿依努尔·买买提”')
  await w.look('name-dot')
  await w.press('没有错，继续')

  // Identity numbers.
  await stays('id', who.id.slice(0, 17) + (who.id[17] === '5' ? '6' : '5'), '证件号码')
  await w.look('id-checksum')
  await stays('id', '422301900101233', '15位')
  await w.look('id-15')
  await stays('id', idNumber('42230120250101233'), '岁')
  await w.fill('id', full(who.id.toLowerCase()))
  await w.press('保存，继续') // full-width digits and a small x are understood
  w.at('/my/p/phone')
  await w.go('/my/p/id')
  checks.ok((await w.field('id').inputValue()) === who.id, 'full-width digits become plain ones')

  await w.go('/my/p/employer')
  await stays('employer', '厂', '太短')
  await w.fill('employer', who.employer)
  await w.press('保存，继续')
  await w.go('/my/p/town')
  await w.press('保存，继续') // nothing chosen
  await w.reads('请选“工作地点”')
  await w.look('choice')
  await w.go('/my/p/card')
  await stays('card', '6228', '银行卡号')
  await w.look('card')

  // A card whose last digit is wrong is doubted, not refused.
  await w.fill('card', who.card.slice(0, -1) + ((Number(who.card.at(-1)) + 1) % 10))
  await w.press('保存，继续')
  await w.look('card-doubt')
  await w.press('没有错，继续')

  // Files.
  await w.go('/my/p/photo')
  for (const [name, file, sentence] of [['html', bad.html(), '这是网页文件'], ['heic', bad.heic(), 'HEIC']]) {
    await w.attach('photo', file)
    await w.button('上传').click()
    await w.page.locator('[data-said]:not(:empty)').waitFor()
    await w.reads(sentence)
    await w.look('photo-' + name)
    await w.go('/my/p/photo')
  }
  await w.attach('photo', await artist.portrait('#c9c1ad'))
  await w.press('上传')
  await w.reads('蓝') // a warning; the photo is kept
  await w.look('photo-grey')
  await w.press('继续')

  await foreign(stage, w, artist)
  await expired(stage, w)
  await strangers(stage, w)
  await w.leave()
  await artist.leave()
}

// foreign: the form of somebody else is not kept, and it is not said whose it is.
async function foreign({ site, checks }, w, artist) {
  const owner = await site.person('点一下就能提交')
  const other = await Visitor.come(w.stage, site, 'bad-owner', phone)
  await other.enter(owner)
  const theirs = await artist.stamped(await other.get('/my/form.png'))
  await other.leave()
  await w.go('/my/p/stamped')
  await w.attach('stamped', theirs)
  await w.button('上传').click()
  await w.page.locator('[data-said]:not(:empty)').waitFor()
  await w.reads('没有收下')
  await w.readsNot(owner.name)
  await w.look('foreign-form')
  await w.go('/my/p/stamped')
  checks.ok((await w.page.locator('.kept').count()) === 0, 'the form of somebody else was kept')
}

// expired: the session ends in another tab; the page says so, the way back leads
// to the same page, and what was typed before is there.
async function expired({ site }, w) {
  await w.go('/my/p/post')
  await w.fill('post', '印刷机长')
  await w.page.locator('[data-said]').filter({ hasText: '已自动保存' }).waitFor() // saved while typing
  const cookies = await w.context.cookies()
  await w.context.clearCookies()
  await w.press('保存，继续')
  await w.reads('您需要重新登录')
  await w.look('expired')
  await w.press('重新登录')
  w.checks.ok(w.path().startsWith('/sign-in?next='), `after an expired page: ${w.path()}`)
  await w.look('expired-sign-in')
  await w.context.addCookies(cookies) // the sign-in itself is walked elsewhere
  await w.go('/my/p/post')
  w.checks.ok((await w.field('post').inputValue()) === '印刷机长', 'what was typed before the session ended is lost')
}

// strangers: a request from another site, a page of somebody else, too many
// words in a code, a place that is for staff.
async function strangers({ site, checks }, w) {
  const r = await w.context.request.post(site.url + '/my/discard', { form: {}, headers: { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }, maxRedirects: 0 })
  checks.ok(r.status() === 403, `a request from another site: ${r.status()}`)
  await w.go('/my/file/019f0000-0000-7000-8000-000000000000', 404)
  await w.look('no-file')
  await w.go('/desk/cases')
  checks.ok(w.path().startsWith('/desk/sign-in'), `a worker at the desk: ${w.path()}`)
  await w.go('/my')
  await w.reads('接着填') // the draft is still there

  const staff = await Visitor.come(w.stage, site, 'bad-staff', desk)
  await staff.go('/desk/sign-in')
  await staff.fill('login', 'shenhe1')
  await staff.fill('password', 'wrong-password-here')
  await staff.fill('totp', '123456')
  await staff.press('登录')
  await staff.look('sign-in')
  checks.ok((await staff.field('login').inputValue()) === 'shenhe1', 'the login stays after a wrong password')
  checks.ok((await staff.field('password').inputValue()) === '', 'a wrong password comes back')
  await staff.go('/a/sign-in')
  await staff.fill('phone', '13700009999')
  await staff.press('获取验证码')
  await staff.look('officer-unknown')
  await staff.leave()
}

// full writes digits and letters in full width, as Chinese keyboards do.
const full = (s) => s.replace(/[0-9xX]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))
