import { closeSync, existsSync, openSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { namelessFile, writeAll } from '../../../src/state/disk/nameless-file.ts'

describe('a file for keyed state', () => {
  it('says which folder is missing, and that another start may find it', () => {
    const folder = join(tmpdir(), 'millrace-is-not-there')
    const failure = { code: 'STORE_FAILED', retryable: true, message: expect.stringContaining(folder) }
    expect(() => namelessFile(folder)).toThrow(expect.objectContaining(failure))
    expect(() => namelessFile(folder)).toThrow(/cannot make a file for keyed state: ENOENT/)
  })

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full, and that there may be room later', () => {
    const full = openSync('/dev/full', 'r+')
    const failure = {
      code: 'STORE_FAILED',
      retryable: true,
      message: 'STORE_FAILED: cannot write keyed state to disk: ENOSPC',
    }
    expect(() => writeAll(full, new Uint8Array(10), 0)).toThrow(expect.objectContaining(failure))
    closeSync(full)
  })
})
