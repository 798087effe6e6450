import type { Member, Members } from '../protocol/shape.ts'

/** Members that several operations share, as the service model constrains them. */
export const streamName = {
  kind: 'string',
  min: 1,
  max: 128,
  pattern: /^[a-zA-Z0-9_.-]+$/,
} as const satisfies Member

export const streamArn = {
  kind: 'string',
  min: 1,
  max: 2048,
  pattern: /^arn:aws.*:kinesis:.*:\d{12}:stream\/\S+$/,
} as const satisfies Member

export const consumerName = streamName

export const consumerArn = {
  kind: 'string',
  min: 1,
  max: 2048,
  pattern: /^arn:aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+$/,
} as const satisfies Member

/** Names a consumer: by its ARN, or by its stream and its own name. */
export const consumerMembers = {
  StreamARN: streamArn,
  ConsumerName: consumerName,
  ConsumerARN: consumerArn,
} as const satisfies Members

/** Of the operations on anything that has tags: a stream or a consumer. */
export const resourceArn = { ...streamArn, required: true } as const satisfies Member

/** Names a stream; an operation takes either. */
export const streamMembers = { StreamName: streamName, StreamARN: streamArn } as const satisfies Members

export const shardId = {
  kind: 'string',
  min: 1,
  max: 128,
  pattern: /^[a-zA-Z0-9_.-]+$/,
} as const satisfies Member

export const sequenceNumber = {
  kind: 'string',
  max: 129,
  pattern: /^(?:0|[1-9]\d{0,128})$/,
} as const satisfies Member

export const hashKey = {
  kind: 'string',
  max: 39,
  pattern: /^(?:0|[1-9]\d{0,38})$/,
} as const satisfies Member

export const recordMembers = {
  Data: { kind: 'blob', required: true },
  PartitionKey: { kind: 'string', required: true, min: 1, max: 256 },
  ExplicitHashKey: hashKey,
} as const satisfies Members

export const maxRecordSize = { kind: 'integer', min: 1024, max: 10_240 } as const satisfies Member

export const nextToken = { kind: 'string', min: 1, max: 1_048_576 } as const satisfies Member
