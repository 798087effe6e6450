import type { Manifest } from '../../src/checkpoint/manifest.ts'

/** A manifest with a bit of everything, differing from others as told. */
export function sampleManifest(differing: Partial<Manifest> = {}): Manifest {
  const part = (name: string) => ({ name: `parts/000000000003-${name}`, sha256: name, sizeBytes: 1 })
  return {
    format: 1,
    job: 'orders',
    lineage: '0a1b2c3d4e',
    epoch: 7,
    generation: 3,
    createdAt: 978_307_200_000,
    finished: false,
    sources: {
      orders: {
        enumerator: { schema: 1, text: 'Grüße, 世界 😀' },
        positions: { 'shardId-000000000001': '49590338271490256608559692538361571095921575989136588898' },
        awaiting: { 'shardId-000000000000': ['shardId-000000000002'] },
      },
    },
    operators: { totals: { schema: 1, parts: [part('aa'), part('bb')] } },
    sinks: { lake: { state: { schema: 1, parts: [part('cc')] }, committables: [{ file: 'x', rows: 3 }] } },
    ...differing,
  }
}
