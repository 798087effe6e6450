import { availableParallelism } from 'node:os'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { compiled } from './compiled.ts'
import type { Report } from './worker.ts'
import { simulateElsewhere } from './worker-process.ts'

/*
 * npm run simulate -- --seeds 10000 --from 0
 *
 *   --seeds     how many (default 500)
 *   --from      the first one (default 0)
 *   --workers   how many processes share them (default: one for each core)
 *   --trace     prints what happened in each history
 *
 * Exits with 1 if a seed fails.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    from: { type: 'string', default: '0' },
    workers: { type: 'string', default: String(availableParallelism()) },
    trace: { type: 'boolean', default: false },
  },
})
const [from, seeds] = [Number(values.from), Number(values.seeds)]
const workers = Math.max(1, Math.min(Number(values.workers), seeds))
if (!Number.isInteger(from) || from < 0 || !Number.isInteger(seeds) || seeds < 1 || Number.isNaN(workers))
  throw new RangeError('--seeds takes a whole number from 1, --from one from 0')

const started = performance.now()
const toldEvery = 500
let [done, steps, failed] = [0, 0, 0]

function onReport({ seed, steps: made, error, trace }: Report): void {
  done += 1
  steps += made
  if (error !== undefined) {
    failed += 1
    console.error(`\n${error}\nAgain: npm run simulate -- --seeds 1 --from ${seed} --trace\n`)
  }
  if (trace !== undefined) console.log(trace)
  if (done % toldEvery === 0 || done === seeds) console.log(progress())
}

function progress(): string {
  const seconds = (performance.now() - started) / 1000
  return `${done} of ${seeds} histories from seed ${from} on, ${steps} calls, ${failed} failed, ${seconds.toFixed(0)} s`
}

const { folder, remove } = compiled()
try {
  await Promise.all(
    Array.from({ length: workers }, (_, worker) =>
      simulateElsewhere(
        folder,
        { from: from + worker, to: from + seeds, step: workers, trace: values.trace },
        onReport,
      ),
    ),
  )
} finally {
  remove()
}
process.exitCode = failed > 0 || done < seeds ? 1 : 0
