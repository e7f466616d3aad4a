// The sample workers in every state of the first stage: my page, messages, who
// looked, what is held, and the acts that belong to the state. At the end the
// clock moves, and what falls due happens by itself.
import { Visitor, desk, phone, plain } from '../house.mjs'
import { Artist } from '../pictures.mjs'
import { staff } from '../way.mjs'

export const scene = 'review'

// The words of the demo's page that find the worker, a name, what my page says.
const states = [
  ['受理号 1 ', 'approved', '审核通过，名额已确认'],
  ['退回补正：要重新盖章', 'returned', '有几处要改，名额为您留着'],
  ['告知期内', 'hearing', '可能不符合条件'],
  ['已作说明', 'answered', '由另一个人复核'],
  ['优先条件已核实', 'priority', '正在审核'],
  ['已撤回', 'withdrawn', '您已撤回申请'],
  ['候补，优先', 'promoted', '正在审核'],
  ['受理号 110 ', 'waiting', '您是候补第'],
  ['证件号待核实', 'contested', '受理编号'], // perhaps settled at the desk before
  ['草稿', 'draft', '盖章'],
]

export default async function (stage) {
  const { checks, site } = stage
  for (const [i, [words, name, says]] of states.entries()) {
    const w = await Visitor.come(stage, site, `state-${name}`, i % 3 === 2 ? plain(phone) : phone)
    await w.enter(await site.person(words))
    await w.go('/my')
    await w.reads(says)
    await w.look('mine')
    if (['returned', 'waiting', 'withdrawn'].includes(name)) {
      await w.go('/my/messages')
      await w.look('messages')
    }
    if (name === 'returned') {
      await w.go('/my/correct')
      await w.look('correct')
      await w.reads('公章')
    }
    if (name === 'hearing') {
      await w.go('/my/hearing')
      await w.press('不想等了')
      await w.look('waive')
      await w.press('不放弃')
      w.at('/my/hearing')
    }
    if (name === 'answered') {
      await w.go('/my/hearing')
      await w.look('hearing')
    }
    if (name === 'draft') {
      await w.go('/my/submit')
      await w.look('submit-missing')
      await w.go('/my/discard')
      await w.look('discard')
      await w.go('/my/receipt') // there is none yet
      w.at('/my')
    }
    await w.leave()
  }
  await duties(stage, phone, '受理号 1 ', 'duties')
  await duties(stage, plain(phone), '受理号 2 ', 'duties-plain')
  await withdraw(stage)
  await ownData(stage)
  await clock(stage)
  checks.ok(true, 'states')
}

// duties hands in a proof, with and without scripts: first the picture, then the
// values; the clerk sends it back, and the second time it passes.
async function duties(stage, device, words, name) {
  const { checks, site } = stage
  const who = await site.person(words)
  const w = await Visitor.come(stage, site, name, device)
  await w.enter(who)
  await w.go('/my')
  await w.press('要交的材料')
  await w.look('list')
  await w.go('/my/duties/enrol')
  await w.look('enrol')
  await w.go('/my/duties/registration')
  await w.look('picture-first')
  const artist = await Artist.come(stage)
  await w.attach('sheet', await artist.portrait('#ffffff'))
  await w.press('上传')
  await w.reads('已经收到')
  await w.fill('number', '4212000123')
  await w.press('交报名凭证')
  await w.reads('请选一项')
  await w.look('missing')
  await w.choose('paid', 'yes')
  await w.press('交报名凭证')
  await w.reads('等工作人员核对')

  const s = await staff(stage, site, 'zhongxin1', 'desk-' + name)
  const check = async (button, reason) => {
    await s.go('/desk/duties')
    if (reason) await s.look('waiting')
    await s.press('报名凭证')
    await s.reads('4212000123')
    if (reason) await s.look('one')
    if (reason) await s.fill('reason', reason)
    await s.press(button)
    await s.reads('报名凭证：')
  }
  await check('退回重交', '图片没有拍全，请重拍')
  await w.go('/my/duties/registration')
  await w.reads('图片没有拍全，请重拍')
  await w.look('returned')
  await w.press('交报名凭证')
  await check('核对通过')
  await w.go('/my/duties/registration')
  await w.reads('核对通过')
  await w.look('passed')
  checks.ok((await w.button('交报名凭证').count()) === 0, 'what has passed is asked for again')
  await s.leave()
  await w.leave()
}

// withdraw takes a fresh code, a wrong one changes nothing, and the place is
// free at once.
async function withdraw(stage) {
  const { site } = stage
  const who = await site.person('受理号 110 ')
  const w = await Visitor.come(stage, site, 'withdraw', phone)
  await w.enter(who)
  await w.go('/my')
  await w.press('撤回申请')
  await w.look('ask')
  await w.press('给我发验证码')
  await w.look('code')
  await w.fill('code', '000000')
  await w.press('撤回申请')
  await w.look('code-wrong')
  await w.fill('code', await site.sms(who.phone))
  await w.press('撤回申请')
  w.at('/my')
  await w.reads('申请已撤回', '您已撤回申请', '重新申请')
  await w.look('done')
  await w.leave()
}

// ownData is everything that is held, as a file.
async function ownData(stage) {
  const { site, checks } = stage
  const w = await Visitor.come(stage, site, 'data', phone)
  const who = await site.person('受理号 3 ')
  await w.enter(who)
  for (const page of ['lookers', 'data', 'receipt', 'form']) {
    await w.go('/my/' + page)
    await w.look(page)
  }
  await w.go('/my/data')
  await w.press('给我发验证码')
  await w.look('data-code')
  await w.fill('code', '000000')
  await w.press('下载我的资料')
  await w.look('data-code-wrong')
  await w.fill('code', await site.sms(who.phone))
  const [download] = await Promise.all([w.page.waitForEvent('download'), w.button('下载我的资料').click()])
  checks.ok(/我的资料|json|zip/.test(download.suggestedFilename()), `own data come as ${download.suggestedFilename()}`)
  await w.leave()
}

// clock moves the year on: a correction that nobody sent becomes a hearing, and
// the page says so.
async function clock(stage) {
  const { site } = stage
  const hand = await Visitor.come(stage, site, 'demo', desk)
  await hand.go('/demo')
  await hand.look('page')
  await hand.press('到下一件自动办的事')
  await hand.reads('到期的事都已按规则办了')
  await hand.press('往前 7 天')
  await hand.look('moved')
  await hand.leave()
  const w = await Visitor.come(stage, site, 'state-lapsed', phone)
  await w.enter(await site.person('退回补正：要重新盖章'))
  await w.go('/my')
  await w.look('mine')
  await w.leave()
}
