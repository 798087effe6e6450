import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeManifest,
  encodeManifest,
  epochOf,
  manifestName,
  partsOf,
} from '../../src/checkpoint/manifest.ts'
import { sampleManifest } from './sample-manifest.ts'

const encoded = encodeManifest(sampleManifest())

describe('a manifest', () => {
  it('comes back from its bytes as it was', () => {
    expect(decodeManifest(encoded)).toEqual(sampleManifest())
  })

  it('comes back whatever texts it holds', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
        (positions) => {
          const manifest = sampleManifest({
            sources: { a: { enumerator: positions, positions, awaiting: {} } },
          })
          expect(decodeManifest(encodeManifest(manifest))).toEqual(JSON.parse(JSON.stringify(manifest)))
        },
      ),
    )
  })

  it('is recognised as damaged when it ends early, wherever that is', () => {
    for (let length = 0; length < encoded.length; length += 1) {
      expect(decodeManifest(encoded.subarray(0, length)), `${length} bytes`).toHaveProperty('damage')
    }
  })

  it('is recognised as damaged when any byte is another, whichever and however', () => {
    for (let index = 0; index < encoded.length; index += 1) {
      for (const change of [0x01, 0x20, 0x80, 0xff]) {
        const changed = Uint8Array.from(encoded)
        changed[index]! ^= change
        expect(decodeManifest(changed), `byte ${index} ^ ${change}`).toHaveProperty('damage')
      }
    }
  })

  it('of a later format is no damage, and told from it', () => {
    const later = Buffer.from(
      Buffer.from(encoded).toString().replace('millrace-checkpoint 1', 'millrace-checkpoint 2'),
    )
    expect(decodeManifest(later)).toMatchObject({ later: true, damage: expect.stringContaining('format 2') })
    expect(decodeManifest(encoded.subarray(0, 40))).not.toHaveProperty('later')
  })

  it('is recognised as damaged when bytes are added, doubled or zeros', () => {
    for (const content of [
      Buffer.concat([encoded, encoded]),
      Buffer.concat([encoded, Buffer.from('\n')]),
      Buffer.concat([Buffer.from(' '), encoded]),
      Buffer.alloc(encoded.length),
    ]) {
      expect(decodeManifest(content)).toHaveProperty('damage')
    }
  })

  it('names its parts: those of operators and of sinks', () => {
    expect(partsOf(sampleManifest()).map(({ sha256 }) => sha256)).toEqual(['aa', 'bb', 'cc'])
  })
})

describe('the name of a manifest', () => {
  it('tells the epoch, and sorts by it', () => {
    const epochs = [1, 2, 9, 10, 99, 100, 123_456_789_012]
    expect(epochs.map((epoch) => epochOf(manifestName(epoch)))).toEqual(epochs)
    expect(epochs.map(manifestName).sort()).toEqual(epochs.map(manifestName))
  })

  it.each(['manifests/1.json', 'manifests/000000000001.json.bak', 'parts/000000000001.json', 'x'])(
    'is not %s',
    (name) => expect(epochOf(name)).toBeUndefined(),
  )
})
