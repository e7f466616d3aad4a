// Every browser flow, one after the other: node e2e/run.mjs [name…]
import { build, demo, launch, out, root, Checks } from './house.mjs'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const only = process.argv.slice(2)
const names = readdirSync(join(root, 'e2e', 'flows')).filter((f) => f.endsWith('.mjs')).map((f) => f.slice(0, -4)).filter((f) => only.length === 0 || only.includes(f)).sort()
const flows = []
for (const name of names) flows.push([name, await import(`./flows/${name}.mjs`)])

// Both scenes are built at once, each only when a flow plays in it, and every
// flow of a scene plays in the same one.
const binary = await build()
const scenes = {}
for (const [, flow] of flows) scenes[flow.scene] ??= demo(binary.file, flow.scene)
for (const s of Object.values(scenes)) s.ready.catch(() => {}) // said by the flow that waits for it
const browser = await launch()
const checks = new Checks()
let broken = 0
const seconds = (from) => Math.round((performance.now() - from) / 1000)
try {
  for (const [name, flow] of flows) {
    const began = performance.now()
    try {
      const site = await scenes[flow.scene].ready
      const built = performance.now()
      await flow.default({ browser, checks, site })
      console.log(`flow ${name}: ${seconds(built)} s` + (built - began > 1000 ? `, after ${seconds(began) - seconds(built)} s for the scene` : ''))
    } catch (e) {
      broken++
      console.error(`flow ${name} broke:`, e)
    }
    // A flow that broke has left its windows open: they show where.
    for (const [i, c] of browser.contexts().entries()) {
      for (const p of c.pages()) {
        console.error(`open: ${p.url()}`)
        await p.screenshot({ path: join(out, `broke-${name}-${i}.png`), fullPage: true }).catch(() => {})
      }
      await c.close()
    }
    checks.window = undefined
  }
} finally {
  await browser.close()
  await Promise.all(Object.values(scenes).map((s) => s.stop()))
  binary.remove()
}
for (const f of checks.faults) console.error('FAULT', f)
console.log(`${checks.pages.size} pages looked at`)
console.log(`${checks.passed} passed, ${checks.faults.length + broken} failed`)
process.exit(checks.faults.length + broken === 0 && checks.passed > 0 ? 0 : 1)
