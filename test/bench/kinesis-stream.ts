import { systemClock } from 'millrace'
import {
  createStream,
  type PutSummary,
  putRecords,
  type RecordToPut,
} from '../../connectors/kinesis/index.ts'

/** How records are written and read, as `kinesisSource` has it. */
export type Protocol = 'lean' | 'lean-json' | 'sdk'

const templates = new Map<number, readonly RecordToPut[]>()

function templatesOf(dataBytes: number): readonly RecordToPut[] {
  const known = templates.get(dataBytes)
  if (known !== undefined) return known
  const made = Array.from({ length: 1000 }, (_, i) => ({
    data: Buffer.alloc(dataBytes, `record ${i} `),
    partitionKey: `customer-${i}`,
  }))
  templates.set(dataBytes, made)
  return made
}

/** What a stream is filled with. */
export interface Filling {
  readonly endpoint: string
  readonly stream: string
  readonly shards: number
  readonly records: number
  readonly dataBytes: number
}

/** A new stream. */
export async function made({
  endpoint,
  stream,
  shards,
}: Omit<Filling, 'records' | 'dataBytes'>): Promise<void> {
  await createStream({ stream, endpoint, shards, clock: systemClock, random: () => 0.5 })
}

/** Puts records into a stream. */
export async function put(
  { endpoint, stream, records, dataBytes }: Omit<Filling, 'shards'>,
  protocol: Protocol = 'lean',
): Promise<PutSummary> {
  const all = templatesOf(dataBytes)
  function* source(): Generator<RecordToPut> {
    for (let i = 0; i < records; i++) yield all[i % all.length]!
  }
  return putRecords(source(), { stream, endpoint, protocol, clock: systemClock, random: () => 0.5 })
}

/** A new stream with records. */
export async function filled(filling: Filling): Promise<void> {
  await made(filling)
  await put(filling)
}
