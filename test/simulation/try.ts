import { simulateSeed } from './run-seeds.ts'

const [from = '1', seeds = '20', verbose] = process.argv.slice(2)
const c0 = process.cpuUsage().user
let steps = 0
const kinds = new Map<string, number>()
for (let seed = +from; seed < +from + +seeds; seed++) {
  try {
    const r = await simulateSeed(seed)
    steps += r.steps
    for (const line of r.trace) {
      const [, k] = /FAULT (.*) from/.exec(line) ?? []
      if (k) kinds.set(k, (kinds.get(k) ?? 0) + 1)
    }
    if (verbose) console.log(r.trace.join('\n'), r.rows)
  } catch (e) {
    console.log(seed, String((e as Error).message).slice(0, 6000), verbose ? e : '')
  }
}
console.log((process.cpuUsage().user - c0) / 1000 / +seeds, 'ms cpu per seed', steps / +seeds, 'steps', kinds)
