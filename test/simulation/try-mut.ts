import { fork } from 'node:child_process'
import { join } from 'node:path'
import { makeMutant } from './mutant.ts'
import { mutations } from './mutations.ts'

const only = process.argv[2]
const queue = mutations.filter(({ name }) => !only || name.includes(only))
async function go() {
  for (;;) {
    const m = queue.shift()
    if (!m) return
    const { folder, remove } = makeMutant(m)
    const t = Date.now()
    await new Promise<void>((resolve) => {
      const child = fork(join(folder, 'test/simulation/worker.ts'), {
        execArgv: process.execArgv,
        stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      })
      let err = ''
      child.stderr!.on('data', (d) => {
        err += d
      })
      let n = 0,
        found: string | undefined
      child.on('message', (r: { seed: number; error?: string }) => {
        n++
        if (r.error) found = `seed ${r.seed}: ${r.error!.split('\n')[0]!.slice(0, 260)}`
      })
      child.send({ from: 0, to: 500, step: 1, trace: false, untilFailure: true })
      child.on('exit', () => {
        console.log(
          found ? 'CAUGHT' : 'MISSED',
          m.name,
          n,
          'seeds',
          Date.now() - t,
          'ms\n    ',
          found ?? err.slice(0, 500),
        )
        resolve()
      })
    })
    remove()
  }
}
await Promise.all([go(), go()])
