import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { unsent } from '../../../connectors/agent/file-offset.ts'
import { OffsetsFile } from '../../../connectors/agent/offsets-file.ts'
import { lockState } from '../../../connectors/agent/state-lock.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-state-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = unsent({ id: '1:2', path: '/logs/ä.log', sizeBytes: 0 }, 0)

describe('offsets', () => {
  const path = () => join(folder, 'offsets.json')
  const change = (change: (text: string) => string) =>
    writeFileSync(path(), change(readFileSync(path(), 'utf8')))

  it('come back as they were written', async () => {
    const offsets = new OffsetsFile(folder, 'stream')
    expect(await offsets.read()).toBeUndefined()
    await offsets.write([file])
    await offsets.write([file, { ...file, id: '1:3' }])
    expect(await offsets.read()).toEqual([file, { ...file, id: '1:3' }])
    expect(readdirSync(folder)).toEqual(['offsets.json'])
  })

  it.each([
    ['cut short', (text: string) => text.slice(0, -20), 'it is not JSON'],
    ['empty', () => '', 'it is not JSON'],
    ['something else', () => '{"a":1}', 'it is something else'],
    ['null', () => 'null', 'it is something else'],
    ['edited', (text: string) => text.replace('"offset":0', '"offset":9'), 'its checksum is'],
    ['newer', (text: string) => text.replace('"version":1', '"version":2'), 'it has version 2'],
  ])('that are %s are refused', async (_, damage, complaint) => {
    const offsets = new OffsetsFile(folder, 'stream')
    await offsets.write([file])
    change(damage)
    await expect(offsets.read()).rejects.toMatchObject({ code: 'OFFSETS_CORRUPT', where: { file: path() } })
    await expect(offsets.read()).rejects.toThrow(complaint)
  })

  it('of another stream are refused', async () => {
    await new OffsetsFile(folder, 'stream').write([file])
    await expect(new OffsetsFile(folder, 'other').read()).rejects.toThrow(/OPTION_INVALID: .*sent to stream/)
  })

  it('that cannot be written are an error of the store', async () => {
    rmSync(folder, { recursive: true })
    await expect(new OffsetsFile(folder, 'stream').write([])).rejects.toThrow(
      'STORE_FAILED: cannot write offsets: ENOENT',
    )
  })
})

describe('a state folder', () => {
  const lock = () => join(folder, 'lock')

  it('has one agent at a time', () => {
    const unlock = lockState(folder)
    expect(() => lockState(folder)).toThrow(`STATE_IN_USE: process ${process.pid} is an agent`)
    unlock()
    expect(existsSync(lock())).toBe(false)
    lockState(folder)()
  })

  it('is kept by another living process', () => {
    writeFileSync(lock(), JSON.stringify({ pid: process.ppid, started: startOf(process.ppid) }))
    expect(() => lockState(folder)).toThrow(`STATE_IN_USE: process ${process.ppid}`)
  })

  it.each([
    ['a process that is gone', () => ({ pid: spawnSync('true').pid, started: '' })],
    ['one whose number was given out again', () => ({ pid: process.ppid, started: 'another start' })],
    ['itself, in an earlier container', () => ({ pid: process.pid, started: '' })],
    ['nobody', () => 'x'],
  ])('is not kept by %s', (_, content) => {
    writeFileSync(lock(), JSON.stringify(content()))
    lockState(folder)()
    expect(readdirSync(folder)).toEqual([])
  })
})

/** Elsewhere than on Linux a number must do. */
function startOf(pid: number): string {
  if (!existsSync('/proc/self/stat')) return ''
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return `${boot} ${readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19]}`
}
