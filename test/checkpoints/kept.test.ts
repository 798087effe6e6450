import { describe, expect, it } from 'vitest'
import { expectedOf, goOn, inNewFolder, keepCheckpoint, keptFolder, keptVersions, straight } from './keep.ts'

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
    const kept = `${keptFolder}/${version}`
    expect(await goOn(kept)).toEqual(expectedOf(kept))
  })
})
