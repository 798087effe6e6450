import type {
  GetRecordsInput,
  PutRecordsInput,
  PutRecordsRequestEntry,
  SubscribeToShardInput,
} from '@aws-sdk/client-kinesis'
import { CborWriter, mostBytesOf } from './cbor-writer.ts'
import { major } from './major-types.ts'

/** The body of GetRecords. */
export function getRecordsCbor(input: GetRecordsInput): Buffer {
  const members = given(input)
  const writer = new CborWriter(mostBytesOfAll(members))
  writer.head(major.map, members.length)
  writeAll(members, writer)
  return writer.finish()
}

/** The body of SubscribeToShard. */
export function subscribeToShardCbor({
  StartingPosition = { Type: undefined },
  ...shard
}: SubscribeToShardInput): Buffer {
  const members = given(shard)
  const { Timestamp, ...place } = StartingPosition
  const position = given(place)
  const writer = new CborWriter(mostBytesOfAll(members) + mostBytesOfAll(position) + 64)
  writer.head(major.map, members.length + 1)
  writeAll(members, writer)
  writer.text('StartingPosition')
  writer.head(major.map, position.length + (Timestamp === undefined ? 0 : 1))
  writeAll(position, writer)
  if (Timestamp !== undefined) {
    writer.text('Timestamp')
    writer.timestamp(Timestamp)
  }
  return writer.finish()
}

/** The body of PutRecords. */
export function putRecordsCbor({ Records = [], ...stream }: PutRecordsInput): Buffer {
  const members = given(stream)
  const writer = new CborWriter(mostBytesOfAll(members) + mostBytesOfRecords(Records))
  writer.head(major.map, members.length + 1)
  writeAll(members, writer)
  writer.text('Records')
  writer.head(major.array, Records.length)
  for (const record of Records) writeRecord(record, writer)
  return writer.finish()
}

type Member = readonly [name: string, value: string | number]

function given(input: object): Member[] {
  return Object.entries(input).filter(([, value]) => value != null)
}

function writeAll(members: readonly Member[], writer: CborWriter): void {
  for (const [name, value] of members) {
    writer.text(name)
    if (typeof value === 'string') writer.text(value)
    else writer.head(major.unsigned, value)
  }
}

function mostBytesOfAll(members: readonly Member[]): number {
  return members.reduce((sum, [name, value]) => sum + mostBytesOf(name) + mostBytesOf(String(value)), 32)
}

const [dataName, keyName, hashKeyName] = ['Data', 'PartitionKey', 'ExplicitHashKey'].map(named) as [
  Buffer,
  Buffer,
  Buffer,
]
const nothing = new Uint8Array(0)
/** What a record takes at most beside its data and its texts. */
const namesBytes = 1 + dataName.length + 5 + keyName.length + hashKeyName.length

function named(name: string): Buffer {
  const writer = new CborWriter(mostBytesOf(name))
  writer.text(name)
  return writer.finish()
}

function mostBytesOfRecords(records: readonly PutRecordsRequestEntry[]): number {
  let sum = 0
  for (const { Data, PartitionKey = '', ExplicitHashKey = '' } of records) {
    sum += namesBytes + (Data?.length ?? 0) + mostBytesOf(PartitionKey) + mostBytesOf(ExplicitHashKey)
  }
  return sum
}

function writeRecord(
  { Data, PartitionKey, ExplicitHashKey }: PutRecordsRequestEntry,
  writer: CborWriter,
): void {
  writer.head(major.map, 1 + (PartitionKey == null ? 0 : 1) + (ExplicitHashKey == null ? 0 : 1))
  writer.raw(dataName)
  writer.bytes(Data ?? nothing)
  if (PartitionKey != null) {
    writer.raw(keyName)
    writer.text(PartitionKey)
  }
  if (ExplicitHashKey != null) {
    writer.raw(hashKeyName)
    writer.text(ExplicitHashKey)
  }
}
