import { CheckpointCoordinator } from '../../src/checkpoint/coordinator.ts'
import { folderStore } from '../../src/checkpoint/folder-store.ts'
import { systemClock } from '../../src/contract/system.ts'
import { MemoryWatch } from './memory-watch.ts'
import { around, createState, folder, over, pad, say } from './state-trial.ts'

const memory = new MemoryWatch()
let [at, cpu] = [performance.now(), process.cpuUsage()]

/** By the clock and in CPU time of the process, since this was last said. */
function sayTime(what: string): void {
  const { user, system } = process.cpuUsage(cpu)
  const figures = [(performance.now() - at) / 1e3, (user + system) / 1e6].map(
    (seconds) => `${seconds.toFixed(2)} s`,
  )
  say(`start: ${what}, by the clock and in CPU time`, figures.join(' / '))
  ;[at, cpu] = [performance.now(), process.cpuUsage()]
}

const coordinator = new CheckpointCoordinator('bench', folderStore(folder), systemClock, () => 'bench')
const { restored } = await coordinator.claim()
sayTime('verified and claimed')
const layers = restored!.operators['bench']!.layers!
const sizeBytes = layers.flat().reduce((sum, file) => sum + file.sizeBytes, 0)
const back = createState()
await back.open(layers, around)
back.within(0).get(1)
sayTime(`${(sizeBytes / 2 ** 20).toFixed(0)} MiB opened, the first key`)
if (pad !== '') {
  const { size } = back.within(0)
  sayTime(`all ${size} keys, asked for at once`)
}
say('start: resident at the most', `${(memory.mostRssMiB * 1.048576).toFixed(0)} MB`)
over.abort()
memory.end()
