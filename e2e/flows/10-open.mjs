// The open pages: every one, at phone and desk width, small and large letters.
import { demo, phone, desk } from '../house.mjs'

const pages = ['/', '/policy', '/colleges', '/majors', '/help', '/privacy', '/report', '/proof', '/receipt', '/check', '/sign-in', '/print', '/demo', '/desk/sign-in', '/a']

export default async function ({ binary, browser, checks }) {
  const site = await demo(binary, 'opening')
  try {
    // First load: all that comes over the wire, compressed, without a cache.
    const first = await browser.newContext({ ...phone })
    const page = await first.newPage()
    const client = await first.newCDPSession(page)
    await client.send('Network.enable')
    let bytes = 0
    client.on('Network.loadingFinished', (e) => (bytes += e.encodedDataLength))
    const requests = []
    page.on('request', (r) => requests.push(r.url()))
    await page.goto(site.url + '/', { waitUntil: 'networkidle' })
    checks.ok(bytes > 0 && bytes <= 60 * 1024, `first page: ${bytes} bytes transferred, at most ${60 * 1024}`)
    console.log(`first page: ${bytes} bytes transferred`)
    for (const u of requests) checks.ok(u.startsWith(site.url), `first page asks another host: ${u}`)
    const cookies = await first.cookies()
    checks.ok(cookies.length === 0, 'the first page leaves a cookie')
    await first.close()

    for (const [kind, options] of [['phone', phone], ['plain', { ...phone, javaScriptEnabled: false }], ['desk', desk]]) {
      const context = await browser.newContext(options)
      const page = await context.newPage()
      const errors = []
      page.on('pageerror', (e) => errors.push(String(e)))
      page.on('console', (m) => m.type() === 'error' && errors.push(m.text()))
      for (const path of pages) {
        const answer = await page.goto(site.url + path)
        checks.ok(answer.status() === 200, `${path}: ${answer.status()}`)
        const name = `open-${kind}${path === '/' ? '-home' : path.replaceAll('/', '-')}`
        if (options.javaScriptEnabled === false) {
          checks.ok((await page.textContent('h1')) !== '', `${path} without JavaScript has no heading`)
        } else {
          await checks.page(page, name)
        }
      }
      if (kind === 'phone') {
        await page.goto(site.url + '/')
        await page.click('text=大字版')
        for (const path of pages) {
          await page.goto(site.url + path)
          await checks.page(page, `open-large${path === '/' ? '-home' : path.replaceAll('/', '-')}`)
        }
        for (const width of [320, 414]) {
          await page.setViewportSize({ width, height: 640 })
          for (const path of pages) {
            await page.goto(site.url + path)
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
            checks.ok(wide <= 0, `${path} at ${width} px, large: scrolls sideways by ${wide} px`)
          }
        }
      }
      for (const e of errors) checks.ok(false, `${kind}: script error: ${e}`)
      await context.close()
    }
  } finally {
    await site.stop()
  }
}
