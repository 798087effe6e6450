import { beforeEach, describe, expect, it, vi } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { expectedOf, goOn, inNewFolder, keepCheckpoint, keptFolder, keptVersions, straight } from './keep.ts'
import { goOnReading, keepStream, rowsExpectedOf } from './keep-kinesis.ts'

beforeEach(() => {
  // The embedded Kinesis takes any credentials, but the SDK wants some.
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
})

it('there are checkpoints of this version: without them the next one could not be held to it', () => {
  const [, version] = /^(\d+\.\d+)\./.exec(packageJson.version) ?? []
  expect(keptVersions()).toContain(version)
})

describe('a checkpoint with every kind of state', () => {
  it('leads to the rows that a run without interruption gives', () =>
    inNewFolder(async (folder) => {
      await keepCheckpoint(folder)
      const whole = await straight()
      const after = await goOn(folder)
      expect(after).toEqual(expectedOf(folder))
      expect(after['files']).toEqual(whole['files'])
      for (const [name, rows] of Object.entries(after)) {
        expect(rows.length, name).toBeGreaterThan(0)
        expect(rows.length, name).toBeLessThanOrEqual(whole[name]!.length)
        expect(whole[name], name).toEqual(expect.arrayContaining([...rows]))
      }
    }))

  it.each(keptVersions())('that %s has written is restored, and leads to the same rows', async (version) => {
    const kept = `${keptFolder}/${version}/everything`
    expect(await goOn(kept)).toEqual(expectedOf(kept))
  })
})

describe('a checkpoint with positions of a stream', () => {
  it('leads to the records after them, once each', () =>
    inNewFolder(async (folder) => {
      await keepStream(folder)
      const rows = await goOnReading(folder)
      expect(rows).toEqual(rowsExpectedOf(folder))
      expect(rows).toHaveLength(30)
      // Forty records have five or six of each page, the stream of seventy has ten.
      for (let page = 0; page < 7; page += 1) expect(rows).toContain(`page-${page} 10`)
      expect(rows).not.toContain('page-0 6')
    }))

  it.each(keptVersions())(
    'that %s has written is restored, and leads to the same records',
    async (version) => {
      const kept = `${keptFolder}/${version}/kinesis`
      expect(await goOnReading(kept)).toEqual(rowsExpectedOf(kept))
    },
  )
})
