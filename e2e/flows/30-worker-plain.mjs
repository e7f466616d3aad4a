// The same way with JavaScript switched off in every browser, by somebody whose
// name cannot be typed and who keeps his own union's seal.
import { Visitor, plain } from '../house.mjs'
import { people } from '../people.mjs'
import { Artist } from '../pictures.mjs'
import { attest, desk, fill, open, phone, precheck, signIn, staff, submit } from '../way.mjs'

export const scene = 'opening'

export default async function (stage) {
  const { site } = stage
  const who = people.plain
  const artist = await Artist.come(stage)
  const w = await Visitor.come(stage, site, 'plain', plain(phone))

  await w.go('/')
  await w.press('看我能不能申请')
  await precheck(w, ['温泉街道', '单位有工会', '是我管', '居民身份证', '高升专', '高中', '不是医学'])
  await w.press('去申请')
  await signIn(w, who, true)
  await w.press('开始填写')
  await fill(w, who, artist)
  const no = await submit(w)

  await attest(stage, site, who, 'officer-plain', plain(phone))

  const off = { device: plain(desk) }
  const centre = await staff(stage, site, 'zhongxin2', 'centre-plain', { typed: true, ...off })
  await open(centre, no)
  await centre.look('case')
  await centre.press('补全姓名用字')
  await centre.fill('find', '龙天')
  await centre.press('找字')
  await centre.look('complete-name')
  await centre.fill('name', who.whole)
  await centre.press('补全姓名用字')
  await open(centre, no)
  await centre.reads(who.whole)
  await centre.press('材料完整，报区总工会')
  await centre.reads(`受理号${no}：`)
  await centre.leave()

  const district = await staff(stage, site, 'shenhe2', 'district-plain', off)
  await open(district, no)
  await district.press('审核通过')
  await district.reads(`受理号${no}：`)
  await district.leave()

  await w.go('/my')
  await w.reads('审核通过，名额已确认')
  await w.look('approved')

  // Without a script the server checks the receipt.
  const receipt = (await w.get('/my/receipt.json')).toString()
  await w.go('/receipt')
  await w.fill('receipt', receipt)
  await w.press('核对')
  await w.reads(`核对通过：${no}号回执是真的`)
  await w.look('receipt')
  await w.go('/my')
  await w.press('退出')
  w.at('/')
  await w.leave()
  await artist.leave()
}
