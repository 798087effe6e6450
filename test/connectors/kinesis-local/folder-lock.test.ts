import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { lockFolder } from '../../../connectors/kinesis-local/log/folder-lock.ts'

const other = vi.hoisted(() => ({ onceRead: () => {} }))

/** Lets something happen just after the lock has been looked at. */
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  return {
    ...fs,
    readFileSync(...args: Parameters<typeof fs.readFileSync>) {
      const content = fs.readFileSync(...args)
      other.onceRead()
      return content
    },
  }
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a lock of a process that is gone is taken over, and let go of', () => {
  writeFileSync(join(folder, 'lock'), '2147483646')
  const unlock = lockFolder(folder)
  expect(readdirSync(folder)).toEqual(['lock'])
  expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(String(process.pid))
  unlock()
  expect(readdirSync(folder)).toEqual([])
})

test('of two servers that find a lock of nobody at the same time one gets it', () => {
  const lock = join(folder, 'lock')
  writeFileSync(lock, '2147483646')
  other.onceRead = () => {
    other.onceRead = () => {}
    rmSync(lock)
    writeFileSync(lock, String(process.ppid))
  }
  expect(() => lockFolder(folder)).toThrow(`process ${process.ppid}, uses this data folder`)
  expect(readdirSync(folder)).toEqual(['lock'])
  expect(readFileSync(lock, 'utf8')).toBe(String(process.ppid))
})
