/** What a server answered, as it came. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** One request over HTTP/1.1 that is signed by nobody. Headers given as `undefined` are left out. */
export async function rawCall(
  endpoint: string,
  operation: string,
  input: unknown,
  headers: Record<string, string | undefined> = {},
): Promise<RawAnswer> {
  const all = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `Kinesis_20131202.${operation}`,
    authorization: 'AWS4-HMAC-SHA256 Credential=test',
    ...headers,
  }
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const body = typeof input === 'string' ? input : JSON.stringify(input)
  const response = await fetch(endpoint, { method: 'POST', headers: given, body: Buffer.from(body) })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** The output of a call that must succeed. */
export async function succeed<T = Record<string, unknown>>(
  endpoint: string,
  operation: string,
  input: unknown,
): Promise<T> {
  const { status, text } = await rawCall(endpoint, operation, input)
  if (status !== 200) throw new Error(`${operation}: ${status} ${text}`)
  return (text === '' ? {} : JSON.parse(text)) as T
}

/** The type and message of the error that a call must fail with. */
export async function fail(
  endpoint: string,
  operation: string,
  input: unknown,
  headers: Record<string, string | undefined> = {},
): Promise<{ status: number; type: string; message: string }> {
  const { status, text } = await rawCall(endpoint, operation, input, headers)
  if (status === 200) throw new Error(`${operation} succeeded: ${text}`)
  const { __type: type, message, Message } = JSON.parse(text)
  return { status, type, message: message ?? Message }
}

/** A record as GetRecords gives it. */
export interface RawRecord {
  readonly SequenceNumber: string
  readonly ApproximateArrivalTimestamp: number
  readonly Data: string
  readonly PartitionKey: string
}

export interface RawPage {
  readonly Records: RawRecord[]
  /** `null` at the end of a closed shard. */
  readonly NextShardIterator: string | null
  readonly MillisBehindLatest: number
  readonly ChildShards?: { ShardId: string; ParentShards: string[]; HashKeyRange: RawRange }[]
}

export interface RawRange {
  readonly StartingHashKey: string
  readonly EndingHashKey: string
}

/** A shard as ListShards gives it. */
export interface RawShard {
  readonly ShardId: string
  readonly ParentShardId?: string
  readonly AdjacentParentShardId?: string
  readonly HashKeyRange: RawRange
  readonly SequenceNumberRange: { StartingSequenceNumber: string; EndingSequenceNumber?: string }
}

export function shardId(index: number): string {
  return `shardId-${String(index).padStart(12, '0')}`
}

/** The shards of a stream that a filter selects, from all pages of the listing. */
export async function shardsOf(endpoint: string, StreamName: string, more: object = {}): Promise<RawShard[]> {
  const shards: RawShard[] = []
  let input: object = { StreamName, ...more }
  for (;;) {
    const page = await succeed<{ Shards: RawShard[]; NextToken?: string }>(endpoint, 'ListShards', input)
    shards.push(...page.Shards)
    if (page.NextToken === undefined) return shards
    input = { NextToken: page.NextToken }
  }
}

export async function iteratorOf(
  endpoint: string,
  StreamName: string,
  shard: number,
  more: object = { ShardIteratorType: 'TRIM_HORIZON' },
): Promise<string> {
  const { ShardIterator } = await succeed<{ ShardIterator: string }>(endpoint, 'GetShardIterator', {
    StreamName,
    ShardId: shardId(shard),
    ...more,
  })
  return ShardIterator
}

/** The records of a shard from an iterator to the end, or from the trim horizon. */
export async function readAll(
  endpoint: string,
  stream: string,
  shard: number,
  from?: string,
): Promise<RawRecord[]> {
  let ShardIterator = from ?? (await iteratorOf(endpoint, stream, shard))
  const records: RawRecord[] = []
  for (;;) {
    const page = await succeed<RawPage>(endpoint, 'GetRecords', { ShardIterator })
    records.push(...page.Records)
    if (page.MillisBehindLatest === 0 || page.NextShardIterator === null) return records
    ShardIterator = page.NextShardIterator
  }
}

export async function put(
  endpoint: string,
  StreamName: string,
  texts: readonly string[],
  key = (text: string) => text,
): Promise<{ SequenceNumber: string; ShardId: string }[]> {
  const Records = texts.map((text) => ({ Data: btoa(text), PartitionKey: key(text) }))
  const answer = await succeed<{ Records: { SequenceNumber: string; ShardId: string }[] }>(
    endpoint,
    'PutRecords',
    { StreamName, Records },
  )
  return answer.Records
}

export function textOf({ Data }: RawRecord): string {
  return atob(Data)
}
