import { appendFileSync, copyFileSync, existsSync, renameSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes logs and rotates them, until its parent says stop; then it tells how many lines each generation of each log has.
 * A line is `log generation number` and some text; it may come in two writes.
 */
const [folder = '', rotation = ''] = process.argv.slice(2)
const names = ['api', 'web']
const generations: { log: string; generation: number; lines: number }[] = []
const perGeneration = 3000
const perTurn = 15

let stopped = false
process.on('message', () => {
  stopped = true
})

const current = new Map(names.map((log) => [log, { log, generation: 1, lines: 0 }]))

function write(log: string): void {
  const path = join(folder, `${log}.log`)
  const at = current.get(log)!
  let text = ''
  for (let line = 0; line < perTurn; line += 1) {
    at.lines += 1
    text += `${log} ${at.generation} ${at.lines} ${'.'.repeat(at.lines % 97)}\n`
  }
  const middle = at.lines % text.length
  appendFileSync(path, text.slice(0, middle))
  appendFileSync(path, text.slice(middle))
  if (at.lines >= perGeneration) rotate(log, path)
}

function rotate(log: string, path: string): void {
  const at = current.get(log)!
  for (let old = at.generation; old >= 1; old -= 1) {
    if (existsSync(`${path}.${old}`)) renameSync(`${path}.${old}`, `${path}.${old + 1}`)
  }
  if (rotation === 'rename') renameSync(path, `${path}.1`)
  else {
    copyFileSync(path, `${path}.1`)
    truncateSync(path)
  }
  generations.push(at)
  current.set(log, { log, generation: at.generation + 1, lines: 0 })
}

function turn(): void {
  for (const log of names) write(log)
  if (!stopped) return void setTimeout(turn, 5)
  process.send?.([...generations, ...current.values()].filter(({ lines }) => lines > 0))
  process.disconnect()
}

turn()
