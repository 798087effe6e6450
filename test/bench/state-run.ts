import { setImmediate as letOthersRun } from 'node:timers/promises'
import { CheckpointCoordinator } from '../../src/checkpoint/coordinator.ts'
import { folderStore } from '../../src/checkpoint/folder-store.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { systemClock } from '../../src/contract/system.ts'
import { decodeCbor, encodeCbor } from '../../src/state/cbor.ts'
import { keyGroupOf } from '../../src/state/key-group.ts'
import { cpuMicros } from './figure.ts'
import { MemoryWatch } from './memory-watch.ts'
import { createState, folder, keys, over, pad, say } from './state-trial.ts'
import { ThreadWatch, threadCpuMs } from './thread-watch.ts'

const operations = Math.min(2_000_000, keys)
const dirtyKeys = Math.min(1_000_000, keys)
/** So many read-modify-writes between two turns of the loop, as of a batch of records. */
const batch = 1_000

let seed = 7
/** A whole number below `limit`, each as likely. */
function random(limit: number): number {
  seed ^= seed << 13
  seed ^= seed >>> 17
  seed ^= seed << 5
  return (seed >>> 0) % limit
}

const memory = new MemoryWatch()
const thread = new ThreadWatch()
const coordinator = new CheckpointCoordinator('bench', folderStore(folder), systemClock, () => 'bench')
await coordinator.claim()
let [isDue, checkpoints] = [false, 0]
let checkpointing: Promise<unknown> | undefined
const state = createState(() => {
  isDue = true
})
const table = state.within(0)

function rmw(key: number): void {
  const value = table.get(key)
  if (value === undefined) table.set(key, pad === '' ? [1, key] : [1, key, pad])
  else {
    value[0] += 1
    value[1] += key
  }
}

function complete() {
  const snapshot: Snapshot = { schema: 1, parts: [], changes: state.snapshot() }
  return coordinator.complete({ sources: {}, sinks: {}, finished: false, operators: { bench: snapshot } })
}

/** As the engine does it: a checkpoint aside when one is asked for, and no records while there is no room. */
function checkpointAside(): void {
  isDue = false
  checkpoints += 1
  checkpointing = complete()
    .then(() => coordinator.deleteObsolete())
    .finally(() => {
      checkpointing = undefined
    })
}

async function sayThread(during: string): Promise<void> {
  const { ownMs, pauseMs, kind, allMs } = await thread.taken()
  say(
    `${during}: the longest block of the thread in CPU time, without garbage collection`,
    `${ownMs.toFixed(0)} ms`,
  )
  say(
    `${during}: the longest pause for garbage collection (${kind}), and all`,
    `${pauseMs.toFixed(0)} / ${allMs.toFixed(0)} ms`,
  )
}

/** What a read-modify-write that is checkpointed cannot do without, in microseconds: its value decoded and encoded, its key hashed. */
function floorMicros(): number {
  const count = 300_000
  const values = Array.from({ length: 1_000 }, (_, key) => encodeCbor([1, key * keys]))
  const micros = cpuMicros(() => {
    for (let index = 0; index < count; index += 1) {
      const value = decodeCbor(values[index % 1_000]!) as [number, number]
      value[0] += 1
      value[1] += index
      encodeCbor(value)
      keyGroupOf(index)
    }
  })
  return micros / count
}

async function inTurns(what: string, count: number, keyOf: (index: number) => number): Promise<void> {
  checkpoints = 0
  const cpu = process.cpuUsage()
  const [began, cpuBegan] = [performance.now(), threadCpuMs()]
  for (let index = 0; index < count; index += 1) {
    rmw(keyOf(index))
    if (index % batch !== batch - 1) continue
    if (isDue && checkpointing === undefined) checkpointAside()
    const room = state.room()
    if (room === undefined) await letOthersRun()
    else {
      thread.rest()
      await room
    }
    thread.turn()
  }
  thread.rest()
  const ms = performance.now() - began
  await checkpointing
  const { user, system } = process.cpuUsage(cpu)
  const threadMs = threadCpuMs() - cpuBegan
  const rates = [ms, threadMs].map((took) => (count / took).toFixed(0))
  const where = checkpoints === 0 ? '' : `, with the ${checkpoints} checkpoints that they led to`
  say(`${what}: thousands a second, by the clock and of the thread's CPU${where}`, rates.join(' / '))
  const [floor, all] = [floorMicros(), (user + system) / count]
  say(
    'CPU time of each, of the thread and of all, and of what its value and key cost by themselves',
    `${((threadMs * 1e3) / count).toFixed(2)} / ${all.toFixed(2)} / ${floor.toFixed(2)} µs`,
  )
  await sayThread('meanwhile')
}

async function checkpoint(what: string): Promise<void> {
  await thread.taken()
  const [began, cpuBegan] = [performance.now(), threadCpuMs()]
  let isOver = false
  const writing = complete().finally(() => {
    isOver = true
  })
  const cut = `${(performance.now() - began).toFixed(1)} / ${(threadCpuMs() - cpuBegan).toFixed(1)} ms`
  thread.turn()
  while (!isOver) {
    await letOthersRun()
    thread.turn()
  }
  const { sizeBytes } = await writing
  const seconds = ((performance.now() - began) / 1e3).toFixed(1)
  say(`the cut of ${what}, by the clock and in CPU time`, cut)
  say('its files, and until they are published', `${(sizeBytes / 2 ** 20).toFixed(0)} MiB, ${seconds} s`)
  await sayThread('meanwhile')
}

await inTurns(`first writes of ${keys} keys`, keys, (index) => index)
if (pad === '') await inTurns('read-modify-writes of any of them', operations, () => random(keys))
await checkpoint('what was left')
if (pad === '') {
  await inTurns('read-modify-writes between two checkpoints', Math.min(300_000, keys), () => random(keys))
  // Without a checkpoint meanwhile, also where the backend asks for one.
  for (let index = 0; index < dirtyKeys; index += 1) rmw((index * 7) % keys)
  await checkpoint(`${dirtyKeys} changed keys`)
}
say('resident at the most', `${(memory.mostRssMiB * 1.048576).toFixed(0)} MB`)
over.abort()
memory.end()
