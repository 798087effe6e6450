import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constants, PerformanceObserver, performance } from 'node:perf_hooks'
import { setImmediate as letOthersRun } from 'node:timers/promises'
import { CheckpointCoordinator } from '../../src/checkpoint/coordinator.ts'
import { folderStore } from '../../src/checkpoint/folder-store.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { diskState, memoryState } from '../../src/contract/state-backend.ts'
import { systemClock } from '../../src/contract/system.ts'
import { keyedStateIn } from '../../src/state/keyed-state-in.ts'
import { plainContent } from '../../src/state/state-content.ts'
import { MemoryWatch } from './memory-watch.ts'

/** A small accumulator, as of a count and a sum. */
type Accumulator = [count: number, sum: number]

const [keysText = '10000000', padText = '0', backend = 'memory'] = process.argv.slice(2)
const keys = Number(keysText)
const operations = Math.min(2_000_000, keys)
const dirtyKeys = Math.min(1_000_000, keys)
const pad = 'x'.repeat(Number(padText))
const around = { signal: new AbortController().signal, resume: (act: () => void) => act() }
const state = backend === 'disk' ? diskState() : memoryState()
const create = (requestCheckpoint?: () => void) =>
  keyedStateIn<Accumulator | [number, number, string]>(
    { ...around, state, requestCheckpoint },
    plainContent('bench'),
  )

let seed = 7
/** A whole number below `limit`, each as likely. */
function random(limit: number): number {
  seed ^= seed << 13
  seed ^= seed >>> 17
  seed ^= seed << 5
  return (seed >>> 0) % limit
}

function say(name: string, figure: string): void {
  console.log(`${figure.padStart(22)}   ${name}`)
}

/** What the kernel of Linux says of this thread. */
const ofThread = '/proc/thread-self/schedstat'
const knowsThread = existsSync(ofThread)

/** CPU time of this thread where that can be known, else of the process: what else the machine does does not count. */
function cpuMs(): number {
  if (knowsThread) return Number(readFileSync(ofThread, 'utf8').split(' ')[0]) / 1e6
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e3
}

/** How long the thread was blocked at the most while a promise was on its way, in CPU time. */
async function longestBlockWhile(
  work: Promise<unknown>,
): Promise<{ readonly blockMs: number; readonly ms: number }> {
  let over = false
  const began = performance.now()
  work.finally(() => {
    over = true
  })
  let [last, blockMs] = [cpuMs(), 0]
  while (!over) {
    await letOthersRun()
    const now = cpuMs()
    blockMs = Math.max(blockMs, now - last)
    last = now
  }
  await work
  return { blockMs, ms: performance.now() - began }
}

const collections: { readonly ms: number; readonly kind: string }[] = []
const kinds = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
}
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const { kind } = (entry as unknown as { readonly detail: { readonly kind: number } }).detail
    collections.push({ ms: entry.duration, kind: kinds[kind] ?? 'incremental' })
  }
}).observe({ entryTypes: ['gc'] })

async function sayCollections(during: string): Promise<void> {
  await letOthersRun()
  await letOthersRun()
  const longest = collections.reduce((most, one) => (one.ms > most.ms ? one : most), { ms: 0, kind: 'none' })
  const total = collections.reduce((sum, { ms }) => sum + ms, 0)
  say(
    `garbage collection ${during}: longest pause (${longest.kind}), and all together`,
    `${longest.ms.toFixed(0)} / ${total.toFixed(0)} ms`,
  )
  collections.length = 0
}

const watch = new MemoryWatch()
const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
try {
  const coordinator = new CheckpointCoordinator('bench', folderStore(folder), systemClock, () => 'bench')
  await coordinator.claim()
  let [isDue, checkpoints] = [false, 0]
  let checkpointing: Promise<unknown> | undefined
  const made = create(() => {
    isDue = true
  })
  const table = made.within(0)
  const rmw = (key: number) => {
    const value = table.get(key)
    if (value === undefined) table.set(key, pad === '' ? [1, key] : [1, key, pad])
    else {
      value[0] += 1
      value[1] += key
    }
  }
  const complete = () => {
    const snapshot: Snapshot = { schema: 1, parts: [], changes: made.snapshot() }
    const cut = { sources: {}, sinks: {}, finished: false, operators: { bench: snapshot } }
    return coordinator.complete(cut)
  }
  /** As the engine does it: a checkpoint aside when one is asked for, and no records while there is no room. */
  const checkpointAside = () => {
    isDue = false
    checkpoints += 1
    checkpointing = complete()
      .then(() => coordinator.deleteObsolete())
      .finally(() => {
        checkpointing = undefined
      })
  }
  const inTurns = async (count: number, keyOf: (index: number) => number) => {
    checkpoints = 0
    const cpu = process.cpuUsage()
    const began = performance.now()
    for (let index = 0; index < count; index += 1) {
      rmw(keyOf(index))
      if (index % 1_000 !== 999) continue
      if (isDue && checkpointing === undefined) checkpointAside()
      await (made.room() ?? letOthersRun())
    }
    await checkpointing
    const { user, system } = process.cpuUsage(cpu)
    const seconds = (performance.now() - began) / 1e3
    const rates = [count / seconds / 1e3, (count / (user + system)) * 1e3].map((rate) => rate.toFixed(0))
    return `${rates[0]} k/s, ${rates[1]} k/CPU s`
  }
  say(`first writes of ${keys} keys`, await inTurns(keys, (index) => index))
  await sayCollections(`meanwhile, with ${checkpoints} checkpoints`)
  say('read-modify-writes of any of them', await inTurns(operations, () => random(keys)))
  await sayCollections(`meanwhile, with ${checkpoints} checkpoints`)
  say('resident at the most until now', `${watch.mostRssMiB.toFixed(0)} MiB`)

  const checkpoint = async (what: string) => {
    const began = performance.now()
    const writing = complete()
    say(`the cut of ${what}`, `${(performance.now() - began).toFixed(2)} ms`)
    const { blockMs, ms } = await longestBlockWhile(writing)
    const { sizeBytes } = await writing
    const size = `${(sizeBytes / 2 ** 20).toFixed(0)} MiB`
    const figures = `${blockMs.toFixed(1)} ms, ${(ms / 1e3).toFixed(1)} s`
    say(`its ${size} written in slices: longest block in CPU time, and until published`, figures)
    await sayCollections('meanwhile')
  }
  await checkpoint('what was left')
  const between = Math.min(400_000, keys)
  say(`${between} read-modify-writes between two checkpoints`, await inTurns(between, () => random(keys)))
  for (let key = 0; key < dirtyKeys; key += 1) rmw((key * 7) % keys)
  await checkpoint(`${dirtyKeys} changed keys`)

  const again = new CheckpointCoordinator('bench', folderStore(folder), systemClock, () => 'bench')
  const began = performance.now()
  const { restored } = await again.claim()
  const claimed = performance.now()
  const back = create()
  await back.open(restored!.operators['bench']!.layers!, around)
  const opened = performance.now()
  back.within(0).get(1)
  const first = performance.now()
  const { size } = back.within(0)
  const seconds = (from: number, to: number) => `${((to - from) / 1e3).toFixed(2)} s`
  say('restore: verified and claimed', seconds(began, claimed))
  say('restore: files read, records may come', seconds(claimed, opened))
  say('restore: the first key', seconds(opened, first))
  say(`restore: all ${size} keys at once`, seconds(first, performance.now()))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const { mostRssMiB, heapAfterMiB } = watch.end()
say('resident at the most (two states, during the restore)', `${mostRssMiB.toFixed(0)} MiB`)
say('heap at the end', `${heapAfterMiB.toFixed(0)} MiB`)
