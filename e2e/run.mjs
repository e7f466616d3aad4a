// Every browser flow: node e2e/run.mjs [name…]. The flows of one scene play one
// after the other in the same program; the scenes play side by side.
import { build, demo, launch, out, root, Checks } from './house.mjs'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const only = process.argv.slice(2)
const names = readdirSync(join(root, 'e2e', 'flows')).filter((f) => f.endsWith('.mjs')).map((f) => f.slice(0, -4)).filter((f) => only.length === 0 || only.includes(f)).sort()
const scenes = {}
for (const name of names) {
  const flow = await import(`./flows/${name}.mjs`)
  scenes[flow.scene] ??= []
  scenes[flow.scene].push([name, flow.default])
}

const binary = await build()
const browser = await launch()
const checks = new Checks()
let broken = 0
const seconds = (from) => Math.round((performance.now() - from) / 1000)

async function play([scene, flows]) {
  const began = performance.now()
  const program = demo(binary.file, scene)
  try {
    const site = await program.ready
    console.log(`scene ${scene}: ${seconds(began)} s`)
    for (const [name, flow] of flows) {
      const from = performance.now()
      const stage = { browser, checks, site, open: new Set() }
      try {
        await flow(stage)
      } catch (e) {
        broken++
        console.error(`flow ${name} broke:`, e)
        // The windows that it left open show where.
        for (const [i, v] of [...stage.open].entries()) {
          console.error(`${v.name} is at ${v.path()}`)
          await v.page.screenshot({ path: join(out, `broke-${name}-${i}.png`), fullPage: true }).catch(() => {})
        }
      }
      for (const v of stage.open) await v.leave()
      console.log(`flow ${name}: ${seconds(from)} s`)
    }
  } catch (e) {
    broken++
    console.error(`scene ${scene} broke:`, e)
  } finally {
    await program.stop()
  }
}

try {
  await Promise.all(Object.entries(scenes).map(play))
} finally {
  await browser.close()
  binary.remove()
}
for (const f of checks.faults) console.error('FAULT', f)
console.log(`${checks.pages.size} pages looked at`)
console.log(`${checks.passed} passed, ${checks.faults.length + broken} failed`)
process.exit(checks.faults.length + broken === 0 && checks.passed > 0 ? 0 : 1)
