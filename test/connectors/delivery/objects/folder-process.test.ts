import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { filesIn, fingerprint, idsIn, parquetIn, rowsOf } from './lake.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-files-process-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const steps = 16
const run = (folder: string, checkpoint: string) => [
  '--import',
  'tsx',
  join(import.meta.dirname, 'folder-run.ts'),
  join(scratch, folder),
  join(scratch, checkpoint),
  `${steps}`,
]
const start = (folder: string, checkpoint: string) =>
  spawn(process.execPath, run(folder, checkpoint), { stdio: ['ignore', 'pipe', 'inherit'] })
const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null

async function output(child: ChildProcess): Promise<string> {
  const pieces: string[] = []
  child.stdout?.on('data', (piece) => pieces.push(String(piece)))
  await new Promise((resolve) => child.once('close', resolve))
  return pieces.join('')
}

describe('a process that writes files', () => {
  test('may be killed at any time: readers see whole files only, and in the end every row once', async () => {
    const straight = output(start('straight', 'straight.checkpoint'))
    const folder = join(scratch, 'killed')
    const seen = new Set<string>()
    let kills = 0
    for (let done = false; !done; ) {
      const child = start('killed', 'killed.checkpoint')
      const finished = output(child)
      const before = seen.size
      while (isRunning(child)) {
        for (const file of visible(folder)) {
          if (seen.has(file)) continue
          seen.add(file)
          expect((await rowsOf(join(folder, file))).length).toBeGreaterThan(0)
        }
        // Some are killed as soon as a file is published, some later, one while it stages its first.
        const enough = kills === 0 ? staged(folder).length > 0 : seen.size >= before + kills * 3
        if (kills < 5 && enough && child.kill('SIGKILL')) break
        await new Promise(setImmediate)
      }
      expect(['', 'done\n']).toContain(await finished)
      done = (await finished) === 'done\n'
      kills += done ? 0 : 1
    }
    expect(kills).toBeGreaterThan(0)
    expect(await straight).toBe('done\n')
    expect(fingerprint(folder)).toEqual(fingerprint(join(scratch, 'straight')))
    expect((await idsIn(folder)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: steps * 1000 }, (_, id) => id),
    )
    expect(staged(folder)).toEqual([])
  })

  test('may run twice by mistake: what both commit appears once', async () => {
    const first = await killedWithStaged('twice', 'twice.checkpoint')
    copyFileSync(join(scratch, 'twice.checkpoint'), join(scratch, 'twice.copy'))
    const both = ['twice.checkpoint', 'twice.copy'].map((checkpoint) => output(start('twice', checkpoint)))
    expect(await Promise.all(both)).toEqual(['done\n', 'done\n'])
    expect(first).not.toBe('done\n')
    const ids = await idsIn(join(scratch, 'twice'))
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: steps * 1000 }, (_, id) => id))
  })

  test('on a disk that takes no more bytes fails with the file and the cause, and shows no part of a file', () => {
    // A limit on the size of a file stands in for a full disk: writing fails after some of the bytes.
    const command = `trap '' XFSZ; ulimit -f 2; exec "$0" "$@"`
    const args = ['-c', command, process.execPath, ...run('full', 'full.checkpoint')]
    const text = execFileSync('bash', args, {
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
      encoding: 'utf8',
    })
    expect(text).toMatch(/SINK_FAILED .*cannot stage a file: EFBIG \[file .*\.staged\] \| EFBIG/)
    expect(filesIn(join(scratch, 'full'))).toEqual([])
  })
})

async function killedWithStaged(folder: string, checkpoint: string): Promise<string> {
  const child = start(folder, checkpoint)
  const finished = output(child)
  while (isRunning(child) && !existsSync(join(scratch, checkpoint))) await new Promise(setImmediate)
  child.kill('SIGKILL')
  return finished
}

const visible = (folder: string) => (existsSync(folder) ? parquetIn(folder) : [])
const staged = (folder: string) =>
  (existsSync(folder) ? filesIn(folder) : []).filter((file) => file.startsWith('_staging'))
