import { describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/checkpoint/manifest.ts'
import {
  type Candidate,
  claim,
  decideStart,
  obsolete,
  partName,
  publicationOf,
} from '../../src/checkpoint/protocol.ts'
import { sampleManifest } from './sample-manifest.ts'

const good = (epoch: number): Candidate => ({ epoch, manifest: sampleManifest({ epoch }) })
const torn = (epoch: number): Candidate => ({ epoch, damage: 'it is torn' })

describe('a starting run', () => {
  it('begins where there is no checkpoint', () => {
    expect(decideStart([])).toEqual({ decision: 'begin', nextEpoch: 1 })
  })

  it('continues with the newest good one, and claims the epoch after the newest of all', () => {
    expect(decideStart([good(7)])).toMatchObject({
      decision: 'continue',
      manifest: { epoch: 7 },
      nextEpoch: 8,
    })
    expect(decideStart([torn(9), torn(8), good(7)])).toMatchObject({
      decision: 'continue',
      manifest: { epoch: 7 },
      nextEpoch: 10,
    })
  })

  it('does not go back behind one of a later format, which it cannot read', () => {
    const later: Candidate = { epoch: 9, damage: 'it is in format 2', later: true }
    const start = decideStart([torn(10), later, good(8)])
    expect(start).toEqual({ decision: 'refuse', reason: 'epoch 9: it is in format 2', later: true })
  })

  it('refuses to begin anew when there are checkpoints and none is good', () => {
    const start = decideStart([torn(2), torn(1)])
    expect(start).toEqual({ decision: 'refuse', reason: 'epoch 2: it is torn; epoch 1: it is torn' })
  })
})

describe('a claim', () => {
  it('is the last checkpoint under the generation of the new run', () => {
    const last = sampleManifest({ epoch: 7, generation: 3 })
    expect(claim(last, 9, 5)).toEqual({ ...last, epoch: 9, generation: 9, createdAt: 5 })
  })
})

describe('an epoch that a run has written', () => {
  it('is its own when there is no higher one', () => {
    expect(publicationOf(7, 'written', [5, 6, 7])).toBe('published')
  })

  it('is not when the name was taken', () => {
    expect(publicationOf(7, 'taken', [])).toBe('taken')
  })

  it('is not when another run has gone on meanwhile, and deleted the epoch that had the name', () => {
    expect(publicationOf(7, 'written', [7, 9, 10])).toBe('overtaken')
  })
})

describe('what may be deleted', () => {
  const holding = (epoch: number, ...parts: string[]): Manifest =>
    sampleManifest({
      epoch,
      operators: { totals: { schema: 1, parts: parts.map((name) => ({ name, sha256: '', sizeBytes: 1 })) } },
      sinks: {},
    })
  const [old, shared, fresh, next] = [
    partName(2, 3, 'aa'),
    partName(2, 4, 'bb'),
    partName(5, 5, 'cc'),
    partName(8, 9, 'dd'),
  ]

  it('is every epoch before the ones that are kept, damaged or not', () => {
    const { epochs } = obsolete([holding(6), holding(7)], [1, 2, 5, 6, 7], [], 5)
    expect(epochs).toEqual([1, 2, 5])
  })

  it('is never an epoch that came after: a later run may have published it', () => {
    expect(obsolete([holding(6), holding(7)], [6, 7, 8, 9], [], 5).epochs).toEqual([])
  })

  it('is every part that no kept epoch holds', () => {
    const { parts } = obsolete([holding(6, shared), holding(7, shared, fresh)], [], [old, shared, fresh], 5)
    expect(parts).toEqual([old])
  })

  it('is never a part of a later generation: a run that was replaced cannot know who needs it', () => {
    expect(obsolete([holding(6)], [], [old, next], 5).parts).toEqual([old])
  })

  it('is nothing that is not a part', () => {
    expect(obsolete([holding(6)], [], ['parts/notes.txt'], 5).parts).toEqual([])
  })
})
