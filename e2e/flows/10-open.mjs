// The open pages: every one, at phone and desk width, small and large letters,
// with and without JavaScript. Nobody signs in, nobody leaves a cookie.
import { Visitor, desk, phone, plain } from '../house.mjs'

export const scene = 'opening'

export const pages = ['/', '/policy', '/colleges', '/majors', '/help', '/privacy', '/report', '/proof', '/receipt', '/check', '/sign-in', '/print', '/desk/sign-in', '/a/sign-in']
const checkpoints = ['/', '/majors', '/check', '/proof'] // whose layout differs most

const nameOf = (path) => (path === '/' ? 'home' : path.slice(1).replaceAll('/', '-'))

export default async function (stage) {
  const { checks, site, browser } = stage
  await firstLoad(stage)

  const reader = await Visitor.come(stage, site, 'open-phone')
  for (const path of pages) {
    await reader.go(path)
    await reader.look(nameOf(path))
  }
  checks.ok((await reader.context.cookies()).length === 0, 'an open page leaves a cookie')
  await narrow(reader, pages)
  await reader.page.setViewportSize(phone.viewport)

  // 大字版 comes back to its page and stays.
  await reader.go('/help')
  await reader.press('大字版')
  reader.at('/help')
  for (const path of pages) {
    await reader.go(path)
    await checks.page(reader.page, `open-large-${nameOf(path)}`)
  }
  await narrow(reader, pages)
  await reader.leave()

  await filters(stage)

  const still = await Visitor.come(stage, site, 'open-plain', plain(phone))
  for (const path of pages) {
    await still.go(path)
    checks.ok((await still.page.locator('h1').innerText()) !== '', `${path} without JavaScript has no heading`)
    if (checkpoints.includes(path)) await still.look(nameOf(path))
  }
  await still.leave()

  const wide = await Visitor.come(stage, site, 'open-desk', desk)
  for (const path of checkpoints.concat('/desk/sign-in')) {
    await wide.go(path)
    await wide.look(nameOf(path))
  }
  await wide.go('/a') // an officer's own page asks him to sign in
  wide.at('/a/sign-in?next=%2Fa')
  await wide.go('/no-such-page', 404)
  await wide.look('nowhere')
  await wide.leave()
}

// First load: all that comes over the wire, compressed, without a cache.
async function firstLoad({ browser, checks, site }) {
  const context = await browser.newContext(phone)
  const page = await context.newPage()
  const client = await context.newCDPSession(page)
  await client.send('Network.enable')
  let bytes = 0
  client.on('Network.loadingFinished', (e) => (bytes += e.encodedDataLength))
  const requests = []
  page.on('request', (r) => requests.push(r.url()))
  await page.goto(site.url + '/', { waitUntil: 'networkidle' })
  checks.ok(bytes > 0 && bytes <= 60 * 1024, `first page: ${bytes} bytes transferred, at most ${60 * 1024}`)
  console.log(`first page: ${bytes} bytes transferred in ${requests.length} requests`)
  for (const u of requests) checks.ok(u.startsWith(site.url), `first page asks another host: ${u}`)
  checks.ok((await context.cookies()).length === 0, 'the first page leaves a cookie')
  await context.close()
}

// narrow looks whether a page fits the narrowest and the widest of usual phones.
async function narrow(v, paths) {
  for (const width of [320, 414]) {
    await v.page.setViewportSize({ width, height: 640 })
    for (const path of paths) {
      await v.go(path)
      const over = await v.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      v.checks.ok(over <= 0, `${path} at ${width} px: scrolls sideways by ${over} px`)
    }
  }
}

// filters: the majors by level and college, the pre-check to its two ends.
async function filters(stage) {
  const v = await Visitor.come(stage, stage.site, 'open-tap')
  await v.go('/majors')
  const all = await v.page.locator('main').innerText()
  await v.page.locator('select').first().selectOption({ label: '专升本' })
  await v.press('筛选')
  await v.look('majors-filtered')
  v.checks.ok((await v.page.locator('main').innerText()).length < all.length, 'the filter of the majors leaves as much as before')

  await v.go('/check')
  for (const answer of ['温泉街道', '单位没有工会', '居民身份证', '专升本', '高中', '护理', '没有']) {
    await v.press(answer)
  }
  await v.look('check-no')
  await v.reads('温泉街道', '也可以照样申请')
  await v.leave()
}
