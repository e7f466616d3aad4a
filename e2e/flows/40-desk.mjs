// The desk: every page of every role, and what they do to cases: send back,
// announce a refusal, keep, settle by two, complete a name, change the cap.
import { createHmac } from 'node:crypto'
import { Visitor, desk, phone } from '../house.mjs'
import { Artist } from '../pictures.mjs'
import { open, staff } from '../way.mjs'

export const scene = 'review'

export default async function (stage) {
  await tour(stage)
  await keyboard(stage)
  await correction(stage)
  await hearing(stage)
  await twoPersons(stage)
  await names(stage)
  await search(stage)
  await auditor(stage)
  await accounts(stage)
  await cap(stage)
}

const lists = ['decide', 'answers', 'priority', 'hearings', 'returned', 'all']

// tour looks at every page that the navigation of a role offers.
async function tour(stage) {
  for (const [login, name] of [['zhongxin1', 'centre'], ['shenhe1', 'district'], ['fuze1', 'lead'], ['jingshen', 'auditor'], ['anquan', 'security'], ['xitong', 'system'], ['shenjiguan', 'trail']]) {
    const s = await staff(stage, stage.site, login, `desk-${name}`)
    await s.go('/desk')
    const nav = await s.page.locator('nav.side li a').evaluateAll((all) => all.map((a) => a.getAttribute('href')))
    stage.checks.ok(nav.length > 1, `${name} has nowhere to go`)
    const looked = new Set()
    for (const href of nav) {
      await s.go(href)
      const here = s.path()
      if (looked.has(here)) continue
      looked.add(here)
      await s.look(here.slice('/desk'.length).replace(/[^a-z0-9]+/g, '-').replace(/^-/, '') || 'home')
    }
    if (name === 'district') {
      for (const list of lists) {
        await s.go('/desk/cases?list=' + list)
        if (await s.page.locator('.picks [aria-current=page]').count()) await s.look('list-' + list)
      }
    }
    if (name === 'lead') {
      await readings(s)
      await factor(s)
    }
    if (name === 'security') {
      for (const path of ['/desk/accounts/new', '/desk/accounts/officers', '/desk/accounts/officers/new']) {
        await s.go(path)
        await s.look(path.slice('/desk/'.length).replaceAll('/', '-'))
      }
      await s.go('/desk/cases', 403) // no power over cases
      await s.look('no-cases')
    }
    if (name === 'trail') {
      await s.go('/desk/trail/checkpoints')
      await s.look('checkpoints')
    }
    await s.leave()
  }
}

// factor: the roles of an account, and the second factor once more.
async function factor(s) {
  await s.go('/desk/grants')
  await s.look('grants')
  await s.go('/desk/prove?next=/desk/seats')
  await s.look('prove')
  await s.fill('totp', '000000')
  await s.press('验证')
  await s.look('prove-wrong')
  await s.fill('totp', (await s.site.staff('fuze1')).totp)
  await s.press('验证')
  s.at('/desk/seats')
}

async function readings(s) {
  await s.go('/desk/programme')
  const base = s.path()
  await s.press('查看')
  await s.look('readings')
  await s.go(base)
  await s.press('查看', 1)
  await s.look('holidays')
}

// keyboard: j, k and Enter lead to a case, the letter of a move brings it under
// the hand, Enter makes it, and the next case lies there.
async function keyboard(stage) {
  const s = await staff(stage, stage.site, 'zhongxin1', 'desk-keys')
  await s.go('/desk/cases?list=check')
  const keys = s.page.keyboard
  for (const k of ['j', 'j', 'j', 'k', 'j']) await keys.press(k)
  const no = (await s.page.locator('tr.at [data-open]').innerText()).match(/\d+/)[0]
  await s.loaded(() => keys.press('Enter'))
  await s.reads(`受理号 ${no}`)
  await keys.press('2') // another paper
  await keys.press('w')
  stage.checks.ok((await s.page.evaluate(() => document.activeElement.textContent)).includes('材料完整'), 'w does not bring 材料完整 under the hand')
  await s.look('case')
  await s.loaded(() => keys.press('Enter'))
  await s.reads(`受理号${no}：`)
  stage.checks.ok(/\/desk\/cases\/[0-9a-f-]+\?list=check/.test(s.path()), `after a decision the next case of the list: ${s.path()}`)
  await s.loaded(() => keys.press('j'))
  await keys.press('?')
  await s.look('keymap')
  await s.leave()
}

// correction: named items go back, the worker puts them right with a new stamp,
// nothing else is open to him.
async function correction(stage) {
  const { site } = stage
  const worker = await someone(stage, 61)
  const s = await staff(stage, site, 'zhongxin1', 'desk-return')
  await open(s, 61)
  await s.press('退回补正')
  await s.look('form')
  await s.press('退回补正') // nothing named yet
  await s.look('form-missing')
  for (const words of ['不是蓝底', '岗位太笼统', '章看不清']) {
    const box = s.page.locator('label.tick', { hasText: words })
    if (!(await box.isVisible())) await s.button('其他填写的内容').click()
    await box.click()
  }
  await s.fill('note', '有不明白的打电话。')
  await s.page.locator('[data-reads]', { hasText: '打电话' }).waitFor() // the preview follows the ticks
  await s.reads('请换一张1寸蓝底证件照', '有不明白的打电话。')
  await s.look('form-filled')
  await s.press('退回补正')
  await s.reads('受理号61：')

  const w = await Visitor.come(stage, site, 'desk-returned', phone)
  await w.enter(worker)
  await w.go('/my')
  await w.reads('有几处要改，名额为您留着', '请换一张1寸蓝底证件照')
  await w.look('mine')
  await w.press('去补正')
  await w.look('correct')
  await w.go('/my/p/employer') // not named
  w.at('/my')
  const artist = await Artist.come(stage)
  await w.go('/my/p/photo')
  await w.attach('photo', await artist.portrait('#2f74c0'))
  await w.press('上传这一张')
  await w.look('p-photo')
  await w.press('好了，回去')
  await w.reads('重新生成推荐表')
  await w.press('岗位')
  await w.fill('post', '激光切割机操作工')
  await w.press('保存，继续')
  await w.look('correct-half')
  await w.press('提交补正') // the stamp is missing
  await w.look('correct-missing')
  await w.go('/my/form')
  await w.press('生成推荐表')
  const form = await w.get('/my/form.png')
  await w.press('盖好章了，去上传')
  await w.attach('stamped', await artist.stamped(form))
  await w.press('上传这一张')
  await w.press('好了，回去')
  await w.look('correct-ready')
  await w.press('提交补正')
  await w.reads('补正已提交')
  await w.leave()
  await artist.leave()

  await open(s, 61)
  await s.reads('激光切割机操作工', '原来：')
  await s.look('case-corrected')
  await s.leave()
}

// hearing: whoever announced a refusal does not judge the answer.
async function hearing(stage) {
  const { site } = stage
  const worker = await someone(stage, 35)
  const first = await staff(stage, site, 'shenhe1', 'desk-refuse')
  await open(first, 35)
  await first.press('拟不予通过')
  await first.look('form')
  await first.page.locator('label.tick').first().click()
  await first.press('拟不予通过')
  await first.reads('受理号35：')

  const w = await Visitor.come(stage, site, 'desk-heard', phone)
  await w.enter(worker)
  await w.go('/my')
  await w.look('mine')
  await w.go('/my/hearing')
  await w.look('hearing')
  await w.fill('text', '不行')
  await w.press('提交说明')
  await w.look('hearing-short')
  await w.fill('text', '我从2019年起就在区里上班，单位可以开证明，也有社保记录。')
  await w.press('提交说明')
  await w.reads('说明已收到', '由另一个人复核')
  await w.look('mine-answered')

  await open(first, 35)
  await first.reads('由别的人复核')
  stage.checks.ok((await first.button('保留名额').count()) === 0, 'whoever announced the refusal may keep')
  await first.look('case-answered')
  await first.leave()

  const other = await staff(stage, site, 'shenhe2', 'desk-keep')
  await other.go('/desk/cases?list=answers')
  await other.look('list')
  await open(other, 35)
  await other.press('保留名额')
  await other.look('form')
  await other.press('保留名额')
  await other.look('form-missing')
  await other.fill('note', '社保记录证明一直在区内上班。')
  await other.press('保留名额')
  await other.reads('受理号35：')
  await other.leave()
  await w.go('/my')
  await w.readsNot('可能不符合条件')
  await w.look('mine-kept')
  await w.leave()
}

// twoPersons: what one proposes, another confirms; and an identity number that
// two people claim.
async function twoPersons(stage) {
  const { site } = stage
  const claimed = await someone(stage, 113)
  const w = await Visitor.come(stage, site, 'desk-contested', phone)
  await w.enter(claimed)
  await w.go('/my')
  await w.reads('证件号还要核实')
  await w.look('mine')
  await w.go('/my/receipt')
  await w.look('receipt')

  const first = await staff(stage, site, 'shenhe1', 'desk-propose')
  await open(first, 113)
  await first.reads('同一个证件号的另一份申请')
  await first.look('case-contested')
  await first.press('核实：证件属于本申请人')
  await first.look('form')
  await first.fill('note', '本人到场，身份证原件核对无误。')
  await first.press('提出：核实：证件属于本申请人')
  await first.reads('还没有生效')
  await first.go('/desk/proposals')
  await first.look('proposals')
  stage.checks.ok((await first.button('确认：').count()) === 0, 'the first person may confirm his own proposal')

  await first.leave()

  const lead = await staff(stage, site, 'fuze1', 'desk-second')
  await lead.go('/desk/proposals')
  await lead.look('proposals')
  await lead.press('确认：')
  await lead.look('confirmed')
  await lead.leave()
  await w.go('/my')
  await w.readsNot('证件号还要核实')
  await w.look('mine-settled')
  await w.leave()
}

// names: the character that the worker could not type.
async function names(stage) {
  const s = await staff(stage, stage.site, 'zhongxin2', 'desk-name')
  await s.go('/desk/cases?list=untypable')
  await s.press('51')
  await s.press('补全姓名用字')
  await s.look('form')
  await s.fill('find', '龙天')
  await s.press('找字')
  await s.page.locator('[data-put="䶮"]').click()
  stage.checks.ok((await s.field('name').inputValue()).includes('䶮'), 'the character that was found goes into the name')
  await s.look('found')
  await s.press('补全姓名用字')
  await s.reads('受理号51：')
  await open(s, 51)
  await s.reads('䶮')
  await s.readsNot('姓名待补全')
  await s.look('case')

  // A telephone call is on the record.
  await s.loaded(() => s.page.keyboard.press('c'))
  await s.look('call')
  await s.press('记下来')
  await s.look('call-missing')
  await s.choose('got', 'yes')
  await s.fill('note', '本人接的，告诉他名字已补全。')
  await s.press('记下来')
  await s.reads('本人接的')
  await s.leave()
}

// search: by number, name, the sound of a name, a whole phone or identity
// number; nothing of it stands in an address.
async function search(stage) {
  const { site } = stage
  const someoneElse = await someone(stage, 8)
  const s = await staff(stage, site, 'zhongxin1', 'desk-search')
  const find = async (q) => {
    await s.go('/desk')
    await s.fill('q', q)
    await s.press('查找')
    stage.checks.ok(!decodeURIComponent(s.path()).includes(q), `the search stands in the address: ${s.path()}`)
  }
  await find(someoneElse.phone)
  await s.reads('受理号 8')
  await find(someoneElse.name)
  await s.reads(someoneElse.name)
  await find('陈')
  await s.look('many')
  await find('查无此人')
  await s.reads('没有找到')
  await s.look('nobody')
  await s.leave()
}

// auditor: sees all and presses nothing; an original needs a reason and is on
// the record that the worker reads.
async function auditor(stage) {
  const s = await staff(stage, stage.site, 'jingshen', 'desk-audit')
  await open(s, 9)
  await s.look('case')
  stage.checks.ok((await s.page.locator('.acts button, .acts a').count()) === 0, 'the auditor has something to press')
  await s.readsNot((await someone(stage, 9)).phone)
  await s.press('写理由，查看原文')
  await s.look('reveal')
  await s.press('查看')
  await s.look('reveal-missing')
  await s.fill('reason', '三季度内审抽查')
  await s.press('查看')
  await s.look('revealed')
  await s.go('/desk/trail')
  await s.reads('查看原文')
  await s.leave()

  const w = await Visitor.come(stage, stage.site, 'desk-looked-at', phone)
  await w.enter(await someone(stage, 9))
  await w.go('/my/lookers')
  await w.reads('审计')
  await w.look('lookers')
  await w.leave()
}

// accounts: an invitation, a password, an authenticator, and the new clerk is in.
async function accounts(stage) {
  const { site } = stage
  const s = await staff(stage, site, 'anquan', 'desk-invite')
  await s.go('/desk/accounts/new')
  await s.press('生成邀请链接')
  await s.look('missing')
  await s.fill('name', '钟新来')
  await s.fill('login', 'zhongxin3')
  await s.page.locator('select[name=org]').selectOption({ index: 1 })
  await s.page.locator('label.pick', { hasText: '服务中心' }).first().click()
  const programme = s.page.locator('select[name=programme]')
  await programme.selectOption(await programme.locator('option').last().getAttribute('value'))
  await s.press('生成邀请链接')
  const link = await s.page.locator('#f-link').inputValue()
  await s.look('link')
  await s.go('/desk/accounts')
  await s.press('钟新来')
  await s.look('account')
  await s.leave()

  const n = await Visitor.come(stage, site, 'desk-new', desk)
  await n.go(link.slice(link.indexOf('/invite/')))
  await n.look('password')
  await n.fill('password', '123')
  await n.fill('again', '123')
  await n.press('下一步')
  await n.look('password-short')
  await n.fill('password', 'san-zhang-zhuozi')
  await n.fill('again', 'san-zhang-zhuozi')
  await n.press('下一步')
  await n.look('authenticator')
  const secret = (await n.page.locator('.secret').innerText()).replace(/\s/g, '')
  await n.fill('totp', '000000')
  await n.press('开通账号')
  await n.look('authenticator-wrong')
  await n.fill('totp', totp(secret))
  await n.press('开通账号')
  await n.look('opened')
  await n.leave()
}

// cap: two leads, a public reason, and the first who waits has a seat.
async function cap(stage) {
  const { site } = stage
  const one = await staff(stage, site, 'fuze1', 'desk-cap')
  await one.go('/desk/programme')
  await one.press('调整名额')
  await one.look('form')
  await one.fill('cap', '50')
  await one.press('提出调整')
  await one.look('form-wrong')
  await one.fill('reason', '区财政追加一个名额的补助。')
  await one.press('提出调整') // fewer than are taken
  await one.look('form-fewer')
  await one.fill('cap', '101')
  await one.press('提出调整')
  await one.look('proposed')
  stage.checks.ok((await one.button('同意，调整名额').count()) === 0, 'the lead who proposes a cap may confirm it')
  await one.leave()
  const two = await staff(stage, site, 'fuze2', 'desk-cap-second')
  await two.go('/desk/programme')
  await two.press('同意，调整名额')
  await two.look('changed')
  await two.go('/desk/seats')
  await two.reads('101', '账对得上')
  await two.look('seats')
  await two.leave()
}

function someone(stage, no) {
  return stage.site.person(`受理号 ${no} `)
}

// totp is the present code of an authenticator (RFC 6238).
function totp(secret) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  let bits = ''
  for (const c of secret) bits += alphabet.indexOf(c).toString(2).padStart(5, '0')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const at = mac[19] & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, '0')
}
