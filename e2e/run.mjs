// Every browser flow, one after the other: node e2e/run.mjs [name…]
import { build, launch, Checks } from './house.mjs'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './house.mjs'

const only = process.argv.slice(2)
const names = readdirSync(join(root, 'e2e', 'flows')).filter((f) => f.endsWith('.mjs')).map((f) => f.slice(0, -4)).filter((f) => only.length === 0 || only.includes(f)).sort()

const binary = await build()
const browser = await launch()
const checks = new Checks()
let broken = 0
try {
  for (const name of names) {
    const began = performance.now()
    try {
      const flow = await import(`./flows/${name}.mjs`)
      await flow.default({ binary: binary.file, browser, checks })
      console.log(`flow ${name}: ${Math.round((performance.now() - began) / 1000)} s`)
    } catch (e) {
      broken++
      console.error(`flow ${name} broke:`, e)
    }
  }
} finally {
  await browser.close()
  binary.remove()
}
for (const f of checks.faults) console.error('FAULT', f)
console.log(`${checks.pages.size} pages looked at`)
console.log(`${checks.passed} passed, ${checks.faults.length + broken} failed`)
process.exit(checks.faults.length + broken === 0 && checks.passed > 0 ? 0 : 1)
