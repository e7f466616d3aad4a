// A worker from the first page to 「审核通过，名额已确认」 with a script in the
// browser, and the staff who do their part.
import { Visitor, until } from '../house.mjs'
import { people } from '../people.mjs'
import { Artist } from '../pictures.mjs'
import { attest, fill, open, phone, precheck, signIn, staff, submit } from '../way.mjs'

export const scene = 'opening'

export default async function (stage) {
  const { checks, site } = stage
  const who = people.scripted
  const artist = await Artist.come(stage)
  const w = await Visitor.come(stage, site, 'js', phone)

  await w.go('/')
  await w.press('看我能不能申请')
  await precheck(w, ['温泉街道', '单位没有工会', '居民身份证', '高升专', '高中', '不是医学'])
  await w.press('去申请')
  await signIn(w, who, true)
  w.at('/my')
  await w.look('begin')
  await w.press('开始填写')
  await fill(w, who, artist)
  await w.go('/my')
  await w.look('tasks-ready')
  await w.press('核对一遍，然后提交')
  const no = await submit(w)
  checks.ok(no > 36, `the number follows those of the scene: ${no}`)

  // A second tap, a second tab: the same number.
  await w.go('/my/submit')
  w.at('/my/receipt')

  // On another phone the number of the ID comes before the case.
  const other = await Visitor.come(stage, site, 'js-other', phone)
  await other.go('/my')
  await signIn(other, who)
  await other.look('identity')
  await other.readsNot(who.employer, who.name)
  await other.fill('last6', '000000')
  await other.press('核对')
  await other.look('identity-wrong')
  await other.fill('last6', who.id.slice(-6))
  await other.press('核对')
  other.at('/my')
  await other.reads('申请已受理')
  await other.leave()

  await attest(stage, site, who, 'officer')

  const centre = await staff(stage, site, 'zhongxin1', 'centre', { typed: true })
  await centre.look('cases')
  await open(centre, no)
  await centre.look('case')
  await centre.reads(who.id, who.card, '同意推荐')
  await centre.press('材料完整，报区总工会')
  await centre.reads(`受理号${no}：`)
  await centre.leave()

  const district = await staff(stage, site, 'shenhe1', 'district')
  await open(district, no)
  await district.look('case')
  await district.press('审核通过')
  await district.reads(`受理号${no}：`)
  await district.leave()

  await w.go('/my')
  await w.reads('审核通过，名额已确认')
  await w.look('approved')
  for (const page of ['messages', 'lookers', 'data']) {
    await w.go('/my/' + page)
    await w.look(page)
  }

  // The receipt verifies itself once a checkpoint covers it: within a minute.
  const sealed = await until(75, async () => JSON.parse(await w.get('/my/receipt.json')).sealed)
  checks.ok(sealed, 'no checkpoint has covered the receipt in 75 seconds')
  const receipt = (await w.get('/my/receipt.json')).toString()
  const reader = await Visitor.come(stage, site, 'reader', phone)
  await reader.go('/receipt')
  await reader.fill('receipt', receipt)
  await reader.button('核对').click()
  await reader.page.locator('[data-verdict] .callout').waitFor()
  await reader.reads(`核对通过：${no}号回执是真的`, '已经在签过名的检查点里')
  await reader.look('receipt')
  await reader.button('在全部公开记录里核对').click()
  await reader.page.locator('[data-whole-out] .callout.ok').waitFor({ timeout: 75000 }) // the newest rows wait for their checkpoint
  await reader.look('receipt-whole')
  // One digit of it changed: found.
  await reader.fill('receipt', receipt.replace(/"n":\s*\d+/, '"n":1'))
  await reader.button('核对').click()
  await reader.page.locator('[data-verdict] .callout.bad').waitFor()
  await reader.look('receipt-false')
  await reader.go('/proof')
  await reader.button('在这台设备上核对全部记录').click()
  await reader.page.locator('[data-whole-out] .callout.ok').waitFor({ timeout: 75000 }) // the newest rows wait for their checkpoint
  await reader.look('proof')
  await reader.leave()

  await w.press('退出')
  w.at('/')
  await w.leave()
  await artist.leave()
}
